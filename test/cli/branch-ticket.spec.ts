// A ticket for each git branch: verbs without one mean the branch's, and never anything on the trunk.
import { VERBS } from '../../src/cli/verbs/all.js';
import type { Verb } from '../../src/cli/session/verb.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { endScenes, GitScene } from './git-scene.js';
import { type Ended, stamp } from './stamp.js';

/** Each runs many commands, one after the other. */
const SLOW = 120_000;

let server: TestServer;
let scene: GitScene;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(() => {
  scene = new GitScene();
});
afterEach(endScenes);
afterAll(() => server.stop());

/** In the clone, on its branch; -v says what a terminal would. */
const run = (line: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  stamp(line, { url: server.base, cwd: scene.work, env: { XDG_CACHE_HOME: `${scene.root}/cache`, ...env } });
const on = (branch: string): string => scene.git('switch', '--quiet', '--create', branch);

async function made(title = 'Cart'): Promise<string> {
  const { code, stdout, stderr } = await run(['new', title, '--owner', 'ann@example.com']);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim();
}

/** The ticket that `show` shows; the exit code where it shows none. */
async function shown(...more: string[]): Promise<string | number | null> {
  const { code, stdout } = await run(['show', '--json=key', ...more]);
  return code === 0 ? (JSON.parse(stdout) as { key: string }).key : code;
}

test(
  'new keeps its ticket for the branch, each branch has its own, and a terminal says which it is',
  async () => {
    const first = await made();
    expect(await shown()).toBe(first);
    on('other');
    expect(await shown()).toBe(2);
    const second = await made('Menu');
    expect(await shown()).toBe(second);
    scene.git('switch', '--quiet', 'cart-2');
    expect(await shown()).toBe(first);
    expect((await run(['show', '-v'])).stderr).toContain(`${first}, the ticket of the branch cart-2`);
    const third = await made('Another');
    expect(await shown()).toBe(third);
  },
  SLOW,
);

test(
  'a ticket in the line, --ticket and STAMP_TICKET count before it',
  async () => {
    const [first, second] = [await made(), await made('Menu')];
    expect(await shown()).toBe(second);
    expect(await shown(first)).toBe(first);
    expect(await shown('-t', first)).toBe(first);
    const { stdout } = await run(['show', '--json=key'], { STAMP_TICKET: first });
    expect(JSON.parse(stdout)).toEqual({ key: first });
  },
  SLOW,
);

test.each([
  ['the trunk', ['switch', '--quiet', 'main']],
  ['a detached HEAD', ['switch', '--quiet', '--detach']],
])(
  '%s has none, and new keeps none there',
  async (_where, where) => {
    scene.git(...where);
    await made();
    expect(scene.git('config', '--list')).not.toContain('stampticket');
    for (const line of [
      ['show'],
      ['--promote', '--yes'],
      ['--update', '--once'],
      ['close'],
      ['hold', '--reason', 'x'],
    ]) {
      const { code, stderr } = await run(line);
      expect([line, code, stderr]).toEqual([line, 2, 'stamp: Which ticket? Give its key: TKT-1.\n']);
    }
  },
  SLOW,
);

test(
  'a trunk that is named otherwise is one, whatever its name has',
  async () => {
    on('tkt-1-trunk');
    const trunk = { '.stamprc.json': JSON.stringify({ trunk: 'tkt-1-trunk' }) };
    for (const [file, text] of Object.entries(trunk)) scene.write(file, text);
    expect((await run(['show'])).code).toBe(2);
  },
  SLOW,
);

test.each([
  ['TKT-{n}', true],
  ['tkt-{n}-menu', true],
  ['feature/TKT-{n}', true],
  ['alice/tkt-{n}_menu', true],
  ['fix-{n}', false],
  ['xtkt-{n}', false],
  ['tkt-{n}x', false],
])(
  'the branch %s has its ticket in its name: %s',
  async (name, has) => {
    scene.git('switch', '--quiet', 'main');
    const key = await made();
    on(name.replace('{n}', key.replace('TKT-', '')));
    expect(await shown()).toBe(has ? key : 2);
  },
  SLOW,
);

test(
  'the prefix of the project says which names have a key',
  async () => {
    scene.git('switch', '--quiet', 'main');
    await run(['new', 'Shop', '--key', 'SHOP-31', '--owner', 'ann@example.com']);
    scene.write('.stamprc.json', JSON.stringify({ prefix: 'SHOP' }));
    on('shop-31-menu');
    expect(await shown()).toBe('SHOP-31');
  },
  SLOW,
);

test(
  'what was kept for another server or project means nothing here',
  async () => {
    const key = await made();
    scene.git('config', 'branch.cart-2.stampServer', 'https://stamp.example default');
    const { code, stderr } = await run(['show']);
    expect([code, stderr]).toEqual([
      2,
      'stamp: Which ticket? Give its key: TKT-1. The branch cart-2 has none yet: stamp new "…" opens one for it.\n',
    ]);
    // What somebody wrote by hand counts everywhere.
    scene.git('config', '--unset', 'branch.cart-2.stampServer');
    expect(await shown()).toBe(key);
    scene.git('config', 'branch.cart-2.stampTicket', '--yes $(x)');
    expect((await run(['show'])).stderr).toContain("stampTicket is '--yes $(x)', which is not a ticket");
  },
  SLOW,
);

test(
  'a branch that is deleted takes its ticket along; a dry run keeps none',
  async () => {
    await made();
    scene.git('switch', '--quiet', 'main');
    scene.git('branch', '--quiet', '-D', 'cart-2');
    on('cart-2');
    expect(await shown()).toBe(2);
    await run(['new', 'x', '--dry-run']);
    expect(await shown()).toBe(2);
  },
  SLOW,
);

test(
  'files, packages, steps and uploads stand where the ticket is left out',
  async () => {
    const key = await made();
    const sent = await run(['update', 'src/cart.js']);
    expect([sent.code, sent.stderr]).toEqual([0, '']);
    expect((await run(['--list', '-t', key])).stdout).toContain('src/cart.js');
    expect((await run(['status', '300'])).stdout).toBe(`${key}\t300\t000\tImage Building\n`);
    expect((await run(['sub', 'add', 'curl', '1-1'])).code).toBe(0);
    expect((await run(['sub', 'status', 'curl'])).code).toBe(0);
    expect((await run(['artifact', 'add', 'log', 'http://x.example/', '--type', 'LOGS'])).code).toBe(0);
    expect((await run(['update', 'no-such-file.js'])).stderr).toContain('no-such-file.js');
  },
  SLOW,
);

test('every verb that takes a ticket does without one on a branch', async () => {
  const key = await made();
  await run(['update', '--once', '--yes']);
  const all = (verbs: readonly Verb[], above: readonly string[]): [string[], Verb][] =>
    verbs.flatMap((verb) => [
      [[...above, verb.name], verb] as [string[], Verb],
      ...all(verb.verbs ?? [], [...above, verb.name]),
    ]);
  const taking = all(VERBS, []).filter(([, { takes, run: does }]) => does && takes === '[ticket]');
  expect(taking.length).toBeGreaterThan(12);
  for (const [words] of taking) {
    const { code, stderr } = await run([...words, ...(MORE[words.join(' ')] ?? [])]);
    expect([words, code === 2 ? stderr : '']).toEqual([words, '']);
  }
  expect(key).toMatch(/^TKT-/);
}, 180_000);

/** What a verb can't do without, or what keeps it from waiting. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  reject: ['--reason', 'why', '--as', 'qa@example.com'],
  hold: ['--reason', 'x'],
  fail: ['--reason', 'x'],
  open: ['--print'],
};
