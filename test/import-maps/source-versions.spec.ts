// Watched sources that say which version they were made from: git's history decides what is a conflict, and not who came last.
import { createHash } from 'node:crypto';
import { aTicket } from '../builders/ticket.builder.js';
import { type FormTexts, type UploadReply, UploadsOf } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let project: { readonly id: number; readonly name: string };
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

async function makeProject(settings: object = {}): Promise<void> {
  const name = `versions${(count += 1)}`;
  const { body } = await server.http.post('/api/v1/project/').send({ name, settings }).expect(201);
  project = { id: body.id, name };
}
beforeEach(() => makeProject());

const stageAt = (name: string, index: number): object => ({ name, step: [100, 300, 500, 1000][index] });

const newTicket = async (): Promise<UploadsOf> =>
  new UploadsOf(server, await aTicket(server).with({ project: `/api/v1/project/${project.id}/` }));

const PATH = 'src/a.js';
const text = (version: string): string => `export default '${version}';`;
/** As git names a version. */
const idOf = (version: string): string =>
  createHash('sha1')
    .update(`blob ${text(version).length}\0${text(version)}`)
    .digest('hex');
const idOrNone = (version: string | null): string => (version === null ? 'none' : idOf(version));

type Base = string | null | undefined;

/** A version of the file, or its deletion (null), said to be made from another. */
function send(uploads: UploadsOf, version: string | null, base: Base, more: object = {}): Promise<UploadReply> {
  const fields = {
    mode: 'sources',
    ...(base === undefined ? {} : { base: [`${idOrNone(base)} ${PATH}`] }),
    ...(version === null ? { delete: PATH } : { source: [`${idOf(version)} ${PATH}`] }),
    ...more,
  };
  return uploads.put(fields, version === null ? {} : { [PATH]: text(version) });
}

async function release({ ticket }: UploadsOf, body: object = {}): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await server.http.post(`${ticket.uri}promote/`).send(body).expect(200);
}

async function released(version: string | null, base: Base = undefined): Promise<UploadsOf> {
  const uploads = await newTicket();
  expect((await send(uploads, version, base)).status).toBe(201);
  await release(uploads);
  return uploads;
}

const sourcesOf = async ({ ticket }: UploadsOf, query = ''): Promise<any> =>
  (await server.http.get(`${ticket.uri}sources/${query}`).expect(200)).body;

const stateOf = async (uploads: UploadsOf): Promise<string> =>
  (await sourcesOf(uploads)).changes[PATH]?.state ?? 'no change';

/** What production went through, the last one being live; what comes, and from which it was made. */
const CASES: readonly (readonly [string, readonly (string | null)[], string | null, Base, string])[] = [
  ['a first release', [], 'one', null, 'clean'],
  ['a file from what is live', ['one'], 'two', 'one', 'clean'],
  ['a file from what was live before', ['one', 'two'], 'three', 'one', 'stale'],
  ['a file from a version that nobody released', ['one'], 'three', 'zero', 'stale'],
  ['a new file where production has one', ['one'], 'two', null, 'stale'],
  ['what production has already', ['one'], 'one', 'one', 'no change'],
  ['what production has already, from another one', ['one'], 'one', 'zero', 'no change'],
  ['an old version that goes over a later one on purpose', ['one', 'two'], 'one', 'two', 'clean'],
  ['an old version that somebody still has', ['one', 'two'], 'one', 'one', 'stale'],
  ['an old version, where nothing is said', ['one', 'two'], 'one', undefined, 'stale'],
  ['another version, where nothing is said', ['one'], 'two', undefined, 'clean'],
  ['a deletion of what is live', ['one'], null, 'one', 'clean'],
  ['a deletion of what was live before', ['one', 'two'], null, 'one', 'stale'],
  ['a file that production lost since', ['one', null], 'two', 'one', 'stale'],
  ['a file that production lost, and which is there on purpose', ['one', null], 'one', null, 'clean'],
];

it.each(CASES)('%s', async (_name, production, version, base, state) => {
  let before: string | null = null;
  for (const one of production) {
    await released(one, before);
    before = one;
  }
  const uploads = await newTicket();
  await send(uploads, version, base);
  expect(await stateOf(uploads)).toBe(state);
  const { body } = await server.http.get(`${uploads.ticket.uri}why/`).expect(200);
  expect(body.promotable).toBe(state !== 'stale');
});

it('keeps a change on another base without its bytes, and takes one back', async () => {
  await released('one', null);
  const uploads = await newTicket();
  await send(uploads, 'mine', 'one');
  await released('two', 'one');
  expect(await stateOf(uploads)).toBe('stale');
  // The same bytes again, from the same version, settle nothing.
  await send(uploads, 'mine', 'one');
  expect(await stateOf(uploads)).toBe('stale');
  const rebased = await uploads.put({ mode: 'sources', base: [`${idOf('two')} ${PATH}`] }, {});
  expect([rebased.status, await stateOf(uploads)]).toEqual([201, 'clean']);
  expect((await uploads.put({ mode: 'sources', base: [`${idOf('two')} ${PATH}`] }, {})).status).toBe(200);
  await uploads.put({ mode: 'sources', unchanged: [PATH, 'src/other.js'] }, {});
  expect(await stateOf(uploads)).toBe('no change');
});

it('gives a version up for good, and takes another', async () => {
  await released('one', null);
  const uploads = await newTicket();
  await send(uploads, 'mine', 'one');
  await released('two', 'one');
  const key = `@${project.name}/${PATH}`;
  await server.http
    .post(`${uploads.ticket.uri}rebase/`)
    .send({ [key]: 'theirs' })
    .expect(200);
  expect((await sourcesOf(uploads)).given_up).toEqual({ [PATH]: idOf('mine') });
  await send(uploads, 'mine', 'one');
  expect(await stateOf(uploads)).toBe('no change');
  await send(uploads, 'mine again', 'one');
  expect(await stateOf(uploads)).toBe('stale');
  await send(uploads, 'mine', 'two');
  expect(await stateOf(uploads)).toBe('clean');
});

it('tells the versions of production and the ticket, and who changed one last', async () => {
  const first = await released('one', null);
  await first.put({ mode: 'sources' }, {});
  const second = await newTicket();
  await send(second, 'two', 'one', { dirty: PATH, git_commit: '0123abcd' });
  const { key } = (await server.http.get(first.ticket.uri).expect(200)).body;
  expect(await sourcesOf(second, `?under=src/&changed=${PATH}&changed=src/none.js`)).toMatchObject({
    release: 1,
    production: { [PATH]: idOf('one') },
    changes: { [PATH]: { source: idOf('two'), base: idOf('one'), state: 'clean', compared: true, dirty: true } },
    given_up: {},
    changed: { [PATH]: { release: 1, ticket: key, commit: null } },
  });
  expect(await sourcesOf(second, '?under=lib/')).toMatchObject({ production: {}, changes: {} });
  const many = Array.from({ length: 21 }, (_none, index) => `changed=${index}`).join('&');
  expect((await server.http.get(`${second.ticket.uri}sources/?${many}`).expect(400)).body.code).toBe(
    'sources.too_many',
  );
});

it('no map that a browser reads has them', async () => {
  const uploads = await released('one', null);
  await send(await newTicket(), 'two', 'one');
  const map = await server.http.get(`/p/${project.name}/import-map.json`).expect(200);
  const diff = await server.http.get(`${uploads.ticket.uri}diff/?from=release:0&to=prod`).expect(200);
  expect([map.text.includes(idOf('one')), diff.text.includes(idOf('one'))]).toEqual([false, false]);
});

describe('uncommitted work', () => {
  it('is shown until its commit is found, and released as what it is', async () => {
    const uploads = await newTicket();
    await send(uploads, 'one', null, { dirty: PATH, git_commit: '0123abcd' });
    const { body: why } = await server.http.get(`${uploads.ticket.uri}why/`).expect(200);
    expect(why.verdicts).toContainEqual(expect.objectContaining({ code: 'sources.dirty', verdict: 'pass' }));
    await release(uploads);
    const { body } = await server.http.get(`/api/v1/release/1/?project=${project.name}`).expect(200);
    expect([body.line, body.layers[0].dirty]).toEqual([expect.stringContaining('with uncommitted work'), true]);
    const { body: gone } = await server.http.post(`${uploads.ticket.uri}revert/`).send({}).expect(200);
    expect(gone.git_revert).toBeNull();
  });

  it('is committed once a promotion names the commit that has it', async () => {
    const uploads = await newTicket();
    await send(uploads, 'one', null, { dirty: PATH, git_commit: '0123abcd' });
    const git = { git_commit: 'fedcba98', git_commits: ['fedcba98', '7654321f', 'abcdef12'], git_merges: ['7654321f'] };
    await server.http.post(`${uploads.ticket.uri}promote/`).send(git).expect(200);
    const { body: revisions } = await server.http.get(`${uploads.ticket.uri}revision/`).expect(200);
    expect(revisions.objects.map(({ dirty, git_commit }: any) => [dirty, git_commit])).toEqual([
      [true, '0123abcd'],
      [false, 'fedcba98'],
    ]);
    await server.http.post(`${uploads.ticket.uri}promote/`).send(git).expect(200);
    const { body } = await server.http.get(`/api/v1/release/1/?project=${project.name}`).expect(200);
    expect(body.layers[0]).toMatchObject({ dirty: false, git_commit: 'fedcba98', git_commits: git.git_commits });
    const { body: gone } = await server.http.post(`${uploads.ticket.uri}revert/`).send({}).expect(200);
    expect(gone.git_revert).toBe('git revert fedcba98 && git revert -m 1 7654321f && git revert abcdef12');
  });
});

const [ONE, TWO] = ['aaaaaaa1', 'bbbbbbb2'];
const saysOne = { git_commit: ONE, git_commits: [ONE, 'ccccccc3'], git_merges: ['ccccccc3'] };
const saysTwo = { git_commit: TWO, git_commits: [TWO] };

/** What each promotion says, the last one being the release; what the release has. */
const SAID: readonly (readonly [string, readonly object[], string, readonly string[]])[] = [
  ['the first', [saysOne, {}], ONE, saysOne.git_commits],
  ['the last', [{}, saysTwo], TWO, [TWO]],
  ['both', [saysOne, saysTwo], TWO, [TWO]],
  ['none', [{}, {}], '0123abcd', []],
  ['the first, and the last another commit', [saysOne, { git_commit: TWO }], TWO, saysOne.git_commits],
  ['the first the commit, the last the commits', [{ git_commit: ONE }, { git_commits: [TWO] }], ONE, [TWO]],
  ['the first the commits, the last the commit', [{ git_commits: [TWO] }, { git_commit: ONE }], ONE, [TWO]],
  ['the second of three', [{}, saysOne, {}], ONE, saysOne.git_commits],
];

describe.each([
  ['committed', {}],
  ['uncommitted', { dirty: PATH }],
])('commits of %s work', (_what, marks) => {
  it.each(SAID)('said by %s promotion are those of the release', async (_by, promotions, commit, commits) => {
    if (promotions.length > 2) await makeProject({ stages: ['dev', 'qa', 'beta', 'prod'].map(stageAt) });
    const uploads = await newTicket();
    await send(uploads, 'one', null, { ...marks, git_commit: '0123abcd' });
    for (const said of promotions) await server.http.post(`${uploads.ticket.uri}promote/`).send(said).expect(200);
    const { body } = await server.http.get(`/api/v1/release/1/?project=${project.name}`).expect(200);
    expect(body.layers[0]).toMatchObject({ git_commit: commit, git_commits: commits });
    const { body: gone } = await server.http.post(`${uploads.ticket.uri}revert/`).send({}).expect(200);
    const line =
      commits === saysOne.git_commits ? `git revert ${ONE} && git revert -m 1 ccccccc3` : `git revert ${TWO}`;
    expect(gone.git_revert).toBe(commits.length === 0 ? null : line);
  });

  it('said of a revision are not those of the next one', async () => {
    const uploads = await newTicket();
    await send(uploads, 'one', null, { ...marks, git_commit: '0123abcd' });
    await server.http.post(`${uploads.ticket.uri}promote/`).send(saysOne).expect(200);
    await server.http.post(`${uploads.ticket.uri}revert/`).send({}).expect(200);
    await send(uploads, 'two', null, { git_commit: '4567abcd' });
    await release(uploads);
    const { body } = await server.http.get(`/api/v1/release/1/?project=${project.name}`).expect(200);
    expect(body.layers[0]).toMatchObject({ git_commit: '4567abcd', git_commits: [] });
  });
});

describe('what a build made', () => {
  const built = async (uploads: UploadsOf): Promise<unknown> => (await sourcesOf(uploads)).changes[PATH]?.built;

  it('keeps the commit that it was made from, another one without its bytes, and a deletion too', async () => {
    await released('one', null);
    const uploads = await newTicket();
    await send(uploads, 'two', 'one', { built: `${ONE} ${PATH}`, dirty: PATH });
    expect((await sourcesOf(uploads)).changes[PATH]).toMatchObject({ built: ONE, dirty: true });
    const marked = await uploads.put({ mode: 'sources', base: `${idOf('one')} ${PATH}`, built: `${TWO} ${PATH}` }, {});
    expect(marked.status).toBe(201);
    expect((await sourcesOf(uploads)).changes[PATH]).toMatchObject({ built: TWO, dirty: false, state: 'clean' });
    const { body: why } = await server.http.get(`${uploads.ticket.uri}why/`).expect(200);
    expect(why.verdicts).toContainEqual(
      expect.objectContaining({
        code: 'sources.built',
        verdict: 'pass',
        summary: expect.stringContaining(`1 file built from commit ${TWO}`),
      }),
    );
    await send(uploads, null, 'one', { built: `${ONE} ${PATH}` });
    expect(await built(uploads)).toBe(ONE);
    // By hand it is nobody's build.
    await send(uploads, 'three', 'one');
    expect(await built(uploads)).toBeNull();
  });
});

it('tells whether production took a change back, and how git takes it back', async () => {
  await released('one', null);
  const second = await newTicket();
  await send(second, 'two', 'one');
  await release(second, saysTwo);
  const last = async (): Promise<unknown> => (await sourcesOf(second, `?changed=${PATH}`)).changed[PATH];
  expect(await last()).toMatchObject({ release: 2, commit: TWO, taken_back: false, git_revert: `git revert ${TWO}` });
  expect(await last()).toMatchObject({ before: [idOf('one')] });
  await server.http.post(`${second.ticket.uri}revert/`).send({}).expect(200);
  expect(await last()).toMatchObject({ release: 3, commit: TWO, taken_back: true, git_revert: `git revert ${TWO}` });
});

it.each([
  ['source', 'abc src/a.js'],
  ['built', `abc ${PATH}`],
  ['built', `none ${PATH}`],
  ['built', `HEAD ${PATH}`],
  ['built', ONE],
  ['built', `${ONE} ../a.js`],
  ['source', `none ${PATH}`],
  ['source', idOf('one')],
  ['base', `HEAD ${PATH}`],
  ['base', `${idOf('one')} `],
  ['base', `${idOf('one')} ../a.js`],
  ['dirty', '/etc/passwd'],
  ['unchanged', '..'],
])('refuses %s=%s and keeps nothing', async (field, value) => {
  const uploads = await newTicket();
  const reply = await uploads.put({ mode: 'sources', [field]: value }, { [PATH]: text('one') });
  expect([reply.status, await uploads.delta()]).toEqual([400, {}]);
});

it('refuses what is said twice', async () => {
  const uploads = await newTicket();
  const base = `${idOf('one')} ${PATH}`;
  const cases: FormTexts[] = [{ base: [base, base] }, { base, unchanged: PATH }, { unchanged: PATH }];
  for (const texts of cases) {
    const reply = await uploads.put({ mode: 'sources', ...texts }, { [PATH]: text('one') });
    expect([reply.status, reply.body.code]).toEqual([400, 'upload.repeated_source']);
  }
});
