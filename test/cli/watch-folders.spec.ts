// A watch survives what editors and bundlers do to a folder: whatever happens to it, what is saved afterwards is sent, and what
// was only gone for a moment is never deleted from the ticket.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { SaveWatcher, type WatchEvents } from '../../src/cli/watch/save-watcher.js';
import { SourceFolder } from '../../src/cli/watch/source-files.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { endApps, untilShown, type Watch, WatchedApp, moduleText as text, newKey } from './watched-app.js';

let server: TestServer;
const mounts: string[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const folder of mounts.splice(0)) execFileSync('umount', ['--lazy', folder]);
  await endApps();
});
afterAll(() => server.stop());

const SHOP = { 'src/cart.js': text('cart'), 'src/lib/price.js': text('price'), 'src/lib/a/tax.js': text('tax') };
const NEXT = { 'src/cart.js': text('cart 2'), 'src/lib/price.js': text('price'), 'src/lib/a/tax.js': text('tax 2') };

const write = (app: WatchedApp, files: Readonly<Record<string, string>>): void =>
  Object.entries(files).forEach(([file, content]) => app.write(file, content));
const within = (files: Readonly<Record<string, string>>, folder: string): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, content]) => [file.replace(/^src/, folder), content]));

/** Before anything was saved after it. */
const turn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Happens = (app: WatchedApp, watch: Watch) => Promise<void> | void;

/** Each ends with NEXT in ./src. */
const HAPPENS: readonly (readonly [string, Happens])[] = [
  ['removed and made again at once', (app) => (app.delete('src'), write(app, NEXT))],
  [
    'removed, and made again when the watch has said so',
    async (app, watch) => {
      app.delete('src');
      await watch.until('it says that the folder is gone', ({ event }) => event === 'folder_gone');
      write(app, NEXT);
      await watch.until('it says that the folder is back', ({ event }) => event === 'folder_back');
    },
  ],
  [
    'emptied, and filled when the watch has said so',
    async (app, watch) => {
      for (const name of fs.readdirSync(app.path('src'))) app.delete(`src/${name}`);
      await watch.until('it says that nothing is there', ({ event }) => event === 'emptied');
      write(app, NEXT);
    },
  ],
  [
    'built anew in several steps, with an empty moment',
    async (app) => {
      app.delete('src');
      fs.mkdirSync(app.path('src'));
      await turn(200);
      for (const [file, content] of Object.entries(NEXT)) {
        app.write(file, content);
        await turn(150);
      }
    },
  ],
  [
    'replaced by another one: rm -rf dist && mv dist.new dist',
    (app) => (write(app, within(NEXT, 'new')), app.delete('src'), app.rename('new', 'src')),
  ],
  [
    'renamed away, another one renamed over it',
    (app) => (write(app, within(NEXT, 'new')), app.rename('src', 'old'), app.rename('new', 'src')),
  ],
  ['mounted over', (app) => (mountOver(app, 'src'), write(app, NEXT))],
  [
    'a folder in it removed and made again at once',
    (app) => {
      app.delete('src/lib');
      write(app, NEXT);
    },
  ],
  [
    'a folder in it swapped',
    (app) => {
      write(app, within(NEXT, 'new'));
      app.rename('src/lib', 'old');
      app.rename('new/lib', 'src/lib');
      write(app, NEXT);
    },
  ],
  [
    'a new folder in it, swapped at once',
    (app) => {
      write(app, NEXT);
      app.write('src/deep/x.js', text('x'));
      app.delete('src/deep');
      app.write('src/deep/x.js', text('x'));
      app.delete('src/deep');
    },
  ],
];

/** Another file system, where the machine lets us; else another folder, which looks the same to a watcher. */
function mountOver(app: WatchedApp, folder: string): void {
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', app.path(folder)], { stdio: 'ignore' });
    mounts.push(app.path(folder));
  } catch {
    app.rename(folder, `${folder}.below`);
    fs.mkdirSync(app.path(folder));
  }
}

describe.each(['src/*\n!src/.gitkeep', 'src/', 'src/**'])(
  'a folder that git ignores, empty as the watch begins: %s',
  (pattern) => {
    it.each(HAPPENS)('%s: nothing is deleted, and later saves are sent', async (_what, happens) => {
      const [key, app] = [newKey(), new WatchedApp({ '.gitignore': `${pattern}\n`, 'README.md': 'A shop\n' })];
      fs.mkdirSync(app.path('src'));
      const watch = await app.watch(server.base, key, '--folder src');
      write(app, SHOP);
      await untilShown(server.base, key, SHOP);
      await happens(app, watch);
      await untilShown(server.base, key, NEXT);
      const later = { ...NEXT, 'src/cart.js': text('later') };
      write(app, later);
      await untilShown(server.base, key, later);
      const deleted = watch.of('saved').flatMap((saved) => saved.deleted as string[]);
      expect(deleted.filter((file) => file in SHOP)).toEqual([]);
    });
  },
);

describe.each([
  ['in git', 'free-shipping'],
  ['without git', null],
] as const)('a folder %s', (_where, branch) => {
  it.each(HAPPENS)('%s: nothing is deleted, and later saves are sent', async (_what, happens) => {
    const [key, app] = [newKey(), new WatchedApp(SHOP, branch)];
    const watch = await app.watch(server.base, key);
    await happens(app, watch);
    await untilShown(server.base, key, NEXT);
    // Twice: a watcher may hear of one save by chance.
    for (const round of ['later', 'later still']) {
      const later = { ...NEXT, 'src/cart.js': text(round), 'src/lib/a/tax.js': text(round) };
      write(app, later);
      await untilShown(server.base, key, later);
    }
    const deleted = watch.of('saved').flatMap((saved) => saved.deleted as string[]);
    expect(deleted.filter((file) => file in SHOP)).toEqual([]);
  });

  it('what is missing once it has settled is deleted', async () => {
    const [key, app] = [newKey(), new WatchedApp(SHOP, branch)];
    await app.watch(server.base, key);
    app.delete('src');
    write(app, { 'src/cart.js': text('cart') });
    await untilShown(server.base, key, { 'src/cart.js': text('cart') });
  });

  it('a burst of 2000 files, each by a rename, arrives whole', async () => {
    const [key, app] = [newKey(), new WatchedApp(SHOP, branch)];
    await app.watch(server.base, key);
    const files = Object.fromEntries(
      Array.from({ length: 2000 }, (_, at) => [`src/many/${at % 20}/f${at}.js`, text(at)]),
    );
    for (const [file, content] of Object.entries(files)) {
      app.write(`${file}.tmp`, content);
      app.rename(`${file}.tmp`, file);
    }
    await untilNames(key, [...Object.keys(SHOP), ...Object.keys(files)]);
  }, 120_000);

  it('saves by a temporary file and a rename, and a rename of the case only', async () => {
    const [key, app] = [newKey(), new WatchedApp(SHOP, branch)];
    const watch = await app.watch(server.base, key);
    for (const round of [1, 2, 3]) {
      app.write('src/.cart.js.tmp', text(round));
      app.rename('src/.cart.js.tmp', 'src/cart.js');
      await untilShown(server.base, key, { ...SHOP, 'src/cart.js': text(round) });
    }
    expect(watch.of('saved').flatMap((saved) => saved.deleted as string[])).toEqual([]);
    app.rename('src/cart.js', 'src/Cart.js');
    const { 'src/cart.js': _old, ...rest } = SHOP;
    await untilShown(server.base, key, { ...rest, 'src/Cart.js': text(3) });
  });

  it('watched from a current folder that is a symlink', async () => {
    const [key, app] = [newKey(), new WatchedApp(SHOP, branch)];
    const link = `${app.folder}-link`;
    fs.symlinkSync(app.folder, link);
    try {
      const watch = await app.watch(server.base, key, `--folder ${link}/src`);
      expect(watch.of('synced')[0]?.files).toEqual(Object.keys(SHOP).sort());
    } finally {
      fs.rmSync(link);
    }
  });
});

async function untilNames(key: string, wanted: readonly string[]): Promise<void> {
  const deadline = Date.now() + 90_000;
  let names: string[] = [];
  while (Date.now() < deadline) {
    const reply = await fetch(`${server.base}/import-map.json?dev=${key}`);
    const { imports = {} } = (await reply.json()) as { imports?: Record<string, string> };
    names = Object.keys(imports).map((specifier) => specifier.replace('@default/', ''));
    if (names.length === wanted.length) break;
    await turn(200);
  }
  expect(names.sort()).toEqual([...wanted].sort());
}

describe('where it can not go on', () => {
  const silent: WatchEvents = { began: () => undefined, gone: () => undefined, back: () => undefined };
  const signal = new AbortController().signal;

  it('a folder that does not come back ends it with an error, after the time that it has', async () => {
    const app = new WatchedApp(SHOP, null);
    const source = await SourceFolder.open({ cwd: app.folder, root: undefined, projectFolder: undefined }, 'src');
    const saves = await SaveWatcher.open(source, silent, { goneMs: 300 });
    app.delete('src');
    await expect(saves.next(signal)).rejects.toMatchObject({
      exit: 1,
      message: expect.stringMatching(/^src has been gone for .*run the command again\.$/),
    });
    await saves.close();
  });

  it('a link that leads elsewhere ends it with an error', async () => {
    const [key, app] = [newKey(), new WatchedApp({ ...SHOP, 'other/cart.js': text('other') }, null)];
    fs.symlinkSync('src', app.path('current'));
    const watch = await app.watch(server.base, key, '--folder current');
    fs.symlinkSync('other', app.path('next'));
    app.rename('next', 'current');
    expect(await watch.ended).toBe(1);
    expect(watch.stderr).toContain('current is another folder now: run the command again.');
  });
});
