// A clean-up whose disk hangs until its session, and with it its lock, is gone, while the same bytes are uploaded again: what
// it does late takes nothing away. And what a process that was killed in between left is put right by the next one.
import fs from 'node:fs/promises';
import path from 'node:path';
import { BlobCleaner } from '../../src/files/blob-cleaner.js';
import { MODULE_BLOBS, type BlobStore } from '../../src/files/blob-store.js';
import { hashOf, UploadsOf } from '../builders/modules.js';
import { aTicket } from '../builders/ticket.builder.js';
import { HungDisk } from '../setup/hung-disk.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let disk: HungDisk;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

beforeEach(() => {
  disk = new HungDisk();
});

afterEach(() => disk.end());

const clean = (): Promise<void> => server.app.get(BlobCleaner).clean();
const placeOf = (text: string): string => path.join(server.dataFolder, 'blobs', hashOf(text).slice(0, 2), hashOf(text));
const isThere = (file: string): Promise<boolean> =>
  fs.stat(file).then(
    () => true,
    () => false,
  );
const asideNow = async (): Promise<string[]> => fs.readdir(path.join(server.dataFolder, 'blobs', 'aside'));

/** Answers where it is served. */
async function upload(text: string): Promise<string> {
  const reply = await new UploadsOf(server, await aTicket(server)).put({ specifier: 'x' }, { 'x.js': text });
  expect(reply.status).toBe(201);
  return reply.body.modules[0].url as string;
}

const served = async (url: string): Promise<string> => (await fetch(url)).text();

/** As if two days had gone by since it came. */
async function age(text: string): Promise<void> {
  await server.sql("UPDATE blob SET created_at = created_at - interval '2 days' WHERE hash = $1", [hashOf(text)]);
  const before = new Date(Date.now() - 48 * 60 * 60_000);
  await fs.utimes(placeOf(text), before, before);
}

/** A blob that nobody needs any more. */
async function unneeded(text: string): Promise<void> {
  await upload(text);
  await server.sql('DELETE FROM blob_use WHERE hash = $1', [hashOf(text)]);
  await age(text);
}

/** A blob whose upload was refused when the file was there. */
async function rowless(text: string): Promise<void> {
  const ticket = await aTicket(server);
  await server.http.post(`${ticket.uri}close/`).expect(200);
  expect((await new UploadsOf(server, ticket).put({ specifier: 'x' }, { 'x.js': text })).status).toBe(409);
  await age(text);
  // It goes when it was old before.
  await clean();
}

/** The session that holds the hash's lock alone, ended as idle_in_transaction_session_timeout ends it. */
async function endCleaner(text: string): Promise<void> {
  const ended = await server.sql(
    `SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.mode = 'ExclusiveLock' AND l.granted
        AND l.classid = $1 AND l.objid = $2`,
    [0x626c6f62, Number.parseInt(hashOf(text).slice(0, 2), 16)],
  );
  expect(ended).toHaveLength(1);
}

describe.each([
  ['a blob that nobody needs', unneeded],
  ['a file without a row', rowless],
] as const)('of %s', (what, make) => {
  it.each(['before', 'after'] as const)(
    'what hangs %s it takes effect, until the lock is gone, removes no file that was uploaded again',
    async (when) => {
      const text = `export default "${what} ${when}";`;
      await make(text);
      const hanging = disk.hang(['rm', 'rename', 'unlink'], placeOf(text), when);
      const cleaning = clean().catch((error: unknown) => error);
      await hanging.reached;
      await endCleaner(text);
      const url = await upload(text);
      hanging.goOn();
      await cleaning;
      expect(await served(url)).toBe(text);
      expect(await isThere(placeOf(text))).toBe(true);
      await age(text);
      await clean();
      expect(await served(url)).toBe(text);
      expect(await asideNow()).toEqual([]);
    },
  );

  it('is served while it is aside, and again in its place when the server that set it aside was killed', async () => {
    const text = `export default "${what} killed";`;
    await make(text);
    const url = await upload(text);
    // All that a rename leaves that came too late, of a process that ended then.
    await server.app.get<BlobStore>(MODULE_BLOBS).setAside(hashOf(text));
    expect([await isThere(placeOf(text)), await served(url)]).toEqual([false, text]);
    const again = await upload(text);
    expect(await isThere(placeOf(text))).toBe(true);
    await server.app.get<BlobStore>(MODULE_BLOBS).setAside(hashOf(text));
    await clean();
    expect([await isThere(placeOf(text)), await served(url), await served(again)]).toEqual([true, text, text]);
    expect(await asideNow()).toEqual([]);
  });

  it('goes where its transaction was committed and its process killed before it deleted the file', async () => {
    const text = `export default "${what} committed";`;
    await make(text);
    await server.app.get<BlobStore>(MODULE_BLOBS).setAside(hashOf(text));
    await server.sql('DELETE FROM blob WHERE hash = $1', [hashOf(text)]);
    await clean();
    expect([await isThere(placeOf(text)), await asideNow()]).toEqual([false, []]);
  });

  it('goes back where the COMMIT was never answered', async () => {
    const text = `export default "${what} unanswered";`;
    await make(text);
    const hanging = disk.hang(['rename'], placeOf(text), 'after');
    const cleaning = clean().then(
      () => 'cleaned',
      () => 'failed',
    );
    await hanging.reached;
    await endCleaner(text);
    hanging.goOn();
    expect([await cleaning, await isThere(placeOf(text)), await asideNow()]).toEqual(['failed', true, []]);
    await clean();
    expect([await isThere(placeOf(text)), await asideNow()]).toEqual([false, []]);
  });
});
