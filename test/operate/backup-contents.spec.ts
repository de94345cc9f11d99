// What is in a backup, what a restore makes of it, and what it refuses: on databases of a suite's own.
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { migrations } from '../../migrations/index.js';
import { dataSourceOptions } from '../../src/data-source.js';
import { BlobCleaner } from '../../src/files/blob-cleaner.js';
import { withSnapshot } from '../../src/operate/snapshot.js';
import { hashOf, upload } from '../builders/modules.js';
import { aStampedTicket } from '../builders/stamped-ticket.js';
import { aTicket } from '../builders/ticket.builder.js';
import { untilNumbered } from '../builders/numbered.js';
import { endAll, eventually, newFolder } from '../process/server-process.js';
import { createTestDatabase, startTestServer, type TestServer } from '../setup/test-server.js';
import { backupTo, bareDatabase, filesIn, restoreFrom, sqlAt } from './backup-world.js';
import { stampline } from './stampline.js';

let server: TestServer;
let folder: string;
let files = 0;

beforeAll(async () => {
  server = await startTestServer();
  folder = newFolder();
  const ticket = await aTicket(server).withSubticket('openssl');
  await upload(server, ticket.id, { name: 'shop' }, { 'index.js': 'export default "shop";', 'cart.js': 'export {};' });
  await aStampedTicket(server).withModule('nav').at('prod');
  // Texts that COPY writes in a way of its own, and a cycle of references.
  await server.http.post('/api/v1/ticket/').send({ title: 'back\\slash\ttab', description: 'one\ntwo\r\n\\N \\. ✓' });
  await server.http.post('/api/v1/person/').send({ name: 'Alice', email: 'alice@debian.example' });
  const branch = {
    unique_name: 'lp:~alice/default',
    owner: '/api/v1/person/1/',
    type: 'trunk',
    project: '/api/v1/project/1/',
  };
  await server.http.post('/api/v1/branch/').send(branch).expect(201);
  await server.http.patch('/api/v1/project/1/').send({ trunk: '/api/v1/branch/1/' }).expect(202);
  // What is deleted has its last event.
  const gone = await aTicket(server).withSubticket('openssl');
  await server.http.patch(`/api/v1/updateticketstatus/${gone.id}/`).send({ status: 5 }).expect(202);
  await server.http.delete(`/api/v1/ticket/${gone.id}/`).expect(204);
  const { headers } = await server.http.post('/api/v1/project/').send({ name: 'gone' }).expect(201);
  await server.http.delete(new URL(headers.location as string).pathname).expect(204);
  await server.http.post('/api/v1/ticket/').set('Idempotency-Key', 'kept').send({ title: 'Once' }).expect(201);
});

afterAll(async () => {
  await server.stop();
  await endAll();
});

const newFile = (): string => path.join(folder, `backup-${++files}.tgz`);
/** Whether it is being written. */
const partOf = (file: string): boolean =>
  fs.readdirSync(folder).some((name) => name.startsWith(`${path.basename(file)}.`) && name.endsWith('.part'));

const TABLES = `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND relname <> 'migrations' ORDER BY 1`;

/** Every row of every table, as text. */
async function contentsOf(database: Parameters<typeof sqlAt>[0]): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {};
  for (const { name } of await sqlAt<{ name: string }>(database, TABLES)) {
    const rows = await sqlAt<{ row: string }>(database, `SELECT t::text AS row FROM "${name}" t ORDER BY 1`);
    contents[name] = rows.map(({ row }) => row);
  }
  return contents;
}

test('a restored database has every row, file and sequence of the one that was backed up', async () => {
  await untilNumbered(server);
  const file = newFile();
  const { end } = await backupTo(file, server.connection, server.dataFolder);
  expect(end.files.count).toBeGreaterThan(2);
  const [target, data] = [await createTestDatabase(), path.join(folder, 'same')];
  expect(await restoreFrom(file, target, data)).toEqual([]);
  expect(await contentsOf(target)).toEqual(await contentsOf(server.connection));
  expect(filesIn(data)).toEqual(filesIn(server.dataFolder).filter((name) => !name.includes('tmp')));
  const other = await startTestServer({ dataFolder: data }, target);
  const made = await other.http.post('/api/v1/ticket/').send({ title: 'Next' }).expect(201);
  const [last] = await server.sql<{ id: number }>('SELECT max(id) AS id FROM ticket');
  expect((made.body as { id: number }).id).toBe((last?.id ?? 0) + 1);
  const again = await other.http.post('/api/v1/ticket/').set('Idempotency-Key', 'kept').send({ title: 'Once' });
  expect(again.headers['idempotent-replayed']).toBe('true');
  await other.stop();
});

test('tables of somebody else in the same database stay out', async () => {
  const shared = await createTestDatabase();
  await sqlAt(shared, 'CREATE TABLE invoice (id int)');
  const file = newFile();
  const { header } = await backupTo(file, shared, folder);
  expect(Object.keys(header.tables)).not.toContain('invoice');
  const [all] = await sqlAt<{ count: number }>(shared, `SELECT count(*)::int AS count FROM (${TABLES}) t`);
  expect(Object.keys(header.tables)).toHaveLength((all?.count ?? 0) - 1);
  expect(await restoreFrom(file, await bareDatabase(), path.join(folder, 'ours'))).toEqual([]);
});

test('a backup of an older schema is loaded as it was, and migrated on', async () => {
  const old = await bareDatabase();
  const dataSource = await new DataSource({
    ...dataSourceOptions(old),
    migrations: migrations.slice(0, 2),
  }).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  await sqlAt(
    old,
    `INSERT INTO project (name, settings) VALUES ('shop', '{"stages": ["dev", "prod"]}');
      INSERT INTO event (type, subject, actor, project_id, version, line) VALUES ('project.created', 'project/2', 'local', 2, 1, 'shop was created')`,
  );
  const file = newFile();
  await backupTo(file, old, path.join(folder, 'none'));
  const target = await bareDatabase();
  expect(await restoreFrom(file, target, path.join(folder, 'older'))).toEqual([]);
  // What the third migration makes of names of stages.
  const [shop] = await sqlAt<{ stages: unknown }>(
    target,
    `SELECT settings->'stages' AS stages FROM project WHERE name = 'shop'`,
  );
  expect(shop?.stages).toEqual([
    { name: 'dev', step: 200 },
    { name: 'prod', step: 1000 },
  ]);
  const ran = await sqlAt<{ name: string }>(target, 'SELECT name FROM migrations');
  expect(ran).toHaveLength(migrations.length);
});

describe('refused, and nothing changed', () => {
  const restoring = (
    file: string,
    target: Parameters<typeof sqlAt>[0],
    data = path.join(folder, `refused-${++files}`),
  ) => restoreFrom(file, target, data);

  test('a backup of a newer schema, with what to install', async () => {
    const newer = await createTestDatabase();
    await sqlAt(newer, `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Tomorrow9999999999999')`);
    const file = newFile();
    await backupTo(file, newer, folder);
    const target = await bareDatabase();
    await expect(restoring(file, target)).rejects.toThrow(
      /newer Stampline: Tomorrow9999999999999 is unknown.*git pull && npm ci/,
    );
    expect(await sqlAt(target, TABLES)).toEqual([]);
  });

  test('a database that has something, or tables of somebody else', async () => {
    const file = newFile();
    await backupTo(file, server.connection, server.dataFolder);
    const used = await createTestDatabase();
    await sqlAt(used, `INSERT INTO person (name, email) VALUES ('Bob', 'bob@debian.example')`);
    await expect(restoring(file, used)).rejects.toThrow(
      /is not empty: it has 1 of person\. Nothing was changed\. .*CREATE DATABASE/,
    );
    expect(await sqlAt(used, 'SELECT name FROM person')).toEqual([{ name: 'Bob' }]);
    const shared = await bareDatabase();
    await sqlAt(shared, 'CREATE TABLE invoice ()');
    await expect(restoring(file, shared)).rejects.toThrow(/do not belong to Stampline: invoice/);
  });

  test('a database that a server uses', async () => {
    const file = newFile();
    await backupTo(file, server.connection, server.dataFolder);
    const other = await startTestServer();
    const listens = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'stampline listener'`;
    await eventually('its listener', async () => (await other.sql(listens)).length > 0);
    await expect(restoring(file, other.connection)).rejects.toThrow('A server uses this database');
    await other.stop();
  });

  test('what does not hold together: no row and no file is left', async () => {
    const broken = await createTestDatabase();
    await restoreFrom(await backedUp(), broken, path.join(folder, 'broken'));
    await sqlAt(broken, `DELETE FROM event WHERE id = (SELECT max(id) FROM event WHERE subject LIKE 'ticket/%')`);
    const file = newFile();
    await backupTo(file, broken, path.join(folder, 'broken'));
    const [target, data] = [await bareDatabase(), path.join(folder, 'unbroken')];
    await expect(restoring(file, target, data)).rejects.toThrow(
      /is not consistent.*\n.*Each version of a ticket.*\n.*--accept-findings/s,
    );
    expect(await sqlAt(target, TABLES)).toEqual([]);
    expect(filesIn(data)).toEqual([]);
    expect(await restoreFrom(file, target, data, true)).toHaveLength(2);
    const verified = await stampline(['verify'], { DATABASE_URL: databaseUrl(target), STAMPLINE_DATA: data });
    expect(verified).toMatchObject({ code: 1, out: expect.stringMatching(/WRONG Each version of a ticket/) });
  });
});

async function backedUp(): Promise<string> {
  const file = newFile();
  await backupTo(file, server.connection, server.dataFolder);
  return file;
}

describe('files', () => {
  test('no clean-up takes one while a backup is taken', async () => {
    const text = 'export default "soon gone";';
    await upload(server, (await aTicket(server)).id, { specifier: 'soon' }, { 'soon.js': text });
    const hash = hashOf(text);
    const place = path.join(server.dataFolder, 'blobs', hash.slice(0, 2), hash);
    const signal = new AbortController().signal;
    await withSnapshot(server.connection, signal, async () => {
      await server.sql('DELETE FROM blob_use WHERE hash = $1', [hash]);
      await server.sql(`UPDATE blob SET created_at = created_at - interval '2 days' WHERE hash = $1`, [hash]);
      await server.app.get(BlobCleaner).clean();
      expect(fs.existsSync(place)).toBe(true);
    });
    await server.app.get(BlobCleaner).clean();
    expect(fs.existsSync(place)).toBe(false);
  });

  test('one that is lost or damaged is told, and left out where that is asked for', async () => {
    const [database, data] = [await createTestDatabase(), path.join(folder, 'lossy')];
    await restoreFrom(await backedUp(), database, data);
    const name = filesIn(data).find((one) => one.startsWith('blobs')) ?? '';
    const hash = path.basename(name);
    fs.writeFileSync(path.join(data, name), 'changed');
    const file = newFile();
    await expect(backupTo(file, database, data)).rejects.toThrow(`blobs/${hash} is damaged on the disk`);
    fs.rmSync(path.join(data, name));
    await expect(backupTo(file, database, data)).rejects.toThrow(
      /STAMPLINE_DATA the folder of the servers\?.*--accept-missing/,
    );
    expect(partOf(file)).toBe(false);
    const { end } = await backupTo(file, database, data, true);
    expect(end.missing).toEqual([hash]);
    expect(await restoreFrom(file, await bareDatabase(), path.join(folder, 'lossy-too'), true)).toEqual([
      expect.stringContaining(`${hash} is missing`),
    ]);
  });
});

test('Ctrl-C in the middle leaves nothing', async () => {
  const file = newFile();
  const holder = new pg.Client({ ...server.connection, idle_in_transaction_session_timeout: 60_000 });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE ticket');
  const env = { DATABASE_URL: databaseUrl(server.connection), STAMPLINE_DATA: server.dataFolder };
  // It comes to the table, or waits for it by then.
  const begun = eventually('its beginning', () => partOf(file));
  expect(await stampline(['backup', file], env, '', begun)).toMatchObject({ code: 130, out: '' });
  expect(fs.readdirSync(folder).filter((name) => name.startsWith(path.basename(file)))).toEqual([]);
  await holder.end();
});

test('an export has each object as the API shows it, a line each', async () => {
  const file = path.join(folder, 'all.ndjson.gz');
  const env = { DATABASE_URL: databaseUrl(server.connection), STAMPLINE_DATA: server.dataFolder };
  expect(await stampline(['export', file], env)).toMatchObject({
    code: 0,
    out: '',
    err: expect.stringMatching(/: \d+ objects\.\n$/),
  });
  const lines = gunzipSync(fs.readFileSync(file)).toString().trimEnd().split('\n');
  const objects = lines.map((line) => JSON.parse(line) as { resource: string; object: { resource_uri: string } });
  for (const resource of ['ticket', 'subticket', 'project', 'branch', 'spu', 'event']) {
    const all = objects.filter((one) => one.resource === resource).map(({ object }) => object);
    const list = await server.http.get(`/api/v1/${resource}/?limit=1000&order_by=id`).expect(200);
    expect(all).toEqual((list.body as { objects: unknown[] }).objects);
    expect(all).not.toHaveLength(0);
  }
  expect(objects.filter(({ resource }) => resource === 'maprevision')[0]?.object).toMatchObject({
    ticket: '/api/v1/ticket/1/',
  });
});
