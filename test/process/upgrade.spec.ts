// promises.md, 11: what an earlier version wrote is there after the upgrade. The rows of each migration are kept by all later
// ones; and where the history is there, the server of an earlier commit makes data that this one goes on with.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { dataSourceOptions } from '../../src/data-source.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { createTestDatabase, startTestServer } from '../setup/test-server.js';
import { call, endAll, eventually, newFolder, PROCESS_MS, startServer } from './server-process.js';
import { SCHEMA_SAMPLES } from './schema-samples.js';

afterAll(endAll);

type Row = Record<string, unknown>;

/** Every row of every table, as text that tells rows apart only by what both versions have. */
async function allRows(dataSource: DataSource): Promise<Map<string, Row[]>> {
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
  );
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await dataSource.query<{ row: Row }[]>(`SELECT to_jsonb(t) AS row FROM ${name} t`);
      return [name, rows.map(({ row }) => row)] as const;
    }),
  );
  return new Map(found);
}

/** Brings an empty database to the schema of the first migrations, as their version did. */
async function migrateTo(count: number, connection: Parameters<typeof dataSourceOptions>[0]): Promise<DataSource> {
  const options = { ...dataSourceOptions(connection), migrations: migrations.slice(0, count), entities: [] };
  const dataSource = await new DataSource(options).initialize();
  await dataSource.runMigrations();
  return dataSource;
}

it(
  'rows of every schema that there was are kept by all the later migrations, and served',
  async () => {
    const connection = await createTestDatabase();
    const empty = await new DataSource({ ...dataSourceOptions(connection), entities: [] }).initialize();
    await empty.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await empty.destroy();
    let kept = new Map<string, Row[]>();
    for (const [at, migration] of migrations.entries()) {
      const dataSource = await migrateTo(at + 1, connection);
      const now = await allRows(dataSource);
      for (const [table, rows] of kept) {
        const columns = Object.keys(now.get(table)?.[0] ?? {});
        const known = rows.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name))),
        );
        // What a migration means to change is looked at below.
        const compared = (all: Row[]) => all.map(({ settings: _settings, ...row }) => expect.objectContaining(row));
        expect({ table, after: migration.name, rows: now.get(table) }).toEqual({
          table,
          after: migration.name,
          rows: expect.arrayContaining(compared(known)),
        });
      }
      for (const text of SCHEMA_SAMPLES[migration.name] ?? []) await dataSource.query(text);
      kept = await allRows(dataSource);
      await dataSource.destroy();
    }
    expect([...kept.values()].flat().length).toBeGreaterThan(25);

    const server = await startTestServer({}, connection);
    const ticket = await call(server.base, 'GET', '/api/v1/fullticket/TKT-1/');
    expect(ticket.body).toMatchObject({ title: 'Kept through every upgrade', status: '017', version: 3 });
    expect((await call(server.base, 'GET', '/api/v1/ticket/TKT-1/history/')).body.objects).toHaveLength(2);
    const project = await call(server.base, 'GET', '/api/v1/project/2/');
    expect(project.body.settings.stages).toMatchObject([
      { name: 'qa' },
      { name: 'beta' },
      { name: 'live', step: 1000 },
    ]);
    const patched = await call(server.base, 'PATCH', '/api/v1/updateticketstatus/1/', { status: 18 });
    expect(patched).toMatchObject({ status: 202, body: { version: 4 } });
    await server.stop();
  },
  PROCESS_MS,
);

/** The last commit before the migrations became what they are, or the last one; undefined where the history isn't there. */
function earlierCommit(): string | undefined {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const newest = git('log', '-1', '--format=%H', '--', 'migrations');
    return git('rev-parse', '--verify', `${newest}~1`);
  } catch {
    return undefined; // A shallow clone, or none.
  }
}

const EARLIER = earlierCommit();
if (!EARLIER) console.log('The upgrade from an earlier commit is skipped: its history is not here (a shallow clone).');

/** A clone's files as they were, with today's packages, which have all that it needed. */
function checkOut(commit: string): string {
  const folder = newFolder();
  const archive = path.join(folder, 'commit.tar');
  execFileSync('git', ['archive', '--output', archive, commit]);
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  fs.symlinkSync(fs.realpathSync('node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

const SHOWN = [
  '/api/v1/ticket/?order_by=id',
  '/api/v1/fullticket/TKT-1/',
  '/api/v1/ticket/TKT-1/history/',
  '/api/v1/ticketartifact/?order_by=id',
  '/api/v1/event/?order_by=id',
  '/api/v1/release/?order_by=-number',
  '/import-map.json',
];

/** Makes a ticket that goes to production with a module, and what else is easily made. */
async function work(base: string): Promise<string> {
  const done = async (method: string, url: string, body?: object): Promise<Row> => {
    const reply = await call(base, method, url, body);
    if (reply.status >= 300) throw new Error(`${method} ${url}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  await done('POST', '/api/v1/ticket/', { title: 'of the earlier version', owner: 'anna@example.com' });
  await done('POST', '/api/v1/ticket/', { title: 'another' });
  await done('PATCH', '/api/v1/updateticketstatus/2/', { current_workflow_step: '300', status: '17' });
  await done('POST', '/api/v1/ticketartifact/', {
    ticket: '/api/v1/ticket/2/',
    name: 'x',
    reference: 'http://ci.example/x',
    type: 'LOGS',
  });
  const form = new FormData();
  form.set('specifier', 'greeting');
  form.set('file', new Blob(['export const hello = "hello";'], { type: 'text/javascript' }), 'greeting.js');
  const upload = await fetch(`${base}/api/v1/ticket/TKT-1/modules/`, { method: 'POST', body: form });
  expect(upload.status).toBeLessThan(300);
  await done('POST', '/api/v1/ticket/TKT-1/promote/');
  await done('POST', '/api/v1/ticket/TKT-1/promote/');
  const map = await done('GET', '/import-map.json');
  return new URL((map.imports as Record<string, string>).greeting ?? '', base).pathname;
}

(EARLIER ? it : it.skip)(
  'the data of an earlier commit: its server made it, this one has all of it and goes on',
  async () => {
    const data = newFolder();
    const old = startServer({ STAMPLINE_DATA: data }, 0, checkOut(EARLIER ?? ''));
    await old.ready;
    const module = await work(old.base);
    await eventually('the events have their numbers', async () => {
      const histories = await Promise.all(
        ['TKT-1', 'TKT-2'].map((key) => call(old.base, 'GET', `/api/v1/ticket/${key}/history/`)),
      );
      const events = histories.flatMap(({ body }) => body.objects as { seq: number | null }[]);
      return events.length > 0 && events.every(({ seq }) => seq !== null);
    });
    const before = await Promise.all(SHOWN.map((url) => call(old.base, 'GET', url)));
    old.kill('SIGTERM');
    expect(await old.ended).toBe(0);

    // On the same port, which maps name.
    const server = startServer({ STAMPLINE_DATA: data }, old.port);
    await server.ready;
    for (const [at, url] of SHOWN.entries()) {
      const { status, body } = await call(server.base, 'GET', url);
      expect({ url, status, body }).toMatchObject({ url, status: before[at]?.status, body: before[at]?.body });
    }
    expect(await (await fetch(`${server.base}${module}`)).text()).toContain('export const hello');
    const { body } = await call(server.base, 'POST', '/api/v1/ticket/', { title: 'of this version' });
    expect(body).toMatchObject({ id: 3, key: 'TKT-3' });
    expect((await call(server.base, 'POST', '/api/v1/ticket/TKT-1/revert/')).status).toBeLessThan(300);
  },
  2 * PROCESS_MS,
);

it('says beforehand how long it takes where tables are rewritten', async () => {
  const connection = await createTestDatabase();
  const empty = await new DataSource({ ...dataSourceOptions(connection), entities: [] }).initialize();
  await empty.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await empty.destroy();
  const wide = migrations.findIndex(({ name }) => name.startsWith('WideIds'));
  const before = await migrateTo(wide, connection);
  // What Postgres believes of the size is what is asked: ten million events take long to make.
  await before.query(`UPDATE pg_class SET reltuples = 10000000 WHERE relname = 'event'`);
  await before.destroy();
  const told: string[] = [];
  await migrate(dataSourceOptions(connection), (line) => told.push(line));
  expect(told).toEqual([
    expect.stringMatching(/^This upgrade rewrites \d+ tables.*about \d+ minutes for about 10000000 events/),
  ]);
  await migrate(dataSourceOptions(connection), (line) => told.push(line));
  expect(told).toHaveLength(1);
});
