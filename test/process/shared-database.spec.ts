// A Postgres that somebody else runs (DATABASE_URL): several servers on it, late, closed to us, newer than us, or unsafe.
import pg from 'pg';
import { databaseUrl } from '../../scripts/database-url.mjs';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/database/embedded/embedded-postgres.js';
import { call, endAll, newFolder, PROCESS_MS, startServer } from './server-process.js';

type Where = Parameters<typeof databaseUrl>[0];

const admin = JSON.parse(process.env.STAMPLINE_TEST_POSTGRES ?? '{}') as Where;
const own: EmbeddedPostgres[] = [];
afterAll(async () => {
  await endAll();
  for (const postgres of own) await postgres.stop();
}, PROCESS_MS);

let made = 0;

async function inDatabase<T>(where: Where, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(where);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function emptyDatabase(): Promise<Where> {
  const database = `process_${process.pid}_${++made}`;
  await inDatabase(admin, (client) => client.query(`CREATE DATABASE ${database}`));
  return { ...admin, database };
}

const oneLine = (output: string): string => {
  const lines = output.trim().split('\n');
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
};

it(
  'three servers that start at once on an empty database migrate it once, and all serve it',
  async () => {
    const where = await emptyDatabase();
    const start = () => startServer({ DATABASE_URL: databaseUrl(where) });
    const servers = [start(), start(), start()] as const;
    await Promise.all(servers.map((server) => server.ready));
    const { rows } = await inDatabase(where, (client) =>
      client.query('SELECT name, count(*)::int FROM migrations GROUP BY 1'),
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row: { count: number }) => row.count === 1)).toBe(true);
    const { body } = await call(servers[0].base, 'POST', '/api/v1/ticket/', { title: 'seen by all' });
    expect((await call(servers[2].base, 'GET', `/api/v1/ticket/${body.id}/`)).body).toMatchObject({
      title: 'seen by all',
    });
    expect(servers[0].output()).toContain(`/${where.database} (DATABASE_URL)`);
    for (const server of servers) expect(server.output()).not.toContain(where.password);
  },
  PROCESS_MS,
);

it.each([
  ['a wrong password', { password: 'wrong-secret' }, /password authentication failed/],
  ['a database that does not exist', { database: 'nowhere' }, /database "nowhere" does not exist/],
])(
  '%s: one line at once, exit 1',
  async (_what, change, expected) => {
    const server = startServer({ DATABASE_URL: databaseUrl({ ...admin, ...change }) });
    expect(await server.ended).toBe(1);
    expect(oneLine(server.output())).toMatch(expected);
    expect(server.output()).not.toContain('wrong-secret');
  },
  PROCESS_MS,
);

it(
  'a database of another encoding and order: one line that says both, exit 1, and nothing is made in it',
  async () => {
    const database = `process_${process.pid}_ascii`;
    await inDatabase(admin, (client) =>
      client.query(
        `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'`,
      ),
    );
    const where = { ...admin, database };
    const server = startServer({ DATABASE_URL: databaseUrl(where) });
    expect(await server.ended).toBe(1);
    expect(oneLine(server.output())).toMatch(/must be UTF8, not SQL_ASCII.*must be C.UTF-8, not C /);
    const tables = `SELECT 1 FROM pg_tables WHERE schemaname = 'public'`;
    expect(await inDatabase(where, async (client) => (await client.query(tables)).rowCount)).toBe(0);
  },
  PROCESS_MS,
);

it(
  'a schema of a newer version: says what to do and touches nothing',
  async () => {
    const where = await emptyDatabase();
    const first = startServer({ DATABASE_URL: databaseUrl(where) });
    await first.ready;
    first.kill('SIGINT');
    await first.ended;
    const migrations = 'SELECT name FROM migrations ORDER BY id';
    const before = await inDatabase(where, async (client) => {
      await client.query(
        `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')`,
      );
      return (await client.query(migrations)).rows as unknown[];
    });
    const server = startServer({ DATABASE_URL: databaseUrl(where) });
    expect(await server.ended).toBe(1);
    expect(oneLine(server.output())).toMatch(
      /newer Stampline.*git pull && npm ci && npm start.*stampline restore FILE.*Nothing was changed/,
    );
    expect(await inDatabase(where, async (client) => (await client.query(migrations)).rows as unknown[])).toEqual(
      before,
    );
  },
  PROCESS_MS,
);

it(
  'a database that comes up late is waited for; one whose fsync is off is refused',
  async () => {
    const dataFolder = newFolder();
    const settings = { fsync: 'off' };
    const unsafe = await startEmbeddedPostgres({ dataFolder, settings });
    own.push(unsafe);
    const url = databaseUrl(unsafe.connection);
    const refused = startServer({ DATABASE_URL: url });
    expect(await refused.ended).toBe(1);
    expect(oneLine(refused.output())).toMatch(/fsync must be on/);
    await unsafe.stop();

    const server = startServer({ DATABASE_URL: url });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(server.child.exitCode).toBeNull();
    expect(server.output()).toBe('');
    own.push(await startEmbeddedPostgres({ dataFolder }));
    await server.ready;
    expect((await call(server.base, 'GET', '/readyz')).status).toBe(200);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  },
  PROCESS_MS,
);

it(
  'Ctrl-C while it waits for a database ends it',
  async () => {
    const server = startServer({ DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none' });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    server.kill('SIGINT');
    expect([0, 'SIGINT']).toContain(await server.ended);
  },
  PROCESS_MS,
);
