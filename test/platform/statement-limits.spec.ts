// promises.md, 10: no statement without a limit. One that has a limit of its own gets that, at Postgres and at the client, however
// it is run; and what comes after it on the same connection has the usual one.
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/data-source.js';
import { sqlState } from '../../src/platform/database/database-error.js';
import { Db } from '../../src/platform/database/db.js';
import { DomainError } from '../../src/platform/errors.js';
import { OwnClient } from '../../src/platform/database/own-client.js';
import type { Statement } from '../../src/platform/database/statement.js';
import { createTestDatabase } from '../setup/test-server.js';

/** The usual limits of these connections, so that nobody has to wait for the real ones. */
const USUAL_MS = { postgres: 200, client: 400 };

let dataSource: DataSource;
let db: Db;
beforeAll(async () => {
  const options = dataSourceOptions(await createTestDatabase());
  const { extra } = options as { extra: object };
  const onConnect = (client: pg.PoolClient): Promise<unknown> =>
    client.query(`SET statement_timeout = ${USUAL_MS.postgres}`);
  dataSource = await new DataSource({
    ...options,
    poolSize: 1,
    extra: { ...extra, query_timeout: USUAL_MS.client, onConnect },
  } as typeof options).initialize();
  db = new Db(dataSource);
});
afterAll(() => dataSource.destroy());

const WAYS: Readonly<Record<string, (statement: Statement) => Promise<unknown>>> = {
  'a read': (statement) => db.run(statement),
  'a write': (statement) => db.write(statement),
  'the first statement of a transaction': (statement) => db.transaction((tx) => tx.run(statement)),
  'a later statement of a transaction': (statement) =>
    db.transaction(async (tx) => {
      await tx.run({ text: 'CREATE TEMPORARY TABLE nothing () ON COMMIT DROP' });
      return tx.run(statement);
    }),
  'one of several at once': (statement) =>
    db.transaction(async (tx) => (await Promise.all([tx.run({ text: 'SELECT 1' }), tx.run(statement)]))[1]),
};
const sleeping = (ms: number, limitMs?: number): Statement => ({
  text: 'SELECT true AS slept FROM pg_sleep($1)',
  values: [ms / 1000],
  ...(limitMs === undefined ? {} : { limitMs }),
});

describe.each(Object.entries(WAYS))('%s', (_name, run) => {
  it('takes as long as its own limit allows, longer than is usual at Postgres and at the client', async () => {
    await expect(run(sleeping(USUAL_MS.client + 200, 10_000))).resolves.toEqual([{ slept: true }]);
  });

  it('is ended by Postgres at its own limit, which is shorter than it needs', async () => {
    const ended = await run(sleeping(20_000, 100)).catch((error: unknown) => error);
    expect(sqlState(ended instanceof DomainError ? ended.cause : ended)).toBe('57014');
  });

  it('has the usual limit where it names none', async () => {
    await expect(run(sleeping(20_000))).rejects.toThrow();
  });
});

it('leaves the usual limit to what follows it, in its transaction and on its connection', async () => {
  const after = await db.transaction(async (tx) => {
    await tx.run(sleeping(1, 10_000));
    return tx.run<{ statement_timeout: string }>({ text: 'SHOW statement_timeout' });
  });
  expect(after).toEqual([{ statement_timeout: '5s' }]);
  await db.run(sleeping(1, 10_000));
  expect(await db.run({ text: 'SHOW statement_timeout' })).toEqual([{ statement_timeout: `${USUAL_MS.postgres}ms` }]);
});

it('is given up by the client where its backend does not answer, and the connection goes', async () => {
  const [backend] = await db.run<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
  const pid = backend?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  try {
    await expect(db.write(sleeping(1, 100))).rejects.toMatchObject({ code: 'database.unavailable' });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(await db.run({ text: 'SELECT pg_backend_pid() AS pid' })).not.toEqual([{ pid }]);
});

it('a connection of its own waits for as long as the statement says', async () => {
  const client = new OwnClient(dataSource, 'stampline test', USUAL_MS.client);
  try {
    await client.connect('SET statement_timeout = 0');
    await expect(client.run(sleeping(USUAL_MS.client + 200, 10_000))).resolves.toEqual([{ slept: true }]);
    await expect(client.run(sleeping(20_000))).rejects.toThrow('timeout');
  } finally {
    client.drop();
  }
});
