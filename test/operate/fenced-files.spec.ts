// Files that several processes write at once, or one that goes on when it has lost what kept the others away: each is whole, of
// one of them, and nobody takes away what somebody else has put there since.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FirstAdmin, ADMIN_FILE } from '../../src/access/first-admin.js';
import { KeptFiles } from '../../src/operate/backup/kept-files.js';
import { writeOut } from '../../src/operate/output-file.js';
import { copyPackage } from '../../src/platform/database/embedded/binaries-copy.js';
import { withStartLock } from '../../src/platform/database/embedded/start-lock.js';
import { placeOnce } from '../../src/platform/place-once.js';
import { hashOf } from '../builders/modules.js';
import { HungDisk } from '../setup/hung-disk.js';
import { startTestServer } from '../setup/test-server.js';

let folder: string;
let disk: HungDisk;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-fenced-'));
  disk = new HungDisk();
});

afterEach(() => {
  disk.end();
  fs.rmSync(folder, { recursive: true, force: true });
});

const partsIn = (place: string): string[] => fs.readdirSync(place).filter((name) => /\.(part|draft)$/.test(name));
const textOf = (...names: string[]): string => fs.readFileSync(path.join(folder, ...names), 'utf8');

function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

async function* chunks(first: string, between: Promise<void>, last: string): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  await between;
  yield Buffer.from(last);
}

const twoDaysAgo = new Date(Date.now() - 48 * 60 * 60_000);

describe('the file of a backup', () => {
  it.each([false, true])('is of one writer, whole (what looked left over is deleted: %s)', async (isDeleted) => {
    const file = path.join(folder, 'backup');
    const [first, second] = [gate(), gate()];
    const write = (until: Promise<void>, text: string): Promise<string> =>
      writeOut(file, async (out) => {
        out.write('whole ');
        await until;
        out.write(text);
        return `whole ${text}`;
      });
    const one = write(first.passed, 'one').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (isDeleted) for (const name of partsIn(folder)) fs.rmSync(path.join(folder, name));
    const two = write(second.passed, 'two').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.open();
    const said = [await one];
    second.open();
    said.push(await two);
    expect(said.filter(Boolean)).toEqual([textOf('backup')]);
    expect(partsIn(folder)).toEqual([]);
  });

  it('takes away what was left of it a day ago, and nothing younger or of other files', async () => {
    const names = ['old', 'young'].map(
      (name) => `${name === 'old' ? 'backup' : 'other'}.${hashOf(name).slice(0, 36)}.part`,
    );
    for (const name of names) fs.writeFileSync(path.join(folder, name), '');
    for (const name of names) fs.utimesSync(path.join(folder, name), twoDaysAgo, twoDaysAgo);
    const young = `backup.${hashOf('x').slice(0, 36)}.part`;
    fs.writeFileSync(path.join(folder, young), '');
    await writeOut(path.join(folder, 'backup'), async (out) => void out.write('whole'));
    expect(partsIn(folder).sort()).toEqual([names[1], young].sort());
  });
});

describe('the files of a restore', () => {
  const archive = 'day.0.ndjson.gz';
  const blob = 'export default "restored";';
  const now = Promise.resolve();

  async function restored(files: KeptFiles): Promise<void> {
    await files.take('blobs', hashOf(blob), chunks(blob, now, ''));
    await files.take('archive', archive, chunks('a day ', now, 'whole'));
    await files.place();
  }

  it('stay for another restore when the first has lost its session, and is taken back', async () => {
    const [one, two] = [new KeptFiles(folder), new KeptFiles(folder)];
    await restored(one);
    await restored(two);
    await one.takeBack(async () => false);
    expect(textOf('archive', archive)).toBe('a day whole');
    expect(textOf('blobs', hashOf(blob).slice(0, 2), hashOf(blob))).toBe(blob);
    expect([partsIn(path.join(folder, 'archive')), fs.readdirSync(path.join(folder, 'blobs', 'aside'))]).toEqual([
      [],
      [],
    ]);
  });

  it('are gone, all of them, where it is still alone', async () => {
    const files = new KeptFiles(folder);
    await restored(files);
    await files.takeBack(async () => true);
    const left = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(left).toEqual([]);
  });

  it('are not written to by another one that comes late', async () => {
    const late = gate();
    const one = new KeptFiles(folder);
    const writing = one.take('archive', archive, chunks('something ', late.passed, 'else')).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await restored(new KeptFiles(folder));
    late.open();
    await writing;
    await expect(one.place()).rejects.toThrow(/exists already/);
    expect(textOf('archive', archive)).toBe('a day whole');
  });
});

it('copies the programs of Postgres once, whoever else does, and takes away old drafts', async () => {
  const [from, parent] = [path.join(folder, 'package'), path.join(folder, 'copies')];
  fs.mkdirSync(path.join(from, 'bin'), { recursive: true });
  fs.mkdirSync(parent);
  fs.writeFileSync(path.join(from, 'bin', 'postgres'), 'program', { mode: 0o755 });
  const copy = path.join(parent, 'postgres-binaries-18.1');
  const [old, young] = [`${copy}.old.draft`, `${copy}.young.draft`];
  for (const draft of [old, young]) fs.mkdirSync(draft);
  fs.utimesSync(old, twoDaysAgo, twoDaysAgo);
  const hanging = disk.hang(['rename'], copy, 'before');
  const one = copyPackage({ folder: from, version: '18.1' }, parent);
  await hanging.reached;
  const two = await copyPackage({ folder: from, version: '18.1' }, parent);
  hanging.goOn();
  expect([await one, two]).toEqual([two, { folder: copy, version: '18.1' }]);
  expect(fs.readFileSync(path.join(copy, 'bin', 'postgres'), 'utf8')).toBe('program');
  expect(fs.readdirSync(parent).sort()).toEqual([path.basename(copy), path.basename(young)]);
});

it('releases no start lock that somebody else has made since', async () => {
  const file = path.join(folder, 'postgres.lock');
  await withStartLock(file, 1000, async () => fs.writeFileSync(file, '1\nborn at another time\n'));
  expect(fs.readFileSync(file, 'utf8')).toBe('1\nborn at another time\n');
});

it('gives a name only once', async () => {
  const [one, two, place] = ['one', 'two', 'place'].map((name) => path.join(folder, name)) as [string, string, string];
  for (const draft of [one, two]) fs.writeFileSync(draft, path.basename(draft));
  expect([await placeOnce(one, place), await placeOnce(two, place)]).toEqual([true, false]);
  expect([textOf('place'), fs.readdirSync(folder)]).toEqual(['one', ['place']]);
});

it("leaves the administrator's token of the server that has it, whatever another one writes late", async () => {
  const server = await startTestServer({ dataFolder: folder, access: { required: true, publicRead: false } });
  const file = path.join(folder, ADMIN_FILE);
  const admin = server.app.get(FirstAdmin);
  await server.sql('DELETE FROM access_token');
  const hanging = disk.hang(['rm', 'writeFile'], file, 'before');
  const late = admin.onApplicationBootstrap().catch(() => 'failed');
  await hanging.reached;
  await server.sql(
    `SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted AND l.objid = hashtext('first admin token')::bigint & 4294967295`,
  );
  await admin.onApplicationBootstrap();
  const token = textOf(ADMIN_FILE).trim();
  hanging.goOn();
  expect(await late).toBe('failed');
  expect(textOf(ADMIN_FILE).trim()).toBe(token);
  await server.http.get('/api/v1/token/').set('Authorization', `Bearer ${token}`).expect(200);
  await admin.onApplicationBootstrap();
  expect(fs.readdirSync(folder).filter((name) => name.startsWith(ADMIN_FILE))).toEqual([ADMIN_FILE]);
  // Killed between its commit and the file's name.
  fs.renameSync(file, `${file}.${hashOf('x').slice(0, 36)}`);
  await admin.onApplicationBootstrap();
  expect(fs.readdirSync(folder).filter((name) => name.startsWith(ADMIN_FILE))).toEqual([ADMIN_FILE]);
  expect(textOf(ADMIN_FILE).trim()).toBe(token);
  await server.stop();
});
