// promises.md, 10: overload is told while it lasts, and every session of the pool has its limits. What else it says is in
// test/stories/promise-overload.spec.ts.
import pg from 'pg';
import { Db } from '../../src/platform/database/db.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('who waits for a connection is refused while those who have one still wait: they give up later', async () => {
  const { body } = await server.http.post('/api/v1/ticket/').send({ title: 'contended' }).expect(201);
  const holder = new pg.Client(server.connection);
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM ticket WHERE id = $1 FOR UPDATE', [body.id]);
  let ended = 0;
  const blocked = Array.from({ length: 10 }, async (_, index) => {
    const reply = await server.http.patch(`/api/v1/updateticketstatus/${body.id}/`).send({ status: index + 1 });
    ended += 1;
    return reply.status;
  });
  const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  for (let count = 0; count < 10; count = (await server.sql<{ count: number }>(waiting))[0]?.count ?? 0);
  const refused = await server.http.get('/api/v1/ticket/');
  expect(refused.status).toBe(503);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  // A connection is waited for 2 s, a row 4 s.
  expect(ended).toBe(0);
  await holder.query('ROLLBACK');
  await holder.end();
  expect([...new Set(await Promise.all(blocked))]).toEqual([202]);
});

it('no session of the pool runs a statement without an end', async () => {
  const text = `SELECT pg_backend_pid() AS pid, current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
    current_setting('idle_in_transaction_session_timeout') AS idle, pg_sleep(0.2)`;
  const db = server.app.get(Db);
  const rows = (await Promise.all(Array.from({ length: 10 }, () => db.run<Record<string, unknown>>({ text })))).flat();
  expect(new Set(rows.map((row) => row.pid)).size).toBe(10);
  for (const row of rows) expect(row).toMatchObject({ statement: '5s', lock: '4s', idle: '15s' });
});

it('the connection that listens may be lost any number of times: the server listens again, and answers all the while', async () => {
  const listeners = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'stampline listener'`;
  let last = 0;
  for (let round = 0; round < 5; round += 1) {
    let pid = last;
    while (pid === last) pid = (await server.sql<{ pid: number }>(listeners))[0]?.pid ?? last;
    await server.sql('SELECT pg_terminate_backend($1)', [pid]);
    await server.http.get('/readyz').expect(200);
    await server.http
      .post('/api/v1/ticket/')
      .send({ title: `round ${round}` })
      .expect(201);
    last = pid;
  }
});
