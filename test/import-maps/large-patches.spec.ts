// Maps of tens of thousands of keys that are laid over production: bounded, one after the other, and nobody waits for them.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const KEYS = 20_000;

const mapOf = (count: number, version: number): object => ({
  imports: Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`k${at}`, `https://cdn.example/${version}/${at}.js`]),
  ),
});

const patch = async (body: object, path = '/import-map.json'): Promise<{ status: number; text: string }> => {
  const reply = await fetch(`${server.base}${path}?skip_url_check=true`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: reply.status, text: await reply.text() };
};

const releases = async (): Promise<number> =>
  (await server.sql<{ count: number }>('SELECT count(*)::int AS count FROM release WHERE number > 0'))[0]?.count ?? 0;

it.each([
  ['imports', mapOf(50_001, 1)],
  [
    'one section each',
    { ...mapOf(25_000, 1), scopes: { 'https://app.example/': (mapOf(25_001, 1) as { imports: object }).imports } },
  ],
])('more than 50 000 entries are refused with what to do: %s', async (_, body) => {
  const before = await releases();
  const reply = await patch(body);
  expect(reply).toEqual({
    status: 400,
    text: 'The map has 50001 entries; 50000 are allowed at once. Send it in parts.\n',
  });
  expect(await releases()).toBe(before);
});

it('of many that come at once one after the other is written, those that would wait long are told to come again', async () => {
  const before = await releases();
  let [over, asked] = [false, 0];
  const probe = (async () => {
    while (!over) {
      expect((await fetch(`${server.base}/livez`)).status).toBe(200);
      asked++;
    }
  })();
  const replies = await Promise.all(Array.from({ length: 8 }, (_, version) => patch(mapOf(KEYS, version))));
  over = true;
  await probe;
  const written = replies.filter(({ status }) => status === 200);
  const refused = replies.filter(({ status }) => status === 503);
  expect(written.length).toBeGreaterThanOrEqual(1);
  expect(written.length + refused.length).toBe(8);
  expect(refused.length).toBeGreaterThanOrEqual(3);
  for (const { text } of refused) expect(text).toContain('Send the request again');
  expect(await releases()).toBe(before + written.length);
  // At least one answer for each slice or two of the works.
  expect(asked).toBeGreaterThan(written.length * 5);
  const now = JSON.parse(await (await fetch(`${server.base}/import-map.json`)).text()) as { imports: object };
  expect(replies.some(({ text }) => text.trim() === JSON.stringify({ ...now, scopes: {} }))).toBe(true);
}, 120_000);
