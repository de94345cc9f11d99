// promises.md, 8: what would end Postgres is met before it does. Without inodes, or with a data folder that can't be written, the
// server reads and takes no changes; when the cause is gone it goes on by itself, also where Postgres had ended over it.
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import {
  call,
  endAll,
  eventually,
  isAlive,
  postgresOf,
  PROCESS_MS,
  type ServerProcess,
  startServer,
} from './server-process.js';
import { type SmallDisk, smallDisk } from './small-disk.js';

let disk: SmallDisk;
let folder: string;
let server: ServerProcess;
let ticket: number;
beforeAll(async () => {
  disk = smallDisk();
  folder = path.join(disk.folder, 'data');
  server = startServer({ STAMPLINE_DATA: folder, ...disk.env });
  await server.ready;
  ticket = (await create('first')).body.id as number;
}, PROCESS_MS);
afterAll(async () => {
  await endAll();
  disk.remove();
});

const create = (title: string) => call(server.base, 'POST', '/api/v1/ticket/', { title });
const MODULES = { modules: [{ specifier: 'app', url: 'https://cdn.example/app.js' }] };

/** Changes of all kinds, and each is refused with `code`. */
async function takesNoChanges(code: string): Promise<void> {
  const replies = [
    await create('too much'),
    await call(server.base, 'PATCH', `/api/v1/updateticketstatus/${ticket}/`, { status: '001' }),
    await call(server.base, 'PUT', '/api/v1/package-list/', [{ binary: 'a', source: 'a', version: '1' }]),
    await call(server.base, 'POST', `/api/v1/ticket/${ticket}/modules/`, MODULES),
    await call(server.base, 'DELETE', `/api/v1/ticket/${ticket}/`),
  ];
  for (const reply of replies) expect(reply).toMatchObject({ status: 503, retryAfter: '30', body: { code } });
}

async function reads(): Promise<void> {
  for (const url of ['/livez', `/api/v1/ticket/${ticket}/`, '/api/v1/ticket/?status=000', '/import-map.json'])
    expect([url, (await call(server.base, 'GET', url)).status]).toEqual([url, 200]);
}

const refuses = (code: string) =>
  eventually(`changes are refused: ${code}`, async () => (await create('one more')).body.code === code);
const takesChanges = (ms?: number) =>
  eventually('changes are accepted', async () => (await create('again')).status === 201, ms);
const notReady = async () => (await call(server.base, 'GET', '/readyz')).body.code as string | undefined;

/** Every folder of Postgres's, as an operator's mistake with chmod leaves it. */
function setWritable(isWritable: boolean): void {
  const data = path.join(folder, 'postgres');
  const below = fs.readdirSync(data, { withFileTypes: true, recursive: true }).filter((entry) => entry.isDirectory());
  for (const place of [data, ...below.map((entry) => path.join(entry.parentPath, entry.name))])
    fs.chmodSync(place, isWritable ? 0o700 : 0o500);
}

it(
  'a disk without inodes: it reads, takes no changes, and Postgres never meets the end',
  async () => {
    const postgres = postgresOf(folder);
    disk.fillInodes();
    await refuses('disk.nearly_full');
    await takesNoChanges('disk.nearly_full');
    expect((await create('why')).body.error).toMatch(/nearly out of inodes \(\d+ left, \d+ are reserved\)/);
    expect(await notReady()).toBe('not_ready.disk_full');
    await reads();
    disk.makeRoom();
    await takesChanges();
    expect(await notReady()).toBeUndefined();
    expect(postgresOf(folder)).toBe(postgres);
  },
  PROCESS_MS,
);

it(
  "Postgres's folders can't be written: it reads, takes no changes, and goes on by itself",
  async () => {
    const postgres = postgresOf(folder);
    setWritable(false);
    await refuses('disk.unwritable');
    await takesNoChanges('disk.unwritable');
    expect(await notReady()).toBe('not_ready.disk_unwritable');
    await reads();
    expect(server.output()).toContain('its owner may not create files in it');
    setWritable(true);
    await takesChanges();
    expect(postgresOf(folder)).toBe(postgres);
  },
  PROCESS_MS,
);

it(
  'a Postgres that ended over its folder all the same serves again when it can be written, and nobody has to kill it',
  async () => {
    const postgres = postgresOf(folder);
    const session = await connect();
    setWritable(false);
    // It needs a new file of its log, and can't have it.
    for (let turn = 0; turn < 20; turn += 1)
      await session.query('SELECT pg_switch_wal(), txid_current()').catch(() => undefined);
    await session.end().catch(() => undefined);
    await eventually(
      'it serves nobody',
      async () => (await call(server.base, 'GET', '/api/v1/ticket/?limit=1')).status === 503,
    );
    for (let turn = 0; turn < 10; turn += 1) expect((await create('meanwhile')).status).toBe(503);
    setWritable(true);
    await takesChanges(PROCESS_MS);
    await reads();
    expect(isAlive(postgresOf(folder) ?? 0)).toBe(true);
    expect(postgresOf(folder)).not.toBe(postgres);
    expect(server.child.exitCode).toBeNull();
  },
  2 * PROCESS_MS,
);

async function connect(): Promise<pg.Client> {
  const lines = fs.readFileSync(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const password = fs.readFileSync(path.join(folder, 'postgres', 'stampline.password'), 'utf8').trim();
  const [port, host] = [Number(lines[3]), lines[4] ?? ''];
  const client = new pg.Client({ host, port, user: 'stampline', database: 'stampline', password });
  client.on('error', () => undefined); // It ends with its server.
  await client.connect();
  return client;
}
