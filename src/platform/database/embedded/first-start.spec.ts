// The first start of a data folder, later ones, and the folders that are refused: with the real Postgres programs.

import fs from 'node:fs/promises';
import path from 'node:path';

import { EmbeddedPostgresError } from './embedded-postgres.js';
import { ask, postmasterPid, Scratch } from './scratch.js';

let scratch = new Scratch();
afterEach(async () => {
  await scratch.clear();
  scratch = new Scratch();
});

describe('starting on a data folder', () => {
  it('makes a durable UTF-8 database, and finds its rows again at the next start', async () => {
    const data = path.join(await scratch.folder(), 'clone', 'data');
    const first = await scratch.start(data);
    expect(first).toMatchObject({ adopted: false, notes: [], dataDirectory: path.join(data, 'postgres') });
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums']) {
      expect([setting, await ask(first, `SHOW ${setting}`)]).toEqual([setting, ['on']]);
    }
    expect(await ask(first, 'SHOW listen_addresses')).toEqual(['']);
    expect(await ask(first, "SELECT lower('ÄÖ') || upper('é')")).toEqual(['äöÉ']);
    await ask(first, 'CREATE TABLE kept AS SELECT 42 AS n');
    await first.stop();
    await first.stop();

    const second = await scratch.start(data);
    expect(second.adopted).toBe(false);
    expect(await ask(second, 'SELECT n FROM kept')).toEqual([42]);
    expect((await fs.stat(data)).mode & 0o777).toBe(0o700);
    expect((await fs.stat(path.join(data, 'postgres', 'stampline.password'))).mode & 0o777).toBe(0o600);
  });

  it('makes one database when two servers start at once: the second adopts the postmaster of the first', async () => {
    const data = path.join(await scratch.folder(), 'data');
    const both = await Promise.all([scratch.start(data), scratch.start(data)]);
    expect(both.map((server) => server.adopted).sort()).toEqual([false, true]);
    expect(both[0].connection).toEqual(both[1].connection);
    expect((await fs.readdir(data)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.socket']);
  });

  it('finishes a first start that was killed in the middle, its lock and its draft left behind', async () => {
    const data = path.join(await scratch.folder(), 'data');
    await fs.mkdir(path.join(data, 'postgres.init-0000'), { recursive: true, mode: 0o700 });
    await fs.writeFile(path.join(data, 'postgres.lock'), `${process.pid}\nborn at another time\n`);
    const server = await scratch.start(data);
    expect(await ask(server, 'SELECT 1')).toEqual([1]);
    expect(await fs.readdir(data)).not.toContain('postgres.init-0000');
  });

  it('listens in a short folder when the data folder has a long name', async () => {
    const data = path.join(await scratch.folder(), 'x'.repeat(60), 'y'.repeat(60), 'data');
    const server = await scratch.start(data);
    expect(server.connection.host.length).toBeLessThan(90);
    expect(await ask(server, 'SHOW data_directory')).toEqual([path.join(data, 'postgres')]);
    const { mode } = await fs.stat(server.connection.host);
    expect(mode & 0o077).toBe(0);
  });

  it('serves a path with spaces, commas and quotes', async () => {
    const data = path.join(await scratch.folder(), 'my, "data" folder');
    const server = await scratch.start(data);
    expect(await ask(server, 'SHOW data_directory')).toEqual([path.join(data, 'postgres')]);
    expect(await postmasterPid(server)).toBeGreaterThan(0);
  });
});

describe('refusing a data folder', () => {
  async function refusal(data: string): Promise<EmbeddedPostgresError> {
    const error: unknown = await scratch.start(data).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect((error as Error).message).not.toContain('\n');
    return error as EmbeddedPostgresError;
  }

  it.each([
    [
      '15',
      'older_major',
      /created by Postgres 15, and this Stampline runs Postgres 18.*Nothing was changed.*stampline backup.*&& mv .*stampline restore/,
    ],
    ['99', 'older_major', /created by Postgres 99.*Run the Stampline version that created it/],
  ])('leaves the data of Postgres %s untouched', async (major, code, message) => {
    const pgdata = path.join(await scratch.folder(), 'data', 'postgres');
    await fs.mkdir(path.join(pgdata, 'base'), { recursive: true });
    await fs.writeFile(path.join(pgdata, 'PG_VERSION'), `${major}\n`);
    await fs.writeFile(path.join(pgdata, 'stampline.password'), 'secret\n');
    const before = await listing(pgdata);
    expect(await refusal(path.dirname(pgdata))).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await listing(pgdata)).toEqual(before);
  });

  it.each([
    ['unknown files', { 'notes.txt': 'mine' }],
    ['a database that somebody else made', { PG_VERSION: '18\n', 'postgresql.conf': '' }],
  ])('leaves %s alone', async (_what, files: Record<string, string>) => {
    const pgdata = path.join(await scratch.folder(), 'data', 'postgres');
    await fs.mkdir(pgdata, { recursive: true });
    for (const [name, text] of Object.entries(files)) await fs.writeFile(path.join(pgdata, name), text);
    expect(await refusal(path.dirname(pgdata))).toMatchObject({ code: 'failed_to_start' });
    expect((await fs.readdir(pgdata)).sort()).toEqual(Object.keys(files).sort());
  });

  it('says so when the data folder is a file', async () => {
    const file = path.join(await scratch.folder(), 'data');
    await fs.writeFile(file, 'mine');
    expect(await refusal(file)).toMatchObject({ code: 'permission' });
  });
});

async function listing(folder: string): Promise<string[]> {
  const names = (await fs.readdir(folder, { recursive: true })).sort();
  return await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, mode, uid } = await fs.stat(path.join(folder, name));
      return `${name} ${mtimeMs} ${mode} ${uid}`;
    }),
  );
}
