// What moves HEAD during a watch and saves no file: the watch compares everything again, sends new bases without bytes, and takes
// back what is no difference any more; in a clone, in a linked work tree, and with packed references.
import path from 'node:path';
import { RefMarks } from '../../src/cli/git/ref-marks.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { CopiedRepo, endRepos, endTemplate, version } from './copied-repo.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endRepos);
afterAll(async () => {
  endTemplate();
  await server.stop();
});

type Does = (repo: CopiedRepo) => void;

const PLACES: Readonly<Record<string, Does>> = {
  'a clone': () => undefined,
  'a linked work tree': (repo) => {
    repo.git('worktree', 'add', '--quiet', '-b', 'linked', '../linked');
    repo.work = path.join(repo.root, 'linked');
  },
  'packed references': (repo) => void repo.git('pack-refs', '--all'),
};

const OURS = { 'src/cart.js': 'clean' };

/** Production and the trunk get somebody else's version of the cart. */
async function othersRelease(repo: CopiedRepo, value: number): Promise<void> {
  repo.othersPush('src/cart.js', version(value));
  repo.git('fetch', '--quiet', 'origin');
  const id = repo.git('rev-parse', 'origin/main:src/cart.js');
  await repo.upload(
    { mode: 'sources', source: [`${id} src/cart.js`], git_commit: repo.git('rev-parse', 'origin/main') },
    { 'src/cart.js': version(value) },
  );
}

describe.each(Object.entries(PLACES))('in %s', (_where, place) => {
  const aRepo = async (): Promise<CopiedRepo> => {
    const repo = new CopiedRepo(server);
    await repo.release();
    place(repo);
    return repo;
  };

  it('a commit and what takes it back: from then on it is in one, and in none', async () => {
    const repo = await aRepo();
    const watch = await repo.watch();
    repo.write('src/cart.js', version(2));
    await repo.untilChanges({ 'src/cart.js': 'clean, dirty' });
    await watch.until('it says that it is sent', ({ event }) => event === 'saved');
    const sent = watch.saved.length;
    repo.commitAll('Change the cart');
    await repo.untilChanges(OURS);
    repo.git('reset', '--quiet', '--soft', 'HEAD~1');
    await repo.untilChanges({ 'src/cart.js': 'clean, dirty' });
    // No bytes.
    expect(watch.saved).toHaveLength(sent);
    await watch.until('it says so', ({ event, rebased }) => event === 'saved' && rebased?.[0] === 'src/cart.js');
  });

  it('a merge: ours is made from what production has now', async () => {
    const repo = await aRepo();
    repo.commit('src/cart.js', version(2));
    const watch = await repo.watch();
    await othersRelease(repo, 3);
    expect(await repo.changes()).toEqual({ 'src/cart.js': 'stale' });
    repo.git('merge', '--quiet', '--no-edit', '--strategy', 'ours', 'origin/main');
    await repo.untilChanges(OURS);
    expect(watch.saved).toEqual([]);
  });

  it('a rebase onto a trunk that has the same: it is no change any more', async () => {
    const repo = await aRepo();
    repo.commit('src/cart.js', version(2));
    const watch = await repo.watch();
    expect(await repo.changes()).toEqual(OURS);
    await othersRelease(repo, 2);
    repo.git('rebase', '--quiet', 'origin/main');
    await repo.untilChanges({});
    expect(watch.saved).toEqual([]);
  });

  it('a push to the trunk leaves the ticket what it has', async () => {
    const repo = await aRepo();
    repo.write('src/cart.js', version(2));
    const watch = await repo.watch();
    expect(await repo.changes()).toEqual({ 'src/cart.js': 'clean, dirty' });
    repo.commitAll('Change the cart');
    repo.push();
    await repo.untilChanges(OURS);
    expect(await watch.interrupt()).toBe(0);
    expect(await repo.stamp('CART-1 --promote --yes')).toMatchObject({ code: 0 });
  });

  it('what writes HEAD or the trunk is noticed, once, and nothing else is', async () => {
    const repo = await aRepo();
    const refs = await RefMarks.open(repo.work, undefined);
    const quiet: readonly Does[] = [
      () => undefined,
      (one) => one.write('src/cart.js', version(2)),
      (one) => void one.git('status'),
      (one) => void one.git('add', '--all'),
    ];
    const moves: readonly Does[] = [
      (one) => one.commitAll('Change the cart'),
      (one) => void one.git('commit', '--quiet', '--amend', '--message', 'Say it better'),
      (one) => void one.git('switch', '--quiet', '--create', 'other'),
      (one) => void one.git('switch', '--quiet', '--detach'),
      (one) => void one.git('reset', '--quiet', '--hard', 'HEAD~1'),
      (one) => one.othersPush('src/nav.js', version(2)),
      (one) => void one.git('pack-refs', '--all'),
      // There and back again between two looks.
      (one) => {
        one.git('commit', '--quiet', '--allow-empty', '--message', 'Nothing');
        one.git('reset', '--quiet', '--soft', 'HEAD~1');
      },
    ];
    for (const does of quiet) {
      does(repo);
      expect(await refs.haveMoved()).toBe(false);
    }
    for (const [index, does] of moves.entries()) {
      does(repo);
      // What others push is there once it is fetched.
      if (index === 5) expect(await refs.haveMoved()).toBe(false);
      if (index === 5) repo.git('fetch', '--quiet', 'origin');
      expect([index, await refs.haveMoved()]).toEqual([index, true]);
      expect([index, await refs.haveMoved()]).toEqual([index, false]);
    }
  });
});
