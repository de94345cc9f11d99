// What the server says one can do, as a command of ours: its own words are curl's.
import { type Refusal } from '../../client/server.js';
import { inShell } from '../../platform/in-shell.js';
import type { NextAction } from './shapes.js';

type Body = Readonly<Record<string, unknown>>;

/** A line for the shell. Where we have no verb for it, the server's curl line. `key`: of the ticket that it is about. */
export function commandFor(action: NextAction, key: string): string {
  const path = new URL(action.href, 'http://server').pathname;
  const words = WORDS.flatMap(([pattern, say]) => {
    const found = pattern.exec(`${action.method} ${path}`);
    return found ? [say(key, bodyIn(action.command), found, action.href)] : [];
  });
  return words[0] ?? ownCurl(action.command);
}

/** The server's line as it makes them: curl with quoted words, none of which is an option or a file. */
const CURL =
  /^curl --fail-with-body --request [A-Z]+(?: --header '[a-z-]+: [^']*')*(?: --data '[{[](?:[^']|'\\'')*')? 'https?:\/\/[^']*'$/;

/** What another server may have sent in its place is not for a shell. */
const ownCurl = (command: string): string => (CURL.test(command) && !/\n/.test(command) ? command : '');

type Say = (key: string, body: Body, found: RegExpExecArray, href: string) => string;

const WORDS: readonly (readonly [RegExp, Say])[] = [
  [/^POST \/api\/v1\/ticket\/[^/]+\/revert\/$/, (key, body) => `stamp ${inShell(key)} --revert${flagsOf(body)}`],
  [/^POST \/api\/v1\/ticket\/[^/]+\/rebase\/$/, (key, body) => `stamp rebase ${inShell(key)} ${choicesOf(body)}`],
  [/^POST \/api\/v1\/ticket\/[^/]+\/stamp\/$/, (key) => `stamp ${inShell(key)} --update`],
  [
    /^POST \/api\/v1\/ticket\/[^/]+\/(unhold|reopen|close)\/$/,
    (key, _body, [, verb]) => `stamp ${verb} ${inShell(key)}`,
  ],
  [/^GET \/api\/v1\/ticket\/[^/]+\/history\/$/, (key) => `stamp history ${inShell(key)}`],
  [/^GET \/api\/v1\/subticket\/$/, (key) => `stamp sub list ${inShell(key)}`],
  [
    /^PATCH \/api\/v1\/updateticketstatus\/[^/]+\/$/,
    (key, { current_workflow_step: step, status }) =>
      `stamp status ${inShell(key)} ${inShell(String(step))} ${inShell(String(status))}`,
  ],
  [
    /^PATCH \/api\/v1\/updatesubticketstatus\/([^/]+)\/$/,
    (_key, { current_workflow_step: step, status }, [, id]) =>
      `stamp sub status ${inShell(id ?? '')} ${inShell(String(step))} ${inShell(String(status))}`,
  ],
  [
    /^POST \/api\/v1\/stage\/([^/]+)\/unlock\/$/,
    (_key, _body, [, stage = ''], href) => `stamp unlock ${inShell(decodeURIComponent(stage))}${projectIn(href)}`,
  ],
  [
    /^POST \/api\/v1\/stage\/[^/]+\/rollback\/$/,
    (_key, { release, ...how }, _found, href) =>
      `stamp rollback ${inShell(String(release))}${flagsOf(how)}${projectIn(href)}`,
  ],
];

/** `--cascade`, `--force`. */
const flagsOf = (body: Body): string =>
  Object.entries(body)
    .map(([name, value]) => (value === true && /^[a-z_]+$/.test(name) ? ` --${name.replaceAll('_', '-')}` : ''))
    .join('');

/** One choice for all is the short form. */
function choicesOf(body: Body): string {
  const choices = [...new Set(Object.values(body))];
  if (choices.length === 1 && /^(mine|theirs)$/.test(String(choices[0]))) return `--${String(choices[0])}`;
  const words = Object.entries(body).map(([name, choice]) => `${name}=${String(choice)}`);
  // A module may be called as an option is.
  const end = words.some((word) => word.startsWith('-')) ? ['--'] : [];
  return [...end, ...words.map(inShell)].join(' ');
}

function projectIn(href: string): string {
  const project = new URL(href, 'http://server').searchParams.get('project');
  return project === null || project === 'default' ? '' : ` --project ${inShell(project)}`;
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
