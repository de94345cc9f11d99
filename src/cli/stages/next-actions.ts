// What the server says one can do, as a command of ours: a verb, or curl to this server where there is none for it. A line that
// the server made is never printed.
import { type Refusal } from '../../client/server.js';
import { flags, type Piece, shell, words } from '../../platform/in-shell.js';
import type { NextAction } from './shapes.js';

type Body = Readonly<Record<string, unknown>>;

/** The ticket that an action is about, and where the server is. */
export interface About {
  readonly key: string;
  /** Without a slash at its end. */
  readonly url: string;
}

/** A line for the shell; empty for what is no action of this server's API. */
export function commandFor({ method, href, command }: NextAction, { key, url }: About): string {
  const address = addressOf(href, url);
  if (address === undefined || !METHODS.has(method)) return '';
  const body = bodyIn(command);
  const lines = WORDS.flatMap(([pattern, say]) => {
    const found = pattern.exec(`${method} ${address.pathname}`);
    return found ? [say(key, body ?? {}, found, address)] : [];
  });
  return lines[0] ?? curlOf(method, `${url}${address.pathname}${address.search}`, command, body);
}

const METHODS = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']);

/** Of the API, whatever stands before it there; undefined for what leads elsewhere. */
function addressOf(href: string, url: string): URL | undefined {
  if (typeof href !== 'string' || !/^\/api\/v1\/[a-z]/.test(href) || !URL.canParse(href, url)) return undefined;
  const address = new URL(href, url);
  return address.origin === new URL(url).origin && address.pathname.startsWith('/api/v1/') ? address : undefined;
}

function curlOf(method: string, address: string, command: string, body: Body | undefined): string {
  const [, match] = / --header 'if-match: ("[0-9]{1,16}")'/.exec(command) ?? [];
  const headers = flags({ header: match && `if-match: ${match}` });
  const data = flags(body ? { header: 'content-type: application/json', data: JSON.stringify(body) } : {});
  return shell`curl --fail-with-body --request ${method} ${headers} ${data} ${address}`;
}

type Say = (key: string, body: Body, found: RegExpExecArray, address: URL) => string;

const WORDS: readonly (readonly [RegExp, Say])[] = [
  [/^POST \/api\/v1\/ticket\/[^/]+\/revert\/$/, (key, body) => shell`stamp ${key} --revert ${flagsOf(body)}`],
  [
    /^POST \/api\/v1\/ticket\/[^/]+\/promote\/$/,
    (key, { force, reason }) =>
      shell`stamp promote ${key} ${flags({ force: firstOf(force), reason: firstOf(reason) })}`,
  ],
  [/^POST \/api\/v1\/ticket\/[^/]+\/rebase\/$/, (key, body) => shell`stamp rebase ${key} ${choicesOf(body)}`],
  [/^POST \/api\/v1\/ticket\/[^/]+\/stamp\/$/, (key) => shell`stamp ${key} --update`],
  [
    /^POST \/api\/v1\/ticket\/[^/]+\/(unhold|reopen|close)\/$/,
    (key, _body, [, verb = '']) => shell`stamp ${verb} ${key}`,
  ],
  [/^GET \/api\/v1\/ticket\/[^/]+\/history\/$/, (key) => shell`stamp history ${key}`],
  [/^GET \/api\/v1\/subticket\/$/, (key) => shell`stamp sub list ${key}`],
  [
    /^PATCH \/api\/v1\/updateticketstatus\/[^/]+\/$/,
    (key, { current_workflow_step: step, status }) => shell`stamp status ${key} ${String(step)} ${String(status)}`,
  ],
  [
    /^PATCH \/api\/v1\/updatesubticketstatus\/([^/]+)\/$/,
    (_key, { current_workflow_step: step, status }, [, id]) =>
      shell`stamp sub status ${id ?? ''} ${String(step)} ${String(status)}`,
  ],
  [
    /^POST \/api\/v1\/stage\/([^/]+)\/unlock\/$/,
    (_key, _body, [, stage = ''], address) => shell`stamp unlock ${decoded(stage)} ${projectIn(address)}`,
  ],
  [
    /^POST \/api\/v1\/stage\/[^/]+\/rollback\/$/,
    (_key, { release, ...how }, _found, address) =>
      shell`stamp rollback ${String(release)} ${flagsOf(how)} ${projectIn(address)}`,
  ],
];

/** `--cascade`, `--force`. */
const flagsOf = (body: Body): Piece =>
  flags(
    Object.fromEntries(
      Object.entries(body)
        .filter(([name, value]) => value === true && /^[a-z_]+$/.test(name))
        .map(([name]) => [name.replaceAll('_', '-'), true]),
    ),
  );

/** A text, or the first of a list. */
function firstOf(given: unknown): string | undefined {
  const [one] = [given].flat();
  return typeof one === 'string' ? one : undefined;
}

/** One choice for all is the short form. */
function choicesOf(body: Body): Piece {
  const choices = [...new Set(Object.values(body))];
  if (choices.length === 1 && /^(mine|theirs)$/.test(String(choices[0]))) return flags({ [String(choices[0])]: true });
  return words(Object.entries(body).map(([name, choice]) => `${name}=${String(choice)}`));
}

function projectIn({ searchParams }: URL): Piece {
  const project = searchParams.get('project');
  return flags({ project: project === null || project === 'default' ? undefined : project });
}

/** Another server's may be no such text. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What stands after --data in a line of the server's; undefined where it is no line as we know them. */
function bodyIn(command: unknown): Body | undefined {
  const text = / --data '((?:[^']|'\\'')*)'/.exec(String(command))?.[1]?.replaceAll(`'\\''`, "'");
  if (text === undefined) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Body) : undefined;
  } catch {
    return undefined;
  }
}

/** A refusal's one line, with our commands where it has the server's, and our flags where it has members of a body. */
export function messageOf({ body, message, url }: Refusal): string {
  const { next_actions: actions, ticket } = body;
  if (!Array.isArray(actions)) return message;
  const about = { key: String(ticket), url };
  return (actions as readonly NextAction[])
    .filter(({ command }) => typeof command === 'string' && command !== '')
    .reduce((text, action) => text.replace(action.command, () => commandFor(action, about)), message)
    .replaceAll(/\{?"(cascade|force)": true\}?/g, '--$1');
}
