// What a status change does to a ticket or a subticket: the pure rules (rest-api.md, section 6). workflow/move-sql.ts says
// the same to Postgres for the hot path; test/workflow/move-parity.spec.ts holds the two to the same answers.
import { type Failure, type FailureReport, reportedFailure, sameFailure } from './failure.js';
import { COMPLETE, FAILED, LINE, listOfSteps, QUEUED, STATUS_FAILED, STEP_NAMES } from './steps.js';

export type WorkflowMode = 'free' | 'strict';

export interface Position {
  readonly step: number;
  readonly status: number;
}

/** What the rules need to know of a ticket or a subticket. */
export interface WorkState extends Position {
  readonly failedAtStep: number | null;
  readonly failedAtStatus: number | null;
  readonly failure: Failure | null;
  readonly closed: boolean;
}

/** A refusal: `code` is stable, `message` names what stands in the way and what to do. */
export interface Refusal {
  readonly refused: true;
  readonly code: 'ticket.closed' | 'workflow.skips_steps' | 'workflow.complete' | 'workflow.subtickets_open';
  readonly message: string;
}

export type MoveResult = { readonly refused: false; readonly changed: boolean; readonly next: WorkState } | Refusal;

export interface MoveContext {
  readonly mode: WorkflowMode;
  /** Live subtickets that aren't complete; only strict mode asks. */
  readonly openSubtickets: readonly number[];
  /** `TKT-7` or `subticket 3`, for messages. */
  readonly name: string;
}

/**
 * Moves to the asked step and status; a field left out keeps its value. A repeat changes nothing. A move to 999 remembers
 * where it came from, leaving 999 forgets it.
 */
export function move(
  now: WorkState,
  asked: Partial<Position>,
  context: MoveContext,
  report: FailureReport = {},
): MoveResult {
  if (now.closed) {
    return refuse('ticket.closed', `${context.name} is closed. Reopen it first: POST …/reopen/.`);
  }
  const to: Position = { step: asked.step ?? now.step, status: asked.status ?? now.status };
  const objection = context.mode === 'strict' ? strictObjection(now, to, context) : undefined;
  if (objection) return objection;
  const next = { ...now, ...to, ...originAfter(now, to), failure: failureAfter(now, to, report) };
  const changed = next.step !== now.step || next.status !== now.status || next.failure !== now.failure;
  return { refused: false, changed, next: changed ? next : now };
}

/** Where it came from when it failed: taken on the way into 999, kept there, forgotten on the way out. */
function originAfter(now: WorkState, to: Position): Pick<WorkState, 'failedAtStep' | 'failedAtStatus'> {
  if (to.step !== FAILED) return { failedAtStep: null, failedAtStatus: null };
  if (now.step !== FAILED) return { failedAtStep: now.step, failedAtStatus: now.status };
  return { failedAtStep: now.failedAtStep, failedAtStatus: now.failedAtStatus };
}

/** The record of the failure: what was known, with what the report adds. The same object where that is the same. */
function failureAfter(now: WorkState, to: Position, report: FailureReport): Failure | null {
  if (!isFailed(to)) return null;
  const known = isFailed(now) ? now.failure : null;
  const entering = to.step === FAILED && now.step !== FAILED;
  const said = Object.values(report).some((value) => value !== undefined);
  if (!said && (known || !entering)) return known;
  const step = to.step === FAILED ? originAfter(now, to).failedAtStep : to.step;
  const record = reportedFailure(step, report, known);
  return sameFailure(record, known) ? known : record;
}

/** Failed is: at step 999, or with status 999 at another step. Only the first remembers the step it left. */
export const isFailed = (at: Position): boolean => at.step === FAILED || at.status === STATUS_FAILED;

/**
 * Strict mode: one step forward at a time, any number back, failing from anywhere but 1000, 1000 only when every live
 * subticket is complete, out of 1000 only by reopening. A failed one may go back to the step it failed at, or before it.
 */
function strictObjection(now: WorkState, to: Position, context: MoveContext): Refusal | undefined {
  if (to.step === now.step) return undefined;
  if (now.step === COMPLETE) {
    return refuse('workflow.complete', `${context.name} is complete. Reopen it first: POST …/reopen/.`);
  }
  if (to.step === FAILED) return undefined;
  const reach = furthestStep(now);
  if (LINE.indexOf(to.step) > LINE.indexOf(reach)) {
    return refuse(
      'workflow.skips_steps',
      `${context.name} is at ${now.step} (${STEP_NAMES.get(now.step)}) and in strict mode moves one step at a time: the next is ${reach} (${STEP_NAMES.get(reach)}). The steps are ${listOfSteps()}.`,
    );
  }
  if (to.step === COMPLETE && context.openSubtickets.length > 0) {
    return refuse(
      'workflow.subtickets_open',
      `${context.name} can't be completed while subtickets are open: ${context.openSubtickets.join(', ')}. Complete or supersede them first.`,
    );
  }
  return undefined;
}

/** The furthest step that strict mode lets one go to in one move. */
export function furthestStep(now: Pick<WorkState, 'step' | 'failedAtStep'>): number {
  if (now.step === FAILED) return now.failedAtStep ?? QUEUED;
  return LINE[LINE.indexOf(now.step) + 1] ?? COMPLETE;
}

const refuse = (code: Refusal['code'], message: string): Refusal => ({ refused: true, code, message });
