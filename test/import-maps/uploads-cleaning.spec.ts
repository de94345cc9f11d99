// Uploads that break off, and the clean-up after them: the old state stays whole, and no blob stays without an owner.
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { BlobCleaner } from '../../src/files/blob-cleaner.js';
import { aTicket } from '../builders/ticket.builder.js';
import { hashOf, UploadsOf } from '../builders/modules.js';
import { connectTo } from '../setup/raw-http.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let uploads: UploadsOf;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

beforeEach(async () => {
  uploads = new UploadsOf(server, await aTicket(server));
});

const clean = (): Promise<void> => server.app.get(BlobCleaner).clean();

/** Paths below the folders of the stores. */
async function files(): Promise<string[]> {
  const below = await Promise.all(
    ['blobs', 'trees', 'files'].map((folder) =>
      fs.readdir(path.join(server.dataFolder, folder), { recursive: true, withFileTypes: true }).catch(() => []),
    ),
  );
  return below.flat().flatMap((one) => (one.isFile() ? [path.join(one.parentPath, one.name)] : []));
}

const has = async (text: string): Promise<boolean> => (await files()).some((file) => file.endsWith(hashOf(text)));

/** As if two days had gone by. */
async function age(): Promise<void> {
  await server.sql("UPDATE blob SET created_at = created_at - interval '2 days'");
  const before = new Date(Date.now() - 48 * 60 * 60_000);
  for (const file of await files()) await fs.utimes(file, before, before);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 200) throw new Error('It did not come to it within 4 s.');
    await pause(20);
  }
}

it('keeps nothing of a client that disconnects in the middle of a file', async () => {
  await uploads.put({ name: 'nav' }, { 'index.js': 'export default 1;' });
  const before = [await uploads.delta(), (await files()).sort()];
  const socket = connectTo(server.base);
  const part = (name: string): string =>
    `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  socket.write(
    `POST /api/v1/ticket/${uploads.ticket.id}/modules/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n` +
      `--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nnav\r\n${part('index.js')}export default 2;\r\n${part('large.js')}${'x'.repeat(200_000)}`,
  );
  const staging = path.join(server.dataFolder, 'blobs', 'tmp');
  await until(async () => (await fs.readdir(staging).catch(() => [])).length > 0);
  socket.destroy();
  await until(async () => (await fs.readdir(staging)).length === 0);
  expect([await uploads.delta(), (await files()).sort()]).toEqual(before);
});

it('keeps nothing where the second file is refused', async () => {
  await uploads.put({ mode: 'sources' }, { 'a.js': 'export default "before";' });
  const before = [await uploads.delta(), (await files()).sort()];
  const reply = await uploads.put(
    { mode: 'sources' },
    { 'a.js': 'import "./b.js"; export default "after";', 'b.js': 'const x = {' },
  );
  expect([reply.status, [await uploads.delta(), (await files()).sort()]]).toEqual([422, before]);
});

it('leaves a file without a row where the ticket refuses it, and the clean-up takes that a day later', async () => {
  await server.http.post(`${uploads.ticket.uri}close/`).expect(200);
  expect((await uploads.put({ specifier: 'refused' }, { 'a.js': 'export default "refused";' })).status).toBe(409);
  expect(await has('export default "refused";')).toBe(true);
  await clean();
  expect(await has('export default "refused";')).toBe(true);
  await age();
  // Old at two clean-ups: at one alone it may be the clock.
  await clean();
  expect(await has('export default "refused";')).toBe(true);
  await clean();
  expect(await has('export default "refused";')).toBe(false);
});

it('deletes what a server that crashed left half written', async () => {
  const left = path.join(server.dataFolder, 'blobs', 'tmp', 'left');
  await fs.mkdir(path.dirname(left), { recursive: true });
  await fs.writeFile(left, 'half');
  await clean();
  expect(await files()).toContain(left);
  await age();
  await clean();
  expect(await files()).toContain(left);
  await clean();
  expect(await files()).not.toContain(left);
});

it('deletes the blobs of a deleted ticket, and none that anybody needs, however old', async () => {
  const other = new UploadsOf(server, await aTicket(server));
  await uploads.put({ name: 'a' }, { 'index.js': 'export default "shared";', 'own.js': 'export default "own";' });
  await other.put({ specifier: 'b' }, { 'b.js': 'export default "shared";' });
  await other.put({ specifier: 'b' }, { 'b.js': 'export default "newer";' });
  const tree = (await uploads.delta())['a/']?.split('/')[2] ?? '';
  await age();
  await clean();
  expect(await Promise.all(['shared', 'own', 'newer'].map((one) => has(`export default "${one}";`)))).toEqual([
    true,
    true,
    true,
  ]);
  await server.http.delete(uploads.ticket.uri).expect(204);
  await clean();
  expect(await has('export default "own";')).toBe(false);
  expect((await files()).some((file) => file.endsWith(tree))).toBe(false);
  // The other ticket's earlier revision still needs it.
  expect([await has('export default "shared";'), await has('export default "newer";')]).toEqual([true, true]);
  expect(
    await server.sql('SELECT 1 FROM blob_use u WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.hash = u.hash)'),
  ).toEqual([]);
});

it('brings back by an upload what the clean-up took', async () => {
  const text = 'export default "again";';
  await uploads.put({ specifier: 'x' }, { 'x.js': text });
  await server.http.delete(uploads.ticket.uri).expect(204);
  await age();
  await clean();
  expect(await has(text)).toBe(false);
  uploads = new UploadsOf(server, await aTicket(server));
  const reply = await uploads.put({ specifier: 'x' }, { 'x.js': text });
  expect(await (await fetch(reply.body.modules[0].url)).text()).toBe(text);
});

it('leaves alone what an upload is at work on', async () => {
  const text = 'export default "busy";';
  await uploads.put({ specifier: 'x' }, { 'x.js': text });
  await server.sql('DELETE FROM blob_use');
  await age();
  const beside = new pg.Client(server.connection);
  await beside.connect();
  // As BlobLedger.keep does: the lock of the hash's first byte, shared.
  await beside.query('BEGIN');
  await beside.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [
    0x626c6f62,
    Number.parseInt(hashOf(text).slice(0, 2), 16),
  ]);
  await clean();
  expect(await has(text)).toBe(true);
  await beside.query('COMMIT');
  await beside.end();
  await clean();
  expect(await has(text)).toBe(false);
});

it('loses no upload to a clean-up that runs at the same time', async () => {
  const texts = Array.from({ length: 20 }, (_, index) => `export default "race ${index}";`);
  const first = new UploadsOf(server, await aTicket(server));
  for (const text of texts) await first.put({ specifier: text }, { 'x.js': text });
  await server.http.delete(first.ticket.uri).expect(204);
  await age();
  const [, ...replies] = await Promise.all([
    clean(),
    ...texts.map(async (text) =>
      new UploadsOf(server, await aTicket(server)).put({ specifier: text }, { 'x.js': text }),
    ),
  ]);
  await clean();
  const served = await Promise.all(replies.map(async ({ body }) => (await fetch(body.modules[0].url)).text()));
  expect(served).toEqual(texts);
});

it('answers 503, naming the disk, where it can not write', async () => {
  const folder = path.join(server.dataFolder, 'blobs');
  await fs.rename(folder, `${folder}-away`);
  await fs.writeFile(folder, '');
  const reply = await uploads.put({ specifier: 'x' }, { 'x.js': 'export {}' });
  await fs.rm(folder);
  await fs.rename(`${folder}-away`, folder);
  expect([reply.status, reply.body.code, reply.body.error]).toEqual([
    503,
    'disk.unavailable',
    expect.stringContaining('data folder'),
  ]);
  expect((await uploads.put({ specifier: 'x' }, { 'x.js': 'export {}' })).status).toBe(201);
});
