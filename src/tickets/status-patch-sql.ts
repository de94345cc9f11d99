// The hot path of a status PATCH as one prepared statement: lock, decide, write, append. Its rules are workflow/move-sql.ts;
// test/workflow/move-parity.spec.ts holds them to the pure ones.
import type { Resource } from '../rest/resource.js';
import { selectList } from '../rest/reading/view-sql.js';
import { insertEventSql } from '../stream/append-event.js';
import { failureColumnsSql, outcomeSql } from '../workflow/move-sql.js';
import { FAILED, STATUS_FAILED, STEP_NAMES } from '../workflow/steps.js';

const STEP_NAME = `CASE d.next_step ${[...STEP_NAMES].map(([step, name]) => `WHEN ${step} THEN '${name}'`).join(' ')} END`;

const statusText = (column: string): string =>
  `CASE WHEN ${column} < 1000 THEN lpad(${column}::text, 3, '0') ELSE '1000' END`;

/** `{…}` of the event's `before` or `after`: the fields that differ, as the long path shows them. */
function sideSql(side: 'before' | 'after'): string {
  const changes = [
    {
      field: 'current_workflow_step',
      before: 'd.step::text',
      after: 'd.next_step::text',
      same: 'd.next_step = d.step',
    },
    {
      field: 'status',
      before: statusText('d.status'),
      after: statusText('d.next_status'),
      same: 'd.next_status = d.status',
    },
  ];
  const failure = [
    { field: 'failed_at_step', before: 'd.failed_at_step::text', after: 'w.failed_at_step::text' },
    { field: 'failure', before: 'd.failure', after: 'w.failure' },
  ].map((one) => ({ ...one, same: `${one.after} IS NOT DISTINCT FROM ${one.before}` }));
  return [...changes, ...failure]
    .map((one) => `CASE WHEN ${one.same} THEN '{}' ELSE jsonb_build_object('${one.field}', ${one[side]}) END`)
    .join(' || ');
}

/**
 * Values: ticket id, step or null, status or null, the version that If-Match names or null, actor. One row {body, version}
 * when the move was made or was a repeat; none when the ticket is missing, the move is refused, or more has to be looked
 * at. The row that `d` locked is the newest, whatever the statement's snapshot shows; nothing else may be read from `ticket`.
 */
export function statusPatchSql(resource: Resource): string {
  const set = failureColumnsSql('d');
  const failed = `d.next_step = ${FAILED} OR d.next_status = ${STATUS_FAILED}`;
  const line = `d.key || CASE WHEN d.next_step <> d.step
      THEN ' moved ' || d.step || ' → ' || d.next_step || ' (' || ${STEP_NAME} || '), status ' || ${statusText('d.next_status')}
      ELSE ' at ' || d.step || ' (' || ${STEP_NAME} || '): status ' || ${statusText('d.next_status')} END
    || CASE WHEN ${failed} THEN COALESCE(': ' || NULLIF(w.failure->>'summary', ''), '') ELSE '' END`;
  const event = insertEventSql(
    {
      type: "CASE WHEN d.next_step <> d.step THEN 'ticket.step_changed' ELSE 'ticket.status_changed' END",
      subject: "'ticket/' || w.id",
      severity: `CASE WHEN ${failed} THEN 'error' ELSE 'info' END`,
      actor: '$5::text',
      project: 'w.project_id',
      ticket: 'w.id',
      version: 'w.version',
      line,
      data: `jsonb_build_object('before', ${sideSql('before')}, 'after', ${sideSql('after')})`,
    },
    'FROM w JOIN d ON d.id = w.id',
  );
  return `WITH d AS (
      SELECT t.id, t.key, t.version, t.closed_at, t.failed_at_step, t.failed_at_status, t.failure,
        t.current_workflow_step AS step, t.status,
        COALESCE($2::smallint, t.current_workflow_step) AS next_step, COALESCE($3::smallint, t.status) AS next_status,
        p.settings->>'workflow_mode' AS mode, t AS row
      FROM ticket t JOIN project p ON p.id = t.project_id WHERE t.id = $1::int FOR NO KEY UPDATE OF t),
    o AS (SELECT d.id, clock_timestamp() AS time, CASE WHEN d.version <> $4::int THEN 'if_match.failed' ELSE ${outcomeSql('d')} END AS outcome FROM d),
    w AS (UPDATE ticket t SET current_workflow_step = d.next_step, status = d.next_status, version = d.version + 1,
        updated_at = o.time, step_entered_at = CASE WHEN d.next_step <> d.step THEN o.time ELSE t.step_entered_at END,
        failed_at_step = ${set.failed_at_step}, failed_at_status = ${set.failed_at_status}, failure = ${set.failure}
      FROM d, o WHERE t.id = d.id AND o.outcome = 'moved' RETURNING t.*),
    e AS (${event}),
    r AS (SELECT * FROM w UNION ALL SELECT (d.row).* FROM d JOIN o ON o.id = d.id WHERE o.outcome = 'same')
    SELECT row_to_json(v)::text AS body, t.version FROM r t, LATERAL (SELECT ${selectList(resource, 't')}) v`;
}
