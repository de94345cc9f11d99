// Between rows and the pure workflow: what the rules need of a row, and what a move sets and says.
import { beforeAndAfter, differing } from '../rest/writing/default-update.js';
import type { EventDraft, FieldValues, Resource, Row } from '../rest/resource.js';
import { conflict } from '../platform/errors.js';
import { safeLink } from '../log/lines/link.js';
import { moveSeverity } from '../log/lines/severity.js';
import { changedLine, type Moved, movedLine } from '../log/lines/work-lines.js';
import type { Failure } from '../workflow/failure.js';
import { isFailed, type MoveResult, type WorkState } from '../workflow/move.js';
import { STEP_NAMES, statusText } from '../workflow/steps.js';

export function workStateOf(row: Row): WorkState {
  return {
    step: Number(row.current_workflow_step),
    status: Number(row.status),
    failedAtStep: row.failed_at_step as number | null,
    failedAtStatus: row.failed_at_status as number | null,
    failure: row.failure as Failure | null,
    closed: row.closed_at !== null && row.closed_at !== undefined,
  };
}

const WORK_COLUMNS = ['current_workflow_step', 'status', 'failed_at_step', 'failed_at_status', 'failure'];

/** The columns that a move changes in a row. */
export function workChanges(row: Row, next: WorkState): FieldValues {
  const values = {
    current_workflow_step: next.step,
    status: next.status,
    failed_at_step: next.failedAtStep,
    failed_at_status: next.failedAtStatus,
    failure: next.failure,
  };
  return differing(row, values, WORK_COLUMNS);
}

/** The event of a change to a ticket or subticket, called by `name` (`TKT-7`). */
export function moveEvent(resource: Resource, name: string, row: Row, next: WorkState, set: FieldValues): EventDraft {
  const what = 'current_workflow_step' in set ? 'step_changed' : 'status' in set ? 'status_changed' : 'changed';
  const log = isFailed(next) && what !== 'changed' ? safeLink(next.failure?.log) : undefined;
  return {
    type: `${resource.noun}.${what}`,
    severity: moveSeverity(what, isFailed(next)),
    line: what === 'changed' ? changedLine(name, Object.keys(set)) : movedLine(moveOf(name, row, next)),
    ...(log ? { link: log } : {}),
    data: beforeAndAfter(resource.fields, row, set),
  };
}

const moveOf = (name: string, row: Row, next: WorkState): Moved => ({
  name,
  from: Number(row.current_workflow_step),
  to: next.step,
  stepName: STEP_NAMES.get(next.step) ?? '',
  status: statusText(next.status),
  why: isFailed(next) ? next.failure?.summary : null,
});

/** A refused move is a 409 with the rule's own code. */
export function accepted(result: MoveResult): WorkState {
  if (result.refused) throw conflict(result.code, result.message);
  return result.next;
}
