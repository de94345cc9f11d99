// Where the data is kept and who serves it, above all for root. The programs of the npm package and the system.

import fs from 'node:fs/promises';
import path from 'node:path';

import { withLinks } from './binaries-copy.js';
import { findBinaries } from './binaries.js';
import { ask, Scratch } from './scratch.js';

let scratch = new Scratch();
afterEach(async () => {
  await scratch.clear();
  scratch = new Scratch();
});

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? describe : describe.skip;
const refused = () => Promise.resolve(false);

asRoot('as root (skipped for anybody else)', () => {
  it('hands a folder that others can reach to another user, and leaves other things there alone', async () => {
    const clone = await scratch.folder(0o755);
    await fs.mkdir(path.join(clone, 'data'), { mode: 0o755 });
    await fs.writeFile(path.join(clone, 'data', 'mine.txt'), '');
    const server = await scratch.start(path.join(clone, 'data'), { canUseUserNamespaces: refused });
    expect((await fs.stat(server.dataDirectory)).uid).not.toBe(0);
    expect((await fs.stat(path.join(clone, 'data'))).uid).toBe(0);
    expect((await fs.stat(path.join(clone, 'data', 'mine.txt'))).uid).toBe(0);
    expect(server.notes).toEqual([]);
  });

  it('keeps the data elsewhere when the folder is closed to others and user namespaces are refused, for good', async () => {
    const data = path.join(await scratch.folder(), 'data');
    const elsewhere = await scratch.folder(0o755);
    const fallbackPrefixes = [`${elsewhere}/`];
    const first = await scratch.start(data, { canUseUserNamespaces: refused, fallbackPrefixes });
    expect(first.dataDirectory.startsWith(elsewhere)).toBe(true);
    expect(first.notes).toEqual([expect.stringMatching(/^The database is kept in .*can't reach/)]);
    await ask(first, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.stop();

    const second = await scratch.start(data, { fallbackPrefixes });
    expect(second.dataDirectory).toBe(first.dataDirectory);
    expect(second.notes).toEqual(first.notes);
    expect(await ask(second, 'SELECT n FROM kept')).toEqual([7]);
    await second.stop();

    const moved = `${data}-moved`;
    await fs.rename(data, moved);
    const third = await scratch.start(moved, { fallbackPrefixes });
    expect(await ask(third, 'SELECT n FROM kept')).toEqual([7]);
    await third.stop();

    await fs.rename(elsewhere, `${elsewhere}-unmounted`);
    const fourth = scratch.start(moved, { fallbackPrefixes });
    await expect(fourth).rejects.toMatchObject({
      code: 'failed_to_start',
      message: expect.stringContaining('that folder is missing'),
    });
    await fs.rename(`${elsewhere}-unmounted`, elsewhere);
  });

  it('says what to do when namespaces, in which the data was made, are refused later', async () => {
    const data = path.join(await scratch.folder(), 'data');
    const pgdata = path.join(data, 'postgres');
    await fs.mkdir(pgdata, { recursive: true });
    await fs.writeFile(path.join(pgdata, 'PG_VERSION'), '18\n');
    await fs.writeFile(path.join(pgdata, 'stampline.password'), 'secret\n');
    await expect(scratch.start(data, { canUseUserNamespaces: refused })).rejects.toMatchObject({
      code: 'permission',
      message: expect.stringMatching(/belongs to root.*move .* chown/),
    });
  });
});

describe('the programs', () => {
  it('get the library links that an install without scripts leaves out', async () => {
    const copy = path.join(await scratch.folder(), 'native');
    await fs.mkdir(path.join(copy, 'lib'), { recursive: true });
    const found = await findBinaries('/nowhere', undefined, () => {});
    const original = path.dirname(found.binDirectory);
    await fs.copyFile(path.join(original, 'pg-symlinks.json'), path.join(copy, 'pg-symlinks.json'));
    for (const name of await fs.readdir(path.join(original, 'lib'))) {
      const stat = await fs.lstat(path.join(original, 'lib', name));
      if (!stat.isSymbolicLink()) await fs.writeFile(path.join(copy, 'lib', name), '');
    }
    await withLinks({ folder: copy, version: '1' }, '/nowhere', () => {});
    const have = (await fs.readdir(path.join(copy, 'lib'))).sort();
    expect(have).toEqual((await fs.readdir(path.join(original, 'lib'))).sort());
    expect(await fs.readlink(path.join(copy, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  });

  it('are looked for in the system when the package is not installed, and named when there are none', async () => {
    const startAt = await scratch.folder();
    const none = findBinaries(startAt, undefined, () => {}, { startAt, systemRoot: path.join(startAt, 'none') });
    await expect(none).rejects.toMatchObject({ code: 'no_binaries', message: expect.stringContaining('npm ci') });
  });
});
