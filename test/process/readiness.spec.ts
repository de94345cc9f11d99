// promises.md, 8: what /readyz says no to while the server runs, and that /livez never asks the database.
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { databaseUrl } from '../../scripts/database-url.mjs';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/database/embedded/embedded-postgres.js';
import { call, endAll, eventually, newFolder, PROCESS_MS, type ServerProcess, startServer } from './server-process.js';

const dataFolder = newFolder();
let postgres: EmbeddedPostgres;
let server: ServerProcess;
beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ dataFolder });
  server = startServer({ DATABASE_URL: databaseUrl(postgres.connection) });
  await server.ready;
}, PROCESS_MS);
afterAll(async () => {
  server.kill('SIGTERM');
  await server.ended;
  await postgres.stop();
  await endAll();
}, PROCESS_MS);

/** The same data, taken for a standby's whose primary says nothing. */
async function startStandby(): Promise<void> {
  const { uid, gid } = fs.statSync(postgres.dataDirectory);
  const signal = path.join(postgres.dataDirectory, 'standby.signal');
  fs.writeFileSync(signal, '');
  fs.chownSync(signal, uid, gid);
  postgres = await startEmbeddedPostgres({ dataFolder });
}

async function sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(postgres.connection);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text, values);
  await client.end();
  return rows;
}

/** Until /readyz answers so. */
const readiness = (code: string | undefined) =>
  eventually(`/readyz says ${code ?? 'yes'}`, async () => {
    const reply = await call(server.base, 'GET', '/readyz');
    return reply.status === (code ? 503 : 200) && reply.body.code === code;
  });

it('a migration that is missing, or one that this version does not know', async () => {
  await readiness(undefined);
  const [last] = await sql('DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations) RETURNING *');
  await readiness('not_ready.migration');
  await sql('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [last?.timestamp, last?.name]);
  await readiness(undefined);
  await sql(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')`);
  await readiness('not_ready.migration');
  await sql(`DELETE FROM migrations WHERE name LIKE 'FromTheFuture%'`);
  await readiness(undefined);
});

it(
  'a database that is away, and then a standby: /livez is fine, reads are answered, changes are 503',
  async () => {
    const { body } = await call(server.base, 'POST', '/api/v1/ticket/', { title: 'before the switch' });
    await postgres.stop();
    await readiness('database.unavailable');
    expect((await call(server.base, 'GET', '/livez')).status).toBe(200);
    await startStandby();
    await readiness('not_ready.standby');
    expect(await call(server.base, 'GET', `/api/v1/ticket/${body.id}/`)).toMatchObject({ status: 200, body });
    const refused = await call(server.base, 'POST', '/api/v1/ticket/', { title: 'on a standby' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'database.unavailable' } });
    await sql('SELECT pg_promote()');
    await readiness(undefined);
    expect((await call(server.base, 'POST', '/api/v1/ticket/', { title: 'promoted' })).status).toBe(201);
  },
  PROCESS_MS,
);

it(
  'a standby is refused at the start',
  async () => {
    await postgres.stop();
    await startStandby();
    const second = startServer({ DATABASE_URL: databaseUrl(postgres.connection) });
    expect(await second.ended).toBe(1);
    expect(second.output().trim()).toMatch(/^stampline: The database is a standby.*DATABASE_URL/);
  },
  PROCESS_MS,
);
