// What is kept of large answers for their Idempotency-Keys: little, and so that a repeat has the same bytes, or says which they were.
import { createHash, randomBytes } from 'node:crypto';
import { Idempotency, type WriteAnswer } from '../../src/rest/writing/idempotency.js';
import { KEPT_PACKED, KEPT_PLAIN } from '../../src/rest/writing/kept-body.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let keys: Idempotency;
beforeAll(async () => {
  server = await startTestServer();
  keys = server.app.get(Idempotency, { strict: false });
});
afterAll(() => server.stop());
beforeEach(() => server.sql('TRUNCATE idempotency_key'));

const keyedBy = (key: string) => ({
  reach: undefined,
  keyed: { principal: 'local', key, method: 'POST', url: '/', rawBody: key },
});

const write = (key: string, body: string): Promise<WriteAnswer> =>
  keys.run(keyedBy(key), () => Promise.resolve({ status: 201, location: '/here', etag: '"1"', body }));

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');

const size = async (): Promise<number> =>
  Number(
    (await server.sql<{ size: string }>(`SELECT pg_total_relation_size('idempotency_key') AS size`))[0]?.size ?? 0,
  );

/** Digests as maps and lists have them: half of it is noise. */
const noise = (bytes: number): string => randomBytes(bytes / 2).toString('hex');

it('keeps less than 3 MB of thirty answers of a megabyte, whether or not they can be packed', async () => {
  for (let at = 0; at < 30; at++) await write(`noise-${at}`, noise(1024 * 1024));
  expect(await size()).toBeLessThan(3 * 1024 * 1024);
  await server.sql('TRUNCATE idempotency_key');
  for (let at = 0; at < 30; at++) await write(`same-${at}`, `é${'a line like others\n'.repeat(50_000)}`);
  expect(await size()).toBeLessThan(3 * 1024 * 1024);
});

it.each([
  ['nothing', ''],
  ['as much as is kept as it is', noise(KEPT_PLAIN)],
  ['one byte more', `${noise(KEPT_PLAIN)}x`],
  ['what packs well, of many bytes a sign', '✓ü'.repeat(100_000)],
  ['as much as is packed', 'x'.repeat(KEPT_PACKED.most)],
])('a repeat has the same bytes: %s', async (name, body) => {
  const first = await write(name, body);
  expect(first).toEqual({ status: 201, location: '/here', etag: '"1"', body });
  const again = { ...first, replayed: true };
  expect(await write(name, 'another')).toEqual(again);
  expect(await keys.repeatOf(keyedBy(name))).toEqual(again);
});

it.each([
  ['one byte more than is packed', 'x'.repeat(KEPT_PACKED.most + 1)],
  ['what does not pack well', noise(4 * KEPT_PACKED.packed)],
])('a repeat has the digest instead of the bytes: %s', async (name, body) => {
  const { status, location, etag } = await write(name, body);
  const omitted = { length: body.length, digest: digestOf(body) };
  const again = { status, location, etag, body: null, replayed: true, omitted };
  expect(await write(name, 'another')).toEqual(again);
  expect(await keys.repeatOf(keyedBy(name))).toEqual(again);
});

it('over HTTP: a list of many objects with texts that differ, done once', async () => {
  const objects = Array.from({ length: 400 }, () => ({ name: noise(180), email: 'a@example.org' }));
  const send = () =>
    server.http.patch('/api/v1/person/').set('Idempotency-Key', 'large-list').send({ objects }).expect(202);
  const first = await send();
  expect(first.text.length).toBeGreaterThan(KEPT_PACKED.packed);
  const again = await send();
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  expect(again.headers).not.toHaveProperty('idempotent-body');
  // As if it had been larger than what a request of this size can ask for.
  const gone = [first.text.length, digestOf(first.text)];
  await server.sql('UPDATE idempotency_key SET packed = NULL, length = $1, digest = $2', gone);
  const omitted = await send();
  expect(omitted.text).toBe('');
  expect(omitted.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'idempotent-body': `omitted; length=${gone[0]}`,
    'repr-digest': `sha-256=:${gone[1]}:`,
  });
  const [row] = await server.sql<{ count: number }>('SELECT count(*)::int AS count FROM person');
  expect(row?.count).toBe(objects.length);
});

it('a row of an older release is answered as ever, and all of them are cleaned up', async () => {
  const body = noise(1024 * 1024);
  await write('old', 'x');
  await server.sql(`UPDATE idempotency_key SET body = $1 WHERE key = 'old'`, [body]);
  expect(await keys.repeatOf(keyedBy('old'))).toMatchObject({ body, replayed: true });
  await write('packed', 'x'.repeat(100_000));
  await write('omitted', noise(300_000));
  await server.sql(`UPDATE idempotency_key SET created_at = now() - interval '49 hours'`);
  await keys.clean();
  expect(await server.sql('SELECT 1 FROM idempotency_key')).toEqual([]);
});
