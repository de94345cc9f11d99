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

beforeEach(async () => {
  const name = `versions${(count += 1)}`;
  const { body } = await server.http.post('/api/v1/project/').send({ name }).expect(201);
  project = { id: body.id, name };
});

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

it.each([
  ['source', 'abc src/a.js'],
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
