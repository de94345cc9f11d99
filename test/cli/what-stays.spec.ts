// What stays here is said: a folder that git ignores as a whole and nobody named, submodules, files of a sparse checkout, files
// with conflict markers or that don't parse, and a folder without modules.
import fs from 'node:fs';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { conflictLine } from '../../src/cli/watch/conflict-markers.js';
import { endApps, shown, untilShown, WatchedApp, moduleText as text, newKey } from './watched-app.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endApps);
afterAll(() => server.stop());

describe.each(['src/', 'src', 'src/*', 'src/**', '/src/*'])('%s in .gitignore', (pattern) => {
  const SRC = { 'src/cart.js': text('cart'), 'src/lib/price.js': text('price') };
  const anApp = (): WatchedApp => {
    const app = new WatchedApp({ '.gitignore': `${pattern}\n`, 'other/x.js': text('x') });
    for (const [file, content] of Object.entries(SRC)) app.write(file, content);
    return app;
  };

  it('the default ./src is not sent without being named', async () => {
    const [key, app] = [newKey(), anApp()];
    for (const line of [`update ${key} --once`, `update ${key}`, `update ${key} --once --json`]) {
      const ended = await app.stamp(server.base, line);
      expect([ended.code, ended.stdout, ended.stderr]).toEqual([
        2,
        '',
        expect.stringContaining('All of src is ignored by git, so nothing was sent. To send it, name it: --folder src'),
      ]);
    }
    expect(await app.stamp(server.base, `update ${key} src/cart.js`)).toMatchObject({ code: 2 });
    await server.http.get(`/api/v1/ticket/${key}/`).expect(404);
  });

  it('--folder or .stamprc.json names it, and it is sent as it is', async () => {
    const [key, other, app] = [newKey(), newKey(), anApp()];
    expect(await app.stamp(server.base, `update ${key} --once --folder src`)).toMatchObject({ code: 0 });
    expect(await shown(server.base, key)).toEqual(SRC);
    app.write('.stamprc.json', '{"folder": "./src"}');
    expect(await app.stamp(server.base, `update ${other} --once`)).toMatchObject({ code: 0 });
    expect(await shown(server.base, other)).toEqual(SRC);
  });
});

/** What git ignores by its own name or kind; the folder has nothing else. */
const SECRETS: readonly (readonly [pattern: string, files: readonly string[]])[] = [
  ['secrets.json', ['config/secrets.json']],
  ['*.local.json', ['config/app.local.json', 'config/more/app.local.json']],
  ['config/secrets.json', ['config/secrets.json']],
  ['config/*.json', ['config/secrets.json']],
  ['*.json', ['config/secrets.json', 'config/more/keys.json']],
  ['/config/*.*', ['config/secrets.json']],
  ['config/private/', ['config/private/keys.js']],
  ['config/*\n!config/*.js', ['config/secrets.json']],
];

describe.each(SECRETS)('%s in .gitignore, in a folder of nothing else', (pattern, files) => {
  it.each<[string, string]>([
    ['--once --folder config', ''],
    ['config', ''],
    ['--once', '{"folder": "config"}'],
  ])('stays here, whoever names the folder: update %s', async (more, rc) => {
    const [key, app] = [newKey(), new WatchedApp({ '.gitignore': `${pattern}\n`, 'src/cart.js': text('cart') })];
    if (rc !== '') app.write('.stamprc.json', rc);
    for (const file of files) app.write(file, file.endsWith('.js') ? text('secret') : '{"token": "secret"}');
    const ended = await app.stamp(server.base, `update ${key} ${more}`);
    expect(ended.stderr).toContain('Nothing was sent. git ignores these files, but not their whole folder: config');
    expect(await shown(server.base, key)).toEqual({});
  });

  it('and as it comes, while the folder is watched', async () => {
    const [key, app] = [newKey(), new WatchedApp({ '.gitignore': `${pattern}\n`, 'src/cart.js': text('cart') })];
    fs.mkdirSync(app.path('config'));
    const watch = await app.watch(server.base, key, '--folder config');
    for (const file of files) app.write(file, file.endsWith('.js') ? text('secret') : '{"token": "secret"}');
    // What is sent after it says that it was passed over.
    app.write('config/open.mjs', text('open'));
    app.git('add', '--force', 'config/open.mjs');
    await untilShown(server.base, key, { 'config/open.mjs': text('open') });
    expect(await watch.interrupt()).toBe(0);
  });
});

it('a named file is judged by its path, also where a named folder has one of its name', async () => {
  const app = new WatchedApp({ 'src/cart.js': text('cart'), '.gitignore': 'dist/\n' });
  app.write('dist/cart.js', text('built'));
  const ended = await app.stamp(server.base, `update ${newKey()} src/cart.js dist/cart.js`);
  expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('dist/cart.js is not sent')]);
  fs.symlinkSync('cart.js', app.path('src/link.js'));
  const linked = await app.stamp(server.base, `update ${newKey()} src/cart.js ./src/../src/link.js`);
  expect([linked.code, linked.stderr]).toEqual([2, expect.stringContaining('src/link.js is not sent')]);
});

describe('repositories in the folder', () => {
  function withInner(isSubmodule: boolean): WatchedApp {
    const app = new WatchedApp({ 'src/cart.js': text('cart') });
    app.write('src/lib/price.js', text('price'));
    const inner = (...args: string[]): string =>
      app.git('-C', app.path('src/lib'), '-c', 'user.name=A', '-c', 'user.email=a@b', ...args);
    app.git('init', '--quiet', app.path('src/lib'));
    inner('add', '.');
    inner('commit', '--quiet', '--message=Lib');
    if (isSubmodule)
      app.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '--force', './src/lib', 'src/lib');
    return app;
  }

  it.each([
    ['a submodule', true],
    ['one that git does not know', false],
  ])('%s: its files stay here, with the next step', async (_what, isSubmodule) => {
    const [key, app] = [newKey(), withInner(isSubmodule)];
    const ended = await app.stamp(server.base, `update ${key} --once`);
    expect([ended.code, ended.stderr]).toEqual([
      0,
      expect.stringContaining(`are not sent: src/lib. To send them: stamp ${key} --update --once --folder src/lib`),
    ]);
    const json = await app.stamp(server.base, `update ${key} --once --json`);
    expect(json.stdout).toContain('"reason":"submodule"');
    expect(await app.stamp(server.base, `${key} --update --once --folder src/lib`)).toMatchObject({ code: 0 });
    expect(await shown(server.base, key)).toEqual({ 'src/cart.js': text('cart'), 'price.js': text('price') });
  });
});

it('what a sparse checkout leaves out is neither gone nor changed', async () => {
  const SHOP = { 'src/cart.js': text('cart'), 'src/lib/price.js': text('price'), 'src/lib/tax.js': text('tax') };
  const [key, app] = [newKey(), new WatchedApp(SHOP)];
  const watch = await app.watch(server.base, key);
  app.git('sparse-checkout', 'set', '--no-cone', '/*', '!/src/lib/price.js');
  expect(fs.existsSync(app.path('src/lib/price.js'))).toBe(false);
  app.delete('src/lib/tax.js');
  const { 'src/lib/tax.js': _tax, ...rest } = SHOP;
  await untilShown(server.base, key, rest);
  await watch.interrupt();
  const ended = await app.stamp(server.base, `update ${key} --once --json`);
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('"files":[],"deleted":[]')]);
  expect(await shown(server.base, key)).toEqual(rest);
});

const MERGE = `a\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> other\n`;

describe('files that no page can use', () => {
  it('with conflict markers, or that do not parse, are named, and the others are sent', async () => {
    const files = {
      'src/a.js': MERGE,
      'src/b.css': MERGE,
      'src/c.json': MERGE.replaceAll('\n', '\r\n'),
      'src/bad.js': 'let (',
    };
    const [key, app] = [newKey(), new WatchedApp({ ...files, 'src/good.js': text('good') })];
    const ended = await app.stamp(server.base, `update ${key} --once`);
    expect(ended.code).toBe(1);
    for (const file of ['src/a.js', 'src/b.css', 'src/c.json'])
      expect(ended.stderr).toContain(`stamp: ${file} has conflict markers at line 2, so it was not sent`);
    expect(ended.stderr).toMatch(/^stamp: src\/bad\.js is not JavaScript/m);
    expect(await shown(server.base, key)).toEqual({ 'src/good.js': text('good') });
  });

  it('are sent by a watch when they are mended', async () => {
    const [key, app] = [newKey(), new WatchedApp({ 'src/a.css': 'a {}' })];
    const watch = await app.watch(server.base, key);
    app.write('src/a.css', MERGE);
    await watch.until('it is refused', ({ event, file }) => event === 'refused' && file === 'src/a.css');
    app.write('src/a.css', 'b {}');
    await untilShown(server.base, key, { 'src/a.css': 'b {}' });
  });

  it.each([
    [MERGE, 2],
    ['<<<<<<< HEAD\n||||||| base\n=======\n>>>>>>> x\n', 1],
    ['"<<<<<<< a"\n=======\n>>>>>>> b\n', undefined],
    ['<<<<<<< a\n>>>>>>> b\n=======\n', undefined],
    ['/* ======= */', undefined],
    ['', undefined],
  ])('%j: line %s', (content, line) => {
    expect(conflictLine(Buffer.from(content))).toBe(line);
  });
});

describe.each([
  [
    'only .ts',
    { 'src/main.ts': 'let x: 1;', 'src/page.html': '<p>' },
    /1 \.ts.*Build first, then send the folder with the build: --folder dist\./,
  ],
  ['nothing that is a module', { 'src/page.html': '<p>' }, /1 \.html/],
  ['nothing at all', { 'src/.keep': '' }, /The folder has no modules .*Build first/],
])('a folder with %s', (_what, files, says) => {
  it.each(['free-shipping', null])('says so, piped and as JSON (branch %s)', async (branch) => {
    const [key, app] = [newKey(), new WatchedApp(files, branch)];
    const piped = await app.stamp(server.base, `update ${key} --once`);
    expect([piped.code, piped.stderr]).toEqual([0, expect.stringMatching(says)]);
    const json = await app.stamp(server.base, `update ${key} --once --json`);
    const left = json.stdout.split('\n').filter((line) => line.includes('"no_modules"'));
    expect(left.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      expect.stringMatching(says),
    ]);
  });
});

it.each(['cart.js', 'words.json', 'sum.wasm', 'cart.css'])(
  'a pointer of Git LFS in place of src/%s is named, and stays here',
  async (file) => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`;
    for (const branch of ['main', 'cart', null]) {
      const [key, app] = [newKey(), new WatchedApp({ [`src/${file}`]: pointer, 'src/nav.js': text('nav') }, branch)];
      const ended = await app.stamp(server.base, `update ${key} --once`);
      expect([ended.code, ended.stderr]).toEqual([
        1,
        expect.stringContaining(
          `src/${file} is a pointer of Git LFS and not the file itself, so it was not sent: git lfs pull`,
        ),
      ]);
      expect(await shown(server.base, key)).toEqual({ 'src/nav.js': text('nav') });
    }
  },
);
