// A refused call has no effect, also where the refusal comes after the body was understood: a version that isn't so any more, a key
// that was used for something else, a value that a rule refuses, another project's objects, a rate; and where the body is a form or an
// event whose attributes are headers.
import { formOf } from '../builders/modules.js';
import { everything, makeSomeOfEach } from './everything.js';
import { type Operation, operationsOf } from './operations.js';
import { bearer, type GuardedServer, startGuarded, UNLIMITED } from './world.js';

const ALL = [
  'read',
  'ticket:write',
  'status:write',
  'artifact:write',
  'event:write',
  'map:dev',
  'map:qa',
  'map:prod',
  'override',
  'admin',
];
const DEFAULT = '/api/v1/project/1/';
/** Of these many are made before the writes of one owner are too many. */
const WRITES = 40;

let server: GuardedServer;
let operations: Operation[];
let [all, elsewhere, reader] = ['', '', ''];

beforeAll(async () => {
  server = await startGuarded(false, { limits: { ...UNLIMITED, writes: 5000 } });
  all = (await server.token(ALL, 'all')).token;
  await server.sql("INSERT INTO project (name) VALUES ('elsewhere')");
  elsewhere = (await server.token(ALL, 'other', ['elsewhere'])).token;
  reader = (await server.token(['read'], 'reader')).token;
  await makeSomeOfEach(server, all);
  operations = operationsOf(server).filter(({ method, scope }) => method !== 'get' && scope !== 'anonymous');
});
afterAll(() => server.stop());

interface Asked {
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}
interface Seen {
  readonly name: string;
  readonly status: number;
  readonly code: string;
}

async function send({ method, url, example }: Operation, asked: Asked): Promise<{ status: number; text: string }> {
  const { token = all, headers = {}, body = example ?? {} } = asked;
  const isForm = body instanceof FormData;
  const reply = await fetch(server.base + url, {
    method: method.toUpperCase(),
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(isForm ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: isForm || typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: reply.status, text: await reply.text() };
}

/** Every refusal that comes of it; fails where one of them changed something. */
async function refusals(asked: Iterable<readonly [Operation, Asked]>): Promise<Seen[]> {
  const seen: Seen[] = [];
  const wrong: unknown[] = [];
  let before = await everything(server);
  for (const [operation, one] of asked) {
    const { status, text } = await send(operation, one);
    const [was, now] = [before, await everything(server)];
    before = now;
    const { name } = operation;
    const changed = Object.keys(now).filter((table) => now[table] !== was[table]);
    if (status >= 500) wrong.push([name, status, text.slice(0, 200)]);
    if (status < 400) continue;
    seen.push({ name, status, code: /"code": ?"([\w.-]+)"/.exec(text)?.[1] ?? '' });
    if (changed.length > 0)
      wrong.push([name, status, text.slice(0, 200), ...changed.map((table) => [was[table], now[table]])]);
  }
  expect(wrong).toEqual([]);
  return seen;
}

const having = (seen: readonly Seen[], code: string): string[] => [
  ...new Set(seen.filter((one) => one.code === code).map(({ name }) => name)),
];

const TOKENS = /\/token\//;

test('a key that was used for something else', async () => {
  const headers = { 'Idempotency-Key': 'used-before' };
  const made = await server.http
    .post('/api/v1/ticket/')
    .set(...bearer(all))
    .set(headers)
    .send({ title: 'First' });
  expect(made.status).toBe(201);
  const seen = await refusals(operations.filter(({ path }) => !TOKENS.test(path)).map((one) => [one, { headers }]));
  expect(having(seen, 'idempotency.key_reused').length).toBeGreaterThan(60);
}, 240_000);

test('a version that nothing has', async () => {
  const headers = { 'If-Match': '"99999"' };
  // What deletes comes last: few of what the others name is left then.
  const inOrder = operations.toSorted(
    (one, other) => Number(one.method === 'delete') - Number(other.method === 'delete'),
  );
  const versioned = inOrder.filter(({ path }) => /(ticket|subticket|project)\/\{id\}|stage|import-map/.test(path));
  const seen = await refusals(versioned.map((one) => [one, { headers }]));
  expect(seen.filter(({ status }) => status === 412).length).toBeGreaterThan(12);
}, 240_000);

test('a member of the body that a rule refuses, each in turn', async () => {
  await makeAgain();
  function* spoiled(): Generator<readonly [Operation, Asked]> {
    for (const one of operations) {
      if (
        one.method === 'delete' ||
        TOKENS.test(one.path) ||
        typeof one.example !== 'object' ||
        Array.isArray(one.example)
      )
        continue;
      for (const [key, value] of Object.entries(one.example as object))
        for (const bad of [
          { none: 1 },
          [],
          'x\u0000',
          typeof value === 'string' && value.startsWith('/api') ? value.replace(/\d+\/$/, '99999/') : -1,
        ])
          yield [one, { body: { ...(one.example as object), [key]: bad } }];
    }
  }
  const seen = await refusals(spoiled());
  expect(new Set(seen.map(({ name }) => name)).size).toBeGreaterThan(30);
  expect(new Set(seen.map(({ code }) => code)).size).toBeGreaterThan(10);
}, 600_000);

/** Those that the tests before have deleted. */
async function makeAgain(): Promise<void> {
  const [ticket] = await server.sql('SELECT 1 FROM ticket WHERE id = 1');
  if (!ticket)
    await server.sql(
      "INSERT INTO ticket (id, project_id, key, normal_key, title) VALUES (1, 1, 'TKT-1', 'TKT-1', 'Is there')",
    );
}

test('objects of another project in the body', async () => {
  await makeAgain();
  const written = operations.filter(({ project }) => project === 'written');
  const seen = await refusals(
    written.flatMap((one): (readonly [Operation, Asked])[] => {
      const body = { ...(one.example as object), ...(one.takesProject ? { project: DEFAULT } : {}) };
      const listed = { objects: [{ resource_uri: `${one.url}1/` }, body], deleted_objects: [`${one.url}1/`] };
      return one.method === 'patch' ? [[one, { token: elsewhere, body: listed }]] : [[one, { token: elsewhere, body }]];
    }),
  );
  expect(having(seen, 'project.other').length).toBeGreaterThan(8);
}, 240_000);

const named = (name: string): Operation => operations.find((one) => one.name === name) as Operation;

test('forms', async () => {
  const good = (): FormData => formOf({ specifier: 'menu' }, { 'menu.js': 'export default 1;' });
  const forms: Record<string, () => Asked> = {
    'no token': () => ({ token: '', body: good() }),
    'a token that is none': () => ({ token: 'stl_nonsense', body: good() }),
    'a reader': () => ({ token: reader, body: good() }),
    'another project': () => ({ token: elsewhere, body: good() }),
    'another site': () => ({
      body: good(),
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    }),
    'an old version': () => ({ body: good(), headers: { 'If-Match': '"99999"' } }),
    'a used key': () => ({ body: good(), headers: { 'Idempotency-Key': 'used-before' } }),
    'a script that is none': () => ({ body: formOf({ specifier: 'menu' }, { 'menu.js': 'export {{' }) }),
    'no specifier': () => ({ body: formOf({}, { 'menu.js': 'export default 1;' }) }),
    'an unknown field': () => ({
      body: formOf({ specifier: 'menu', nonsense: '1' }, { 'menu.js': 'export default 1;' }),
    }),
    'a way out': () => ({ body: formOf({ specifier: 'menu' }, { '../menu.js': 'export default 1;' }) }),
    'a control file that is none': () => ({ body: formOf({}, { 'a.dsc': 'nothing', 'a.tar.gz': 'x' }) }),
    'wrong sums': () => ({ body: formOf({}, { 'a.dsc': `Files:\n ${'0'.repeat(32)} 9 a.tar.gz\n`, 'a.tar.gz': 'x' }) }),
    'no files': () => ({ body: formOf({}, {}) }),
    'half a form': () => ({
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\ncontent-disposition: form-data; name="file"; filename="a.js"\r\n\r\nexport',
    }),
    'a form without a boundary': () => ({ headers: { 'content-type': 'multipart/form-data' }, body: 'x' }),
  };
  const [modules, files] = [named('post /api/v1/ticket/{id}/modules/'), named('post /api/v1/spu/{id}/files/')];
  const before = Object.keys(await everything(server)).length;
  const seen = await refusals(
    Object.values(forms).flatMap((form) => [[modules, form()] as const, [files, form()] as const]),
  );
  expect(before).toBeGreaterThan(20);
  expect(seen.filter(({ name }) => name === modules.name).length).toBeGreaterThan(11);
  expect(seen.filter(({ name }) => name === files.name).length).toBeGreaterThan(8);
}, 120_000);

test('events whose attributes are headers', async () => {
  const usual = {
    'ce-specversion': '1.0',
    'ce-id': 'run-1',
    'ce-source': 'https://ci.example',
    'ce-type': 'testrun.finished',
    'ce-project': 'default',
  };
  const bad: readonly Asked[] = [
    { token: '', headers: usual },
    { token: reader, headers: usual },
    { token: elsewhere, headers: usual },
    ...['id', 'source', 'type'].map((name) => ({ headers: { ...usual, [`ce-${name}`]: '' } })),
    { headers: { ...usual, 'ce-specversion': '0.3' } },
    { headers: { ...usual, 'ce-time': '2026-02-31T00:00:00Z' } },
    { headers: { ...usual, 'ce-type': 'ticket.created' } },
    { headers: { ...usual, 'ce-ticket': 'TKT-99999' } },
    { headers: { ...usual, 'ce-project': 'nowhere' } },
    { headers: { ...usual, 'ce-severity': 'terrible' } },
    { headers: { ...usual, 'content-type': 'application/json' }, body: '{"half' },
    { headers: { ...usual, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } },
    { headers: { ...usual, 'Idempotency-Key': 'used-before' } },
  ];
  const seen = await refusals(
    bad.map((one) => [
      named('post /events'),
      { body: 'data', ...one, headers: { 'content-type': 'text/plain', ...one.headers } },
    ]),
  );
  expect(seen.length).toBeGreaterThan(10);
}, 60_000);

test('too many writes in a minute', async () => {
  await server.stop();
  server = await startGuarded(false, { limits: { ...UNLIMITED, writes: WRITES } });
  all = (await server.token(ALL, 'all')).token;
  await makeSomeOfEach(server, all);
  for (let nr = 0; nr < WRITES; nr++)
    await server.http
      .post('/api/v1/sourcepackage/')
      .set(...bearer(all))
      .send({ name: 'curl' });
  const seen = await refusals(operations.filter(({ path }) => !path.startsWith('/p/')).map((one) => [one, {}]));
  expect(having(seen, 'rate.writes').length).toBeGreaterThan(60);
}, 240_000);
