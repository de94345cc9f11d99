// stamp token: the tokens of a server, for those who administer it.
import { Refusal } from '../../client/server.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { timeFor } from '../words/local-time.js';
import { textOf, textsOf } from '../words/options.js';
import { sayTable } from '../output/table.js';
import type { Session } from '../session/session.js';
import { requireConfirmed } from '../stages/ticket-verb.js';
import type { Verb } from '../session/verb.js';
import { TOKEN_FIELDS } from '../words/json-shapes.js';

interface Token {
  readonly id: number;
  readonly owner: string;
  readonly purpose: string;
  readonly scopes: readonly string[];
  /** Null: all of them. */
  readonly projects: readonly string[] | null;
  readonly expires_at: string;
}

const list: Verb = {
  name: 'list',
  summary: 'List the valid tokens, newest first',
  json: TOKEN_FIELDS,
  examples: [{ run: 'stamp token list --json=id,owner,expires_at', says: 'without the secrets' }],
  run: async (session) => {
    const { out } = session;
    const all = await readTokens(session);
    out.result(all, () =>
      sayTable(
        out,
        ['id', 'owner', 'scopes', 'projects', 'valid until', 'purpose'],
        all.map((one) => [
          `${one.id}`,
          one.owner,
          one.scopes.join(' '),
          one.projects?.join(' ') ?? 'all',
          untilOf(session, one),
          one.purpose,
        ]),
      ),
    );
    return undefined;
  },
};

const create: Verb = {
  name: 'create',
  summary: 'Create a token, and print it once',
  description: 'Scopes: read, ticket:write, status:write, artifact:write, event:write, map:<stage>, admin.',
  options: [
    ['--owner <name>', 'the owner: the actor in history and stream'],
    ['--scope <scope...>', 'a scope; may be repeated'],
    ['--project <name...>', 'only for this project; may be repeated (default: all projects)'],
    ['--purpose <text>', 'its purpose'],
    ['--days <n>', 'how many days it is valid (default: 90)'],
  ],
  json: { ...TOKEN_FIELDS, token: true },
  examples: [
    {
      run: 'stamp token create --owner ci --scope read --scope status:write --purpose "The lander"',
      says: 'prints the token',
    },
    { run: 'stamp token create --owner bot --scope read --project default --json=id,token', says: 'for one project' },
  ],
  run: async (session, _args, options) => {
    const server = once(session);
    const [owner, purpose, days] = ['owner', 'purpose', 'days'].map((name) => textOf(options, name));
    const scopes = textsOf(options, 'scope').flatMap((scope) => scope.split(','));
    // Before the verb it is one text, and means no less.
    const projects = [...textsOf(options, 'project'), ...[textOf(options, 'project') ?? []].flat()];
    if (owner === undefined) throw usage('Give an owner: --owner ci');
    if (scopes.length === 0) throw usage('Give at least one scope: --scope read --scope status:write');
    if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days))
      throw usage(`--days must be a number of days, not '${days}'.`);
    const body = {
      owner,
      scopes,
      projects: projects.length > 0 ? projects.flatMap((name) => name.split(',')) : null,
      ...(purpose === undefined ? {} : { purpose }),
      ...(days === undefined ? {} : { days: Number(days) }),
    };
    const made = await server.of(server.api.POST('/api/v1/token/', { body }));
    sayMade(session, made);
    return undefined;
  },
};

const rotate: Verb = {
  name: 'rotate',
  takes: '<id>',
  summary: 'Replace a token: print a new one with the same scopes',
  description: 'The old one is valid for 24 h more: replace it where it is used within that time.',
  json: { ...TOKEN_FIELDS, token: true },
  examples: [{ run: 'stamp token rotate 1', says: 'prints the new one' }],
  run: async (session, [id = '']) => {
    const server = once(session);
    const params = { path: { id: idIn(id) } };
    const made = await known(id, server.of(server.api.POST('/api/v1/token/{id}/rotate/', { params })));
    sayMade(session, made);
    session.out.note(`Token ${id} is valid for 24 h more.`);
    return undefined;
  },
};

const revoke: Verb = {
  name: 'revoke',
  takes: '<id>',
  summary: 'Revoke a token: every server refuses it within 5 s',
  json: { ...TOKEN_FIELDS, revoked: true },
  examples: [{ run: 'stamp token revoke 1', says: 'asks first, on a terminal; --yes does not ask' }],
  run: async (session, [word = ''], options) => {
    const { server, out } = session;
    const id = idIn(word);
    const found = (await readTokens(session)).find((one) => String(one.id) === id);
    if (!found) throw noToken(id);
    const what = `token ${id} of ${found.owner} (${found.scopes.join(', ')})`;
    await requireConfirmed(session, `Revoke ${what}?`, options);
    await known(id, server.of(server.api.DELETE('/api/v1/token/{id}/', { params: { path: { id } } })));
    out.result({ ...found, revoked: true }, () => out.say(`Revoked ${what}.`));
    return undefined;
  },
};

export const token: Verb = {
  name: 'token',
  summary: 'List, create, replace and revoke tokens',
  description: 'Needs the scope admin. On the machine of the server, stampline token does the same without a token.',
  examples: [{ run: 'stamp token list', says: 'owners, scopes and end dates' }],
  verbs: [list, create, rotate, revoke],
};

/** A repeat would make another one: what failed on the way isn't sent again. */
const once = (session: Session): Session['server'] => session.serverWith({ patienceMs: 0 });

async function readTokens({ server }: Session): Promise<readonly Token[]> {
  const { objects } = await server.of(server.api.GET('/api/v1/token/'));
  return objects;
}

function idIn(word: string): string {
  if (/^[1-9]\d{0,9}$/.test(word)) return word;
  throw usage(`'${word}' is not the id of a token: stamp token list shows them.`);
}

const noToken = (id: string): CliError =>
  new CliError(`There is no valid token ${id}: stamp token list shows them.`, EXIT.notFound);

/** Rejects with CliError where there is no such token. */
const known = <T>(id: string, call: Promise<T>): Promise<T> =>
  call.catch((error: unknown) => {
    throw error instanceof Refusal && error.status === 404 ? noToken(id) : error;
  });

const untilOf = ({ out }: Session, { expires_at: until }: Token): string => timeFor(out, until);

/** The token alone on standard output, so that a script can take it. */
function sayMade(session: Session, made: Token & { readonly token: string }): void {
  const { out } = session;
  out.result(made, () => out.say(made.token));
  const { id, owner, scopes, projects } = made;
  const where = projects ? `, in ${projects.join(', ')}` : '';
  out.note(
    `Token ${id} for ${owner}: ${scopes.join(', ')}${where}; it is valid until ${untilOf(session, made)}. It is shown only once.`,
  );
}
