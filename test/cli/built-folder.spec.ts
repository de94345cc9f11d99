// A folder that a build makes and git ignores as a whole: sent as it is where somebody names it, compared with production at its
// last full upload, and promoted from the commit that it was built from and no other.
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { decideBuilt } from '../../src/cli/watch/build-rule.js';
import { CopiedRepo, endRepos, endTemplate, TICKET, version } from './copied-repo.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endRepos);
afterAll(async () => {
  endTemplate();
  await server.stop();
});

type Files = Readonly<Record<string, number>>;

/** A build takes all away before it writes. */
function build(repo: CopiedRepo, files: Files): void {
  repo.git('clean', '--quiet', '-fdX');
  for (const [file, value] of Object.entries(files)) repo.write(`dist/${file}`, version(value));
}

/** The trunk ignores dist/; production has what its build made, released as stamp does it. */
async function aRepo(released: Files = { 'main.js': 1, 'chunk-1.js': 1 }, pattern = 'dist/'): Promise<CopiedRepo> {
  const repo = new CopiedRepo(server);
  repo.commit('.gitignore', `${pattern}\n`);
  repo.push();
  await repo.release();
  build(repo, released);
  await ship(repo, 'FIRST-1');
  return repo;
}

async function send(repo: CopiedRepo, more = '--once --folder dist', ticket = TICKET): Promise<string> {
  const ended = await repo.stamp(`update ${ticket} ${more} --yes`);
  expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('stamp: ')]);
  return ended.stdout + ended.stderr;
}

const promote = (repo: CopiedRepo, more = '', ticket = TICKET) => repo.stamp(`${ticket} --promote --yes ${more}`);

async function ship(repo: CopiedRepo, ticket = TICKET): Promise<void> {
  await send(repo, '--once --folder dist', ticket);
  for (let turn = 0; turn < 2; turn++) {
    const ended = await promote(repo, '', ticket);
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('stamp: ')]);
  }
}

/** The ticket has a build, and another ticket's was released since. */
async function overtaken(): Promise<CopiedRepo> {
  const repo = await aRepo();
  repo.commit('src/cart.js', version(2));
  build(repo, { 'main.js': 2, 'chunk-1.js': 1 });
  await send(repo);
  build(repo, { 'main.js': 3, 'chunk-1.js': 1 });
  await ship(repo, 'OTHER-1');
  return repo;
}

const distOf = (all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('dist/')));
const TEXT = (value: number): string => version(value).trim();

describe.each([
  ['--folder', '--once --folder dist', 'dist/'],
  ['an argument', 'dist', 'dist/'],
  ['an argument, with what is in it ignored', 'dist', 'dist/*'],
  ['an argument, beside a file', 'src/cart.js dist', 'dist/'],
])('named as %s', (_how, more, pattern) => {
  it('is sent as it is: what a new build has, what it changed, and what it has no more', async () => {
    const repo = await aRepo(undefined, pattern);
    repo.commit('src/cart.js', version(2));
    build(repo, { 'main.js': 2, 'chunk-2.js': 2 });
    await send(repo, more);
    const { 'src/cart.js': _source, ...built } = await repo.changes();
    expect(built).toEqual({ 'dist/main.js': 'clean', 'dist/chunk-1.js': 'deleted, clean', 'dist/chunk-2.js': 'clean' });
    for (let turn = 0; turn < 2; turn++) expect(await promote(repo)).toMatchObject({ code: 0 });
    expect(distOf(await repo.live())).toEqual({ 'dist/main.js': TEXT(2), 'dist/chunk-2.js': TEXT(2) });
    expect(await repo.lastLayer()).toMatchObject({ dirty: false, git_commit: repo.head });
  });
});

describe('what is compared', () => {
  it('a build that goes back to what production had once is no conflict: HEAD has what was released since', async () => {
    const repo = await aRepo();
    repo.commit('src/cart.js', version(2));
    build(repo, { 'main.js': 2, 'chunk-2.js': 2 });
    await ship(repo, 'SECOND-1');
    repo.git('revert', '--no-edit', 'HEAD');
    build(repo, { 'main.js': 1, 'chunk-1.js': 1 });
    await send(repo);
    expect(await repo.changes()).toEqual({
      'dist/main.js': 'clean',
      'dist/chunk-1.js': 'clean',
      'dist/chunk-2.js': 'deleted, clean',
    });
    for (let turn = 0; turn < 2; turn++) expect(await promote(repo)).toMatchObject({ code: 0 });
    expect(distOf(await repo.live())).toEqual({ 'dist/main.js': TEXT(1), 'dist/chunk-1.js': TEXT(1) });
  });

  it('a release that HEAD lacks is named, and what only production has stays', async () => {
    const repo = await aRepo();
    const before = repo.head;
    repo.commit('src/cart.js', version(2));
    build(repo, { 'main.js': 2, 'chunk-1.js': 1, 'page.js': 2 });
    await ship(repo, 'ALICE-1');
    repo.git('switch', '--quiet', '--create', 'behind', before);
    repo.commit('src/nav.js', version(3));
    build(repo, { 'main.js': 3, 'chunk-1.js': 1 });
    expect(await send(repo)).toMatch(
      /Production has dist\/main\.js from ALICE-1 \(release \d+\), commit [0-9a-f]{10}, which HEAD does not have/,
    );
    expect(await repo.changes()).toEqual({ 'dist/main.js': 'clean' });
    // Its old build would take the release back, byte for byte.
    build(repo, { 'main.js': 1, 'chunk-1.js': 1 });
    await send(repo);
    expect(await repo.changes()).toEqual({ 'dist/main.js': 'stale' });
  });

  it('what is released after the last full upload is a conflict, until all of it is sent again', async () => {
    const repo = await overtaken();
    build(repo, { 'main.js': 2, 'chunk-1.js': 1 });
    expect(await repo.changes()).toEqual({ 'dist/main.js': 'stale' });
    await send(repo);
    expect(await repo.changes()).toEqual({ 'dist/main.js': 'clean' });
  });

  it('what a rebase gave up stays given up until it is built otherwise', async () => {
    const repo = await overtaken();
    expect(await repo.stamp(`rebase ${TICKET} --theirs`)).toMatchObject({ code: 0 });
    build(repo, { 'main.js': 2, 'chunk-1.js': 1 });
    await send(repo);
    expect(await repo.changes()).toEqual({});
    build(repo, { 'main.js': 4, 'chunk-1.js': 1 });
    await send(repo);
    expect(await repo.changes()).toEqual({ 'dist/main.js': 'clean' });
  });

  it('an empty folder deletes nothing of production, and takes back what the ticket had', async () => {
    const repo = await aRepo();
    repo.commit('src/cart.js', version(2));
    build(repo, { 'main.js': 2, 'new.js': 2 });
    await send(repo);
    build(repo, {});
    repo.write('dist/readme.txt', 'nothing\n');
    await send(repo);
    expect(await repo.changes()).toEqual({});
  });

  it('each case of the rule', () => {
    const one = { ours: 'a', live: 'b', isKnown: true, isEmpty: false, isGivenUp: false };
    expect([
      decideBuilt(one),
      decideBuilt({ ...one, isKnown: false }),
      decideBuilt({ ...one, live: 'a' }),
      decideBuilt({ ...one, live: null }),
      decideBuilt({ ...one, live: undefined }),
      decideBuilt({ ...one, ours: null }),
      decideBuilt({ ...one, ours: null, isKnown: false }),
      decideBuilt({ ...one, ours: null, isEmpty: true }),
      decideBuilt({ ...one, isGivenUp: true }),
    ]).toEqual([
      { kind: 'change', base: 'b' },
      { kind: 'change', base: undefined },
      { kind: 'same' },
      { kind: 'change', base: null },
      { kind: 'unknown' },
      { kind: 'change', base: 'b' },
      { kind: 'none' },
      { kind: 'none' },
      { kind: 'none' },
    ]);
  });
});

describe('a promotion', () => {
  const refusedBy = async (repo: CopiedRepo, says: RegExp): Promise<void> => {
    const ended = await promote(repo);
    expect([ended.code, ended.stderr]).toEqual([3, expect.stringMatching(says)]);
  };

  it('asks that the build was made from HEAD; all of it sent again is', async () => {
    const repo = await aRepo();
    repo.commit('src/cart.js', version(2));
    build(repo, { 'main.js': 2, 'chunk-1.js': 1 });
    await send(repo);
    const built = repo.head;
    repo.commit('README.md', 'A shop\n');
    await refusedBy(
      repo,
      new RegExp(
        `dist/main\\.js of ${TICKET} was built from commit ${built.slice(0, 10)}, and HEAD is ${repo.head.slice(0, 10)}\\. ` +
          `Build again, then send it: stamp update ${TICKET} dist, or go back to what it was built from: git checkout ${built}`,
      ),
    );
    expect(await send(repo, 'dist')).toContain('1 rebased');
    expect(await promote(repo)).toMatchObject({ code: 0 });
    // The same once it is frozen.
    repo.commit('README.md', 'A large shop\n');
    await refusedBy(repo, /was built from commit/);
    repo.git('switch', '--quiet', '--detach', 'HEAD~1');
    expect(await promote(repo)).toMatchObject({ code: 0 });
  });

  it('asks that nothing was in no commit when it was built, and says so where that is overridden', async () => {
    const repo = await aRepo();
    repo.write('src/cart.js', version(2));
    build(repo, { 'main.js': 2, 'chunk-1.js': 1 });
    await send(repo);
    expect(await repo.changes()).toEqual({ 'dist/main.js': 'clean, dirty' });
    repo.commitAll('Change the cart');
    await refusedBy(repo, /dist\/main\.js of CART-1 was built from uncommitted work\. Build again/);
    const why = await repo.stamp(`why ${TICKET} --json`);
    expect(why.stdout).toContain('1 file of CART-1 came from uncommitted work');
    for (let turn = 0; turn < 2; turn++) expect(await promote(repo, '--no-git-check')).toMatchObject({ code: 0 });
    expect((await repo.stamp('releases')).stdout).toContain('with uncommitted work');
    expect(await repo.lastLayer()).toMatchObject({ dirty: true });
  });

  it('of another commit, overridden, keeps the commit that it was built from, and why tells it', async () => {
    const repo = await aRepo();
    repo.commit('src/cart.js', version(2));
    build(repo, { 'main.js': 2, 'chunk-1.js': 1 });
    await send(repo);
    const built = repo.head;
    repo.commit('README.md', 'A shop\n');
    const why = await repo.stamp(`why ${TICKET} --json`);
    expect(why.stdout).toContain(`1 file built from commit ${built.slice(0, 10)}`);
    for (let turn = 0; turn < 2; turn++) expect(await promote(repo, '--no-git-check')).toMatchObject({ code: 0 });
    expect(await repo.lastLayer()).toMatchObject({ dirty: false, git_commit: built });
  });
});

it('a watch sends what each build makes, and a commit alone marks nothing as built from it', async () => {
  const repo = await aRepo();
  const watch = await repo.watch('--folder dist');
  repo.write('src/cart.js', version(2));
  build(repo, { 'main.js': 2, 'chunk-2.js': 2 });
  await repo.untilChanges({
    'dist/main.js': 'clean, dirty',
    'dist/chunk-1.js': 'deleted, clean, dirty',
    'dist/chunk-2.js': 'clean, dirty',
  });
  repo.commitAll('Change the cart');
  repo.write('dist/later.js', version(3));
  await repo.untilChanges({
    'dist/main.js': 'clean',
    'dist/chunk-1.js': 'deleted, clean',
    'dist/chunk-2.js': 'clean',
    'dist/later.js': 'clean',
  });
  repo.commit('README.md', 'A shop\n');
  expect(await watch.interrupt()).toBe(0);
  expect((await promote(repo)).stderr).toContain('built from commit');
});

it('a deletion alone sends nothing else', async () => {
  const repo = await aRepo();
  repo.git('rm', '--quiet', 'src/nav.js');
  repo.write('src/cart.js', version(2));
  expect(await repo.stamp(`update ${TICKET} --delete src/nav.js --yes`)).toMatchObject({ code: 0 });
  expect(Object.keys(await repo.changes())).toEqual(['src/nav.js']);
});
