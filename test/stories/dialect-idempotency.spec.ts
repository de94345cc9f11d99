// Idempotency-Key (promise 4): a repeat gets the same bytes and changes nothing; errors are not kept; nobody waits for ever.
import pg from 'pg';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/ticket/').send({ title: 'first' }).expect(201);
  await server.http.post('/api/v1/sourcepackage/').send({ name: 'apt' }).expect(201);
});
afterAll(() => server.stop());

type Verb = 'post' | 'put' | 'patch' | 'delete';
const send = (verb: Verb, path: string, key: string, body?: object) =>
  server.http[verb](`/api/v1/${path}`).set('Idempotency-Key', key).send(body);
const count = async (table: string): Promise<number> =>
  (await server.sql<{ count: number }>(`SELECT count(*)::int FROM ${table}`))[0]?.count ?? -1;

/** Another writer, which has taken the key and does not finish. */
async function holding(key: string): Promise<{ letGo(): Promise<void> }> {
  const other = new pg.Client(server.connection);
  await other.connect();
  await other.query('BEGIN');
  await other.query("INSERT INTO idempotency_key (principal, key, fingerprint) VALUES ('local', $1, 'x')", [key]);
  return { letGo: async () => void (await other.query('ROLLBACK').then(() => other.end())) };
}

const waitingForLocks = async (): Promise<number> =>
  (
    await server.sql<{ count: number }>(
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
  )[0]?.count ?? 0;

it('answers a repeat with the same bytes, for every verb', async () => {
  const requests: [Verb, string, object | undefined, number][] = [
    ['post', 'ticket/', { title: 'once' }, 201],
    ['patch', 'ticket/1/', { title: 'patched' }, 202],
    ['patch', 'updateticketstatus/1/', { current_workflow_step: '200' }, 202],
    ['put', 'ticket/1/', { title: 'put' }, 200],
    ['put', 'person/70/', { name: 'p', email: 'p@example.com' }, 201],
    ['patch', 'person/', { objects: [{ name: 'q', email: 'q@example.com' }] }, 202],
    ['delete', 'person/70/', undefined, 204],
    ['delete', 'person/?name=q', undefined, 204],
    ['post', 'ticket/1/close/', { reason: 'done' }, 200],
  ];
  for (const [verb, path, body, status] of requests) {
    const key = `${verb}-${path}`;
    const first = await send(verb, path, key, body);
    expect([verb, path, first.status, first.headers['idempotent-replayed']]).toEqual([verb, path, status, undefined]);
    const events = await count('event');
    const again = await send(verb, path, key, body);
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([status, first.text, 'true']);
    for (const name of ['location', 'etag', 'content-type']) expect(again.headers[name]).toBe(first.headers[name]);
    expect(await count('event')).toBe(events);
  }
});

it('answers what was, even after the object has changed or gone', async () => {
  const first = await send('post', 'person/', 'then', { name: 'then', email: 't@example.com' }).expect(201);
  const { resource_uri } = first.body as { resource_uri: string };
  await server.http.patch(resource_uri).send({ name: 'now' }).expect(202);
  expect((await send('post', 'person/', 'then', { name: 'then', email: 't@example.com' })).text).toBe(first.text);
  await server.http.delete(resource_uri).expect(204);
  expect((await send('post', 'person/', 'then', { name: 'then', email: 't@example.com' })).text).toBe(first.text);
});

it('leaves the body of a repeat out where the client prefers so', async () => {
  await send('post', 'person/', 'min', { name: 'm', email: 'm@example.com' }).expect(201);
  const again = await send('post', 'person/', 'min', { name: 'm', email: 'm@example.com' })
    .set('Prefer', 'return=minimal')
    .expect(201);
  expect([again.text, again.headers['idempotent-replayed']]).toEqual(['', 'true']);
});

it('refuses the same key for another body, path, query or verb', async () => {
  const body = { name: 'k', email: 'k@example.com' };
  await send('post', 'person/', 'bound', body).expect(201);
  const others = [
    send('post', 'person/', 'bound', { ...body, name: 'other' }),
    send('post', 'person/?x=1', 'bound', body),
    send('post', 'ticket/', 'bound', body),
    send('patch', 'person/', 'bound', body),
    server.http
      .post('/api/v1/person/')
      .set({ 'Idempotency-Key': 'bound', 'Content-Type': 'application/json' })
      .send(`${JSON.stringify(body)} `),
  ];
  for (const other of others) expect((await other.expect(422)).body).toMatchObject({ code: 'idempotency.key_reused' });
});

it('does not keep errors: the same key may try again, also with another body', async () => {
  await send('post', 'ticket/', 'retry', {}).expect(400);
  await send('post', 'ticket/', 'retry', { title: 'x', key: 'TKT-1' }).expect(409);
  await send('patch', 'ticket/999/', 'retry', { title: 'x' }).expect(404);
  const made = await send('post', 'ticket/', 'retry', { title: 'now right' }).expect(201);
  expect(made.headers['idempotent-replayed']).toBeUndefined();
  await send('delete', 'sourcepackage/999/', 'retry-2').expect(404);
  await send('delete', 'sourcepackage/', 'retry-2').expect(400);
  await send('post', 'sourcepackage/', 'retry-2', { name: 'zlib' }).expect(201);
});

it('makes one object of ten parallel requests with one key, which all get it', async () => {
  const before = await count('ticket');
  const replies = await Promise.all(Array.from({ length: 10 }, () => send('post', 'ticket/', 'ten', { title: 'ten' })));
  expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 201));
  expect(new Set(replies.map((reply) => reply.text)).size).toBe(1);
  expect(replies.filter((reply) => reply.headers['idempotent-replayed'] === 'true')).toHaveLength(9);
  expect(await count('ticket')).toBe(before + 1);
});

it('makes one subticket of twenty parallel requests that name its ticket by key, on few connections', async () => {
  const upload = await server.http.post('/api/v1/spu/').send({ sourcepackage: 1, version: '1' }).expect(201);
  const ticket = await server.http.post('/api/v1/ticket/').send({ title: 'k', key: 'KEY-1' }).expect(201);
  expect(ticket.body).toMatchObject({ key: 'KEY-1' });
  const body = { ticket: 'KEY-1', source_package_upload: (upload.body as { id: number }).id };
  // All connections of the server wait for this one; the request that goes on first must not need another.
  const holder = await holding('twenty');
  const sent = Promise.all(Array.from({ length: 20 }, () => send('post', 'subticket/', 'twenty', body)));
  while ((await waitingForLocks()) < 10) await new Promise((resolve) => setTimeout(resolve, 20));
  await holder.letGo();
  const replies = await sent;
  expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 201));
  expect(await count('subticket')).toBe(1);
});

it('answers 409 when a request with the same key has been in flight for 3 s, and serves the key once that is gone', async () => {
  const holder = await holding('flying');
  const waiting = await send('post', 'person/', 'flying', { name: 'f', email: 'f@example.com' });
  expect([waiting.status, waiting.body]).toEqual([409, expect.objectContaining({ code: 'idempotency.in_flight' })]);
  await holder.letGo();
  await send('post', 'person/', 'flying', { name: 'f', email: 'f@example.com' }).expect(201);
});

it('forgets a key after 48 hours', async () => {
  await send('post', 'person/', 'old', { name: 'o', email: 'o@example.com' }).expect(201);
  await server.sql("UPDATE idempotency_key SET created_at = now() - interval '47 hours' WHERE key = 'old'");
  await send('post', 'person/', 'old', { name: 'other', email: 'o@example.com' }).expect(422);
  await server.sql("UPDATE idempotency_key SET created_at = now() - interval '49 hours' WHERE key = 'old'");
  const fresh = await send('post', 'person/', 'old', { name: 'other', email: 'o@example.com' }).expect(201);
  expect(fresh.headers['idempotent-replayed']).toBeUndefined();
});

it('refuses keys that are none', async () => {
  for (const key of ['', 'a b', 'x'.repeat(256), 'ä']) {
    const reply = await server.http
      .post('/api/v1/person/')
      .set('Idempotency-Key', Buffer.from(key).toString('latin1'))
      .send({ name: 'n', email: 'n@example.com' });
    expect([key, reply.status, reply.body]).toEqual([
      key,
      400,
      expect.objectContaining({ code: 'idempotency.bad_key' }),
    ]);
  }
  await send('post', 'person/', 'x'.repeat(255), { name: 'n', email: 'n@example.com' }).expect(201);
});
