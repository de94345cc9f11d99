// A stage verb on a ticket that was looked at before: done only if it is still where it was seen.
import { shell } from '../../platform/shell-quote.js';
import { Refusal } from '../../client/server.js';
import { isSomebodyThere } from '../session/ask.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { Options } from '../words/options.js';
import type { Session } from '../session/session.js';
import { readTicket, type Ticket } from '../tickets/ticket-name.js';

const TRIES = 5;

/**
 * Sends with the version that was seen. Where the ticket has changed meanwhile but is at the same stage (a watcher uploaded,
 * a job reported), it is sent again: `isChanged` says so, since what was found out about the ticket before may not be so of what it
 * is now. Rejects with CliError `conflict` where it was moved; with whatever `send` rejects with.
 */
export async function onSeen<Answer>(
  session: Session,
  seen: Ticket,
  send: (header: { 'If-Match': string }, isChanged: boolean) => Promise<Answer>,
): Promise<Answer> {
  for (let [ticket, tries] = [seen, 1]; ; tries++) {
    try {
      return await send({ 'If-Match': `"${ticket.version}"` }, tries > 1);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 412 || tries === TRIES) throw error;
      ticket = await readTicket(session, String(seen.id));
      if (ticket.stage !== seen.stage || (ticket.closed_at === null) !== (seen.closed_at === null))
        throw new CliError(
          `${seen.key} was moved since you read it: it is ${ticket.closed_at === null ? `at ${ticket.stage ?? 'no stage'}` : 'closed'}, not at ${seen.stage ?? 'no stage'}. Review, then retry: ${shell`stamp ${seen.key}`}`,
          EXIT.conflict,
        );
    }
  }
}

/** Rejects with usage where what changes production was not confirmed by --yes, and nobody is there to be asked. */
export function requireAnswerable({ out, lineWithYes }: Session, stage: string, { yes }: Options): void {
  if (yes || isSomebodyThere(out)) return;
  throw usage(
    `This changes ${stage} for all users, and there is no terminal to ask for confirmation. To confirm: ${lineWithYes}`,
  );
}

/** Rejects with CliError `refused` unless somebody said yes, or nobody is there to ask. */
export async function requireConfirmed(session: Session, question: string, options: Options): Promise<void> {
  if (await session.confirm(question, options)) return;
  throw new CliError('Not confirmed: nothing was changed.', EXIT.error);
}

/** Said twice is said once: a script that is run again goes on. */
export function sayAlready({ out }: Session, ticket: Ticket, stage: string): undefined {
  out.result(ticket, () => out.say(`${ticket.key} is already at ${stage}.`));
}
