// What a stage verb demands of a ticket, and the refusals that say what to do instead.
import { DomainError } from '../platform/errors.js';
import { firstStage, production } from '../projects/stages/stage-order.js';
import { requestAction } from './domain/verdict.js';
import { COMPLETE } from '../workflow/steps.js';
import type { LockedTicket } from './locked-ticket.js';
import type { CodeOf } from '../platform/refusals/refusals.js';

/** Where nobody said by which URL the client calls us. */
export const USUAL_BASE = 'http://localhost:8000';

/** A ticket that carries modules. */
export type Stamped<Ticket extends LockedTicket = LockedTicket> = Ticket & { readonly stage: string };

/** Rejects with conflict `ticket.closed`. */
export function requireOpen(ticket: LockedTicket, base = USUAL_BASE): void {
  if (!ticket.closed) return;
  throw refusal(ticket, base, 'ticket.closed', { what: 'is closed', label: 'Reopen it first', verb: 'reopen' });
}

/** Rejects with conflict `ticket.frozen`: modules change in the first stage only. */
export function requireFirstStage(ticket: LockedTicket, base = USUAL_BASE): void {
  if (ticket.stage === null || ticket.stage === firstStage(ticket.stages).name) return;
  const where = ticket.stage === production(ticket.stages).name ? 'released' : `frozen at ${ticket.stage}`;
  const verb = ticket.stage === production(ticket.stages).name ? 'reopen' : 'revert';
  const label =
    verb === 'reopen' ? 'Reopen it for a new cycle' : `Revert it to ${firstStage(ticket.stages).name} first`;
  throw refusal(ticket, base, 'ticket.frozen', { what: `is ${where}: its modules can't change`, label, verb });
}

/** Rejects with conflict `ticket.complete`: work that is done takes no modules until it is taken up again. */
export function requireUnfinished(ticket: LockedTicket, base = USUAL_BASE): void {
  if (Number(ticket.row.current_workflow_step) !== COMPLETE) return;
  throw refusal(ticket, base, 'ticket.complete', { what: 'is complete', label: 'Reopen it first', verb: 'reopen' });
}

/** Rejects with conflict `ticket.unstamped`. */
export function requireStamped<Ticket extends LockedTicket>(ticket: Ticket, base = USUAL_BASE): Stamped<Ticket> {
  if (ticket.stage !== null) return ticket as Stamped<Ticket>;
  throw refusal(ticket, base, 'ticket.unstamped', {
    what: 'has no modules',
    label: 'Upload modules, or stamp it',
    verb: 'stamp',
  });
}

interface Said {
  readonly what: string;
  /** What to do instead. */
  readonly label: string;
  readonly verb: 'reopen' | 'revert' | 'stamp';
}

function refusal(
  ticket: LockedTicket,
  base: string,
  code: CodeOf<'conflict'>,
  { what, label, verb }: Said,
): DomainError {
  const path = `/api/v1/ticket/${ticket.id}/${verb}/`;
  const action = requestAction(label, scopeOf(ticket, verb), { verb, method: 'POST', base, path });
  const summary = `${ticket.key} ${what}.`;
  return new DomainError('conflict', code, `${summary} ${label}: ${action.command}`, {
    data: { ticket: ticket.key, stage: ticket.stage, summary, next_actions: [action] },
  });
}

const scopeOf = ({ stage, stages }: LockedTicket, verb: string): string =>
  verb === 'revert' || verb === 'stamp' ? `map:${stage ?? firstStage(stages).name}` : 'ticket:write';
