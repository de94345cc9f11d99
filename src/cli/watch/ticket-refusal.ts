// Tickets whose modules can't change, and what to do about it, in the command's own words.
import { shell } from '../../platform/shell-quote.js';
import type { Refusal } from '../../client/server.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';

interface Named {
  readonly key: string;
  /** The project's first stage, where modules change. */
  readonly stage: string;
}

const refused = (message: string): CliError => new CliError(message, EXIT.refused);

export const closedTicket = (key: string): CliError =>
  refused(`${key} is closed: '${shell`stamp reopen ${key}`}' continues it.`);

const completeTicket = (key: string): CliError =>
  refused(`${key} is complete: '${shell`stamp reopen ${key}`}' continues it.`);

/** `at`: the stage where it is; `released`: whether that is production. */
export const frozenTicket = ({ key, stage }: Named, at: string, released: boolean): CliError =>
  released
    ? refused(`${key} is released: '${shell`stamp reopen ${key}`}' begins a new cycle in ${stage}.`)
    : refused(
        `${key} is at ${at}, where its modules are frozen: '${shell`stamp ${key} --revert`}' reverts it to ${stage}.`,
      );

export const goneTicket = (key: string): CliError => new CliError(`${key} was deleted.`, EXIT.notFound);

/** What an upload's refusal says of the ticket; undefined where it is about something else. */
export function ticketRefusal({ status, code, body }: Refusal, ticket: Named): CliError | undefined {
  if (code === 'ticket.closed') return closedTicket(ticket.key);
  if (code === 'ticket.complete') return completeTicket(ticket.key);
  if (code === 'ticket.frozen')
    return frozenTicket(ticket, textIn(body.stage) || 'a later stage', isReopened(body.next_actions));
  if (status === 404) return goneTicket(ticket.key);
  return undefined;
}

/** What is released is reopened; what is at a stage between is reverted. */
const isReopened = (actions: unknown): boolean =>
  Array.isArray(actions) && (actions as readonly { verb?: unknown }[]).some(({ verb }) => verb === 'reopen');

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
