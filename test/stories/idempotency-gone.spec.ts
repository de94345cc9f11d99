// A repeat with the same Idempotency-Key is answered as before, whatever has become of what it was about: over every unsafe
// operation of the OpenAPI document, with the ticket, subticket or project gone and an If-Match that nothing fulfils.
import { tableOf } from '../../src/rest/reading/columns.js';
import { allResources, resourceNamed } from '../../src/rest/resource.js';
import { type Operation, operationsOf } from '../access/operations.js';
import { formOf, postForm, upload } from '../builders/modules.js';
import { aStampedTicket } from '../builders/stamped-ticket.js';
import { aSpu, aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  // One of each kind, so that the document's examples have something to name.
  for (const { path, example } of operationsOf(server).filter(({ method }) => method === 'post'))
    if (!path.includes('{') && path !== '/api/v1/token/') await send('POST', path, example);
});
afterAll(() => server.stop());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
  readonly replayed: string | null;
}

async function send(method: string, url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const reply = await fetch(server.base + url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body ?? {}),
  });
  const [location, replayed] = [reply.headers.get('location'), reply.headers.get('idempotent-replayed')];
  return { status: reply.status, text: await reply.text(), location, replayed };
}

/** As nobody can who keeps to the rules: whatever refers to it, it is gone. */
async function vanish(table: string, id: number): Promise<void> {
  await server.sql(
    `DO $$ BEGIN SET LOCAL session_replication_role = replica; DELETE FROM ${table} WHERE id = ${id}; END $$`,
  );
}

/** They take no key: what would be kept of their answers is a secret. */
const TOKENS = '/api/v1/token/';

/** Which a JSON body alone can't show: forms have tests of their own below. */
const FORMS = ['post /api/v1/ticket/{id}/modules/', 'post /api/v1/spu/{id}/files/'];

/** What an operation needs to be taken that its example doesn't have. */
const GIVEN: Readonly<Record<string, (id: number) => Promise<{ body?: unknown; headers?: Record<string, string> }>>> = {
  'post /api/v1/ticketperson/': () => reviewer(),
  'put /api/v1/ticketperson/{id}/': () => reviewer(),
  'post /api/v1/ticket/{id}/revert/': async (id) => {
    await server.http.post(`/api/v1/ticket/${id}/promote/`).send({}).expect(200);
    return {};
  },
  'post /api/v1/ticket/{id}/withdraw/': async (id) => {
    await server.http.post(`/api/v1/ticket/${id}/approve/`).send({}).expect(200);
    return {};
  },
  'post /api/v1/ticket/{id}/unoverride/': async (id) => {
    const given = { policy: 'soak', reason: 'now', hours: 1 };
    await server.http.post(`/api/v1/ticket/${id}/override/`).send(given).expect(200);
    return {};
  },
  'post /api/v1/personmember/': async () => ({ body: { team: await person(true), person: await person() } }),
  'put /api/v1/personmember/{id}/': async () => ({ body: { team: await person(true), person: await person() } }),
  'post /api/v1/membership/': async () => ({ body: await role() }),
  'put /api/v1/membership/{id}/': async () => ({ body: await role() }),
  'post /api/v1/ticket/{id}/rebase/': async () => ({ body: { [`module-${serial}`]: 'mine' } }),
  'patch /api/v1/stage/{name}/': async () => ({
    headers: await release(),
    body: { imports: { gone: 'https://cdn.example/1.js' } },
  }),
  'post /api/v1/stage/{name}/rollback/': async () => ({ headers: await release(), body: { release: 0, force: true } }),
  'patch /services': async () => ({ body: { service: 'gone', url: `${server.base}/livez` } }),
};

/** A new one, or a new team. */
const person = async (isTeam = false): Promise<string> => {
  const given = { name: `p${++serial}`, email: `p${serial}@example.com`, is_team: isTeam };
  const { body } = await server.http.post('/api/v1/person/').send(given).expect(201);
  return (body as { resource_uri: string }).resource_uri;
};

const role = async (): Promise<object> => ({ project: '/api/v1/project/1/', person: await person(), role: 'qa' });

/** Of a ticket that nobody reviews yet. */
const reviewer = async (): Promise<{ body: object }> => ({
  body: { ticket: `/api/v1/ticket/${(await aTicket(server)).id}/`, person: '/api/v1/person/1/', role: 'reviewer' },
});

/** Production's, as If-Match asks for it. */
const release = async (): Promise<Record<string, string>> => ({
  'if-match': String((await server.http.get('/api/v1/stage/prod/?project=default')).headers.etag),
});

/** A new object for an operation that is about one: a ticket with modules, or a copy of the first of its kind. */
async function objectFor(kind: string): Promise<{ table: string; id: number } | undefined> {
  const resource = allResources().find(({ name }) => name === kind);
  const table = resource && tableOf(resource).name;
  if (!table) return undefined;
  if (table === 'ticket') return { table, id: (await aStampedTicket(server).withModule(`module-${++serial}`)).id };
  if (table === 'personmember') {
    const body = { team: await person(true), person: await person() };
    const { text } = await send('POST', '/api/v1/personmember/', body);
    return { table, id: (JSON.parse(text) as { id: number }).id };
  }
  const create = operationsOf(server).find(({ method, path }) => method === 'post' && path === `/api/v1/${kind}/`);
  const { status, text } = await send('POST', `/api/v1/${kind}/`, unlike(create?.example));
  const [last] = await server.sql<{ id: number }>(`SELECT max(id)::int AS id FROM ${table}`);
  return { table, id: status === 201 ? (JSON.parse(text) as { id: number }).id : (last?.id ?? 1) };
}

let serial = 0;

/** The same body with names of its own, which no other object has. */
const unlike = (example: unknown): unknown =>
  JSON.parse(JSON.stringify(example ?? {}).replaceAll(/("(?:name|unique_name|version)":")/g, `$1n${++serial}`));

const bodyOf = ({ example, method, path }: Operation): unknown =>
  example ??
  (path.endsWith('/rebase/')
    ? {}
    : method === 'patch' && !path.includes('{id}')
      ? { objects: [] }
      : method === 'patch' || method === 'put'
        ? { title: 'changed' }
        : undefined);

/** An operation's request, as it is taken: of an object of its own, where it is about one. */
async function requestFor(operation: Operation) {
  const kind = /^\/api\/v1\/([\w-]+)\/\{id\}/.exec(operation.path)?.[1];
  const object = kind === undefined ? undefined : await objectFor(kind);
  const path = operation.path
    .replaceAll('{id}', String(object?.id ?? 1))
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'project' ? 'default' : 'prod'));
  const url = operation.method === 'delete' && !operation.path.includes('{') ? `${path}?id=999999` : path;
  const given = await GIVEN[operation.name]?.(object?.id ?? 0);
  const example = operation.example === undefined ? bodyOf(operation) : unlike(operation.example);
  return { object, url, method: operation.method.toUpperCase(), body: given?.body ?? example, headers: given?.headers };
}

it('gives the same status, bytes and Location, for every operation that takes a key', async () => {
  const unsafe = operationsOf(server).filter(
    ({ name, method, path }) => method !== 'get' && !path.startsWith(TOKENS) && !FORMS.includes(name),
  );
  const [wrong, refused]: [unknown[], string[]] = [[], []];
  for (const operation of unsafe) {
    const { object, url, method, body, headers } = await requestFor(operation);
    const key = { 'idempotency-key': `gone-${++serial}` };
    const first = await send(method, url, body, { ...key, ...headers });
    if (first.status >= 300) {
      refused.push(`${operation.name} ${first.status} ${first.text.slice(0, 200)}`);
      continue;
    }
    if (object) await vanish(object.table, object.id);
    const again = await send(method, url, body, { ...key, 'if-match': '"987654"' });
    if (JSON.stringify(again) !== JSON.stringify({ ...first, replayed: 'true' }))
      wrong.push([operation.name, first, again]);
  }
  expect(wrong).toEqual([]);
  expect(refused).toEqual([]);
  expect(unsafe.length).toBeGreaterThan(60);
});

it('holds for forms, whose contents say whether they are the same', async () => {
  const { id } = await aStampedTicket(server);
  const key = { 'idempotency-key': 'form' };
  const files = { 'cart.js': 'export default 1' };
  const first = await upload(server, id, { specifier: 'cart' }, files, key);
  expect(first.status).toBe(201);
  await vanish('ticket', id);
  const again = await upload(server, id, { specifier: 'cart' }, files, key);
  expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true']);
  expect((await upload(server, id, { specifier: 'cart' }, { 'cart.js': 'export default 2' }, key)).status).toBe(404);
  expect((await upload(server, id, { specifier: 'cart' }, files, { 'idempotency-key': 'new' })).status).toBe(404);
});

it('holds for the files of a source package upload', async () => {
  const spu = await aSpu(server, 'gone');
  const form = (text: string): FormData => formOf({}, { 'a.tar.gz': text });
  const key = { 'idempotency-key': 'spu' };
  const first = await postForm(server, `${spu}files/`, form('a'), key);
  expect(first.status).toBe(201);
  await vanish(tableOf(resourceNamed('spu')).name, Number(/(\d+)\/$/.exec(spu)?.[1]));
  const again = await postForm(server, `${spu}files/`, form('a'), key);
  expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true']);
  expect((await postForm(server, `${spu}files/`, form('b'), key)).status).toBe(404);
});

it('says no to another request with the key, and asks who it is first', async () => {
  const { id } = await aStampedTicket(server);
  const key = { 'idempotency-key': 'other' };
  await send('POST', `/api/v1/ticket/${id}/close/`, { reason: 'a' }, key);
  expect((await send('POST', `/api/v1/ticket/${id}/close/`, { reason: 'b' }, key)).status).toBe(422);
  const away = await send(
    'POST',
    `/api/v1/ticket/${id}/close/`,
    { reason: 'a' },
    { ...key, origin: 'https://x.example' },
  );
  expect(away.status).toBe(403);
});
