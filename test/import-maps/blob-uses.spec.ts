// What revisions need is written once for a ticket, however many come after a large package, and nothing of it is cleaned up.
import fs from 'node:fs/promises';
import path from 'node:path';
import { BlobCleaner } from '../../src/files/blob-cleaner.js';
import { hashOf, UploadsOf } from '../builders/modules.js';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const FILES = 2000;

const packageOf = (version: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: FILES }, (_, at) => [
      at === 0 ? 'index.js' : `lib/${at}.js`,
      `export default "${version} ${at}";`,
    ]),
  );

const uses = async (): Promise<number> =>
  (await server.sql<{ count: number }>('SELECT count(*)::int AS count FROM blob_use'))[0]?.count ?? 0;

/** Two days later, the clean-up. */
async function cleanLater(): Promise<void> {
  await server.sql("UPDATE blob SET created_at = created_at - interval '2 days'");
  const before = new Date(Date.now() - 48 * 60 * 60_000);
  for (const folder of ['blobs', 'trees']) {
    const below = await fs.readdir(path.join(server.dataFolder, folder), { recursive: true, withFileTypes: true });
    for (const one of below) if (one.isFile()) await fs.utimes(path.join(one.parentPath, one.name), before, before);
  }
  await server.app.get(BlobCleaner).clean();
}

/** A file of each version's package: by the folder of its key now. */
async function textIn(uploads: UploadsOf, file: string): Promise<string> {
  const folder = (await uploads.delta())['wide/'] ?? '';
  return (await fetch(`${server.base}${folder}${file}`)).text();
}

it('one key that changes beside a package of 2000 files adds a row or none, and every revision can be gone back to', async () => {
  const uploads = new UploadsOf(server, await aTicket(server));
  expect((await uploads.put({ name: 'wide' }, packageOf(1))).status).toBe(201);
  const before = await uses();
  for (let round = 0; round < 40; round++)
    await uploads.post({ specifier: 'one', url: `https://cdn.example/${round}.js` }).expect(201);
  expect(await uses()).toBe(before);
  for (let round = 0; round < 40; round++)
    await uploads.put({ specifier: 'two' }, { 'two.js': `export default ${round};` });
  expect((await uses()) - before).toBeLessThanOrEqual(40);
  await uploads.put({ name: 'wide' }, packageOf(2));
  const both = await uses();
  await cleanLater();
  await server.http.post(`${uploads.ticket.uri}revert/`).send({ to_revision: 1, reason: 'again' }).expect(200);
  expect((await uses()) - both).toBeLessThanOrEqual(2);
  expect(await textIn(uploads, 'lib/1999.js')).toBe('export default "1 1999";');
  // What is released needs them too, whatever becomes of the ticket's uses.
  for (let turn = 0; turn < 2; turn++) await server.http.post(`${uploads.ticket.uri}promote/`).expect(200);
  await server.sql("DELETE FROM blob_use WHERE owner NOT LIKE 'layer/%'");
  await cleanLater();
  expect(await textIn(uploads, 'lib/1999.js')).toBe('export default "1 1999";');
}, 240_000);

it('a package that is uploaded again adds no rows for its files', async () => {
  const uploads = new UploadsOf(server, await aTicket(server));
  await uploads.put({ name: 'wide' }, packageOf(3));
  await uploads.put({ name: 'wide' }, { ...packageOf(3), 'index.js': 'export default "other";' });
  const before = await uses();
  await uploads.put({ name: 'wide' }, packageOf(3));
  expect((await uses()) - before).toBeLessThanOrEqual(2);
}, 120_000);

it('a deleted ticket lets go of the files of its packages', async () => {
  const uploads = new UploadsOf(server, await aTicket(server));
  await uploads.put({ name: 'small' }, { 'index.js': 'export default "gone";', 'b.js': 'export default "gone too";' });
  await server.http.delete(uploads.ticket.uri).expect(204);
  await cleanLater();
  const hashes = ['export default "gone";', 'export default "gone too";'].map((text) => hashOf(text));
  expect(await server.sql('SELECT 1 FROM blob WHERE hash = ANY($1)', [hashes])).toEqual([]);
});
