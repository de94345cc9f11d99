// What never leaves the machine: ignored files, and what symlinks lead to; for a watch, an update that ends, and files that
// are named.
import fs from 'node:fs';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { endApps, shown, untilShown, WatchedApp, moduleText as text, newKey } from './watched-app.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endApps);
afterAll(() => server.stop());

const SHOP = { 'src/cart.js': text('cart') };

/** Links out of the folder and in it, to files and folders; with git, they are committed. */
function linked(branch: string | null): WatchedApp {
  const app = new WatchedApp({ ...SHOP, 'outside/secret.js': text('secret'), 'src/.env.json': '{}' }, branch);
  for (const [target, link] of [
    ['../outside/secret.js', 'src/file.js'],
    ['../outside', 'src/folder'],
    ['cart.js', 'src/inside.js'],
    ['.env.json', 'src/hidden.json'],
    ['/etc/hostname', 'src/host.js'],
  ] as const)
    fs.symlinkSync(target, app.path(link));
  if (branch !== null) app.git('add', '--all');
  return app;
}

describe.each([
  ['in git', 'free-shipping'],
  ['without git', null],
] as const)('symlinks %s', (_where, branch) => {
  it('are left out and named, by once', async () => {
    const [key, app] = [newKey(), linked(branch)];
    const ended = await app.stamp(server.base, `update ${key} --once`);
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringMatching(/Symlinks are not sent: 5 files: src\//)]);
    expect(await shown(server.base, key)).toEqual(SHOP);
  });

  it('are left out by a watch, also where a file becomes one', async () => {
    const [key, app] = [newKey(), linked(branch)];
    const watch = await app.watch(server.base, key);
    expect(watch.of('left_out')).toMatchObject([{ reason: 'symlink', files: expect.arrayContaining(['src/file.js']) }]);
    fs.symlinkSync('../outside/secret.js', app.path('src/later.js'));
    app.delete('src/cart.js');
    fs.symlinkSync('../outside/secret.js', app.path('src/cart.js'));
    app.write('src/last.js', text('last'));
    await untilShown(server.base, key, { ...SHOP, 'src/last.js': text('last') });
  });

  it.each(['src/file.js', 'src/folder/secret.js', 'src/inside.js'])('%s is refused by name', async (file) => {
    const [key, app] = [newKey(), linked(branch)];
    const ended = await app.stamp(server.base, `update ${key} ${file}`);
    if (file === 'src/folder/secret.js') expect(Object.keys(await shown(server.base, key))).not.toContain(file);
    else expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(`${file} is not sent`)]);
  });
});

it('what git ignores is refused by name; a folder that it ignores as a whole is sent when it is named', async () => {
  const [key, app] = [newKey(), new WatchedApp({ ...SHOP, '.gitignore': 'dist/\nsecret.js\n' })];
  app.write('src/secret.js', text('secret'));
  app.write('dist/cart.js', text('built'));
  for (const file of ['src/secret.js', 'dist/cart.js'])
    expect(await app.stamp(server.base, `update ${key} ${file}`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${file} is not sent`),
    });
  const ended = await app.stamp(server.base, `update ${key} --once --folder dist`);
  expect(ended.code).toBe(0);
  expect(await shown(server.base, key)).toEqual({ 'dist/cart.js': text('built') });
});

describe.each([
  ['in git', 'free-shipping'],
  ['without git', null],
] as const)('a folder outside of the project, %s', (_where, branch) => {
  it.each([
    ['a link where the default is', {}, 'src'],
    ['a setting that leads upwards', { '.stamprc.json': JSON.stringify({ folder: '..' }) }, '..'],
    ['a setting that names a link', { '.stamprc.json': JSON.stringify({ folder: 'src' }) }, 'src'],
  ])('%s is sent only where it is named on the line', async (_what, files, folder) => {
    const other = new WatchedApp({ 'config.json': '{"auth": "secret"}' }, null);
    const app = new WatchedApp({ 'readme.txt': 'A shop', ...files }, branch);
    fs.symlinkSync(other.folder, app.path('src'));
    if (branch !== null) app.git('add', '--all');
    const key = newKey();
    const ended = await app.stamp(server.base, `update ${key} --once --yes`);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('points outside the project')]);
    expect((await server.http.get(`/api/v1/ticket/${key}/`)).status).toBe(404);
    if (folder !== 'src') return;
    expect((await app.stamp(server.base, `update ${key} --once --yes --folder src`)).code).toBe(0);
    expect(Object.values(await shown(server.base, key))).toEqual(['{"auth": "secret"}']);
  });
});
