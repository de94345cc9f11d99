// stamp bisect: over real releases, with a command and with somebody at a terminal.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { learn, nextToTry, type Search, suspects, triesLeft } from '../../src/cli/bisect/search.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { STAMP, stampProcess, stampEnvironment } from './stamp.js';
import { Terminal } from './terminal.js';

const COMMIT = '0123456789012345678901234567890123456789';
let server: TestServer;
/** Releases 1 to 6; TKT-1 is release 4, and brings `cart`. */
beforeAll(async () => {
  server = await startTestServer();
  const write = (service: string) =>
    server.http
      .patch('/services?skip_url_check')
      .send({ service, url: `http://localhost:8080/${service}.js` })
      .expect(200);
  for (const service of ['a', 'b', 'c']) await write(service);
  await server.http.post('/api/v1/ticket/').send({ title: 'A cart', owner: 'alice@example.com' }).expect(201);
  await server.http
    .post('/api/v1/ticket/TKT-1/modules/')
    .field('specifier', 'cart')
    .field('git_commit', COMMIT)
    .attach('file', Buffer.from('export const total = 0;'), 'cart.js')
    .expect(201);
  for (let stage = 0; stage < 2; stage++) await server.http.post('/api/v1/ticket/TKT-1/promote/').expect(200);
  for (const service of ['d', 'e']) await write(service);
});
afterAll(() => server.stop());

/** Bad is a map with `cart`; each try is told on stderr. */
const HAS_CART = `echo "looks at $STAMP_RELEASE" >&2; node -e "
  fetch(process.env.STAMP_MAP_URL).then((reply) => reply.json()).then(({ imports }) => process.exit(imports.cart ? 1 : 0))"`;

const bisect = (...args: string[]) => stampProcess(['bisect', ...args], { url: server.base });
const looked = (stderr: string): number[] =>
  [...stderr.matchAll(/looks at (\d+)/g)].map(([, number]) => Number(number));

test('a command finds the release, its ticket and commits, and what takes it back', async () => {
  const { code, stdout, stderr } = await bisect('--run', HAS_CART, '--json');
  expect([code, looked(stderr)]).toEqual([0, [3, 4]]);
  expect(JSON.parse(stdout)).toEqual({
    release: 4,
    ticket: 'TKT-1',
    line: 'TKT-1 promoted: revision 1',
    actor: expect.any(String),
    created_at: expect.any(String),
    commits: [COMMIT],
    undo: 'stamp TKT-1 --revert',
  });
});

test('for people it is a headline and facts; nothing is tried where nothing is between', async () => {
  const { code, stdout, stderr } = await bisect('--good', '3', '--bad', '4', '--run', HAS_CART);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Release 4 is the first bad one\.\nwhat\tTKT-1 promoted: revision 1\nticket\tTKT-1\n/);
  expect(stdout).toContain(`commits\t${COMMIT}\nto undo\tstamp TKT-1 --revert\n`);
});

test('a release without a ticket is taken back by a rollback', async () => {
  const { stdout } = await bisect('--run', 'test "$STAMP_RELEASE" -lt 2', '--json=release,ticket,undo');
  expect(JSON.parse(stdout)).toEqual({ release: 2, ticket: null, undo: 'stamp rollback 1 --dry-run' });
});

test('what is skipped may leave several: 8, and which', async () => {
  const run = 'case $STAMP_RELEASE in 3|4) exit 125;; *) test "$STAMP_RELEASE" -lt 4;; esac';
  const { code, stdout } = await bisect('--run', run, '--json');
  expect([code, JSON.parse(stdout)]).toEqual([8, { suspects: [3, 4, 5] }]);
});

test.each([
  [['--run', 'no-such-command-anywhere'], 5, 'The command ended with 127 at release 3'],
  [['--run', 'kill -9 $$'], 5, 'The command was ended by a signal at release 3'],
  [['--good', '6', '--run', 'true'], 2, '--good 6 must be before --bad 6'],
  [['--bad', '7', '--run', 'true'], 2, 'There is no release 7 yet: production is at 6.'],
  [['--good', 'TKT-1', '--run', 'true'], 2, "--good must be the number of a release, not 'TKT-1'"],
  [[], 2, 'There is no terminal to ask at'],
])('stamp bisect %j ends with %i', async (args, code, says) => {
  expect(await bisect(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(says) });
});

test('somebody at a terminal is asked, with the map to look at', async () => {
  const env = stampEnvironment(server.base, '/nowhere');
  const terminal = Terminal.run([process.execPath, STAMP, 'bisect'], { cwd: '/', env });
  try {
    await terminal.until(/Release 3: deployer set c \(3 tries left\)\n {2}http.*\/import-map\.json\?release=3\n/);
    await terminal.until('Is release 3 good, bad, or skip it? [g/b/s]');
    terminal.type('maybe\n');
    await terminal.until(/(Is release 3 good[^]*){2}/);
    terminal.type('g\n');
    await terminal.until('Is release 4 good');
    terminal.type('b\n');
    await terminal.until(/Release 4 is the first bad one\.[^]*to undo +stamp TKT-1 --revert/);
    expect(await terminal.ended).toBe(0);
  } finally {
    await terminal.kill();
  }
});

test('where the application is known, it is shown as it was', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-bisect-'));
  await fs.writeFile(path.join(folder, '.stamprc.json'), '{"page": "http://localhost:8080/shop?lang=en"}');
  const page = 'http://localhost:8080/shop?lang=en&stamp-release=3';
  const run = 'echo "looks at $STAMP_PAGE_URL"; exit 1';
  const { stderr } = await stampProcess(['bisect', '--bad', '5', '--run', run], { url: server.base, cwd: folder });
  expect(stderr).toContain(`looks at ${page.replace('=3', '=2')}\n`);

  const env = stampEnvironment(server.base, '/nowhere');
  const terminal = Terminal.run([process.execPath, STAMP, 'bisect'], { cwd: folder, env });
  try {
    await terminal.until(`\n  ${page}\n`);
    terminal.type('\x03');
    await terminal.ended;
  } finally {
    await terminal.kill();
    await fs.rm(folder, { recursive: true });
  }
});

test('Ctrl-C at the question ends it with 130', async () => {
  const terminal = Terminal.run([process.execPath, STAMP, 'bisect'], {
    cwd: '/',
    env: stampEnvironment(server.base, '/nowhere'),
  });
  try {
    await terminal.until('[g/b/s]');
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
  } finally {
    await terminal.kill();
  }
});

test('whatever is bad from some release on is found, in as few tries as halving takes', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 300 }), fc.nat(), (good, size, at) => {
      const culprit = good + 1 + (at % size);
      let search: Search = { good, bad: good + size, skipped: new Set() };
      const most = triesLeft(search);
      let tries = 0;
      for (let next = nextToTry(search); next !== undefined; next = nextToTry(search), tries++)
        search = learn(search, next, next >= culprit ? 'bad' : 'good');
      expect(suspects(search)).toEqual([culprit]);
      expect(tries).toBeLessThanOrEqual(most);
    }),
  );
});

test('with skips the culprit is always among those that are left, and only skipped ones beside it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), fc.array(fc.nat(60)), (size, at, skips) => {
      const culprit = 1 + (at % size);
      let search: Search = { good: 0, bad: size, skipped: new Set() };
      for (let next = nextToTry(search); next !== undefined; next = nextToTry(search))
        search = learn(search, next, skips.includes(next) ? 'skip' : next >= culprit ? 'bad' : 'good');
      const left = suspects(search);
      expect(left).toContain(culprit);
      expect(left.slice(0, -1).every((number) => skips.includes(number))).toBe(true);
    }),
  );
});
