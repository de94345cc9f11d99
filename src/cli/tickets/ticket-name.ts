// Which ticket is meant: a key (`TKT-001`), its number (`1`), or its URI; without any that of the git branch. And how its view is
// asked for.
import type { components } from '../../client/schema.d.js';
import { shell } from '../../platform/shell-quote.js';
import { type CliError, usage } from '../words/cli-error.js';
import { workBranch } from '../git/branch-ticket.js';
import { type Options, textOf } from '../words/options.js';
import type { Session } from '../session/session.js';

export type Ticket = components['schemas']['Ticket'];

/**
 * The argument, or --ticket; where there is neither STAMP_TICKET, then the ticket of the git branch, which is said. Rejects with
 * usage where there is none at all, or two that differ.
 */
export async function ticketNamed(session: Session, argument: string | undefined, options: Options): Promise<string> {
  const { settings } = session;
  const flag = textOf(options, 'ticket');
  if (argument !== undefined && flag !== undefined && argument !== flag)
    throw usage(`Two tickets are named, ${argument} and ${flag}: name only one.`);
  const name = argument ?? flag;
  return name === undefined ? ticketHere(session) : ticketKey(name, settings.prefix);
}

/** Words that may begin with a ticket, `[ticket] [files...]`: its key, and the words behind it. */
export async function ticketBefore(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<[key: string, rest: readonly string[]]> {
  const [first, ...rest] = words;
  if (textOf(options, 'ticket') !== undefined) return [await ticketNamed(session, undefined, options), words];
  if (first === undefined || isTicketName(first, session.settings.prefix))
    return [await ticketNamed(session, first, options), rest];
  return [await ticketHere(session, first), words];
}

/** True where verbs that name no ticket have one. */
export const hasTicket = async ({ settings }: Session, options: Options): Promise<boolean> =>
  (textOf(options, 'ticket') ?? settings.ticket ?? (await workBranch(settings))?.ticket) !== undefined;

/** `word` is what stands where a ticket's key could. */
async function ticketHere({ settings, out }: Session, word?: string): Promise<string> {
  const { ticket, prefix } = settings;
  const branch = ticket === undefined ? await workBranch(settings) : undefined;
  const named = ticket ?? branch?.ticket;
  if (named === undefined) throw noTicket(branch?.name, prefix, word);
  const key = ticketKey(named, prefix);
  out.note(`${key}, ${branch === undefined ? "STAMP_TICKET's" : `the ticket of the branch ${branch.name}`}`);
  return key;
}

function noTicket(branch: string | undefined, prefix: string, word: string | undefined): CliError {
  const what = word === undefined ? 'Which ticket?' : `'${word}' is not a ticket.`;
  const open = shell`stamp new "…"`;
  const here = branch === undefined ? '' : ` The branch ${branch} has none yet: ${open} opens one for it.`;
  return usage(`${what} Give its key: ${prefix}-1.${here}`);
}

/** Whether two words and maybe a ticket before them begin with that. */
export const beginsWithTicket = ({ settings }: Session, words: readonly string[], options: Options): boolean =>
  words.length > 2 || (textOf(options, 'ticket') === undefined && isTicketName(words[0] ?? '', settings.prefix));

/** True for what ticketKey() takes. */
export const isTicketName = (word: string, prefix: string): boolean => keyIn(word, prefix) !== undefined;

/** `7` → `TKT-7`; `/api/v1/ticket/7/` → its id; a key stays as it is. */
export function ticketKey(name: string, prefix: string): string {
  const key = keyIn(name, prefix);
  if (key === undefined) throw usage(`'${name}' is not a ticket key: use a key such as ${prefix}-1.`);
  return key;
}

function keyIn(name: string, prefix: string): string | undefined {
  const uri = /\/api\/v1\/\w+\/(\d+)\/?$/.exec(name);
  if (uri?.[1]) return uri[1];
  if (/^\d+$/.test(name)) return `${prefix}-${name}`;
  return /^[A-Za-z][\w.-]*-\d+$/.test(name) ? name : undefined;
}

/** Its view. Rejects with Refusal 404 where there is none. */
export const readTicket = ({ server }: Session, name: string): Promise<Ticket> =>
  server.of(server.api.GET('/api/v1/ticket/{id}/', { params: { path: { id: name } } }));
