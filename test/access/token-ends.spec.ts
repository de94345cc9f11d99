// What was opened with a token ends with it within five seconds, on a server that is cut off from its database, too. How long
// it took is measured by when a request ended; the database's answers are held back, or lost, by a proxy before it.
import { request as open, type ClientRequest } from 'node:http';
import { PostgresProxy } from '../setup/postgres-proxy.js';
import { bearer, type GuardedServer, startGuarded, UNLIMITED } from './world.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

/** Five seconds, and what a loaded machine may add to them. */
const SOON_MS = 6500;

let near: GuardedServer;
let far: TestServer;
let proxy: PostgresProxy;
let all: string;
beforeAll(async () => {
  near = await startGuarded();
  proxy = await PostgresProxy.before(near.connection);
  far = await startTestServer(
    { limits: UNLIMITED, access: { required: true, publicRead: false } },
    { ...near.connection, host: proxy.host },
  );
  all = (await near.token(SCOPES, 'all')).token;
  await ticketAtQa();
});
afterEach(() => {
  proxy.releaseAnswers();
  proxy.heal();
});
afterAll(async () => {
  await far.stop();
  await near.stop();
  await proxy.stop();
});

const revoke = (id: number): Promise<unknown> =>
  near.http
    .delete(`/api/v1/token/${id}/`)
    .set(...bearer(near.admin))
    .expect(204);

/** A request that is open, and when it ended. */
interface Opened {
  readonly request: ClientRequest;
  readonly ended: Promise<number>;
}

async function opened(url: string, token: string, method = 'GET', headers: object = {}): Promise<Opened> {
  const request = open(`${far.base}${url}`, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
  const ended = new Promise<number>((resolve) => request.once('close', () => resolve(performance.now())));
  request.on('error', () => undefined);
  if (method === 'GET') request.end();
  else request.write('{"title": "'); // The rest of it never comes, or byte by byte.
  request.once('response', (response) => response.resume());
  return { request, ended };
}

const SCOPES = ['read', 'ticket:write', 'map:dev', 'map:qa', 'map:prod'];
const FORM = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '9000000' };
const JSON_BODY = { 'content-type': 'application/json', 'content-length': '9000' };
const KINDS = [
  ['a stream', '/stream', 'GET', {}],
  ['a wait', '/api/v1/ticket/1/?wait=60&until=closed', 'GET', {}],
  ['a body that comes slowly', '/api/v1/ticket/', 'POST', JSON_BODY],
  ['an upload', '/api/v1/ticket/1/modules/', 'POST', FORM],
] as const;

/** Something is on its way all the time: no time-out of slow bodies ends it. */
function trickle({ request }: Opened): NodeJS.Timeout {
  return setInterval(() => request.method === 'POST' && request.write('x'), 200);
}

/** A request of a token that is revoked, and one of the same kind with a token that stays. */
async function pairOf([kind, url, method, headers]: (typeof KINDS)[number]): Promise<{
  kind: string;
  id: number;
  mine: Opened;
  other: Opened;
}> {
  const [gone, stays] = [await near.token(SCOPES), await near.token(SCOPES)];
  const mine = await opened(url, gone.token, method, headers);
  return { kind, id: gone.id, mine, other: await opened(url, stays.token, method, headers) };
}

// All kinds at a time: each waits for its seconds, and none for another's.
test.each(['revoked', 'revoked on a server that hears no answers', 'revoked on a server that is cut off'] as const)(
  'a stream, a wait, a slow body and an upload end with their token: %s',
  async (how) => {
    const pairs = await Promise.all(KINDS.map(pairOf));
    const timers = pairs.flatMap(({ mine, other }) => [trickle(mine), trickle(other)]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (how.includes('answers')) proxy.holdAnswers();
    if (how.includes('cut off')) proxy.goSilent();
    await Promise.all(
      pairs.map(async ({ kind, id, mine, other }) => {
        await revoke(id);
        const revoked = performance.now();
        const soon = async ({ ended }: Opened): Promise<boolean> => (await ended) - revoked < SOON_MS;
        expect([kind, await soon(mine)]).toEqual([kind, true]);
        // Of one that can't be asked for nobody knows more.
        if (how === 'revoked') expect([kind, other.request.destroyed]).toEqual([kind, false]);
        else expect([kind, await soon(other)]).toEqual([kind, true]);
      }),
    );
    timers.forEach((timer) => clearInterval(timer));
    for (const { other } of pairs) other.request.destroy();
  },
  60_000,
);

test('an answer that is older than five seconds is none: 503, and nothing is done', async () => {
  const { id, token } = await near.token(['ticket:write'], 'late');
  // Its connections are there, and know the statements.
  await far.http
    .get('/api/v1/whoami/')
    .set(...bearer(near.admin))
    .expect(200);
  const whole = await near.sql<{ count: string }>('SELECT count(*) FROM ticket');
  proxy.holdAnswers();
  const asked = far.http
    .post('/api/v1/ticket/')
    .set(...bearer(token))
    .send({ title: 'Late' })
    .then(({ status, body }) => ({ status, code: (body as { code?: string }).code }));
  await until(() => proxy.held > 0);
  await revoke(id);
  await new Promise((resolve) => setTimeout(resolve, 5100));
  proxy.releaseAnswers();
  expect((await asked).status).toBe(503);
  expect(await near.sql('SELECT count(*) FROM ticket')).toEqual(whole);
}, 30_000);

test('a command that waits for its confirmation ends with the token that gave it', async () => {
  const [gone, other] = [await near.token(SCOPES, 'ada'), await near.token(SCOPES, 'ada')];
  const key = await ticketAtQa();
  const asked = await say(gone.token, `promote ${key}`);
  expect(asked.status).toBe(202);
  await revoke(gone.id);
  const { text } = asked.body.confirm as { text: string };
  const refused = await say(other.token, text);
  expect([refused.status, refused.body.code]).toEqual([409, 'confirmation.token_gone']);
  const again = await say(other.token, `promote ${key}`);
  expect((await say(other.token, (again.body.confirm as { text: string }).text)).status).toBe(200);
});

test('a confirmation that a token may not give leaves the command to its owner’s others', async () => {
  const { token } = await near.token(SCOPES, 'bea');
  const key = await ticketAtQa();
  await near.sql("INSERT INTO project (name) VALUES ('elsewhere')");
  const asked = await say(token, `promote ${key}`);
  const { text } = asked.body.confirm as { text: string };
  for (const weaker of [await near.token(SCOPES, 'bea', ['elsewhere']), await near.token(['read'], 'bea')])
    expect((await say(weaker.token, text)).status).toBe(403);
  expect((await say(token, text)).status).toBe(200);
});

/** Its key. */
async function ticketAtQa(): Promise<string> {
  const { body } = await sent(all, '/api/v1/ticket/', { title: 'Carries modules' });
  const key = String(body.key);
  await sent(all, `/api/v1/ticket/${key}/modules/`, { specifier: key, url: 'https://cdn.example/cart.js' });
  expect((await sent(all, `/api/v1/ticket/${key}/promote/`, {})).status).toBe(200);
  return key;
}

type Answer = { status: number; body: Record<string, unknown> };
const sent = (token: string, url: string, body: object): Promise<Answer> =>
  near.http
    .post(url)
    .set(...bearer(token))
    .send(body);
const say = (token: string, text: string): Promise<Answer> => sent(token, '/api/v1/command/', { text });

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
}
