// package-list: the monitored set of binary packages, replaced as a whole in one transaction; one event sums up what changed.
import { all, startRace, type Race } from '../builders/racing.js';
import type { TestServer } from '../setup/test-server.js';

let race: Race;
let server: TestServer;
beforeAll(async () => {
  race = await startRace();
  server = race.server;
});
beforeEach(() => server.sql('TRUNCATE binarypackage, sourcepackage, event RESTART IDENTITY CASCADE'));
afterAll(() => race.stop());

const entry = (binary: string, version = '1', source = 'src'): object => ({ binary, source, version });
const put = (list: unknown, headers: Record<string, string> = {}) =>
  server.http
    .put('/api/v1/package-list/')
    .set('Content-Type', 'application/json')
    .set(headers)
    .send(JSON.stringify(list));
const accepted = async (list: unknown): Promise<unknown> => (await put(list).expect(200)).body as unknown;
const list = async (): Promise<unknown> => (await server.http.get('/api/v1/package-list/').expect(200)).body as unknown;
const counted = (created: number, updated: number, unchanged: number, removed: number): object => ({
  created,
  updated,
  unchanged,
  removed,
});
const binary = async (name: string): Promise<unknown> =>
  ((await server.http.get(`/api/v1/binarypackage/?name=${name}`).expect(200)).body as { objects: unknown[] })
    .objects[0];
const events = (): Promise<{ type: string; line: string; data: object }[]> =>
  server.sql('SELECT type, line, data FROM event ORDER BY id');

it('appends no event where nothing changes', async () => {
  await accepted([]);
  expect(await events()).toEqual([]);
  await accepted([entry('a'), entry('b')]);
  expect(await accepted([entry('b'), entry('a'), entry('a')])).toEqual(counted(0, 0, 2, 0));
  expect(await events()).toHaveLength(1);
});

it('tells what was created, updated, unchanged and removed, and keeps the removed', async () => {
  expect(await list()).toEqual([]);
  expect(await accepted([entry('b'), entry('a'), entry('c')])).toEqual(counted(3, 0, 0, 0));
  expect(await list()).toEqual([entry('a'), entry('b'), entry('c')]);
  expect(await accepted([entry('a'), entry('b', '2'), entry('d')])).toEqual(counted(1, 1, 1, 1));
  expect(await list()).toEqual([entry('a'), entry('b', '2'), entry('d')]);
  expect(await binary('c')).toMatchObject({ name: 'c', version: '1', seeded: false });
  expect(await binary('b')).toMatchObject({ version: '2', seeded: true });
  expect(await accepted([entry('a', '1', 'other'), entry('c'), entry('b', '2'), entry('d')])).toEqual(
    counted(0, 2, 2, 0),
  );
  expect(await binary('c')).toMatchObject({ seeded: true });
  expect((await events()).map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => 'package_list.replaced'));
  expect((await events())[1]).toMatchObject({
    line: 'Package list replaced: 1 created, 1 updated, 1 unchanged, 1 removed',
    data: { after: counted(1, 1, 1, 1) },
  });
});

it('gives back what was put, sorted by code point, and lists binary packages that others made seeded', async () => {
  const names = ['zlib', 'Zlib', 'a-b', 'ab', 'é', '0ad', 'a', "quote'd", '日本'];
  const entries = names.map((name, index) => entry(name, `1:${index}~rc1+b1`, `source ${name}`));
  expect(await accepted(entries)).toEqual(counted(names.length, 0, 0, 0));
  const sorted = [...entries].sort((one, other) =>
    (one as { binary: string }).binary < (other as { binary: string }).binary ? -1 : 1,
  );
  expect(await list()).toEqual(sorted);
  expect(await accepted(await list())).toEqual(counted(0, 0, names.length, 0));
  const source = (await server.http.post('/api/v1/sourcepackage/').send({ name: 's' }).expect(201)).body as {
    id: number;
  };
  await server.http
    .post('/api/v1/binarypackage/')
    .send({ name: 'zz', sourcepackage: source.id, version: '9', seeded: true })
    .expect(201);
  expect(await list()).toContainEqual(entry('zz', '9', 's'));
});

it('takes an empty list: nothing is monitored any more', async () => {
  await accepted([entry('a'), entry('b')]);
  expect(await accepted([])).toEqual(counted(0, 0, 0, 2));
  expect(await list()).toEqual([]);
  expect(await accepted([])).toEqual(counted(0, 0, 0, 0));
});

it('ignores exact repeats and what it does not know, and keeps known source packages', async () => {
  const source = (await server.http.post('/api/v1/sourcepackage/').send({ name: 'src' }).expect(201)).body as {
    id: number;
  };
  expect(await accepted([entry('a'), { ...entry('a'), more: 1 }, entry('b'), entry('a')])).toEqual(counted(2, 0, 0, 0));
  expect(await binary('a')).toMatchObject({ sourcepackage: `/api/v1/sourcepackage/${source.id}/` });
  expect(await server.sql('SELECT 1 FROM sourcepackage')).toHaveLength(1);
});

describe('refuses', () => {
  const fine = entry('fine');
  const cases: [string, unknown, string, RegExp][] = [
    [
      'one binary with different data',
      [fine, entry('b'), entry('x'), entry('b', '2')],
      'package_list.contradiction',
      /1 and 3.*'b'/,
    ],
    ['one binary from two sources', [entry('b'), entry('b', '1', 'other')], 'package_list.contradiction', /0 and 1/],
    ['no object', [fine, 'x'], 'package_list.bad_entry', /Entry 1/],
    ['null', [null], 'package_list.bad_entry', /Entry 0/],
    ['an array', [fine, []], 'package_list.bad_entry', /Entry 1/],
    ['no version', [fine, fine, { binary: 'a', source: 'b' }], 'package_list.bad_entry', /Entry 2.*version/],
    ['an empty name', [{ ...fine, binary: ' ' }], 'package_list.bad_entry', /Entry 0.*binary/],
    ['a number', [{ ...fine, source: 7 }], 'package_list.bad_entry', /Entry 0.*source/],
    ['NUL', [fine, { ...fine, version: 'a\0' }], 'package_list.bad_entry', /Entry 1.*version/],
    ['half a surrogate pair', [{ ...fine, binary: '\ud800' }], 'package_list.bad_entry', /Entry 0.*binary/],
    ['a long name', [{ ...fine, source: 'x'.repeat(501) }], 'package_list.bad_entry', /Entry 0.*source.*500/],
    ['no list', { binary: 'a' }, 'package_list.not_a_list', /array/],
    ['nothing', null, 'package_list.not_a_list', /array/],
  ];
  it.each(cases)('%s, naming the index, and keeps nothing', async (_name, body, code, message) => {
    await accepted([entry('before')]);
    const reply = await put(body).expect(400);
    expect(reply.body).toMatchObject({ code, error: expect.stringMatching(message) as string });
    expect(await list()).toEqual([entry('before')]);
    expect(
      await server.sql(
        'SELECT 1 FROM sourcepackage UNION ALL SELECT 1 FROM binarypackage UNION ALL SELECT 1 FROM event',
      ),
    ).toHaveLength(3);
  });
});

it('keeps names of the greatest length, in any script', async () => {
  const random = Array.from({ length: 500 }, (_, index) =>
    String.fromCodePoint(0x20000 + ((index * 7919) % 40_000)),
  ).join('');
  // 500 characters of four bytes are 1000 in JavaScript's count.
  const longest = random.slice(0, 500);
  expect(await accepted([entry(longest, 'x'.repeat(4096), longest)])).toEqual(counted(1, 0, 0, 0));
});

it('takes up to 32 MB', async () => {
  const of = (megabytes: number): unknown => [{ ...entry('a'), padding: 'x'.repeat(megabytes * 1024 * 1024) }];
  await put(of(31)).expect(200);
  expect((await put(of(32)).expect(413)).body).toMatchObject({
    code: 'body.too_large',
    error: expect.stringMatching(/: 32 MB at most/),
  });
});

it('is done once for its Idempotency-Key', async () => {
  const first = await put([entry('a')], { 'Idempotency-Key': 'k' }).expect(200);
  await accepted([]);
  const again = await put([entry('a')], { 'Idempotency-Key': 'k' }).expect(200);
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  expect(await list()).toEqual([]);
  await put([entry('b')], { 'Idempotency-Key': 'k' }).expect(422);
});

it('lets two at once go one after the other: what stays is one of the lists, whole', async () => {
  const lists = ['1', '2'].map((version) =>
    Array.from({ length: 300 }, (_, index) => entry(`b${index}`, version, `s${index}-${version}`)),
  );
  for (let round = 0; round < 3; round++) {
    const replies = await all(6, (index) => race.send('PUT', '/api/v1/package-list/', lists[index % 2]));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    const versions = new Set(((await list()) as { version: string }[]).map(({ version }) => version));
    expect([versions.size, ((await list()) as unknown[]).length]).toEqual([1, 300]);
  }
});

it('counts every entry though its source packages are deleted and renamed meanwhile', async () => {
  const entries = Array.from({ length: 200 }, (_, index) => entry(`b${index}`, '1', `s${index}`));
  for (let round = 0; round < 3; round++) {
    await server.sql('DELETE FROM binarypackage');
    const sources = await server.sql<{ id: number }>('SELECT id FROM sourcepackage ORDER BY id DESC');
    const [answer, ...others] = await Promise.all([
      race.send('PUT', '/api/v1/package-list/', entries),
      ...sources
        .slice(0, 40)
        .map(({ id }, index) =>
          index % 2 === 0
            ? race.send('DELETE', `/api/v1/sourcepackage/${id}/`)
            : race.send('PATCH', `/api/v1/sourcepackage/${id}/`, { name: `renamed-${round}-${id}` }),
        ),
    ]);
    expect([answer?.status, answer?.text]).toEqual([200, JSON.stringify(counted(200, 0, 0, 0))]);
    for (const { status } of others) expect([202, 204, 409]).toContain(status);
    expect(((await list()) as unknown[]).length).toBe(200);
  }
});

it('answers GET and PUT only, and JSON only', async () => {
  expect((await server.http.post('/api/v1/package-list/').send([]).expect(405)).headers.allow).toBe('GET,PUT');
  await server.http.put('/api/v1/package-list/').set('Content-Type', 'text/plain').send('[]').expect(415);
  const seen = await server.http.get('/api/v1/package-list').expect(200);
  await server.http.get('/api/v1/package-list/').set('If-None-Match', String(seen.headers.etag)).expect(304);
});
