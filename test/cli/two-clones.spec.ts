// Two developers with a clone each, one production: what a ticket changes is what git says, and nobody undoes a release unseen.
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { endScenes } from './git-scene.js';
import { Team } from './team.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  endScenes();
  await server.stop();
});

const aTeam = (): Promise<Team> => new Team(server).begin();

/** After a first release Alice released a change of src/cart.js, which Bob's clone has not pulled. */
async function bobIsBehind(): Promise<Team> {
  const team = await (await aTeam()).firstRelease();
  team.as('bob');
  team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
  await team.update('CART-1');
  await team.release('CART-1');
  team.push();
  return team;
}

test('a first release has everything, from the trunk and from a branch', async () => {
  const team = await (await aTeam()).firstRelease();
  expect(await team.live('src/cart.js')).toBe('export default 1;');
  const other = await aTeam();
  other.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
  await other.update('CART-1');
  expect(await other.changesOf('CART-1')).toEqual({ 'src/cart.js': 'clean', 'src/nav.js': 'clean' });
});

describe('a release that a clone has not pulled', () => {
  test('stays, whatever else is released from there', async () => {
    const team = await bobIsBehind();
    team.as('bob').branch('nav').commit('src/nav.js', 'export default 3;\n');
    await team.update('NAV-1');
    expect(await team.changesOf('NAV-1')).toEqual({ 'src/nav.js': 'clean' });
    team.pull();
    await team.release('NAV-1');
    expect([await team.live('src/cart.js'), await team.live('src/nav.js')]).toEqual([
      'export default 2;',
      'export default 3;',
    ]);
  });

  test('stays from a trunk that is behind, too', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('bob');
    team.as('alice').commit('src/cart.js', 'export default 2;\n');
    await team.update('CART-1');
    await team.release('CART-1');
    team.push();
    await team.as('bob').update('NAV-1');
    expect(await team.changesOf('NAV-1')).toEqual({});
  });

  test('is a conflict with what was changed there, until it is merged', async () => {
    const team = await bobIsBehind();
    team.as('bob').branch('other').commit('src/cart.js', 'export default 3;\n');
    const first = await team.update('OTHER-1');
    expect(first.stderr).toContain('src/cart.js is older here than in production: CART-1 (release 2)');
    expect(first.stderr).toContain('git rebase origin/main');
    expect(await team.changesOf('OTHER-1')).toEqual({ 'src/cart.js': 'stale' });
    // Ours is merged with it, and wins.
    team.scene.git('rebase', '--quiet', '-X', 'theirs', 'origin/main');
    await team.update('OTHER-1');
    expect(await team.changesOf('OTHER-1')).toEqual({ 'src/cart.js': 'clean' });
    await team.release('OTHER-1');
    expect(await team.live('src/cart.js')).toBe('export default 3;');
  });
});

test('what a rebase gave up stays given up, until the file is changed or brought up to date', async () => {
  const team = await (await aTeam()).firstRelease();
  team.as('bob');
  team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
  await team.update('CART-1');
  await team.release('CART-1');
  team.as('bob').branch('other').commit('src/cart.js', 'export default 3;\n');
  await team.update('OTHER-1');
  expect((await team.run('rebase OTHER-1 --theirs')).code).toBe(0);
  expect(await team.changesOf('OTHER-1')).toEqual({});
  await team.update('OTHER-1');
  expect(await team.changesOf('OTHER-1')).toEqual({});
  team.commit('src/cart.js', 'export default 4;\n');
  await team.update('OTHER-1');
  expect(await team.changesOf('OTHER-1')).toEqual({ 'src/cart.js': 'stale' });
});

test('a trunk ahead of production: its changes stay where they are, and are named where they go along', async () => {
  const team = await (await aTeam()).firstRelease();
  team.as('bob').commit('src/nav.js', 'export default 2;\n').commit('src/cart.js', 'export default 2;\n').push();
  team.as('alice').branch('cart').commit('src/cart.js', 'export default 3;\n');
  const ended = await team.update('CART-1');
  expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'clean' });
  expect(ended.stderr).toMatch(/src\/cart\.js has commits of others that were not released: [0-9a-f]{10} Change/);
  expect(ended.stderr).toContain('bob');
  // CI on the trunk releases all of it.
  await team.as('trunk').update('ALL-1');
  expect(await team.changesOf('ALL-1')).toEqual({ 'src/cart.js': 'clean', 'src/nav.js': 'clean' });
});

describe('a second cycle', () => {
  test('of a released but unmerged ticket', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
    await team.update('CART-1');
    await team.release('CART-1');
    expect((await team.run('reopen CART-1')).code).toBe(0);
    team.commit('src/cart.js', 'export default 3;\n');
    await team.update('CART-1');
    expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'clean' });
  });

  test('whose commit was amended since', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
    await team.update('CART-1');
    await team.release('CART-1');
    expect((await team.run('reopen CART-1')).code).toBe(0);
    team.scene.write('src/cart.js', 'export default 3;\n');
    team.scene.git('commit', '--quiet', '--all', '--amend', '--no-edit');
    await team.update('CART-1');
    expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'clean' });
  });

  test('of one that was reverted here, and not yet in git', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n').push();
    await team.update('CART-1');
    await team.release('CART-1');
    expect((await team.run('CART-1 --revert --yes')).code).toBe(0);
    expect(await team.live('src/cart.js')).toBe('export default 1;');
    // Somebody else's work on that trunk doesn't bring it back.
    team.as('bob').branch('nav').commit('src/nav.js', 'export default 3;\n');
    await team.update('NAV-1');
    expect(await team.changesOf('NAV-1')).toEqual({ 'src/nav.js': 'clean' });
  });
});

/** Alice's ticket is released from her branch, and reopened. */
async function secondCycle(): Promise<Team> {
  const team = await (await aTeam()).firstRelease();
  team.as('bob');
  team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
  await team.update('CART-1');
  await team.release('CART-1');
  expect((await team.run('reopen CART-1')).code).toBe(0);
  return team;
}

describe('a second cycle of a ticket that somebody else released', () => {
  test.each<[string, (team: Team) => void]>([
    ['from a branch that is not merged', () => undefined],
    [
      'from a branch that was fetched',
      (team) => team.scene.git('fetch', '--quiet', `${team.scene.root}/alice`, 'cart'),
    ],
    [
      'from a branch that was looked at',
      (team) => {
        team.scene.git('fetch', '--quiet', `${team.scene.root}/alice`, 'cart:alices');
        team.scene.git('switch', '--quiet', 'alices');
        team.scene.git('switch', '--quiet', '-');
      },
    ],
  ])('%s: its release is a conflict, and stays', async (_how, prepare) => {
    const team = await secondCycle();
    team.as('bob').branch('again').commit('src/cart.js', 'export default 3;\n');
    prepare(team);
    const ended = await team.update('CART-1');
    expect(ended.stderr).toContain(
      'src/cart.js: production has a version that this clone does not have (CART-1 (release 2)',
    );
    expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'stale' });
  });

  test('from work that is in no commit: nobody knows whose it was', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('bob');
    team.as('alice').branch('cart').scene.write('src/cart.js', 'export default 2;\n');
    await team.update('CART-1');
    for (let turn = 0; turn < 2; turn++) expect((await team.run('CART-1 --promote --yes --no-git-check')).code).toBe(0);
    expect((await team.run('reopen CART-1')).code).toBe(0);
    team.as('bob').branch('again').commit('src/cart.js', 'export default 3;\n');
    expect((await team.update('CART-1')).stderr).toContain('released it from uncommitted work');
    expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'stale' });
  });

  test.each<[string, (team: Team) => void]>([
    ['rebased', (team) => team.scene.git('rebase', '--quiet', 'origin/main')],
    [
      'made again on another branch by the same person',
      (team) => {
        team.scene.git('switch', '--quiet', '--create', 'other', 'origin/main');
        team.commit('src/cart.js', 'export default 4;\n');
      },
    ],
  ])('by the same person, whose commit was %s, goes on', async (_how, prepare) => {
    const team = await secondCycle();
    team.as('trunk').commit('README.md', 'A shop\n').push();
    team.as('alice').scene.git('fetch', '--quiet', 'origin');
    prepare(team);
    team.scene.write('src/cart.js', 'export default 5;\n');
    team.scene.git('commit', '--quiet', '--all', '--amend', '--no-edit');
    await team.update('CART-1');
    expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'clean' });
  });
});

test.each([
  ['renamed', (team: Team) => team.scene.git('mv', 'src/nav.js', 'src/menu.js'), { 'src/menu.js': 'clean' }],
  ['renamed in case only', (team: Team) => team.scene.git('mv', 'src/nav.js', 'src/Nav.js'), { 'src/Nav.js': 'clean' }],
  ['deleted', (team: Team) => team.scene.git('rm', '--quiet', 'src/nav.js'), {}],
])('a file that was %s leaves production, from a fresh clone', async (_how, change, more) => {
  const team = await (await aTeam()).firstRelease();
  team.as('alice').branch('nav');
  change(team);
  team.scene.git('commit', '--quiet', '--message', 'Move the menu');
  team.scene.git('push', '--quiet', 'origin', 'HEAD:nav');
  team.as('fresh', '--branch', 'nav');
  await team.update('NAV-1');
  expect(await team.changesOf('NAV-1')).toEqual({ 'src/nav.js': 'deleted, clean', ...more });
});

test('a change that is taken back is none any more', async () => {
  const team = await (await aTeam()).firstRelease();
  team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n').commit('src/nav.js', null);
  await team.update('CART-1');
  expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'clean', 'src/nav.js': 'deleted, clean' });
  team.scene.git('revert', '--no-edit', 'HEAD', 'HEAD~1');
  await team.update('CART-1');
  expect(await team.changesOf('CART-1')).toEqual({});
});

test("two who work on one ticket don't take each other's changes back", async () => {
  const team = await (await aTeam()).firstRelease();
  team.as('bob').branch('both');
  team.as('alice').branch('both').commit('src/cart.js', 'export default 2;\n');
  await team.update('BOTH-1');
  team.as('bob').commit('src/nav.js', 'export default 2;\n');
  await team.update('BOTH-1');
  expect(await team.changesOf('BOTH-1')).toEqual({ 'src/cart.js': 'clean', 'src/nav.js': 'clean' });
});

test('a shallow clone of CI fetches what it needs of the trunk', async () => {
  const team = await (await aTeam()).firstRelease();
  team
    .as('alice')
    .branch('cart')
    .commit('src/cart.js', 'export default 2;\n')
    .commit('src/cart.js', 'export default 3;\n');
  team.scene.git('push', '--quiet', 'origin', 'HEAD:cart');
  team.as('shallow', '--depth', '1', '--branch', 'cart');
  await team.update('CART-1');
  expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'clean' });
});

test('line ends and filters: compared as git stores them', async () => {
  const team = await aTeam();
  team.as('alice').commit('.gitattributes', '*.js text=auto eol=crlf\n').push();
  await team.firstRelease();
  team.as('crlf', '--config', 'core.autocrlf=true').branch('cart');
  team.scene.write('src/cart.js', 'export default 1;\r\n');
  await team.update('CART-1');
  expect(await team.changesOf('CART-1')).toEqual({});
});

test('a linked work tree and a detached HEAD are as good as a clone', async () => {
  const team = await (await aTeam()).firstRelease();
  team.as('alice');
  team.scene.git('worktree', 'add', '--quiet', '-b', 'cart', '../linked');
  team.homes.set('linked', `${team.scene.root}/linked`);
  team.as('linked').commit('src/cart.js', 'export default 2;\n');
  await team.update('CART-1');
  expect(await team.changesOf('CART-1')).toEqual({ 'src/cart.js': 'clean' });
  team.scene.git('switch', '--quiet', '--detach');
  await team.update('CART-2');
  expect(await team.changesOf('CART-2')).toEqual({ 'src/cart.js': 'clean' });
});
