// promises.md, 10: when the database can't keep up, clients are told so soon; no statement runs without a limit; nothing
// that breaks stays in the pool.
import pg from 'pg';
import { sqlState } from '../../src/platform/database/database-error.js';
import { Db } from '../../src/platform/database/db.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let db: Db;
let ticket: number;
beforeAll(async () => {
  server = await startTestServer();
  db = server.app.get(Db);
  ticket = (await server.http.post('/api/v1/ticket/').send({ title: 'contended' }).expect(201)).body.id as number;
});
afterAll(() => server.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const patch = (status: number) => server.http.patch(`/api/v1/updateticketstatus/${ticket}/`).send({ status });
const list = () => server.http.get('/api/v1/ticket/');

/** A session beside the server that holds the ticket's row until it is ended. */
async function holdTicket(): Promise<pg.Client> {
  const client = new pg.Client(server.connection);
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM ticket WHERE id = $1 FOR UPDATE', [ticket]);
  return client;
}

/** Until every connection of the pool waits for a lock. */
async function untilAllWait(): Promise<void> {
  const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await server.sql<{ count: number }>(text))[0]?.count !== 10) await pause(20);
}

it('answers 503 with Retry-After where every connection is taken, at once where the queue is full too; and recovers', async () => {
  const holder = await holdTicket();
  const blocked = Array.from({ length: 10 }, (_, index) => patch(index + 1).then((reply) => reply));
  await untilAllWait();
  const queued = await Promise.all(Array.from({ length: 300 }, () => server.http.get(`/api/v1/ticket/${ticket}/`)));
  for (const reply of queued) {
    expect(reply.status).toBe(503);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  }
  expect([...new Set(queued.map((reply) => reply.body.code as string))].sort()).toEqual([
    'database.unavailable',
    'overloaded',
  ]);
  // Those who wait for the row give up by themselves, while it is still held.
  for (const reply of await Promise.all(blocked)) {
    expect(reply.status).toBe(503);
    expect(reply.body).toMatchObject({ code: 'database.busy' });
  }
  await holder.end();
  await patch(17).expect(202);
  await server.http.get('/readyz').expect(200);
});

it('ends a statement that takes too long, and a connection that does not answer', async () => {
  const [backend] = await db.run<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
  const pid = backend?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  try {
    // The pool hands out last what came back last: this one gets the stopped backend, the next a new one.
    const silent = db.write({ text: 'SELECT 1' });
    const slow = db.run({ text: 'SELECT pg_sleep(30)' });
    const [unanswered, ended] = await Promise.allSettled([silent, slow]);
    expect(unanswered).toMatchObject({ status: 'rejected', reason: { code: 'outcome-unknown' } });
    expect(ended.status === 'rejected' && sqlState(ended.reason)).toBe('57014');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const pids = await Promise.all(
    Array.from({ length: 10 }, () =>
      db.run<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid, pg_sleep(0.1)' }),
    ),
  );
  expect(pids.flat().map((row) => row.pid)).not.toContain(pid);
});

it('survives the end of every connection, again and again, with 503 at most', async () => {
  const statuses = new Map<number, number>();
  let over = false;
  const clients = Array.from({ length: 16 }, async (_, client) => {
    for (let turn = 0; !over; turn += 1) {
      const body = { title: `${client}/${turn}` };
      // By turns a read, a single statement and two ways into a transaction.
      const ways = [
        () => list(),
        () => server.http.post('/api/v1/ticket/').send(body),
        () => server.http.post('/api/v1/ticket/').set('Idempotency-Key', `${client}-${turn}`).send(body),
        () => server.http.patch('/api/v1/ticket/').send({ objects: [body, body] }),
      ];
      const { status } = await (ways[turn % ways.length] ?? list)();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  for (let round = 0; round < 20; round += 1) {
    await pause(75);
    await server.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'stampline'`,
    );
  }
  over = true;
  await Promise.all(clients);
  expect([...statuses.keys()].filter((status) => ![200, 201, 202, 503].includes(status))).toEqual([]);
  expect(statuses.get(503)).toBeGreaterThan(0);
  for (let turn = 0; turn < 20; turn += 1) await list().expect(200);
});

describe('a transaction', () => {
  const backendOf = async (sql: Pick<Db, 'run'>) =>
    (await sql.run<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' }))[0]?.pid;

  it('whose connection ends between two statements is unavailable, and nobody else gets that connection', async () => {
    const lost = db.transaction(async (tx) => {
      await server.sql('SELECT pg_terminate_backend($1)', [await backendOf(tx)]);
      await pause(50);
      await tx.run({ text: 'SELECT 1' });
    });
    await expect(lost).rejects.toMatchObject({ code: 'database.unavailable' });
    await Promise.all(Array.from({ length: 20 }, () => db.run({ text: 'SELECT 1' })));
  });

  it('whose connection has ended before COMMIT has an unknown outcome', async () => {
    const lost = db.transaction(async (tx) => {
      await server.sql('SELECT pg_terminate_backend($1)', [await backendOf(tx)]);
      await pause(50);
    });
    await expect(lost).rejects.toMatchObject({ code: 'outcome-unknown' });
  });

  it('is never taken for committed when the error of a statement was swallowed', async () => {
    const failed = db.transaction(async (tx) => {
      await tx.run({ text: `UPDATE ticket SET title = 'half' WHERE id = ${ticket}` });
      await tx.run({ text: 'SELECT 1/0' }).catch(() => undefined);
    });
    await expect(failed).rejects.toThrow('swallowed');
    expect(await server.sql('SELECT title FROM ticket WHERE id = $1', [ticket])).toEqual([{ title: 'contended' }]);
  });

  it('whose BEGIN fails alone changes nothing, though its first reads went out beside it', async () => {
    const { query } = pg.Client.prototype;
    pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
      const broken = given[0] === 'BEGIN' ? ['BEGIN of nothing'] : given;
      return (query as (...these: unknown[]) => unknown).apply(this, broken);
    } as typeof query;
    try {
      const failed = db.transaction(async (tx) => {
        const [read] = await Promise.all([
          tx.run<{ title: string }>({ text: `SELECT title FROM ticket WHERE id = ${ticket} FOR UPDATE` }),
          tx.run({ text: `UPDATE ticket SET title = 'outside' WHERE id = ${ticket}` }),
          tx.run({ text: 'SELECT 1' }),
        ]);
        return read;
      });
      await expect(failed).rejects.toThrow('syntax error');
    } finally {
      pg.Client.prototype.query = query;
    }
    expect(await server.sql('SELECT title FROM ticket WHERE id = $1', [ticket])).toEqual([{ title: 'contended' }]);
  });

  it('that failed takes no statement behind its end, where it would be outside', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const failed = db.transaction(async (tx) => {
      await tx.run({ text: 'SELECT 1' });
      late = pause(100).then(() => tx.run({ text: `UPDATE ticket SET title = 'outside' WHERE id = ${ticket}` }));
      late.catch(() => undefined);
      throw new Error('refused');
    });
    await expect(failed).rejects.toThrow('refused');
    await expect(late).rejects.toThrow('is over');
    expect(await server.sql('SELECT title FROM ticket WHERE id = $1', [ticket])).toEqual([{ title: 'contended' }]);
  });

  it('keeps the order in which its statements were asked for', async () => {
    const seen = await db.transaction((tx) =>
      Promise.all([
        tx.run({ text: `SELECT title FROM ticket WHERE id = ${ticket}` }),
        tx.run({ text: `UPDATE ticket SET title = 'later' WHERE id = ${ticket} RETURNING title` }),
        tx.run({ text: `SELECT title FROM ticket WHERE id = ${ticket}` }),
        tx.run({ text: `UPDATE ticket SET title = 'contended' WHERE id = ${ticket} RETURNING title` }),
      ]),
    );
    expect(seen.flat()).toEqual(['contended', 'later', 'later', 'contended'].map((title) => ({ title })));
  });
});
