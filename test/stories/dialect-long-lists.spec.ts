// Lists of more than 10 000 rows: counted once, then the count is refreshed beside the requests (rest-api.md, section 2).
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const add = (count: number): Promise<unknown> =>
  server.sql(
    `INSERT INTO person (name, email, is_team) SELECT 'p' || n, 'p@example.com', n % 2 = 0 FROM generate_series(1, $1::int) n`,
    [count],
  );
const total = async (query = ''): Promise<number | null> =>
  (
    (await server.http.get(`/api/v1/person/?limit=1${query}`).expect(200)).body as {
      meta: { total_count: number | null };
    }
  ).meta.total_count;

it('counts exactly up to 10 000 rows, at every request', async () => {
  await add(9_999);
  expect(await total()).toBe(9_999);
  await add(1);
  expect(await total()).toBe(10_000);
  expect(await total('&is_team=true')).toBe(4_999);
});

it('shows the count of a longer list, stale for seconds at most, and goes back to exact counts', async () => {
  await add(2_000);
  expect(await total()).toBe(12_000);
  // Were this request to count, it would see the new rows: its page alone doesn't tell.
  await add(500);
  expect(await total()).toBe(12_000);
  expect(await total('&is_team=true')).toBe(6_249);
  let seen = await total();
  for (let look = 0; look < 100 && seen === 12_000; look++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    seen = await total();
  }
  expect(seen).toBe(12_500);
  await server.sql('DELETE FROM person WHERE id > 50');
  for (let look = 0; look < 100 && seen !== 50; look++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    seen = await total();
  }
  expect(seen).toBe(50);
});

it('counts a long list no more on keyed pages', async () => {
  await add(11_000);
  expect(await total('&after=0')).toBeNull();
});
