// What files are called in a ticket: by their path from the repository's root, wherever the command runs; by `root` of a
// .stamprc.json; and what happens to files that production has under the names of an earlier command.
import fs from 'node:fs';
import path from 'node:path';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { type Ended, stamp } from './stamp.js';
import { endApps, shown, untilShown, WatchedApp, moduleText as text, newKey } from './watched-app.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endApps);
afterAll(() => server.stop());

const MONOREPO = {
  'src/main.js': text('root'),
  'packages/a/src/main.js': text('a'),
  'packages/a/src/lib/x.js': text('x'),
  'packages/b/src/main.js': text('b'),
};

/** Runs in a folder of the app. */
const runIn = (app: WatchedApp, folder: string, line: string | string[]): Promise<Ended> =>
  stamp(line, { url: server.base, cwd: app.path(folder), env: app.env });

async function shownAfter(app: WatchedApp, folder: string, more: string): Promise<string[]> {
  const key = newKey();
  const ended = await runIn(app, folder, `update ${key} ${more}`);
  expect([ended.stderr, ended.code]).toEqual([expect.not.stringContaining('stamp: '), 0]);
  return Object.keys(await shown(server.base, key)).sort();
}

const A = ['packages/a/src/lib/x.js', 'packages/a/src/main.js'];

describe('in a repository', () => {
  it.each([
    ['.', '--once', ['src/main.js']],
    ['.', '--once --folder packages/a/src', A],
    ['packages/a', '--once', A],
    ['packages/a/src', '--once --folder .', A],
    ['packages/a/src/lib', '--once --folder ..', A],
    ['packages/b', '--once --folder ../a/src', A],
    ['packages/b', '--once', ['packages/b/src/main.js']],
    ['packages/a', 'src/main.js', ['packages/a/src/main.js']],
    ['packages/a/src', 'main.js', ['packages/a/src/main.js']],
    ['packages/b', '../a/src/lib/x.js', ['packages/a/src/lib/x.js']],
    ['packages/a', 'src', A],
    ['packages/a', '../../src/main.js src/main.js', ['packages/a/src/main.js', 'src/main.js']],
  ])('in %s, update %s', async (folder, more, wanted) => {
    expect(await shownAfter(new WatchedApp(MONOREPO), folder, more)).toEqual(wanted);
  });

  it('packages of one ticket keep their own files, and a watch tells paths from where it runs', async () => {
    const [key, app] = [newKey(), new WatchedApp(MONOREPO)];
    await runIn(app, 'packages/a', `update ${key} --once`);
    const ended = await runIn(app, 'packages/b', `update ${key} --once`);
    expect(ended.stdout).toMatch(/1 file sent from src as packages\/b\/src /);
    await app.stamp(server.base, `update ${key} --once`);
    expect(await shown(server.base, key)).toEqual(MONOREPO);
    const watch = await app.watch(server.base, key, '--folder packages/a/src');
    app.write('packages/a/src/main.js', text('changed'));
    await untilShown(server.base, key, { ...MONOREPO, 'packages/a/src/main.js': text('changed') });
    expect(watch.saved).toEqual(['packages/a/src/main.js']);
  });

  it('messages name files from where the command runs', async () => {
    const app = new WatchedApp({ ...MONOREPO, '.gitignore': 'secret.js\n' });
    app.write('packages/a/src/secret.js', text('secret'));
    fs.symlinkSync('main.js', app.path('packages/a/src/link.js'));
    app.git('add', '--all');
    const named = await runIn(app, 'packages/a', `update ${newKey()} src/secret.js`);
    expect(named.stderr).toMatch(/^stamp: src\/secret\.js is not sent/);
    const all = await runIn(app, 'packages/a', `update ${newKey()} --once`);
    expect(all.stderr).toContain('Symlinks are not sent: src/link.js.');
    const checks = await runIn(app, 'packages/a', 'doctor --json');
    expect(JSON.parse(checks.stdout)).toContainEqual(
      expect.objectContaining({ name: 'folder', says: expect.stringContaining('packages/a/src/… in a ticket') }),
    );
  });

  it('of its own in the folder, its root is the one that counts', async () => {
    const app = new WatchedApp(MONOREPO);
    app.write('packages/c/src/main.js', text('c'));
    app.git('init', '--quiet', app.path('packages/c'));
    expect(await shownAfter(app, '.', '--once --folder packages/c/src')).toEqual(['src/main.js']);
  });
});

describe('outside of a repository', () => {
  it.each([
    [{}, 'packages/a', '--once', ['src/lib/x.js', 'src/main.js']],
    [{ '.stamprc.json': '{}' }, 'packages/a', '--once', A],
    [{ 'packages/.stamprc.json': '{}' }, 'packages/a', '--once', ['a/src/lib/x.js', 'a/src/main.js']],
    [{ 'packages/a/.stamprc.json': '{}' }, 'packages/a', '--once --folder ../b/src', ['src/main.js']],
  ])('with %j, in %s, update %s', async (files, folder, more, wanted) => {
    const app = new WatchedApp({ ...MONOREPO, ...files }, null);
    expect(await shownAfter(app, folder, more)).toEqual(wanted);
  });
});

describe('.stamprc.json', () => {
  it.each([
    ['packages/a', { folder: './src', root: '.' }, 'packages/a', ['src/lib/x.js', 'src/main.js']],
    ['packages/a', { folder: './src', root: '.' }, 'packages/a/src/lib', ['src/lib/x.js', 'src/main.js']],
    ['packages/a', { folder: 'src', root: 'src' }, 'packages/a', ['lib/x.js', 'main.js']],
    ['.', { folder: './packages/a/src' }, 'packages/b/src', A],
    ['.', { folder: 'packages/a/src', root: 'packages' }, '.', ['a/src/lib/x.js', 'a/src/main.js']],
    ['packages', { folder: '../src', root: '..' }, 'packages/b', ['src/main.js']],
  ])('in %s with %j counts in %s', async (at, settings, folder, wanted) => {
    for (const branch of ['free-shipping', null]) {
      const files = { ...MONOREPO, [path.join(at, '.stamprc.json')]: JSON.stringify(settings) };
      expect(await shownAfter(new WatchedApp(files, branch), folder, '--once')).toEqual(wanted);
    }
  });

  it.each([
    [{ root: '..' }, '', /"root" in \.stamprc\.json is \.\., outside the repository .*: name a folder in/],
    [{ root: '/' }, '', /outside the repository/],
    [{ root: 'nowhere' }, '', /"root" in \.stamprc\.json is nowhere, and that folder does not exist/],
    [
      { root: 'packages/b' },
      '--folder packages/a/src',
      /packages\/a\/src is not below it: name .* \.stamprc\.json with another/,
    ],
  ])('%j is refused before anything is done', async (settings, more, says) => {
    const app = new WatchedApp({ ...MONOREPO, '.stamprc.json': JSON.stringify(settings) });
    const key = newKey();
    const ended = await app.stamp(server.base, `update ${key} --once ${more}`);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([2, '', expect.stringMatching(says)]);
    await server.http.get(`/api/v1/ticket/${key}/`).expect(404);
  });

  it("root in one's own configuration is refused", async () => {
    const app = new WatchedApp(MONOREPO);
    app.write('config/stampline/config.json', '{"root": "."}');
    const ended = await app.stamp(server.base, 'doctor', { XDG_CONFIG_HOME: app.path('config') });
    expect([ended.code, ended.stderr]).toEqual([
      2,
      expect.stringContaining("'root', which belongs in the .stamprc.json"),
    ]);
  });

  it('another root sends all again under the new names', async () => {
    const [key, app] = [newKey(), new WatchedApp(MONOREPO)];
    await runIn(app, 'packages/a', `update ${key} --once`);
    app.write('packages/a/.stamprc.json', '{"root": "src"}');
    await runIn(app, 'packages/a', `update ${key} --once`);
    expect(Object.keys(await shown(server.base, key)).sort()).toEqual([...A, 'lib/x.js', 'main.js'].sort());
  });
});

describe('files that are there under an earlier name', () => {
  const SHOP = { 'web/src/main.js': text('main'), 'web/src/new.js': text('new') };

  /** A project whose production has `src/main.js`; of a ticket only, where it isn't promoted. */
  async function anEarlier(name: string, promoted: boolean): Promise<{ key: string; project: string }> {
    await server.http.post('/api/v1/project/').send({ name }).expect(201);
    const project = (await server.http.get(`/api/v1/project/?name=${name}`)).body.objects[0].resource_uri as string;
    const key = newKey();
    await server.http
      .post('/api/v1/ticket/')
      .send({ key, project, owner: 'alice@example.com', title: 'A ticket', description: '', base_image: '' })
      .expect(201);
    const form = new FormData();
    form.append('mode', 'sources');
    form.append('file', new Blob([text('before')]), 'src/main.js');
    const at = `${server.base}/api/v1/ticket/${key}`;
    expect((await fetch(`${at}/modules/?project=${name}`, { method: 'POST', body: form })).status).toBeLessThan(300);
    if (!promoted) return { key, project: name };
    for (let step = 0; step < 2; step++)
      expect((await fetch(`${at}/promote/?project=${name}`, { method: 'POST' })).status).toBe(200);
    return { key: newKey(), project: name };
  }

  const update = (app: WatchedApp, folder: string, project: string, line: string): Promise<Ended> =>
    runIn(app, folder, `--project ${project} update ${line}`);

  it.each([
    ['production', true, '--once'],
    ['production', true, 'src/main.js'],
    ['the ticket', false, '--once'],
    ['production', true, ''],
  ])('in %s: neither is sent, and both are named (%s, %s)', async (_where, promoted, more) => {
    const { key, project } = await anEarlier(newKey().toLowerCase(), promoted);
    const app = new WatchedApp(SHOP);
    const ended = await update(app, 'web', project, `${key} ${more}`);
    expect([ended.code, ended.stdout]).toEqual([3, '']);
    expect(ended.stderr).toBe(
      `stamp: ${key} or production has a file under an earlier name: src/main.js is web/src/main.js now. Nothing was sent. ` +
        `To rename, add --move-keys. To keep the earlier names: echo '{"root": "."}' > .stamprc.json. ` +
        `If those names belong to other files, set "root": ".." there.\n`,
    );
    expect(await shown(server.base, key, project)).toEqual({ 'src/main.js': text('before') });
    if (promoted) await server.http.get(`/api/v1/ticket/${key}/?project=${project}`).expect(404);
  });

  it('--move-keys renames them, in one upload, and the next update asks nothing', async () => {
    const { key, project } = await anEarlier(newKey().toLowerCase(), true);
    const app = new WatchedApp(SHOP);
    const ended = await update(app, 'web', project, `${key} --once --move-keys`);
    expect([ended.code, ended.stdout]).toEqual([
      0,
      expect.stringContaining('2 files sent, 1 deleted from src as web/src'),
    ]);
    expect(await shown(server.base, key, project)).toEqual(SHOP);
    expect(await update(app, 'web', project, `${key} --once`)).toMatchObject({ code: 0 });
  });

  it('what the refusal prints for a shell keeps the earlier names', async () => {
    const { key, project } = await anEarlier(newKey().toLowerCase(), true);
    const app = new WatchedApp(SHOP);
    app.write('web/.stamprc.json', '{"root": "."}');
    expect(await update(app, 'web', project, `${key} --once`)).toMatchObject({ code: 0 });
    expect(Object.keys(await shown(server.base, key, project))).toEqual(['src/main.js', 'src/new.js']);
  });

  it('a .stamprc.json above gets the line; with the repository as root nothing is asked', async () => {
    const { key, project } = await anEarlier(newKey().toLowerCase(), true);
    const app = new WatchedApp({ ...SHOP, '.stamprc.json': '{}' });
    const ended = await update(app, 'web', project, `${key} --once`);
    expect(ended.stderr).toContain(`To keep the earlier names: add "root": "web" to ../.stamprc.json.`);
    app.write('.stamprc.json', '{"root": "."}');
    expect(await update(app, 'web', project, `${key} --once`)).toMatchObject({ code: 0 });
    expect(Object.keys(await shown(server.base, key, project)).sort()).toEqual(['src/main.js', ...Object.keys(SHOP)]);
  });

  it('a file that is in the place of the name keeps it', async () => {
    const { key, project } = await anEarlier(newKey().toLowerCase(), true);
    const app = new WatchedApp({ ...SHOP, 'src/main.js': text('root') });
    expect(await update(app, 'web', project, `${key} --once`)).toMatchObject({ code: 0 });
    expect(await shown(server.base, key, project)).toEqual({ ...SHOP, 'src/main.js': text('before') });
  });
});
