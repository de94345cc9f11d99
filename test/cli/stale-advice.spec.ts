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
      `src/cart.js is older here than in production: ${key} (release 2) released what origin/main has. Bring it in: git rebase origin/main.`,
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
      `src/cart.js is newer here than in production, which is older by ${key}: release 4 took it back. ` +
        `Release ${key} again (stamp why ${key} says what it needs), or take it back in git as well: git revert`,
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
          `Nobody released since: ${theirs.slice(0, 10)} Theirs \\(Bob\\)\\. Release ${key} again .*, ` +
          `or take it back in git as well: git revert ${theirs}\\. If yours is to go over it: stamp rebase`,
      ),
    );
  });

  it('with what nobody here knows: merge it, or choose', async () => {
    const repo = await aRepo();
    repo.commit(PATH, version(2));
    const key = await shipped(repo, 9, { git_commit: 'f'.repeat(40) });
    expect(await said(repo)).toContain(
      `src/cart.js: production has a version that this clone doesn't have (${key} (release 2), from commit ffffffffff). ` +
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
      `src/cart.js carries what others committed and nobody released: ${theirs.slice(0, 10)} Theirs (Bob). ` +
        `Release their ticket first, or take it back in git: git revert ${theirs}.`,
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
      `nobody released: ${theirs.slice(0, 10)} Theirs (Bob). Release 3 took ${key} back. Release ${key} again (stamp why ${key} says what it needs)`,
    );
    expect(await repo.changes()).toEqual({ [PATH]: 'clean' });
  });
});
