// Reads what there is once the load is over and all is healed: the log, the rows, what production serves.
import { setTimeout as pause } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { bodyOf, call } from '../load/call.mjs';
import http from 'node:http';

const QUIET_MS = 60_000;

/** @param {import('../world/world.mjs').World} world @param {import('../load/load.mjs').Load} load @returns {Promise<import('./check.mjs').Found>} */
export async function readBack(world, load) {
  const head = await untilNumbered(world);
  await untilReadersHave(load.readers, head);
  for (const reader of load.readers) await reader.stop();
  const events = await world.sql(EVENTS);
  const [objects, rows] = [await world.sql(OBJECTS), await world.sql(ROWS)];
  const agent = new http.Agent({ keepAlive: true });
  try {
    const map = bodyOf(await until(() => get(agent, world.base, '/import-map.json')));
    const served = [];
    for (const { path } of load.history.blobs) {
      const { status, text } = await until(() => get(agent, world.base, path), 10_000);
      served.push({ path, hash: status === 200 ? createHash('sha256').update(text).digest('hex') : `${status}` });
    }
    const production = Object.entries(map.imports).map(([name, url]) => [name, new URL(url).pathname]);
    const readers = load.readers.map(({ got, others }) => ({ got, others }));
    return { events, objects, rows, production: Object.fromEntries(production), served, readers };
  } finally {
    agent.destroy();
  }
}

/** Numbers come from pg as texts where they are bigint. */
const EVENTS = `SELECT id::int, seq::int, subject, version, type,
    CASE WHEN type LIKE '%.created' THEN jsonb_build_object('mark', COALESCE(data->'after'->>'title', data->'after'->>'assignee', data->'after'->>'name'))
      WHEN type = 'message' THEN jsonb_build_object('mark', substring(line FROM 'event-[0-9]+$')) ELSE '{}' END
    || COALESCE((SELECT jsonb_object_agg(key, value) FROM jsonb_each(data->'after') WHERE key IN ('status', 'current_workflow_step', 'description')), '{}') AS after
  FROM event ORDER BY id`;

const OBJECTS = `SELECT title AS mark, '/api/v1/ticket/' || id || '/' AS uri FROM ticket
  UNION ALL SELECT assignee, '/api/v1/subticket/' || id || '/' FROM subticket
  UNION ALL SELECT name, '/api/v1/ticketartifact/' || id || '/' FROM artifact`;

const STATE = `jsonb_build_object('status', CASE WHEN status < 100 THEN lpad(status::text, 3, '0') ELSE status::text END, 'current_workflow_step', current_workflow_step::text`;

const ROWS = `SELECT 'ticket/' || id AS subject, version, ${STATE}, 'description', description) AS state FROM ticket
  UNION ALL SELECT 'subticket/' || id, version, ${STATE}) FROM subticket`;

/** The relay has numbered all there is. Answers the highest number. */
async function untilNumbered(world) {
  const look = async () => {
    const [row] = await world.sql(
      'SELECT count(*) FILTER (WHERE seq IS NULL)::int AS left, max(seq)::int AS head FROM event',
    );
    return row.left === 0 ? row : undefined;
  };
  // Where it never is, the check says which are left.
  return (await until(look))?.head ?? 0;
}

async function untilReadersHave(readers, head) {
  await until(() => (readers.every(({ last }) => last >= head) ? true : undefined));
}

/** Tries again, through refusals of what is just coming up, for a minute at most; then undefined. */
async function until(attempt, withinMs = QUIET_MS) {
  let last;
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await pause(50)) {
    try {
      const found = await attempt();
      if (found !== undefined && !(found.status >= 500 || found.status === 0)) return found;
      last = found;
    } catch {
      // The database is not there yet.
    }
  }
  return last;
}

const get = (agent, base, path) => call(agent, base, { method: 'GET', path });
