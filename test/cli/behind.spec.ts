// Files that nobody changed here and that production has in a version that is in no commit of this clone: nothing is sent, and it is said
// once, as a count, to people and in --json.
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

const CART = 'src/cart.js';
const NAV = 'src/nav.js';
const OF_ONE = 'Production has 1 file in a version that neither HEAD nor the trunk has:';

/** Production gets files in a version that is in no repository. */
const fromElsewhere = (repo: CopiedRepo, files: readonly string[], digit = '9'): Promise<string> =>
  repo.upload(
    { mode: 'sources', source: files.map((file) => `${digit.repeat(40)} ${file}`) },
    Object.fromEntries(files.map((file) => [file, version(Number(digit))])),
  );

async function aRepo(): Promise<CopiedRepo> {
  const repo = new CopiedRepo(server);
  await repo.release();
  return repo;
}

async function said(repo: CopiedRepo): Promise<string> {
  const ended = await repo.stamp(`update ${TICKET} --once --yes`);
  expect(ended.code).toBe(0);
  return ended.stderr;
}

it.each<[string, (repo: CopiedRepo) => void]>([
  ['on a branch', () => undefined],
  [
    'on the trunk',
    (repo) => {
      repo.git('switch', '--quiet', 'main');
    },
  ],
  ['beside a change of another file', (repo) => repo.commit('src/new.js', version(2))],
])('a file that production has from elsewhere is told %s, and not sent', async (_where, change) => {
  const repo = await aRepo();
  await fromElsewhere(repo, [CART]);
  change(repo);
  expect(await said(repo)).toContain(`${OF_ONE} ${CART}. They were not changed here`);
  expect(Object.keys(await repo.changes())).not.toContain(CART);
  const { stdout } = await repo.stamp(`update ${TICKET} --once --yes --json`);
  const warnings = stdout.split('\n').filter((line) => line.includes('"behind"'));
  expect(warnings.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      event: 'warning',
      code: 'behind',
      message: expect.stringContaining(`${OF_ONE} ${CART}`),
    }),
  ]);
});

it('many are one line with their number', async () => {
  const repo = await aRepo();
  const files = Array.from({ length: 7 }, (_one, at) => `src/part${at}.js`);
  for (const file of files) repo.write(file, version(1));
  repo.commitAll('Parts');
  repo.push();
  await repo.release();
  await fromElsewhere(repo, files);
  const lines = (await said(repo)).split('\n').filter((line) => line.includes('neither HEAD'));
  expect(lines).toEqual([
    expect.stringContaining('Production has 7 files in versions that neither HEAD nor the trunk has: src/part0.js'),
  ]);
  expect(lines[0]).toContain(' and 4 more. ');
});

describe('nothing is said', () => {
  it.each<[string, (repo: CopiedRepo) => Promise<unknown>]>([
    ['where production has what is here', () => Promise.resolve()],
    [
      'of what the trunk has, and HEAD not yet',
      async (repo) => {
        repo.othersPush(CART, version(3));
        repo.git('fetch', '--quiet', 'origin');
        const id = repo.git('rev-parse', `origin/main:${CART}`);
        await repo.upload({ mode: 'sources', source: `${id} ${CART}` }, { [CART]: version(3) });
      },
    ],
    ["of another repository's files", (repo) => fromElsewhere(repo, ['src/other.js'])],
    [
      'of what is changed here: that is a conflict',
      async (repo) => {
        await fromElsewhere(repo, [CART]);
        repo.commit(CART, version(2));
      },
    ],
  ])('%s', async (_what, change) => {
    const repo = await aRepo();
    await change(repo);
    expect(await said(repo)).not.toContain('neither HEAD');
  });
});

it('a watch tells of each file once', async () => {
  const repo = await aRepo();
  await fromElsewhere(repo, [CART]);
  const watch = await repo.watch();
  const told = (): unknown[] =>
    watch.events
      .filter(({ code }) => code === 'behind')
      .map(({ message }) => /has: (.*?)\. /.exec(String(message))?.[1]);
  expect(told()).toEqual([CART]);
  // Each commit makes it look at all of the folder again.
  repo.commit('src/one.js', version(1));
  await repo.untilChanges({ 'src/one.js': 'clean' });
  await fromElsewhere(repo, [NAV], '8');
  repo.commit('src/two.js', version(1));
  await watch.until(
    'the other file is told',
    ({ code, message }) => code === 'behind' && String(message).includes(NAV),
  );
  expect(told()).toEqual([CART, NAV]);
  expect(await watch.interrupt()).toBe(0);
});
