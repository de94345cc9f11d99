// What the rules of workflow/move.ts and roll-up.ts come to in statements, made from the same data. Pure.
import { move, type WorkState } from './move.js';
import { FAILED, LINE, PACKAGE_BUILDING, STATUS_COMPLETE, STATUS_FAILED, STATUS_WAITING, STEPS } from './steps.js';

/** The steps from which strict mode allows a move to each step, whatever the subtickets; move() itself says so. */
const ORIGINS = new Map(STEPS.map((to) => [to, LINE.filter((from) => isAllowed(from, to))]));

function isAllowed(from: number, step: number): boolean {
  const now: WorkState = {
    step: from,
    status: STATUS_WAITING,
    failedAtStep: null,
    failedAtStatus: null,
    failure: null,
    closed: false,
  };
  return !move(now, { step }, { mode: 'strict', openSubtickets: [0], name: '' }).refused;
}

export const strictOrigins = (step: number): readonly number[] => ORIGINS.get(step) ?? [];

/** isSubticketComplete() as SQL, for a subticket's alias. */
export const subticketCompleteSql = (alias: string): string =>
  `(${alias}.current_workflow_step <> ${FAILED} AND ${alias}.status <> ${STATUS_FAILED} AND (${alias}.current_workflow_step > ${PACKAGE_BUILDING} OR (${alias}.current_workflow_step = ${PACKAGE_BUILDING} AND ${alias}.status = ${STATUS_COMPLETE})))`;
