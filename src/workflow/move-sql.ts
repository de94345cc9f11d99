// The rules of workflow/move.ts as SQL expressions for the hot status PATCH, made from the same data. Pure text.
import { furthestStep } from './move.js';
import { COMPLETE, FAILED, LINE, PACKAGE_BUILDING, STATUS_COMPLETE, STATUS_FAILED } from './steps.js';

/**
 * What becomes of a move, as an SQL expression over the row `now` (step, status, next_step, next_status, failed_at_step,
 * closed_at, mode): `same`, `moved`, the refusal's code, or `look` where the subtickets decide, which one statement can't
 * see as they are after its wait for the lock.
 */
export function outcomeSql(now: string): string {
  return `CASE
    WHEN ${now}.closed_at IS NOT NULL THEN 'ticket.closed'
    WHEN ${now}.mode = 'strict' AND ${now}.next_step <> ${now}.step THEN
      CASE
        WHEN ${now}.step = ${COMPLETE} THEN 'workflow.complete'
        WHEN ${now}.next_step = ${FAILED} THEN 'moved'
        WHEN ${positionSql(`${now}.next_step`)} > ${positionSql(furthestSql(now))} THEN 'workflow.skips_steps'
        WHEN ${now}.next_step = ${COMPLETE} THEN 'look'
        ELSE 'moved'
      END
    WHEN ${now}.next_step = ${now}.step AND ${now}.next_status = ${now}.status THEN 'same'
    ELSE 'moved'
  END`;
}

/** A step's place in the line, from 0; 999 has none (-1). */
const positionSql = (step: string): string =>
  `CASE ${step} ${LINE.map((value, index) => `WHEN ${value} THEN ${index}`).join(' ')} ELSE -1 END`;

/** furthestStep() for every step, and for 999 the step it failed at. */
function furthestSql(now: string): string {
  const forward = LINE.map((step) => `WHEN ${step} THEN ${furthestStep({ step, failedAtStep: null })}`).join(' ');
  return `CASE ${now}.step ${forward} ELSE COALESCE(${now}.failed_at_step, ${LINE[0]}) END`;
}

/** The columns that a move sets besides step, status and version: the SQL twin of failureAfter() without a report. */
export function failureColumnsSql(now: string): Record<'failed_at_step' | 'failed_at_status' | 'failure', string> {
  const entering = `${now}.next_step = ${FAILED} AND ${now}.step <> ${FAILED}`;
  const wasFailed = `(${now}.step = ${FAILED} OR ${now}.status = ${STATUS_FAILED})`;
  const record = `jsonb_build_object('cause', 'reported', 'code', NULL, 'kind', NULL, 'summary', NULL, 'step', ${now}.step::text, 'subticket', NULL, 'log', NULL)`;
  return {
    failed_at_step: `CASE WHEN ${now}.next_step <> ${FAILED} THEN NULL WHEN ${entering} THEN ${now}.step ELSE ${now}.failed_at_step END`,
    failed_at_status: `CASE WHEN ${now}.next_step <> ${FAILED} THEN NULL WHEN ${entering} THEN ${now}.status ELSE ${now}.failed_at_status END`,
    failure: `CASE WHEN ${now}.next_step <> ${FAILED} AND ${now}.next_status <> ${STATUS_FAILED} THEN NULL WHEN ${wasFailed} AND ${now}.failure IS NOT NULL THEN ${now}.failure WHEN ${entering} THEN ${record} END`,
  };
}

/** isSubticketComplete() as SQL, for a subticket's alias. */
export const subticketCompleteSql = (alias: string): string =>
  `(${alias}.current_workflow_step <> ${FAILED} AND ${alias}.status <> ${STATUS_FAILED} AND (${alias}.current_workflow_step > ${PACKAGE_BUILDING} OR (${alias}.current_workflow_step = ${PACKAGE_BUILDING} AND ${alias}.status = ${STATUS_COMPLETE})))`;
