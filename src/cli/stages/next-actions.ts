// What the server says one can do, as a command of ours: its own words are curl's.
import { type Refusal } from '../../client/server.js';
import { flags, type Piece, shell, words } from '../../platform/in-shell.js';
import type { NextAction } from './shapes.js';

type Body = Readonly<Record<string, unknown>>;

/** A line for the shell. Where we have no verb for it, the server's curl line. `key`: of the ticket that it is about. */
export function commandFor(action: NextAction, key: string): string {
  const path = new URL(action.href, 'http://server').pathname;
  const lines = WORDS.flatMap(([pattern, say]) => {
    const found = pattern.exec(`${action.method} ${path}`);
    return found ? [say(key, bodyIn(action.command), found, action.href)] : [];
  });
  return lines[0] ?? ownCurl(action.command);
}

/** The server's line as it makes them: curl with quoted words, none of which is an option or a file. */
const CURL =
  /^curl --fail-with-body --request [A-Z]+(?: --header '[a-z-]+: [^']*')*(?: --data '[{[](?:[^']|'\\'')*')? 'https?:\/\/[^']*'$/;

/** What another server may have sent in its place is not for a shell. */
const ownCurl = (command: string): string => (CURL.test(command) && !/\n/.test(command) ? command : '');

type Say = (key: string, body: Body, found: RegExpExecArray, href: string) => string;

const WORDS: readonly (readonly [RegExp, Say])[] = [
  [/^POST \/api\/v1\/ticket\/[^/]+\/revert\/$/, (key, body) => shell`stamp ${key} --revert ${flagsOf(body)}`],
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
    (_key, _body, [, stage = ''], href) => shell`stamp unlock ${decoded(stage)} ${projectIn(href)}`,
  ],
  [
    /^POST \/api\/v1\/stage\/[^/]+\/rollback\/$/,
    (_key, { release, ...how }, _found, href) =>
      shell`stamp rollback ${String(release)} ${flagsOf(how)} ${projectIn(href)}`,
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

/** One choice for all is the short form. */
function choicesOf(body: Body): Piece {
  const choices = [...new Set(Object.values(body))];
  if (choices.length === 1 && /^(mine|theirs)$/.test(String(choices[0]))) return flags({ [String(choices[0])]: true });
  return words(Object.entries(body).map(([name, choice]) => `${name}=${String(choice)}`));
}

function projectIn(href: string): Piece {
  const project = new URL(href, 'http://server').searchParams.get('project');
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

/** What stands after --data in a line of the server's. */
function bodyIn(command: string): Body {
  const text = / --data '((?:[^']|'\\'')*)'/.exec(command)?.[1]?.replaceAll(`'\\''`, "'");
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {}; // Not a line as we know them: then the line itself is shown, or a command without its options.
  }
}

/** A refusal's one line, with our commands where it has the server's, and our flags where it has members of a body. */
export function messageOf(refusal: Refusal): string {
  const { next_actions: actions, ticket } = refusal.body;
  if (!Array.isArray(actions)) return refusal.message;
  const known = actions as readonly NextAction[];
  return known
    .reduce((text, action) => text.replace(action.command, commandFor(action, String(ticket))), refusal.message)
    .replaceAll(/\{?"(cascade|force)": true\}?/g, '--$1');
}
