// What the bare server sends to Postgres: one statement for each path, written by hand for exactly that path. The bytes of
// the answers are those of Stampline; bench/same-answers.mjs compares them before anything is measured.

/** @typedef {{name: string, text: string}} Named */

const time = (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const status = (column) => `CASE WHEN ${column} < 1000 THEN lpad(${column}::text, 3, '0') ELSE '1000' END`;

/** A ticket as `/api/v1/ticket/` shows it. */
const TICKET = `t.id, t.owner, t.title, t.description, t.bug_id, t.current_workflow_step::text AS current_workflow_step,
  ${status('t.status')} AS status, t.key, '/api/v1/project/' || t.project_id || '/' AS project, t.stage, t.base_image,
  ARRAY(SELECT '/api/v1/testsuite/' || n || '/' FROM unnest(t.testsuites) n) AS testsuites, t.version,
  t.failed_at_step::text AS failed_at_step, t.failure, ${time('t.created_at')} AS created_at, ${time('t.updated_at')} AS updated_at,
  ${time('t.step_entered_at')} AS step_entered_at, ${time('t.closed_at')} AS closed_at, '/api/v1/ticket/' || t.id || '/' AS resource_uri`;

/** @type {Named} Values: id. */
export const getTicket = {
  name: 'bare_get_ticket',
  text: `SELECT row_to_json(v)::text AS body, v.version FROM (SELECT ${TICKET} FROM ticket t WHERE t.id = $1) v`,
};

export const LIMIT = 20;

/**
 * By step, one statement a step: with step and limit in the text Postgres plans once, and for that step. No values.
 * @param {number} step @returns {Named}
 */
export const listTickets = (step) => ({
  name: `bare_list_tickets_${step}`,
  text: `SELECT string_agg(row_to_json(v)::text, ',') AS objects,
    (SELECT count(*) FROM ticket WHERE current_workflow_step = ${step})::int AS total
    FROM (SELECT ${TICKET} FROM ticket t WHERE t.current_workflow_step = ${step} ORDER BY t.id LIMIT ${LIMIT}) v`,
});

const STEP_NAME = `CASE w.current_workflow_step WHEN 100 THEN 'Queued' WHEN 200 THEN 'Package Building' WHEN 300 THEN 'Image Building'
  WHEN 400 THEN 'Image Testing' WHEN 500 THEN 'Package Publishing' WHEN 999 THEN 'Failed' ELSE 'Complete' END`;

/** @type {Named} Values: id, step, status. Locks, updates, writes the history row. */
export const patchStatus = {
  name: 'bare_patch_status',
  text: `WITH d AS (SELECT id, current_workflow_step AS step, status FROM ticket WHERE id = $1 AND closed_at IS NULL FOR NO KEY UPDATE),
    w AS (UPDATE ticket t SET current_workflow_step = $2, status = $3, version = t.version + 1, updated_at = clock_timestamp(),
        step_entered_at = CASE WHEN d.step <> $2 THEN clock_timestamp() ELSE t.step_entered_at END
      FROM d WHERE t.id = d.id RETURNING t.*),
    e AS (INSERT INTO event (type, subject, severity, actor, project_id, ticket_id, version, line, link, data)
      SELECT CASE WHEN d.step <> w.current_workflow_step THEN 'ticket.step_changed' ELSE 'ticket.status_changed' END,
        'ticket/' || w.id, 'info', 'local', w.project_id, w.id, w.version,
        w.key || CASE WHEN d.step <> w.current_workflow_step
          THEN ' moved ' || d.step || ' → ' || w.current_workflow_step || ' (' || ${STEP_NAME} || '), status ' || ${status('w.status')}
          ELSE ' at ' || d.step || ' (' || ${STEP_NAME} || '): status ' || ${status('w.status')} END,
        '/api/v1/ticket/' || w.id || '/',
        jsonb_strip_nulls(jsonb_build_object(
          'before', jsonb_build_object('current_workflow_step', CASE WHEN w.current_workflow_step <> d.step THEN d.step::text END,
            'status', CASE WHEN w.status <> d.status THEN ${status('d.status')} END),
          'after', jsonb_build_object('current_workflow_step', CASE WHEN w.current_workflow_step <> d.step THEN w.current_workflow_step::text END,
            'status', CASE WHEN w.status <> d.status THEN ${status('w.status')} END)))
      FROM w JOIN d ON d.id = w.id)
    SELECT row_to_json(v)::text AS body, v.version FROM (SELECT t.id, t.current_workflow_step::text AS current_workflow_step,
      ${status('t.status')} AS status, t.version, t.failed_at_step::text AS failed_at_step, t.failure,
      '/api/v1/updateticketstatus/' || t.id || '/' AS resource_uri FROM w t) v`,
};

/** @type {Named} Values: owner, title, description, bug_id. */
export const createTicket = {
  name: 'bare_create_ticket',
  text: `WITH n AS (SELECT nextval('ticket_id_seq') AS id),
    w AS (INSERT INTO ticket (id, project_id, key, normal_key, owner, title, description, bug_id)
      SELECT id, 1, 'TKT-' || id, 'TKT-' || id, $1, $2, $3, $4 FROM n RETURNING *),
    v AS (SELECT ${TICKET} FROM w t),
    e AS (INSERT INTO event (type, subject, severity, actor, project_id, ticket_id, version, line, link, data)
      SELECT 'ticket.created', 'ticket/' || v.id, 'info', 'local', 1, v.id, v.version, 'Ticket ' || v.key || ' created: ' || v.title,
        '/api/v1/ticket/' || v.id || '/',
        jsonb_build_object('after', to_jsonb(v) - 'resource_uri') FROM v)
    SELECT v.id, v.version, row_to_json(v)::text AS body FROM v`,
};
