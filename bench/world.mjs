// What a run stands on: a Postgres of its own with fsync on, filled; Stampline and the bare server on it, a process each.
import fs from 'node:fs';
import pg from 'pg';
import { ensureBuilt } from '../scripts/build.mjs';
import { databaseUrl } from '../scripts/database-url.mjs';
import { launch, sharedFolder } from '../test/setup/launch.js';

const READY_MS = 60_000;

/** Tickets at the start, spread over the steps, each with its history row. */
export const TICKETS = 4000;

/**
 * @typedef {{name: 'ours' | 'bare', url: string, end: () => Promise<void>}} Server
 * @typedef {{ours: Server, bare: Server, sql: (text: string) => Promise<any[]>, connection: object, version: string, stop: () => Promise<void>}} World
 */

/** @param {(line: string) => void} say @returns {Promise<World>} */
export async function startWorld(say) {
  await ensureBuilt({ say });
  const { startEmbeddedPostgres } = await import('../dist/src/platform/database/embedded/embedded-postgres.js');
  const folder = sharedFolder('stampline-bench-');
  const endings = [() => fs.rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const postgres = await startEmbeddedPostgres({ dataFolder: folder });
    endings.push(() => postgres.stop());
    const url = databaseUrl(postgres.connection);
    const ours = await startServer('ours', ['scripts/start.mjs'], url);
    endings.push(ours.end);
    const client = new pg.Client(postgres.connection);
    await client.connect();
    endings.push(() => client.end());
    const sql = async (text) => (await client.query(text)).rows;
    await fill(sql);
    const bare = await startServer('bare', ['bench/bare-server.mjs'], url);
    endings.push(bare.end);
    const [{ version }] = await sql("SELECT current_setting('server_version') AS version");
    return { ours, bare, sql, connection: postgres.connection, version, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a server as `npm start` would and waits for its port. @returns {Promise<Server>} */
export async function startServer(name, words, databaseUrl) {
  // All clients of a run come from one address.
  const shares = { STAMPLINE_MAX_STREAMS: '100000', STAMPLINE_MAX_WAITS: '100000', STAMPLINE_MAX_DOWNLOADS: '100000' };
  const own = { DATABASE_URL: databaseUrl, HOST: '127.0.0.1', NODE_ENV: 'production' };
  const nodeOptions = process.env[`BENCH_NODE_OPTIONS_${name.toUpperCase()}`]?.split(' ') ?? [];
  const server = launch({ env: { ...shares, ...own }, words, nodeOptions });
  const late = setTimeout(() => server.kill('SIGKILL'), READY_MS);
  await server.ready;
  clearTimeout(late);
  return { name, url: server.base, pid: server.child.pid, end: () => server.stop() };
}

/** @param {World['sql']} sql */
async function fill(sql) {
  await sql(`INSERT INTO ticket (project_id, key, normal_key, owner, title, description, bug_id, current_workflow_step, status)
    SELECT 1, 'TKT-' || n, 'TKT-' || n, 'owner' || n % 50 || '@example.com', 'Update package number ' || n || ' to its next release',
      repeat('What it changes and why. ', 8), (100000 + n)::text, (ARRAY[100, 200, 300, 400, 500, 999, 1000])[1 + n % 7], 0
    FROM generate_series(1, ${TICKETS}) n`);
  await sql(`INSERT INTO event (type, subject, actor, project_id, ticket_id, version, line, data)
    SELECT 'ticket.created', 'ticket/' || t.id, 'local', 1, t.id, 1, 'Ticket ' || t.key || ' created', jsonb_build_object('after', to_jsonb(t))
    FROM ticket t`);
  await sql('VACUUM ANALYZE');
}
