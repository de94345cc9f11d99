// `stamp update TKT-1 --delete FILE`: a deletion said by hand, inside and outside of a repository.
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { type Ended, stamp } from './stamp.js';
import { endApps, shown, WatchedApp, moduleText as text, newKey } from './watched-app.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endApps);
afterAll(() => server.stop());

const SHOP = { 'web/src/cart.js': text('cart'), 'web/src/old/a.js': text('a'), 'web/src/old/b.js': text('b') };

describe.each([
  ['in git', 'free-shipping'],
  ['without git', null],
] as const)('a deletion %s', (_where, branch) => {
  /** Sent from another clone: what this one has sent before is known to no machine. */
  async function scene(): Promise<{
    key: string;
    run: (folder: string, line: string) => Promise<Ended>;
    app: WatchedApp;
  }> {
    const [key, files] = [newKey(), { ...SHOP, '.stamprc.json': '{}' }];
    const first = new WatchedApp(files, branch);
    expect(await first.stamp(server.base, `update ${key} --once --folder web/src`)).toMatchObject({ code: 0 });
    const app = new WatchedApp(files, branch);
    const run = (folder: string, line: string): Promise<Ended> =>
      stamp(line, { url: server.base, cwd: app.path(folder), env: app.env });
    return { key, run, app };
  }

  it.each([
    ['.', '--delete web/src/cart.js', 'web/src/cart.js'],
    ['web', '--delete src/cart.js', 'web/src/cart.js'],
    ['web', '--delete web/src/cart.js', 'web/src/cart.js'],
    ['web/src', '--delete ./cart.js', 'web/src/cart.js'],
    ['web', '--delete src/old/a.js --delete src/cart.js', 'web/src/old/a.js web/src/cart.js'],
    ['web', '--delete src/old', 'web/src/old/a.js web/src/old/b.js'],
  ])('in %s: %s', async (folder, more, gone) => {
    const { key, run, app } = await scene();
    const names = gone.split(' ');
    for (const file of names) app.delete(file);
    if (more.endsWith('src/old')) app.delete('web/src/old');
    for (const form of [`update ${key} ${more} --json`, `${key} --update ${more}`]) {
      const ended = await run(folder, form);
      if (!form.includes('--json')) {
        // It is gone already.
        expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(`Neither ${key} nor production has `)]);
        continue;
      }
      expect([ended.stderr, ended.code]).toEqual(['', 0]);
      const synced = ended.stdout.split('\n').find((line) => line.includes('"synced"')) ?? '{}';
      expect((JSON.parse(synced) as { deleted: string[] }).deleted.sort()).toEqual(names.sort());
    }
    const left = Object.keys(SHOP).filter((file) => !names.includes(file));
    expect(Object.keys(await shown(server.base, key)).sort()).toEqual(left.sort());
  });

  it('goes with files that are sent, in one upload', async () => {
    const { key, run, app } = await scene();
    app.delete('web/src/old/a.js');
    app.write('web/src/new.js', text('new'));
    expect(await run('web', `update ${key} src/new.js --delete src/old/a.js`)).toMatchObject({ code: 0 });
    const { 'web/src/old/a.js': _gone, ...rest } = SHOP;
    expect(await shown(server.base, key)).toEqual({ ...rest, 'web/src/new.js': text('new') });
  });

  it.each([
    ['src/cart.js', 'src/cart.js still exists: delete it first (rm -r src/cart.js), then run this again.'],
    ['src/old', 'src/old still exists'],
    ['src/crat.js', 'nor production has web/src/crat.js. The closest is web/src/cart.js.'],
    ['lib/a.js', 'nor production has web/lib/a.js. The closest is web/src/old/a.js.'],
    ['src/nowhere.txt', 'nor production has web/src/nowhere.txt.\n'],
  ])('of %s is refused, and changes nothing', async (file, says) => {
    const { key, run } = await scene();
    const ended = await run('web', `update ${key} --delete ${file}`);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([2, '', expect.stringContaining(says)]);
    expect(await shown(server.base, key)).toEqual(SHOP);
  });
});

it('in a ticket that there is not yet, production is what it is about; a refusal makes none', async () => {
  const [key, app] = [newKey(), new WatchedApp(SHOP)];
  await app.stamp(server.base, `update ${key} --once --folder web/src`);
  for (let step = 0; step < 2; step++) await server.http.post(`/api/v1/ticket/${key}/promote/`).expect(200);
  const next = newKey();
  expect(await app.stamp(server.base, `update ${next} --delete web/src/none.js`)).toMatchObject({ code: 2 });
  await server.http.get(`/api/v1/ticket/${next}/`).expect(404);
  app.delete('web/src/cart.js');
  expect(await app.stamp(server.base, `update ${next} --delete web/src/cart.js`)).toMatchObject({ code: 0 });
  const { 'web/src/cart.js': _gone, ...rest } = SHOP;
  expect(await shown(server.base, next)).toEqual(rest);
});
