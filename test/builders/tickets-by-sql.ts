// Tickets put straight into the table in any state, many at once, and what becomes of them: row and events.
import type { TestServer } from '../setup/test-server.js';
import type { MoveCase } from './move-cases.js';

export interface KeptRow {
  readonly id: number;
  readonly key: string;
  readonly project: number;
  readonly version: number;
  readonly [column: string]: unknown;
}

export interface TicketAsKept {
  readonly row: KeptRow;
  readonly events: readonly Record<string, unknown>[];
}

/** A ticket for each case, in the order of the cases; strict ones in a project of their own, which is made. */
export async function insertCases(server: TestServer, cases: readonly MoveCase[]): Promise<TicketAsKept[]> {
  await server.sql(
    `INSERT INTO project (name, settings) VALUES ('strict', '{"workflow_mode": "strict"}') ON CONFLICT DO NOTHING`,
  );
  const rows = await server.sql<{ id: number }>(
    `WITH one AS (SELECT nextval('ticket_id_seq')::int AS id, value AS v, number FROM jsonb_array_elements($1) WITH ORDINALITY AS e(value, number) ORDER BY number),
      made AS (INSERT INTO ticket (id, project_id, key, normal_key, title, current_workflow_step, status, version, failed_at_step, failed_at_status, failure, closed_at)
        SELECT id, (SELECT p.id FROM project p WHERE p.name = CASE WHEN v->>'mode' = 'strict' THEN 'strict' ELSE 'default' END),
          'TKT-' || id, 'TKT-' || id, 'A ticket', (v->'state'->>'step')::int, (v->'state'->>'status')::int, 3,
          (v->'state'->>'failedAtStep')::int, (v->'state'->>'failedAtStatus')::int, NULLIF(v->'state'->'failure', 'null'),
          CASE WHEN (v->'state'->>'closed')::boolean THEN now() END FROM one)
      SELECT id FROM one ORDER BY number`,
    [JSON.stringify(cases)],
  );
  return readTickets(
    server,
    rows.map(({ id }) => id),
  );
}

/** Rows by their properties' names, and their events without what differs anyway (id, time), in the order of the ids. */
export async function readTickets(server: TestServer, ids: readonly number[]): Promise<TicketAsKept[]> {
  return server.sql<TicketAsKept & object>(
    `SELECT to_jsonb(t) - 'project_id' || jsonb_build_object('project', t.project_id) AS row,
        COALESCE((SELECT jsonb_agg(jsonb_build_object('type', e.type, 'severity', e.severity, 'line', e.line, 'data', e.data,
          'version', e.version, 'actor', e.actor, 'project', e.project_id) ORDER BY e.id) FROM event e WHERE e.ticket_id = t.id), '[]') AS events
      FROM unnest($1::int[]) WITH ORDINALITY AS asked(id, number) JOIN ticket t ON t.id = asked.id ORDER BY asked.number`,
    [ids],
  );
}
