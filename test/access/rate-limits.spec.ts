// How often somebody may fail or write in a minute: counted over all servers on a database, told with when to come back, and
// nobody else's business.
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { bearer, type GuardedServer, startGuarded } from './world.js';

const LIMITS = { failures: 6, writes: 10 };
let one: GuardedServer;
let other: TestServer;
let token: string;
let another: string;
beforeAll(async () => {
  one = await startGuarded(false, { limits: LIMITS });
  other = await startTestServer({ limits: LIMITS, access: { required: true, publicRead: false } }, one.connection);
  ({ token } = await one.token(['read', 'ticket:write'], 'busy'));
  ({ token: another } = await one.token(['read', 'ticket:write'], 'calm'));
});
afterAll(async () => {
  await other.stop();
  await one.stop();
});

const write = (server: TestServer, by: string) =>
  server.http
    .post('/api/v1/ticket/')
    .set(...bearer(by))
    .send({ title: 'x' });
const read = (server: TestServer, by: string) => server.http.get('/api/v1/ticket/').set(...bearer(by));

/** What `times` requests are answered, at two servers in turn. */
async function answers(times: number, ask: (server: TestServer) => PromiseLike<{ status: number }>): Promise<number[]> {
  const all = Array.from({ length: times }, (_, index) => ask(index % 2 === 0 ? one : other));
  return (await Promise.all(all)).map(({ status }) => status).sort();
}

const times = (count: number, status: number): number[] => Array<number>(count).fill(status);

it('writes of an owner are counted over all servers, at once or one after the other; reads and others go on', async () => {
  expect(await answers(16, (server) => write(server, token))).toEqual([...times(10, 201), ...times(6, 429)]);
  for (const server of [one, other]) {
    const refused = await write(server, token).expect(429);
    expect(refused.body).toMatchObject({
      code: 'rate.writes',
      error: expect.stringMatching(/busy wrote more than 10/),
    });
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    await read(server, token).expect(200);
    await write(server, another).expect(201);
  }
  expect(await one.sql('SELECT 1 FROM ticket')).toHaveLength(12);
});

it('with the minute the count is over', async () => {
  const { token: later } = await one.token(['ticket:write'], 'later');
  await one.sql("INSERT INTO rate_count VALUES ('write later', clock_timestamp() - interval '1 second', 10)");
  expect(await answers(12, (server) => write(server, later))).toEqual([...times(10, 201), ...times(2, 429)]);
});

it("where the database's clock stepped back, a minute is no longer than a minute", async () => {
  const { token: stepped } = await one.token(['ticket:write'], 'stepped');
  await one.sql("INSERT INTO rate_count VALUES ('write stepped', clock_timestamp() + interval '1 hour', 10)");
  expect(await answers(12, (server) => write(server, stepped))).toEqual([...times(10, 201), ...times(2, 429)]);
});

it('tokens that do not count are counted by address; one that counts is let in all the same', async () => {
  const wrong = `stl_${'A'.repeat(49)}`;
  expect(await answers(10, (server) => read(server, wrong))).toEqual([...times(6, 401), ...times(4, 429)]);
  const refused = await read(other, 'nonsense').expect(429);
  expect(refused.body).toMatchObject({ code: 'rate.failures' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  await read(one, token).expect(200);
  await one.http.get('/api/v1/ticket/').expect(401);
});

it('a server that asks for no tokens counts nothing', async () => {
  const open = await startTestServer({ limits: { failures: 1, writes: 1 } });
  for (const _again of [1, 2, 3]) await open.http.post('/api/v1/ticket/').send({ title: 'x' }).expect(201);
  expect(await open.sql('SELECT 1 FROM rate_count')).toEqual([]);
  await open.stop();
});
