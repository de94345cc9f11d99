// How the state of its subtickets moves a ticket (rest-api.md, section 6, "Roll-up"). Pure; the numbers are the rules' order.
import { type Failure, rolledUpFailure } from './failure.js';
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
  // 2. One that failed fails the ticket, whose failure remembers it; a ticket that failed already stays as it is.
  const failed = live.find(isFailed);
  if (failed) return ticket.step === FAILED ? ticket : failBecauseOf(ticket, failed);
  // 3. Nothing failed any more: a failure that roll-up caused is undone, any other stays.
  const standing = ticket.step === FAILED ? undoRolledUpFailure(ticket) : ticket;
  if (!standing) return ticket;
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
  return {
    ...ticket,
    step: FAILED,
    status: FAILED,
    failedAtStep: ticket.step,
    failedAtStatus: ticket.status,
    failure: rolledUpFailure(ticket.step, subticket),
  };
}

function undoRolledUpFailure(ticket: WorkState): WorkState | undefined {
  if (ticket.failure?.cause !== 'roll_up') return undefined;
  return {
    ...ticket,
    step: ticket.failedAtStep ?? QUEUED,
    status: ticket.failedAtStatus ?? STATUS_WAITING,
    failedAtStep: null,
    failedAtStatus: null,
    failure: null,
  };
}
