// What a request costs the database doesn't grow with the keys, ids, names or URIs that it lists: over every operation that
// takes a list, counted between the server and Postgres.
import type { Response } from 'supertest';
import { UNLIMITED } from '../access/world.js';
import { PostgresProxy } from '../setup/postgres-proxy.js';
import { type GuardedServer, startGuarded } from '../access/world.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const TICKETS = 450;
const MANY = 400;
/** Writes of each part are what the request is for; those that list references or what is deleted are not. */
const SLACK = 3;

let near: GuardedServer;
let far: TestServer;
let proxy: PostgresProxy;
let all: string;
let own: string;
let first: number;

beforeAll(async () => {
  near = await startGuarded();
  proxy = await PostgresProxy.before(near.connection);
  const access = { required: true, publicRead: false };
  far = await startTestServer({ limits: UNLIMITED, access }, { ...near.connection, host: proxy.host });
  const scopes = ['read', 'ticket:write', 'status:write', 'artifact:write', 'event:write'];
  all = (await near.token([...scopes, 'admin'])).token;
  own = (await near.token(scopes, 'shop-ci', ['default'])).token;
  const [row] = await near.sql<{ first: number }>(
    `WITH made AS (INSERT INTO ticket (id, project_id, key, normal_key, title)
      SELECT n.id, 1, 'L-' || n.id, 'L-' || n.id, 'A ticket' FROM (SELECT nextval('ticket_id_seq')::int AS id FROM generate_series(1, ${TICKETS})) n
      RETURNING id) SELECT min(id)::int AS first FROM made`,
  );
  first = row?.first ?? 0;
  await near.sql(`INSERT INTO testsuite (name, kind) SELECT 'suite-' || i, 'dep8' FROM generate_series(1, 100) i`);
});

afterAll(async () => {
  await far.stop();
  await near.stop();
  await proxy.stop();
});

const ids = (count: number): number[] => Array.from({ length: count }, (_one, index) => first + index);
const keys = (count: number): string[] => ids(count).map((id) => `L-${id}`);
/** A URL takes no more than 8 kB. */
const MANY_URIS = 150;
const uris = (count: number): string[] => keys(Math.min(count, MANY_URIS)).map((key) => `/api/v1/ticket/${key}/`);

type Ask = (count: number, token: string) => PromiseLike<Response>;

const get =
  (url: (count: number) => string): Ask =>
  (count, token) =>
    far.http.get(`/api/v1/${url(count)}`).set('Authorization', `Bearer ${token}`);

const send =
  (method: 'post' | 'patch' | 'put' | 'delete', url: string, body: (count: number) => object): Ask =>
  (count, token) =>
    far.http[method](`/api/v1/${url}`).set('Authorization', `Bearer ${token}`).send(body(count));

const sendEvents =
  (body: (count: number) => object): Ask =>
  (count, token) =>
    far.http.post('/events').set('Authorization', `Bearer ${token}`).send(body(count));

let serial = 0;

const OPERATIONS: Record<string, Ask> = {
  'a set by key': get((count) => `ticket/set/${keys(count).join(';')}/`),
  'a set by id': get((count) => `fullticket/set/${ids(count).join(';')}/`),
  'a list by its own keys': get((count) => `ticket/?id__in=${keys(count).join(',')}`),
  'a list by its own keys, repeated': get(
    (count) =>
      `ticket/?${keys(count)
        .map((key) => `id__in=${key}`)
        .join('&')}`,
  ),
  'a list by the key field': get((count) => `ticketstatus/?key__in=${keys(count).join(',')}`),
  'a list by keys of a relation': get((count) => `subticket/?ticket__in=${keys(count).join(',')}`),
  'a list by URIs of a relation': get((count) => `ticketartifact/?ticket__in=${uris(count).join(',')}`),
  'a list by keys of a relation of a relation': get(
    (count) => `subticketartifact/?subticket__ticket__in=${keys(count).join(',')}`,
  ),
  'a list by several filters of keys': get(
    (count) =>
      `subticket/?ticket__in=${keys(Math.min(count, MANY_URIS)).join(',')}&ticket__id__in=${uris(count).join(',')}&ticket=L-1`,
  ),
  'events of tickets': get((count) => `event/?ticket__in=${ids(count).join(',')}`),
  'a list by ids of a list field': get((count) => `ticket/?testsuites__in=${ids(count).join(',')}`),
  'a DELETE by keys of a relation': (count, token) =>
    far.http
      .delete(`/api/v1/ticketlink/?ticket__in=${keys(count).join(',')}&title=none`)
      .set('Authorization', `Bearer ${token}`),
  'a ticket with a list of references': send('post', 'ticket/', (count) => ({
    title: 'A ticket',
    testsuites: Array.from({ length: Math.min(count, 100) }, (_one, index) => index + 1),
  })),
  'a bundle with links': send('post', 'bundle/', (count) => ({
    title: 'A bundle',
    links: ids(count).map((id) => ({ kind: 'bug', url: `https://bugs.example/${id}`, title: 'x' })),
  })),
  'a bundle with subtickets': send('post', 'bundle/', (count) => ({
    title: 'A bundle',
    subtickets: ids(count).map((id) => ({ sourcepackage: `source-${id}-${++serial}`, version: '1', assignee: 'me' })),
  })),
  'a batch of events for tickets by key': sendEvents((count) =>
    keys(count).map((ticket) => ({ line: 'x', ticket, source: 'ci', id: `${ticket}-${++serial}` })),
  ),
  'a batch of events for tickets by id': sendEvents((count) =>
    ids(count).map((ticket) => ({ line: 'x', ticket, project: 'default' })),
  ),
  'a batch of events that came before': sendEvents((count) =>
    ids(count).map((ticket) => ({ line: 'x', ticket, source: 'ci', id: `again-${ticket}` })),
  ),
};

async function costOf(ask: Ask, count: number, token: string): Promise<number> {
  const costs: number[] = [];
  // What runs beside it may cost something too: the least of three is the request's own.
  for (let tries = 0; tries < 3; tries++) {
    const before = proxy.statementsOf('stampline');
    const { status, body } = await ask(count, token);
    if (status >= 300) throw new Error(`${status} ${JSON.stringify(body).slice(0, 300)}`);
    costs.push(proxy.statementsOf('stampline') - before);
  }
  return Math.min(...costs);
}

describe.each(['for all projects', 'for one project'])('with a token %s', (reach) => {
  it.each(Object.entries(OPERATIONS))('%s costs no more statements for many than for two', async (_name, ask) => {
    const token = reach === 'for one project' ? own : all;
    const few = await costOf(ask, 2, token);
    expect(await costOf(ask, MANY, token)).toBeLessThanOrEqual(few + SLACK);
  });
});

it('a list of what is deleted costs no more statements for many than for two', async () => {
  const link = (count: number): Promise<{ id: number }[]> =>
    near.sql(
      `INSERT INTO ticketlink (ticket_id, kind, url, title) SELECT $1, 'bug', 'https://bugs.example/', 'x' FROM generate_series(1, $2) RETURNING id`,
      [first, count],
    );
  const costs: number[] = [];
  for (const count of [2, MANY]) {
    const deleted = (await link(count)).map(({ id }) => `/api/v1/ticketlink/${id}/`);
    const before = proxy.statementsOf('stampline');
    await send('patch', 'ticketlink/', () => ({ deleted_objects: deleted }))(count, all).then(({ status }) =>
      expect(status).toBe(202),
    );
    costs.push(proxy.statementsOf('stampline') - before);
  }
  expect(costs[1]).toBeLessThanOrEqual((costs[0] ?? 0) + SLACK);
});

it('a list of changes costs no more by key than by id', async () => {
  const change = (uriOf: (count: number) => string[]): Ask =>
    send('patch', 'ticket/', (count) => ({
      objects: uriOf(count).map((resource_uri) => ({ resource_uri, owner: `me${++serial}@example.org` })),
    }));
  const byId = change((count) => ids(count).map((id) => `/api/v1/ticket/${id}/`));
  const count = 100;
  expect(await costOf(change(uris), count, all)).toBeLessThanOrEqual((await costOf(byId, count, all)) + SLACK);
});

it('a list of changes costs a token for one project no more than one for all', async () => {
  const changes = send('patch', 'ticket/', (count) => ({
    objects: ids(count).map((id) => ({ resource_uri: `/api/v1/ticket/${id}/`, owner: `me${++serial}@example.org` })),
  }));
  const artifacts = send('patch', 'ticketartifact/', (count) => ({
    objects: ids(count).map((ticket) => ({ name: 'a', ticket, reference: 'https://x.example/', type: 'LOGS' })),
  }));
  for (const ask of [changes, artifacts])
    // Its looks at what it reaches: one for each kind of object, and two at its events.
    expect(await costOf(ask, 100, own)).toBeLessThanOrEqual((await costOf(ask, 100, all)) + 2 * SLACK);
});

it('references by key cost no more than by id, however many objects name them', async () => {
  const artifacts = (named: (count: number) => string[]): Ask =>
    send('patch', 'ticketartifact/', (count) => ({
      objects: named(count).map((ticket) => ({ name: 'a', ticket, reference: 'https://x.example/', type: 'LOGS' })),
    }));
  const byId = artifacts((count) => ids(count).map(String));
  const count = 100;
  expect(await costOf(artifacts(uris), count, all)).toBeLessThanOrEqual((await costOf(byId, count, all)) + SLACK);
});

it('the stream takes its filter in one statement for each kind of name', async () => {
  const open = async (count: number): Promise<number> => {
    const before = proxy.statementsOf('stampline');
    const stop = new AbortController();
    const reply = await fetch(`${far.base}/stream?ticket=${keys(count).join(',')}`, {
      headers: { authorization: `Bearer ${all}` },
      signal: stop.signal,
    });
    expect(reply.status).toBe(200);
    const cost = proxy.statementsOf('stampline') - before;
    stop.abort();
    return cost;
  };
  const few = await open(2);
  expect(await open(90)).toBeLessThanOrEqual(few + SLACK);
});

describe('more than a thousand', () => {
  const numbers = Array.from({ length: 1001 }, (_one, index) => index + 1);
  it.each([
    [`ticket/set/${numbers.join(';')}/`, 'set.too_many'],
    [`ticket/?id__in=${numbers.join(',')}`, 'filter.too_many_values'],
    [`subticket/?ticket__in=${numbers.join(',')}`, 'filter.too_many_values'],
    [`person/?name__in=${numbers.join(',')}`, 'filter.too_many_values'],
    [`ticket/?testsuites__in=${numbers.join(',')}`, 'filter.too_many_values'],
  ])('are refused with what to do instead: %#', async (url, code) => {
    const { status, body } = await far.http.get(`/api/v1/${url}`).set('Authorization', `Bearer ${all}`);
    expect([status, body.code]).toEqual([400, code]);
    expect(JSON.stringify(body)).toContain('1000');
    await far.http
      .get(`/api/v1/${url.replace(/[;,]1001/, '')}`)
      .set('Authorization', `Bearer ${all}`)
      .expect(200);
  });

  it('are refused in deleted_objects', async () => {
    const deleted_objects = numbers.map((id) => `/api/v1/person/${id}/`);
    const { status, body } = await send('patch', 'person/', () => ({ deleted_objects }))(0, all);
    expect([status, body.code]).toEqual([400, 'delete.too_many']);
  });

  it('are refused in objects, before anything is written', async () => {
    const people = async (): Promise<unknown> => near.sql('SELECT count(*) AS count FROM person');
    const before = await people();
    const objects = Array.from({ length: 2001 }, (_one, id) => ({ name: `p${id}`, email: `p${id}@e.org` }));
    const { status, body } = await send('patch', 'person/', () => ({ objects }))(0, all);
    expect([status, body.code]).toEqual([400, 'list.too_many']);
    expect(body.error ?? body.message ?? JSON.stringify(body)).toContain('2000');
    expect(await people()).toEqual(before);
    const some = await send('patch', 'person/', () => ({ objects: objects.slice(1) }))(0, all);
    expect([some.status, some.body.objects?.length]).toEqual([202, 2000]);
  });
});

it('says which of what is to be deleted is not there, and keeps all of it', async () => {
  const [one, two] = await near.sql<{ id: number }>(
    `INSERT INTO person (name, email) VALUES ('A', 'a@example.org'), ('B', 'b@example.org') RETURNING id`,
  );
  const uriOf = (id = 0): string => `/api/v1/person/${id}/`;
  for (const wrong of [uriOf(999_999), uriOf(one?.id), 'TKT-1', '/api/v1/ticket/1/']) {
    const deleted_objects = [uriOf(one?.id), uriOf(two?.id), wrong];
    const { status, body } = await send('patch', 'person/', () => ({ deleted_objects }))(0, all);
    expect([status, body.part]).toEqual([400, 'deleted_objects[2]']);
  }
  await far.http.get(`/api/v1/person/${one?.id}/`).set('Authorization', `Bearer ${all}`).expect(200);
});

it('finds keys of tickets that the same list has made', async () => {
  const objects = [
    { title: 'New', key: 'MADE-1' },
    { resource_uri: '/api/v1/ticket/made-01/', title: 'Newer' },
  ];
  const { status, body } = await send('patch', 'ticket/', () => ({ objects }))(0, all);
  expect([status, body.objects?.[1]?.title, body.objects?.[1]?.id]).toEqual([202, 'Newer', body.objects?.[0]?.id]);
});
