// What the server says one can do, as a command of ours: a verb, or curl to this server where there is none for it. A line that
// the server made is never printed.
import { type Refusal } from '../../client/server.js';
import { flags, type Piece, shell, words } from '../../platform/shell-quote.js';
import type { NextAction } from './shapes.js';

type Body = Readonly<Record<string, unknown>>;

/** The ticket that an action is about, and where the server is. */
export interface About {
  readonly key: string;
  /** Without a slash at its end. */
  readonly url: string;
}

/** A line for the shell; empty for what is no action of this server's API. */
export function commandFor(action: NextAction, { key, url }: About): string {
  const { verb, method, href } = action;
  const address = addressOf(href, url);
  if (address === undefined || !METHODS.has(method)) return '';
  const body = isBody(action.body) ? action.body : undefined;
  if (Object.hasOwn(WORDS, verb)) return WORDS[verb]({ key, body: body ?? {}, address });
  return curlOf(action, `${url}${address.pathname}${address.search}`, body);
}

const isBody = (given: unknown): given is Body => typeof given === 'object' && given !== null && !Array.isArray(given);

const METHODS = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']);

/** Of the API, whatever stands before it there; undefined for what leads elsewhere. */
function addressOf(href: string, url: string): URL | undefined {
  if (typeof href !== 'string' || !/^\/api\/v1\/[a-z]/.test(href) || !URL.canParse(href, url)) return undefined;
  const address = new URL(href, url);
  return address.origin === new URL(url).origin && address.pathname.startsWith('/api/v1/') ? address : undefined;
}

function curlOf({ method, if_match: match }: NextAction, address: string, body: Body | undefined): string {
  const isTag = typeof match === 'string' && /^"[0-9]{1,16}"$/.test(match);
  const headers = flags({ header: isTag ? `if-match: ${match}` : undefined });
  const data = flags(body ? { header: 'content-type: application/json', data: JSON.stringify(body) } : {});
  return shell`curl --fail-with-body --request ${method} ${headers} ${data} ${address}`;
}

interface Asked {
  /** The ticket. */
  readonly key: string;
  readonly body: Body;
  readonly address: URL;
}

/** What stands in the address behind this word: `stage/prod/unlock/` has prod behind stage. */
const behind = (word: string, { pathname }: URL): string => {
  const parts = pathname.split('/');
  return decoded(parts[parts.indexOf(word) + 1] ?? '');
};

const WORDS: Readonly<Record<NextAction['verb'], (asked: Asked) => string>> = {
  approve: ({ key, body: { stage, name, as } }) =>
    shell`stamp approve ${key} ${flags({ stage: firstOf(stage), rule: firstOf(name), as: firstOf(as) })}`,
  history: ({ key }) => shell`stamp history ${key}`,
  promote: ({ key, body: { force, reason } }) =>
    shell`stamp promote ${key} ${flags({ force: firstOf(force), reason: firstOf(reason) })}`,
  rebase: ({ key, body }) => shell`stamp rebase ${key} ${choicesOf(body)}`,
  reopen: ({ key }) => shell`stamp reopen ${key}`,
  revert: ({ key, body }) => shell`stamp ${key} --revert ${flagsOf(body)}`,
  rollback: ({ body: { release, ...how }, address }) =>
    shell`stamp rollback ${String(release)} ${flagsOf(how)} ${projectIn(address)}`,
  stamp: ({ key }) => shell`stamp ${key} --update`,
  status: ({ key, body: { current_workflow_step: step, status } }) =>
    shell`stamp status ${key} ${String(step)} ${String(status)}`,
  subtickets: ({ key }) => shell`stamp sub list ${key}`,
  subticket_status: ({ body: { current_workflow_step: step, status }, address }) =>
    shell`stamp sub status ${behind('updatesubticketstatus', address)} ${String(step)} ${String(status)}`,
  unhold: ({ key }) => shell`stamp unhold ${key}`,
  unlock: ({ address }) => shell`stamp unlock ${behind('stage', address)} ${projectIn(address)}`,
};

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

/**
 * A refusal's one line. Where it says what can be done, that is said in our commands: the server's own text has curl's.
 */
export function messageOf({ body, message, url }: Refusal): string {
  const { next_actions: actions, summary, ticket } = body;
  if (!Array.isArray(actions) || typeof summary !== 'string') return message;
  const about = { key: String(ticket), url };
  const helps = (actions as readonly NextAction[])
    .map((action) => [String(action.label), commandFor(action, about)] as const)
    .filter(([, command]) => command !== '')
    .map(([label, command]) => `${label}: ${command}`);
  return [summary, helps.join('; or ')].filter(Boolean).join(' ');
}
