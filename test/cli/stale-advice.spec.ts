// What is said of files that production has in another version, and what helps: each of the kinds, by the line that is printed.
import { createHash } from 'node:crypto';
import { startTestServer, type TestServer } from '../setup/test-server.js';
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

const PATH = 'src/cart.js';
const idOf = (text: string): string => createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');

/** Production gets a version of the cart, as a ticket of its own; answers its key. */
const shipped = (repo: CopiedRepo, value: number, more: Record<string, string> = {}): Promise<string> =>
  repo.upload({ mode: 'sources', source: [`${idOf(version(value))} ${PATH}`], ...more }, { [PATH]: version(value) });

/** Taken out of production, by its key. */
async function takeBack(repo: CopiedRepo, key: string): Promise<void> {
  await server.http.post(`/api/v1/ticket/${key}/revert/?project=${repo.project}`).send({}).expect(200);
}

async function said(repo: CopiedRepo): Promise<string> {
  const ended = await repo.stamp(`update ${TICKET} --once --yes`);
  expect(ended.code).toBe(0);
  return ended.stderr;
}

async function aRepo(): Promise<CopiedRepo> {
  const repo = new CopiedRepo(server);
  await repo.release();
  return repo;
}

describe('a conflict', () => {
  it('with what the trunk has: bring it in', async () => {
    const repo = await aRepo();
    repo.commit(PATH, version(2));
    repo.othersPush(PATH, version(3));
    repo.git('fetch', '--quiet', 'origin');
    const key = await shipped(repo, 3, { git_commit: repo.git('rev-parse', 'origin/main') });
    expect(await said(repo)).toContain(
      `src/cart.js is older here than in production: ${key} (release 2) released what origin/main has. Get it: git rebase origin/main.`,
    );
    expect(await repo.changes()).toEqual({ [PATH]: 'stale' });
  });

  it('with production older by a ticket that was taken back: release it, or take it back in git', async () => {
    const repo = await aRepo();
    // No commit has it.
    await shipped(repo, 9);
    const base = `${idOf(version(9))} ${PATH}`;
    const key = await shipped(repo, 1, { base, git_commit: repo.head });
    await takeBack(repo, key);
    repo.commit(PATH, version(2));
    const lines = await said(repo);
    expect(lines).toContain(
      `src/cart.js is newer here than in production, which is older by ${key}: release 4 reverted it. ` +
        `Release ${key} again (stamp why ${key} shows what it needs), or revert it in git as well: git revert`,
    );
    expect(lines).toContain(`stamp rebase ${TICKET} @${repo.project}/src/cart.js=mine`);
    expect(await repo.changes()).toEqual({ [PATH]: 'stale' });
  });

  it('with what was released from uncommitted work, and committed otherwise since', async () => {
    const repo = await aRepo();
    const key = await shipped(repo, 9, { git_commit: repo.head });
    repo.othersPush(PATH, version(5));
    repo.git('fetch', '--quiet', 'origin');
    repo.git('rebase', '--quiet', 'origin/main');
    const theirs = repo.head;
    repo.commit(PATH, version(6));
    expect(await said(repo)).toMatch(
      new RegExp(
        `where it is as ${key} \\(release 2\\) released it from uncommitted work on [0-9a-f]{10}\\. ` +
          `Not released since: ${theirs.slice(0, 10)} Theirs \\(Bob\\)\\. Release ${key} again .*, ` +
          `or revert it in git as well: git revert ${theirs}\\. To replace it with yours: stamp rebase`,
      ),
    );
  });

  it('with what nobody here knows: merge it, or choose', async () => {
    const repo = await aRepo();
    repo.commit(PATH, version(2));
    const key = await shipped(repo, 9, { git_commit: 'f'.repeat(40) });
    expect(await said(repo)).toContain(
      `src/cart.js: production has a version that this clone does not have (${key} (release 2), from commit ffffffffff). ` +
        `Merge it, or choose one: stamp rebase ${TICKET} @${repo.project}/src/cart.js=mine, or =theirs.`,
    );
  });
});

describe('a change that carries what others committed', () => {
  it('names their commits, and what takes them back', async () => {
    const repo = await aRepo();
    repo.othersPush(PATH, version(3));
    repo.git('pull', '--quiet', 'origin', 'main');
    const theirs = repo.head;
    repo.commit(PATH, version(4));
    expect(await said(repo)).toContain(
      `src/cart.js has commits of others that were not released: ${theirs.slice(0, 10)} Theirs (Bob). ` +
        `Release their ticket first, or revert them in git: git revert ${theirs}.`,
    );
  });

  it('of a ticket that was taken back, names that', async () => {
    const repo = await aRepo();
    repo.othersPush(PATH, version(3));
    repo.git('pull', '--quiet', 'origin', 'main');
    const theirs = repo.head;
    const key = await shipped(repo, 3, { git_commit: theirs });
    await takeBack(repo, key);
    repo.commit(PATH, version(4));
    expect(await said(repo)).toContain(
      `that production no longer has: ${theirs.slice(0, 10)} Theirs (Bob). Release 3 reverted ${key}. Release ${key} again (stamp why ${key} shows what it needs)`,
    );
    expect(await repo.changes()).toEqual({ [PATH]: 'clean' });
  });
});

describe('production went back to an earlier version', () => {
  /** The trunk has the cart at 1 and 2, both released; then another ticket released 1 again. Answers its key. */
  async function wentBack(
    repo: CopiedRepo,
    more: Record<string, string> = { git_commit: 'f'.repeat(40) },
  ): Promise<string> {
    repo.othersPush(PATH, version(2));
    repo.git('pull', '--quiet', 'origin', 'main');
    await shipped(repo, 2, { git_commit: repo.head, base: `${idOf(version(1))} ${PATH}` });
    return shipped(repo, 1, { base: `${idOf(version(2))} ${PATH}`, ...more });
  }
  const replaced = (key: string): string =>
    `src/cart.js is newer here than in production, but that was released before: ${key} (release 3) went back to an earlier version.`;

  it.each<[string, (repo: CopiedRepo) => void]>([
    ['a change of the file', (repo) => repo.commit(PATH, version(3))],
    ['a change in no commit', (repo) => repo.write(PATH, version(3))],
    ['two changes of it', (repo) => ['3', '4'].forEach((value) => repo.commit(PATH, version(value)))],
    [
      "one's own change of it",
      (repo) => {
        repo.git('config', 'user.email', 'bob@example.com');
        repo.commit(PATH, version(3));
      },
    ],
    [
      'its deletion',
      (repo) => {
        repo.git('rm', '--quiet', PATH);
        repo.commitAll('Drop the cart');
      },
    ],
    [
      'the trunk as it is',
      (repo) => {
        repo.git('switch', '--quiet', 'main');
        repo.git('pull', '--quiet', 'origin', 'main');
      },
    ],
  ])('by a commit that is not here: %s is a conflict', async (_what, change) => {
    const repo = await aRepo();
    const key = await wentBack(repo);
    change(repo);
    expect(await said(repo)).toContain(`${replaced(key)} To keep that, merge its commit ffffffffff; to restore yours:`);
    expect(Object.values(await repo.changes())).toEqual([expect.stringMatching(/^(deleted, )?stale/)]);
  });

  it('by a write without a commit', async () => {
    const repo = await aRepo();
    const key = await wentBack(repo, {});
    repo.commit(PATH, version(3));
    expect(await said(repo)).toContain(replaced(key));
  });

  it('over two versions, of which only one is here', async () => {
    const repo = await aRepo();
    repo.othersPush(PATH, version(2));
    repo.git('pull', '--quiet', 'origin', 'main');
    await shipped(repo, 2, { git_commit: repo.head, base: `${idOf(version(1))} ${PATH}` });
    await shipped(repo, 9, { git_commit: 'e'.repeat(40), base: `${idOf(version(2))} ${PATH}` });
    const key = await shipped(repo, 1, { git_commit: 'f'.repeat(40), base: `${idOf(version(9))} ${PATH}` });
    repo.commit(PATH, version(3));
    expect(await said(repo)).toContain(`${key} (release 4) went back to an earlier version`);
    expect(await repo.changes()).toEqual({ [PATH]: 'stale' });
  });

  it.each<[string, (repo: CopiedRepo) => void]>([
    ['merged', (repo) => repo.othersPush(PATH, version(1))],
    ['merged, and brought back since', (repo) => [1, 2].forEach((value) => repo.othersPush(PATH, version(value)))],
  ])('by a commit that was %s: what is changed on top of it is a change', async (_how, change) => {
    const repo = await aRepo();
    await wentBack(repo);
    change(repo);
    repo.git('pull', '--quiet', 'origin', 'main');
    repo.git('switch', '--quiet', '--create', 'more');
    repo.commit(PATH, version(3));
    await said(repo);
    expect(await repo.changes()).toEqual({ [PATH]: 'clean' });
  });

  it('and a release that was squashed as it was merged is no step back', async () => {
    const repo = await aRepo();
    for (const [value, from] of [
      [8, 1],
      [2, 8],
    ] as const)
      await shipped(repo, value, { git_commit: 'f'.repeat(40), base: `${idOf(version(from))} ${PATH}` });
    repo.othersPush(PATH, version(2));
    repo.git('pull', '--quiet', 'origin', 'main');
    repo.commit(PATH, version(3));
    await said(repo);
    expect(await repo.changes()).toEqual({ [PATH]: 'clean' });
  });

  it("and what was one's own and taken back is named, where another ticket has it", async () => {
    const repo = await aRepo();
    repo.commit(PATH, version(2));
    const mine = repo.head;
    const key = await shipped(repo, 2, { git_commit: mine, base: `${idOf(version(1))} ${PATH}` });
    await takeBack(repo, key);
    repo.commit(PATH, version(3));
    expect(await said(repo)).toContain(
      `src/cart.js has commits that production no longer has: ${mine.slice(0, 10)} Change ${PATH} (Alice). Release 3 reverted ${key}.`,
    );
  });
});
