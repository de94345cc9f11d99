// Lists, sets and histories that are larger than a reply may be in memory: whole, in order, and read as their client takes them.
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresProxy } from '../setup/postgres-proxy.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const STALLED_MS = 1000;
const MEGABYTE = 1024 * 1024;
const TICKETS = 300;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ stalledMs: STALLED_MS, listBytes: 4 * MEGABYTE });
  const objects = Array.from({ length: TICKETS }, (_one, index) => ({ title: `large ${index}` }));
  await server.http.patch('/api/v1/ticket/').send({ objects }).expect(202);
  // One is larger than a piece, one larger than a page; each has its own text.
  await server.sql("UPDATE ticket SET description = repeat('ä' || id, 10000 + (id % 7)::int * 1000)");
  await server.sql("UPDATE ticket SET description = repeat('large', 180000) WHERE id = 150");
  await server.sql("UPDATE ticket SET description = repeat('larger', 300000) WHERE id = 200");
}, 120_000);
afterAll(() => server.stop());

const get = async (path: string): Promise<{ headers: Headers; body: any; bytes: number }> => {
  const reply = await fetch(server.base + path);
  const text = await reply.text();
  expect(`${reply.status} ${reply.status === 200 ? '' : text}`).toBe('200 ');
  return { headers: reply.headers, body: JSON.parse(text), bytes: Buffer.byteLength(text) };
};

const idsOf = (body: { objects: { id: number }[] }): number[] => body.objects.map(({ id }) => id);

const metric = async (name: string): Promise<number> => {
  const { text } = await server.http.get('/metrics').expect(200);
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(text)?.[1]);
};

async function busyConnections(): Promise<number | undefined> {
  const [busy] = await server.sql<{ count: number }>(
    "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'stampline' AND state <> 'idle'",
  );
  return busy?.count;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

/** A reply of which only the head was taken so far. */
async function begin(path: string): Promise<http.IncomingMessage> {
  const request = http.get(server.base + path, { agent: false });
  const [reply] = (await once(request, 'response')) as [http.IncomingMessage];
  reply.on('error', () => undefined);
  return reply.pause();
}

async function takeAll(reply: http.IncomingMessage): Promise<any> {
  const parts: Buffer[] = [];
  for await (const part of reply) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
}

describe.each(['ticket', 'fullticket', 'opentickets'])('a large page of %s', (name) => {
  it('has all objects as each of them is by itself, in order, and leads on', async () => {
    const { body, headers, bytes } = await get(`/api/v1/${name}/?limit=250&order_by=-id&offset=40`);
    expect(bytes).toBeGreaterThan(8 * MEGABYTE);
    expect(headers.get('etag')).toBeNull();
    expect(idsOf(body)).toEqual(Array.from({ length: 250 }, (_one, index) => 260 - index));
    expect(body.meta).toEqual({
      limit: 250,
      next: `/api/v1/${name}/?limit=250&order_by=-id&offset=290`,
      offset: 40,
      previous: null,
      total_count: TICKETS,
    });
    for (const object of body.objects.filter(({ id }: { id: number }) => id % 50 < 2))
      expect(object).toEqual((await get(`/api/v1/${name}/${object.id}/`)).body);
  }, 60_000);

  it('is the same in small pages', async () => {
    const { body } = await get(`/api/v1/${name}/?limit=0&after=0`);
    const small: object[] = [];
    for (let next: string | null = `/api/v1/${name}/?limit=7`; next;) {
      const page: { objects: object[]; meta: { next: string | null } } = (await get(next)).body;
      small.push(...page.objects);
      next = page.meta.next;
    }
    expect(body.objects).toEqual(small);
  }, 60_000);
});

it('a large set keeps the order that was asked for, and names what there is not', async () => {
  const asked = Array.from({ length: TICKETS }, (_one, index) => ((index * 7) % TICKETS) + 1);
  const { body } = await get(`/api/v1/ticket/set/${[...asked, 77777].join(';')}/`);
  expect(idsOf(body)).toEqual(asked);
  expect(body.not_found).toEqual(['77777']);
  expect(body.objects[3]).toEqual((await get(`/api/v1/ticket/${asked[3]}/`)).body);
}, 60_000);

it('a large history is whole', async () => {
  await server.sql(
    `INSERT INTO event (type, subject, line, actor, ticket_id, data, project_id)
     SELECT type, subject, line, actor, ticket_id, jsonb_build_object('text', repeat('x', 5000)), project_id
     FROM event, generate_series(1, 500) WHERE ticket_id = 1`,
  );
  const { body, bytes } = await get('/api/v1/ticket/1/history/?limit=1000');
  expect(bytes).toBeGreaterThan(2 * MEGABYTE);
  const ids = idsOf(body);
  expect(ids.length).toBe(body.meta.total_count);
  expect(ids).toEqual([...ids].sort((one, other) => one - other));
}, 60_000);

it('a small page has its ETag still, and a page of a megabyte is one text', async () => {
  const { headers } = await get('/api/v1/ticket/?limit=5');
  const etag = headers.get('etag') ?? '';
  expect(etag).toMatch(/^"/);
  await server.http.get('/api/v1/ticket/?limit=5').set('If-None-Match', etag).expect(304);
});

it('HEAD of a large page reads nothing more', async () => {
  const reply = await server.http.head('/api/v1/ticket/?limit=1000').expect(200);
  expect(reply.headers['content-type']).toBe('application/json');
});

it('a refusal comes before the first byte', async () => {
  const { body } = await server.http.get('/api/v1/ticket/?limit=1000&format=xml').expect(406);
  expect(body.code).toBe('format.not_built');
});

it('what is deleted or added meanwhile makes a page no shorter, and gives no object twice', async () => {
  const reply = await begin('/api/v1/ticket/?limit=200&order_by=id');
  await sleep(100);
  await server.http.delete('/api/v1/ticket/?id__in=190,191,192').expect(204);
  const body = await takeAll(reply);
  const ids = idsOf(body);
  const wanted = Array.from({ length: 203 }, (_one, index) => index + 1).filter((id) => id < 190 || id > 192);
  expect(ids).toEqual(wanted);
}, 60_000);

it.each(['the first', 'the next, for which there is room again'])(
  'a slow reader keeps no connection to the database, and one that never reads is cut and gives back its memory: %s',
  async () => {
    const cut = await metric('stampline_http_cut_replies_total');
    await begin('/api/v1/ticket/?limit=1000');
    expect(await metric('stampline_lists_bytes')).toBeGreaterThan(0);
    await until(async () => (await busyConnections()) === 0);
    expect(await metric('stampline_http_cut_replies_total')).toBe(cut);
    await until(async () => (await metric('stampline_http_cut_replies_total')) === cut + 1);
    await until(async () => (await metric('stampline_lists_bytes')) === 0);
  },
  60_000,
);

it('what does not fit beside the lists in flight waits, and is then told to come again', async () => {
  const patient = await startTestServer({ stalledMs: 60_000, listBytes: 2 * MEGABYTE }, server.connection);
  const readers: http.IncomingMessage[] = [];
  try {
    const request = http.get(`${patient.base}/api/v1/ticket/?limit=1000`, { agent: false });
    const [reply] = (await once(request, 'response')) as [http.IncomingMessage];
    readers.push(reply.pause());
    const refused = await patient.http.get('/api/v1/ticket/?limit=1');
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([503, 'lists.busy', '5']);
    const waiting = patient.http.get('/api/v1/ticket/?limit=1').then((one) => one.status);
    await sleep(200);
    reply.resume();
    expect(await waiting).toBe(200);
  } finally {
    for (const reply of readers) reply.destroy();
    await patient.stop();
  }
}, 60_000);

it('a failure in the middle ends the connection, never the text', async () => {
  const proxy = await PostgresProxy.before(server.connection);
  const far = await startTestServer({}, { ...server.connection, host: proxy.host });
  try {
    const request = http.get(`${far.base}/api/v1/ticket/?limit=1000`, { agent: false });
    const [reply] = (await once(request, 'response')) as [http.IncomingMessage];
    reply.pause();
    await proxy.stop();
    await expect(takeAll(reply)).rejects.toThrow(/aborted/);
  } finally {
    await far.stop();
  }
}, 60_000);
