// The hot path of a status PATCH as one prepared statement: lock, decide, write, append. It takes the common case only, since
// what Postgres spends on a statement grows with its length: an open ticket that neither has failed nor is failing, and in
// strict mode a step that move() allows whatever the subtickets. test/workflow/move-parity.spec.ts holds it to the pure rules.
import type { Statement } from '../platform/database/statement.js';
import { selectList, statusSql } from '../rest/reading/view-sql.js';
import type { Resource } from '../rest/resource.js';
import { insertEventSql } from '../log/append-event.js';
import { movedLineSql } from '../log/lines/work-lines.js';
import type { Position } from '../workflow/move.js';
import { strictOrigins } from '../workflow/move-sql.js';
import { FAILED, STATUS_FAILED, STEP_NAMES } from '../workflow/steps.js';

/** The event's `before` or `after`: nulls, which are taken out, where the two are the same. */
const sideSql = (step: string, status: string, otherStatus: string): string =>
  `jsonb_build_object('current_workflow_step', CASE WHEN d.next_step <> d.step THEN ${step}::text END, 'status', NULLIF(${status}, ${otherStatus}))`;

const EVENT = insertEventSql(
  {
    type: "CASE WHEN d.next_step <> d.step THEN 'ticket.step_changed' ELSE 'ticket.status_changed' END",
    subject: "'ticket/' || d.id",
    actor: '$5::text',
    project: 'd.project_id',
    ticket: 'd.id',
    stage: 'd.stage',
    version: 'd.next_version',
    line: movedLineSql({ key: 'd.key', from: 'd.step', to: 'd.next_step', status: 'd.next_status_text' }, STEP_NAMES),
    link: "'/api/v1/ticket/' || d.id || '/'",
    data: `jsonb_strip_nulls(jsonb_build_object('before', ${sideSql('d.step', 'd.status_text', 'd.next_status_text')},
      'after', ${sideSql('d.next_step', 'd.next_status_text', 'd.status_text')}))`,
    // Steps and statuses: no texts.
    redacted: true,
  },
  'FROM d WHERE d.next_version > d.version',
);

const NEXT_STEP = 'COALESCE($2::smallint, t.current_workflow_step)';
const NEXT_STATUS = 'COALESCE($3::smallint, t.status)';

/**
 * Values: ticket id, step or null, status or null, the version that If-Match names or null, actor, the steps from which
 * strict mode allows the step. `d` is the row as it is once it is locked, whatever the statement's snapshot shows: nothing
 * else may be read from `ticket`. No row: not the common case, and nothing was done.
 */
function textOf(resource: Resource): string {
  return `WITH d AS (
      SELECT t.id, t.project_id, t.key, t.stage, t.version, t.current_workflow_step AS step, t.status,
        ${NEXT_STEP} AS next_step, ${NEXT_STATUS} AS next_status,
        CASE WHEN ${NEXT_STEP} = t.current_workflow_step AND ${NEXT_STATUS} = t.status THEN t.version ELSE t.version + 1 END AS next_version,
        ${statusSql('t.status')} AS status_text, ${statusSql(NEXT_STATUS)} AS next_status_text, clock_timestamp() AS time
      FROM ticket t
      WHERE t.id = $1::bigint AND ($4::int IS NULL OR t.version = $4::int) AND t.closed_at IS NULL
        AND t.current_workflow_step <> ${FAILED} AND t.status <> ${STATUS_FAILED} AND t.failed_at_step IS NULL AND t.failure IS NULL
        AND (${NEXT_STEP} = t.current_workflow_step OR t.current_workflow_step = ANY($6::smallint[])
          OR (SELECT p.settings->>'workflow_mode' FROM project p WHERE p.id = t.project_id) IS DISTINCT FROM 'strict')
      FOR NO KEY UPDATE OF t),
    w AS (UPDATE ticket t SET current_workflow_step = d.next_step, status = d.next_status, version = d.next_version,
        updated_at = d.time, step_entered_at = CASE WHEN d.next_step <> d.step THEN d.time ELSE t.step_entered_at END
      FROM d WHERE t.id = d.id AND d.next_version > d.version),
    e AS (${EVENT}),
    r AS (SELECT d.id, d.next_step AS current_workflow_step, d.next_status AS status, d.next_version AS version,
        NULL::smallint AS failed_at_step, NULL::jsonb AS failure FROM d)
    SELECT row_to_json(v)::text AS body, t.version FROM r t, LATERAL (SELECT ${selectList(resource, 't')}) v`;
}

export type StatusPatch = (
  id: number,
  asked: Partial<Position>,
  ifMatch: number | undefined,
  actor: string,
) => Statement | undefined;

/**
 * Makes the statement of a move. It answers one row {body, version} when the move was made or was a repeat; none when the
 * long way has to find out why not. Undefined: a failure, of which a record has to be made.
 */
export function statusPatch(resource: Resource): StatusPatch {
  const text = textOf(resource);
  return (id, { step, status }, ifMatch, actor) => {
    if (step === FAILED || status === STATUS_FAILED) return undefined;
    const origins = step === undefined ? '{}' : `{${strictOrigins(step).join()}}`;
    return {
      name: 'status_patch',
      text,
      values: [id, step ?? null, status ?? null, ifMatch ?? null, actor, origins],
    };
  };
}
