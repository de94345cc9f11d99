// stampline token: tokens made, listed, replaced and revoked, beside servers or without one. It needs no token itself: whoever
// can read the data may do everything anyway.
import type { Command } from 'commander';
import { AccessTokens, type NewTokenView, type WantedToken } from '../access/access-tokens.js';
import { tokenBody } from '../access/token-body.js';
import { Db } from '../platform/database/db.js';
import { DomainError } from '../platform/errors.js';
import { OPERATOR } from '../platform/principal.js';
import { harmlessJson } from '../platform/steering.js';
import { asId } from '../rest/writing/reference.js';
import { OperationError, type Operation, type Operator } from './operation.js';
import { tableOf } from './table.js';

export const token: Operation = (program, operator) => {
  const below = program
    .command('token')
    .description('Create, list, replace and revoke tokens. Servers can keep running.');
  addCreate(below, operator);
  addList(below, operator);
  addRotate(below, operator);
  addRevoke(below, operator);
};

type Add = (below: Command, operator: () => Operator) => void;
type Said = Readonly<Record<'owner' | 'purpose' | 'days', string | undefined>> & {
  readonly scope?: readonly string[];
  readonly project?: readonly string[];
  readonly json?: true;
};

const addCreate: Add = (below, operator) => {
  below
    .command('create')
    .description('Create a token. Only the token is printed on standard output, and only once.')
    .requiredOption('--owner <name>', 'the owner: the actor in the history')
    .option('--scope <scope>', 'a scope; may be repeated', collect)
    .option('--project <name>', 'only for this project; may be repeated (default: all projects)', collect)
    .option('--purpose <text>', 'its purpose')
    .option('--days <n>', 'how many days it is valid (default: 90)')
    .option('--json', 'print the new token as JSON')
    .action(async (said: Said, command: Command) => {
      const wanted = wantedIn(said, command);
      const made = await withTokens(operator(), (tokens, db) =>
        db.transaction((tx) => tokens.create(tx, wanted, OPERATOR)),
      );
      sayMade(operator(), made, said.json, 'It is shown only once.');
    });
};

const addList: Add = (below, operator) => {
  below
    .command('list')
    .description('List the valid tokens, newest first, without the secrets.')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: true }) => {
      const all = await withTokens(operator(), (tokens) => tokens.list());
      const { say } = operator();
      if (json) return say(harmlessJson(JSON.stringify(all)));
      const rows = all.map((one) => [
        `${one.id}`,
        one.owner,
        one.scopes.join(' '),
        one.projects?.join(' ') ?? 'all',
        one.expires_at,
        one.purpose,
      ]);
      tableOf(['id', 'owner', 'scopes', 'projects', 'valid until', 'purpose'], rows).forEach((line) => say(line));
    });
};

const addRotate: Add = (below, operator) => {
  below
    .command('rotate <id>')
    .description('Replace a token: print a new one with the same scopes. The old one is valid for 24 h more.')
    .option('--json', 'print the new one as JSON')
    .action(async (word: string, { json }: { json?: true }, command: Command) => {
      const id = idIn(word, command);
      const made = await withTokens(operator(), (tokens, db) =>
        db.transaction((tx) => tokens.rotate(tx, id, OPERATOR)),
      );
      sayMade(operator(), made, json, `It replaces token ${id}, which is valid for 24 h more.`);
    });
};

const addRevoke: Add = (below, operator) => {
  below
    .command('revoke <id>')
    .description('Revoke a token: every server refuses it within 5 s.')
    .action(async (word: string, _said: object, command: Command) => {
      const id = idIn(word, command);
      const gone = await withTokens(operator(), (tokens, db) =>
        db.transaction((tx) => tokens.revoke(tx, id, OPERATOR.name)),
      );
      operator().say(`Token ${id} of ${gone.owner} is revoked: every server refuses it within 5 s.`);
    });
};

const collect = (value: string, before: readonly string[] = []): string[] => [...before, ...value.split(',')];

/** The option that a part of the REST body has here. */
const OPTIONS: Readonly<Record<string, string>> = {
  'token.owner': '--owner',
  'token.scopes': '--scope',
  'token.projects': '--project',
  'token.purpose': '--purpose',
  'token.days': '--days',
};

/** The same wish as over REST. Ends with usage, naming the option. */
function wantedIn(said: Said, command: Command): WantedToken {
  const { owner, scope: scopes, project: projects, purpose } = said;
  const days = said.days === undefined ? undefined : Number(said.days || NaN);
  try {
    return tokenBody({ owner, scopes, projects, purpose, days });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return command.error(`error: ${OPTIONS[error.code] ?? error.code}: ${error.message}`);
  }
}

const idIn = (word: string, command: Command): number =>
  asId(word) ??
  command.error(`error: '${word.slice(0, 50)}' is not the id of a token: stampline token list shows them`);

async function withTokens<T>(operator: Operator, work: (tokens: AccessTokens, db: Db) => Promise<T>): Promise<T> {
  return operator.withDatabase('current', async ({ dataSource }) => {
    const db = new Db(dataSource);
    try {
      return await work(new AccessTokens(db), db);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const says = error.kind === 'not_found' ? 'No valid token has this id: stampline token list shows them.' : '';
      throw new OperationError(says || error.message, { cause: error });
    }
  });
}

/** The token alone on standard output, so that a script can take it; what it is beside it. */
function sayMade({ say, note }: Operator, made: NewTokenView, json: true | undefined, more: string): void {
  const { id, owner, scopes, projects, expires_at: until } = made;
  const where = projects ? `, in ${projects.join(', ')}` : '';
  say(json ? harmlessJson(JSON.stringify(made)) : made.token);
  note(`Token ${id} for ${owner}: ${scopes.join(', ')}${where}; it is valid until ${until}. ${more}`);
}
