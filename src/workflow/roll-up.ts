// How the state of its subtickets moves a ticket (rest-api.md, section 6, "Roll-up"). Pure; the numbers are the rules' order.
import { type Failure, rolledUpFailure, sameFailure } from './failure.js';
import { isFailed, type Position, type WorkState } from './move.js';
import { COMPLETE, FAILED, PACKAGE_BUILDING, QUEUED, STATUS_COMPLETE, STATUS_WAITING } from './steps.js';

export interface LiveSubticket extends Position {
  readonly id: number;
  readonly failure: Failure | null;
}

/** Complete: at 1000 or beyond 200 (not failed), or at 200 with status 1000. */
export function isSubticketComplete(at: Position): boolean {
  if (isFailed(at)) return false;
  return at.step > PACKAGE_BUILDING || (at.step === PACKAGE_BUILDING && at.status === STATUS_COMPLETE);
}

/** The ticket as its live subtickets (none superseded) want it; the same object when they want no change. */
export function rollUp(ticket: WorkState, live: readonly LiveSubticket[]): WorkState {
  // 1. Without a live subticket there is nothing to roll up; a complete or closed ticket is never moved.
  if (live.length === 0 || ticket.closed || ticket.step === COMPLETE) return ticket;
  // 2. One that failed fails the ticket, whose failure names it as long as it is the reason; a failure that was reported
  //    at 999 stays as it is.
  const failed = live.filter(isFailed);
  const culprit = failed.find((one) => one.id === ticket.failure?.subticket) ?? failed[0];
  if (culprit) return ticket.step === FAILED ? blame(ticket, culprit) : failBecauseOf(ticket, culprit);
  // 3. Nothing failed any more: a failure that roll-up caused is undone, a reported one stays.
  const standing = undoRolledUpFailure(ticket);
  if (isFailed(standing) && standing.failure?.cause !== 'roll_up') return standing;
  // 4. The first one at 200 or beyond starts a queued ticket.
  const started =
    standing.step === QUEUED && live.some((one) => one.step >= PACKAGE_BUILDING)
      ? { ...standing, step: PACKAGE_BUILDING, status: STATUS_WAITING, failure: null }
      : standing;
  // 5. All complete: the ticket's package building is complete. From 300 on roll-up moves nothing forward.
  return started.step === PACKAGE_BUILDING && started.status !== STATUS_COMPLETE && live.every(isSubticketComplete)
    ? { ...started, status: STATUS_COMPLETE, failure: null }
    : started;
}

function failBecauseOf(ticket: WorkState, subticket: LiveSubticket): WorkState {
  const reported = ticket.failure?.cause === 'reported' ? ticket.failure : undefined;
  return {
    ...ticket,
    step: FAILED,
    status: FAILED,
    failedAtStep: ticket.step,
    failedAtStatus: ticket.status,
    failure: rolledUpFailure(ticket.step, subticket, reported),
  };
}

/** Brings the record of a failure that roll-up caused to what is known of the subticket now. */
function blame(ticket: WorkState, subticket: LiveSubticket): WorkState {
  if (ticket.failure?.cause !== 'roll_up') return ticket;
  const record = rolledUpFailure(ticket.failedAtStep ?? QUEUED, subticket, ticket.failure.earlier);
  return sameFailure(record, ticket.failure) ? ticket : { ...ticket, failure: record };
}

function undoRolledUpFailure(ticket: WorkState): WorkState {
  if (ticket.step !== FAILED || ticket.failure?.cause !== 'roll_up') return ticket;
  return {
    ...ticket,
    step: ticket.failedAtStep ?? QUEUED,
    status: ticket.failedAtStatus ?? STATUS_WAITING,
    failedAtStep: null,
    failedAtStatus: null,
    failure: ticket.failure.earlier ?? null,
  };
}
