// What is deleted by age: in batches of a bounded size, each kept for itself, so that a clean-up that is behind gets on.
import { Db } from '../../src/platform/database/db.js';
import { deleteInBatches } from '../../src/platform/database/delete-in-batches.js';
import type { Sql, Statement } from '../../src/platform/database/statement.js';
import { Idempotency } from '../../src/rest/writing/idempotency.js';
import pg from 'pg';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

beforeEach(() => server.sql('TRUNCATE idempotency_key'));

const keys = (count: number, age: string): Promise<unknown> =>
  server.sql(
    `INSERT INTO idempotency_key (principal, key, fingerprint, status, created_at)
      SELECT 'local', '${age}-' || n, 'x', 200, now() - interval '${age}' FROM generate_series(1, ${count}) n`,
  );

const left = async (): Promise<number | undefined> =>
  (await server.sql<{ count: number }>('SELECT count(*)::int AS count FROM idempotency_key'))[0]?.count;

const OLD = { table: 'idempotency_key', where: "t.created_at < now() - interval '48 hours'", orderBy: 't.created_at' };

/** Runs statements as the server does, notes what each deleted, and fails at the `failing`th. */
function counted(deleted: number[], failing = Infinity): Sql {
  const db = server.app.get(Db, { strict: false });
  const run = async <Row>(statement: Statement): Promise<Row[]> => {
    if (deleted.length + 1 === failing) throw new Error('the database went away');
    const before = (await left()) ?? 0;
    const rows = await db.run<Row>(statement);
    deleted.push(before - ((await left()) ?? 0));
    return rows;
  };
  return { run };
}

it('goes in batches, none larger than it says, until nothing is over', async () => {
  await keys(25, '50 hours');
  await keys(5, '1 hour');
  const deleted: number[] = [];
  expect(await deleteInBatches(counted(deleted), { ...OLD, size: 10 })).toBe(25);
  expect(deleted).toEqual([10, 10, 5]);
  expect(await left()).toBe(5);
});

it('keeps what it has done where it fails later', async () => {
  await keys(25, '50 hours');
  const failing = deleteInBatches(counted([], 3), { ...OLD, size: 10 });
  await expect(failing).rejects.toThrow('the database went away');
  expect(await left()).toBe(5);
});

it('waits for nobody who holds a row, and stops where the server leaves', async () => {
  await keys(12, '50 hours');
  const holder = new pg.Client(server.connection);
  await holder.connect();
  await holder.query('BEGIN; SELECT 1 FROM idempotency_key ORDER BY key LIMIT 2 FOR UPDATE');
  expect(await deleteInBatches(counted([]), { ...OLD, size: 5 })).toBe(10);
  await holder.end();
  expect(await deleteInBatches(counted([]), { ...OLD, size: 1, isLeaving: () => true })).toBe(0);
  expect(await left()).toBe(2);
});

it('is how Idempotency-Keys go, however many there are', async () => {
  await keys(25_000, '50 hours');
  await keys(1, '47 hours');
  await server.app.get(Idempotency, { strict: false }).clean();
  expect(await left()).toBe(1);
});

it('is how everything goes that is deleted by age', async () => {
  const { readFile, readdir } = await import('node:fs/promises');
  const files = (await readdir('src', { recursive: true })).filter((file) => file.endsWith('.ts'));
  const whole: string[] = [];
  for (const file of files) {
    const text = await readFile(`src/${file}`, 'utf8');
    // A DELETE whose own condition compares a time with now takes as many rows as there are.
    if (/DELETE FROM \w+ (\w+ )?(USING [^`]*)?WHERE [^(`]*(_at|time) < (now|clock_timestamp)/.test(text))
      whole.push(file);
  }
  expect(whole).toEqual([]);
});
