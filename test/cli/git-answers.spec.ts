// Which git answers, and what happens where it doesn't: a table of repositories × what is done with them. What git could
// not judge is never sent.
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { type Ended, STAMP, stamp, stampEnvironment } from './stamp.js';
import { aStampedTicket } from './stamped.js';
import { endApps, shown, untilShown, WatchedApp, moduleText as text, newKey } from './watched-app.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endApps);
afterAll(() => server.stop());

const SECRET = 'src/secret.js';
const SHOP = { 'src/cart.js': text('cart'), 'src/lib/price.js': text('price') };
/** With a file that git ignores. */
const anApp = (): WatchedApp => {
  const app = new WatchedApp({ ...SHOP, '.gitignore': 'secret.js\n' });
  app.write(SECRET, text('secret'));
  return app;
};

/** Answers variables: who isn't root can't give a folder away, and asks git to take it for another's. */
function giveAway(app: WatchedApp): Record<string, string> {
  if (process.getuid?.() !== 0) return { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
  execFileSync('chown', ['-R', '65534', app.folder]);
  return {};
}

type Break = (app: WatchedApp) => Record<string, string> | undefined;

const UNREADABLE: readonly (readonly [string, Break, RegExp])[] = [
  [
    'no git in the PATH',
    (app) => ({ PATH: app.path('nowhere') }),
    /is a git repository, but git can't be started: install git, or add it to the PATH\./,
  ],
  [
    'a git that can not be started',
    (app) => {
      app.write('bin/git', '');
      return { PATH: app.path('bin') };
    },
    /but git can't be started/,
  ],
  [
    'a broken repository',
    (app) => (app.delete('.git/HEAD'), undefined),
    /can't be read by git: .*not a git repository.*'git status'/,
  ],
  [
    'a work tree whose repository is gone',
    (app) => {
      app.delete('.git');
      app.write('.git', `gitdir: ${app.path('gone')}\n`);
      return undefined;
    },
    /can't be read by git: not a git repository: .*gone/,
  ],
  [
    'a .git that leads nowhere',
    (app) => (app.delete('.git'), fs.symlinkSync('gone', app.path('.git')), undefined),
    /can't be read by git/,
  ],
  [
    'a broken one in a readable one',
    (app) => {
      app.write('src/.git/config', '');
      return undefined;
    },
    /src can't be read by git: its \.git is broken/,
  ],
  ['an unreadable index', (app) => (app.write('.git/index', 'x'), undefined), /check-ignore failed|git status failed/],
];

const OPERATIONS: readonly (readonly [string, (key: string) => string])[] = [
  ['once', (key) => `update ${key} --once`],
  ['watch', (key) => `update ${key}`],
  ['a named file', (key) => `update ${key} ${SECRET}`],
];

/** Neither sent nor begun. */
async function nothingSent(ended: Ended, key: string): Promise<void> {
  expect([ended.code, ended.stdout]).toEqual([1, '']);
  expect(await shown(server.base, key)).toEqual({});
}

describe.each(OPERATIONS)('a repository that git can not read: %s', (_name, line) => {
  it.each(UNREADABLE)('%s is an error with the next step', async (_what, breakIt, says) => {
    const [key, app] = [newKey(), anApp()];
    const env = breakIt(app) ?? {};
    const ended = await app.stamp(server.base, line(key), env);
    expect(ended.stderr).toMatch(says);
    await nothingSent(ended, key);
  });

  it("another owner's, and how to trust it", async () => {
    const [key, app] = [newKey(), anApp()];
    const env = { ...app.env, ...giveAway(app) };
    const ended = await stamp(line(key), { url: server.base, cwd: app.folder, env });
    const real = fs.realpathSync(app.folder);
    expect(ended.stderr).toContain(
      `another user, so git refuses to read it. If you trust it: git config --global --add safe.directory ${real}.`,
    );
    await nothingSent(ended, key);
  });
});

describe('a promotion in a repository that git can not read', () => {
  it.each(UNREADABLE.filter(([name]) => !name.endsWith('in a readable one')))(
    '%s is refused',
    async (_what, breakIt, says) => {
      const [app, ticket] = [anApp(), await aStampedTicket(server, { cart: text('2') })];
      const env = { ...app.env, ...breakIt(app) };
      const run = (more: string): Promise<Ended> =>
        stamp(`${ticket.key} --promote ${more}`, { url: server.base, cwd: app.folder, env });
      const ended = await run('');
      expect([ended.code, ended.stderr]).toEqual([3, expect.stringMatching(says)]);
      expect(await ticket.stage()).toBe('dev');
      expect((await run('--no-git-check')).code).toBe(0);
    },
  );

  it("another owner's is refused, and goes through once it is trusted", async () => {
    const [app, ticket] = [anApp(), await aStampedTicket(server, { cart: text('2') })];
    app.git('branch', 'main');
    const env = { ...app.env, ...giveAway(app) };
    const run = (more: object): Promise<Ended> =>
      stamp(`${ticket.key} --promote`, { url: server.base, cwd: app.folder, env: { ...env, ...more } });
    const ended = await run({});
    expect([ended.code, ended.stderr]).toEqual([3, expect.stringMatching(/safe\.directory .*--no-git-check/)]);
    const trust = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-trust-')), 'config');
    execFileSync('git', ['config', '--file', trust, '--add', 'safe.directory', fs.realpathSync(app.folder)]);
    expect(await run({ GIT_CONFIG_GLOBAL: trust })).toMatchObject({ code: 0, stderr: '' });
    fs.rmSync(path.dirname(trust), { recursive: true });
  });
});

it('outside of a repository all is sent, also without git', async () => {
  const app = new WatchedApp(SHOP, null);
  for (const env of [{}, { PATH: app.path('nowhere') }] as Record<string, string>[]) {
    const key = newKey();
    const ended = await app.stamp(server.base, `update ${key} --once`, env);
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('stamp: ')]);
    expect(await shown(server.base, key)).toEqual(SHOP);
  }
});

describe('variables that git sets in hooks', () => {
  const elsewhere = (app: WatchedApp): Record<string, string> => {
    const other = new WatchedApp({ 'a.js': text('other') });
    app.git('remote', 'add', 'origin', 'https://git.example.com/shop.git');
    return { GIT_DIR: other.path('.git'), GIT_WORK_TREE: other.folder, GIT_INDEX_FILE: other.path('.git/index') };
  };
  /** What would leave out the ignored file's pattern, and what makes paths patterns. */
  const more = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.excludesFile',
    GIT_CONFIG_VALUE_0: '/dev/null',
    GIT_PREFIX: 'src/',
    GIT_GLOB_PATHSPECS: '1',
    GIT_ICASE_PATHSPECS: '1',
  };

  it('do not count: the folder’s own repository is asked, by once and watch', async () => {
    const app = anApp();
    const env = { ...elsewhere(app), ...more };
    const key = newKey();
    const ended = await app.stamp(server.base, `update ${key} --once`, env);
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('stamp: ')]);
    expect(await shown(server.base, key)).toEqual(SHOP);
    const { body } = await server.http.get(`/api/v1/ticket/${key}/revision/?order_by=-number`).expect(200);
    const [last] = (body as { objects: object[] }).objects;
    expect(last).toMatchObject({
      git_commit: app.git('rev-parse', 'HEAD'),
      git_remote: 'https://git.example.com/shop.git',
    });
    const watched = newKey();
    await app.watch(server.base, watched, '', env);
    app.write(SECRET, text('another secret'));
    app.write('src/later.js', text('later'));
    await untilShown(server.base, watched, { ...SHOP, 'src/later.js': text('later') });
  });

  it('do not count for a promotion, and for the owner of a new ticket', async () => {
    const [app, ticket] = [anApp(), await aStampedTicket(server, { cart: text('2') })];
    app.write('src/cart.js', text('not committed'));
    const env = { ...app.env, ...elsewhere(app) };
    const options = { url: server.base, cwd: app.folder, env };
    const ended = await stamp(`${ticket.key} --promote`, options);
    expect([ended.code, ended.stderr]).toEqual([3, expect.stringContaining('src/cart.js has changes')]);
    app.git('config', 'user.email', 'bob@example.com');
    const key = (await stamp(['new', 'A ticket'], options)).stdout.trim();
    const { body } = await server.http.get(`/api/v1/ticket/${key}/`).expect(200);
    expect(body).toMatchObject({ owner: 'bob@example.com' });
  });

  it('a real hook: git commit runs an update', async () => {
    const [app, key] = [anApp(), newKey()];
    app.write(
      '.git/hooks/post-commit',
      `#!/bin/sh\nexport STAMP_URL=${server.base}\n${process.execPath} ${STAMP} update ${key} --once >&2\n`,
    );
    fs.chmodSync(app.path('.git/hooks/post-commit'), 0o755);
    app.write('src/cart.js', text('committed'));
    // Not in this thread, where the server runs.
    const env = { ...stampEnvironment(undefined, app.folder), ...app.env };
    const commit = ['commit', '--quiet', '--all', '--message=Next'];
    await promisify(execFile)('git', commit, { cwd: app.folder, env });
    expect(await shown(server.base, key)).toEqual({ ...SHOP, 'src/cart.js': text('committed') });
  });

  it('are all that this git names', () => {
    const named = execFileSync('git', ['rev-parse', '--local-env-vars'], { encoding: 'utf8' }).trim().split('\n');
    const source = fs.readFileSync(new URL('../../src/cli/git/git.ts', import.meta.url), 'utf8');
    expect(named.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
  });
});

it('no other file of the command starts git', () => {
  const folder = new URL('../../src/cli/', import.meta.url);
  const starts = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== path.join('git', 'git.ts'))
    .filter((file) =>
      /\b(execFile|spawn|exec)(Sync)?\(\s*['"`]git\b/.test(fs.readFileSync(new URL(file, folder), 'utf8')),
    );
  expect(starts).toEqual([]);
});
