// Tokens from their making to their end: who acts, what is kept, rotation, revocation everywhere.
import fs from 'node:fs/promises';
import path from 'node:path';
import { ADMIN_FILE } from '../../src/access/first-admin.js';
import { startTestServer } from '../setup/test-server.js';
import { StreamReader } from '../stream/stream-reader.js';
import { bearer, type GuardedServer, startGuarded, UNLIMITED } from './world.js';

/** What the administrator can give: all but override and what belongs to a stage. */
const GIVEN = ['read', 'ticket:write', 'status:write', 'artifact:write', 'event:write', 'stage:lock', 'admin'];

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuarded();
});
afterAll(() => server.stop());

const whoami = (token: string): Promise<number> =>
  server.http
    .get('/api/v1/whoami/')
    .set(...bearer(token))
    .then(({ status }) => status);

test('the first start makes a token for the administrator, into a file of its own user', async () => {
  const { mode } = await fs.stat(path.join(server.dataFolder, ADMIN_FILE));
  expect(mode & 0o777).toBe(0o600);
  const reply = await server.http.get('/api/v1/whoami/').set(...bearer(server.admin));
  expect(reply.body).toEqual({ name: 'admin', scopes: GIVEN, projects: null });
});

test('a second server on the database makes no other', async () => {
  const other = await startTestServer(
    { limits: UNLIMITED, access: { required: true, publicRead: false } },
    server.connection,
  );
  await expect(fs.stat(path.join(other.dataFolder, ADMIN_FILE))).rejects.toThrow('ENOENT');
  expect((await other.http.get('/api/v1/whoami/').set(...bearer(server.admin))).status).toBe(200);
  await other.stop();
});

test('its owner is the actor of what is done with it', async () => {
  const { token } = await server.token(['ticket:write', 'read'], 'ada@example.com');
  const made = await server.http
    .post('/api/v1/ticket/')
    .set(...bearer(token))
    .send({ title: 'Who made it' })
    .expect(201);
  const { id } = made.body as { id: number };
  const history = await server.http.get(`/api/v1/ticket/${id}/history/`).set(...bearer(token));
  expect((history.body as { objects: { actor: string }[] }).objects.map(({ actor }) => actor)).toEqual([
    'ada@example.com',
  ]);
});

test.each(['Bearer', 'Bearer ', 'ApiKey', ''])(
  'an Authorization with nothing in it, %j, is no token',
  async (empty) => {
    const reply = await server.http.get('/api/v1/ticket/').set('Authorization', empty);
    expect([reply.status, reply.body.code]).toEqual([401, 'token.missing']);
  },
);

test('a browser without a token gets a page that says what to do; programs get JSON', async () => {
  const html = 'text/html,application/xhtml+xml,*/*;q=0.8';
  for (const path of ['/', '/stream', '/docs', '/api/v1/ticket/']) {
    const page = await server.http.get(path).set('Accept', html).expect(401);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'www-authenticate': 'Bearer realm="stampline"',
      vary: 'Accept',
    });
    expect(page.text).toContain('STAMPLINE_PUBLIC_READ=1');
    expect(page.text).not.toMatch(/<form|<input|<script/);
    const program = await server.http.get(path).expect(401);
    expect(program.body).toMatchObject({ code: 'token.missing' });
  }
  const write = await server.http.post('/api/v1/ticket/').set('Accept', html).send({ title: 'No' }).expect(401);
  expect(write.body).toMatchObject({ code: 'token.missing' });
});

test('Tastypie’s form does as well, and the user must be the owner', async () => {
  const { token } = await server.token(['read'], 'old-script');
  const asks = (user: string): Promise<number> =>
    server.http
      .get('/api/v1/ticket/')
      .set('Authorization', `ApiKey ${user}:${token}`)
      .then(({ status }) => status);
  expect([await asks('old-script'), await asks('somebody')]).toEqual([200, 401]);
});

test('the token itself is nowhere: not in the list, not in the stream, not in the database', async () => {
  const { token } = await server.token(['read'], 'secretive');
  const list = await server.http.get('/api/v1/token/').set(...bearer(server.admin));
  expect(list.body.objects[0]).toMatchObject({ owner: 'secretive', scopes: ['read'], revoked_at: null });
  const secret = token.slice(4);
  const tables = await server.sql<{ row: string }>(
    'SELECT t::text AS row FROM access_token t UNION ALL SELECT e::text FROM event e UNION ALL SELECT k::text FROM idempotency_key k',
  );
  expect(tables.length).toBeGreaterThan(2);
  expect([JSON.stringify(list.body), ...tables.map(({ row }) => row)].filter((text) => text.includes(secret))).toEqual(
    [],
  );
});

test('revoked here, refused by another server within five seconds', async () => {
  const other = await startTestServer(
    { limits: UNLIMITED, access: { required: true, publicRead: false } },
    server.connection,
  );
  const { id, token } = await server.token(['read']);
  const there = (): Promise<number> =>
    other.http
      .get('/api/v1/whoami/')
      .set(...bearer(token))
      .then(({ status }) => status);
  expect([await whoami(token), await there()]).toEqual([200, 200]);
  await server.http
    .delete(`/api/v1/token/${id}/`)
    .set(...bearer(server.admin))
    .expect(204);
  const until = Date.now() + 5000;
  while ((await there()) === 200 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  expect([await whoami(token), await there()]).toEqual([401, 401]);
  await server.http
    .delete(`/api/v1/token/${id}/`)
    .set(...bearer(server.admin))
    .expect(404);
  await other.stop();
});

test('a stream that is open ends with its token, and only that one', async () => {
  const [gone, stays] = [await server.token(['read']), await server.token(['read'])];
  const readers = [gone, stays].map(({ token }) => {
    const [name, value] = bearer(token);
    return new StreamReader(() => server.base, '/stream', { [name]: value });
  });
  for (const reader of readers) expect((await reader.connect()).status).toBe(200);
  await server.http
    .delete(`/api/v1/token/${gone.id}/`)
    .set(...bearer(server.admin))
    .expect(204);
  const [cut, open] = readers as [StreamReader, StreamReader];
  while (cut.ends === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(open.ends).toBe(0);
  open.close();
});

test('rotated: the new one may the same, the old one counts for a day', async () => {
  const { id, token } = await server.token(['read', 'status:write'], 'ci');
  const reply = await server.http.post(`/api/v1/token/${id}/rotate/`).set(...bearer(server.admin));
  expect(reply.body).toMatchObject({ owner: 'ci', scopes: ['read', 'status:write'] });
  const fresh = (reply.body as { token: string }).token;
  expect([await whoami(token), await whoami(fresh)]).toEqual([200, 200]);
  const [row] = await server.sql<{ hours: number }>(
    'SELECT round(extract(epoch FROM expires_at - clock_timestamp()) / 3600)::int AS hours FROM access_token WHERE id = $1',
    [id],
  );
  expect(row?.hours).toBe(24);
  await server.sql("UPDATE access_token SET expires_at = clock_timestamp() - interval '1 s' WHERE id = $1", [id]);
  const until = Date.now() + 8000;
  while ((await whoami(token)) === 200 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 100));
  expect([await whoami(token), await whoami(fresh)]).toEqual([401, 200]);
});

test.each([
  [{ scopes: ['read'] }, 'token.owner'],
  [{ owner: 'local', scopes: ['read'] }, 'token.owner'],
  [{ owner: 'ci' }, 'token.scopes'],
  [{ owner: 'ci', scopes: [] }, 'token.scopes'],
  [{ owner: 'ci', scopes: ['everything'] }, 'token.scopes'],
  [{ owner: 'ci', scopes: ['map:<stage>'] }, 'token.scopes'],
  [{ owner: 'ci', scopes: ['read'], days: 0 }, 'token.days'],
  [{ owner: 'ci', scopes: ['read'], project: 'shop' }, 'body.unknown_member'],
  [{ owner: 'ci', scopes: ['read'], purpose: 7 }, 'token.purpose'],
])('a bad wish is 400 that says what to say: %j', async (body, code) => {
  const reply = await server.http
    .post('/api/v1/token/')
    .set(...bearer(server.admin))
    .send(body);
  expect([reply.status, reply.body.code]).toEqual([400, code]);
});

test('promoting needs the scope of the stage that it comes to; map:prod is never implied', async () => {
  const { token } = await server.token(['ticket:write', 'read', 'map:dev', 'map:qa', 'admin'], 'dev');
  const as = bearer(token);
  const { body } = await server.http
    .post('/api/v1/ticket/')
    .set(...as)
    .send({ title: 'Stages' });
  const { key } = body as { key: string };
  const module = { specifier: 'cart', url: 'https://cdn.example/cart.js' };
  await server.http
    .post(`/api/v1/ticket/${key}/modules/`)
    .set(...as)
    .send(module)
    .expect(201);
  const promote = (): ReturnType<typeof server.http.post> =>
    server.http.post(`/api/v1/ticket/${key}/promote/`).set(...as);
  await promote().expect(200);
  const refused = await promote().expect(403);
  expect(refused.body).toMatchObject({ code: 'scope.missing', scope: 'map:prod' });
  const said = await server.http
    .post('/api/v1/command/')
    .set(...as)
    .send({ text: `promote ${key}` });
  expect([said.status, said.body.scope]).toEqual([403, 'map:prod']);
});

test('with public reading, reads need none and writes do', async () => {
  const open = await startGuarded(true);
  await open.http.get('/api/v1/ticket/').expect(200);
  await open.http.get('/stream').set('Accept', 'text/html').expect(200);
  await open.http.post('/api/v1/ticket/').send({ title: 'No' }).expect(401);
  await open.http.get('/api/v1/token/').expect(401);
  await open.stop();
});

test('a server that asks for none takes one all the same, and refuses one that does not count', async () => {
  const local = await startTestServer({}, server.connection);
  const { token } = await server.token(['read'], 'visitor');
  const whoever = await local.http.get('/api/v1/whoami/').expect(200);
  expect(whoever.body).toEqual({ name: 'local', scopes: 'all', projects: null });
  const visitor = await local.http.get('/api/v1/whoami/').set(...bearer(token));
  expect(visitor.body).toEqual({ name: 'visitor', scopes: ['read'], projects: null });
  await local.http
    .post('/api/v1/ticket/')
    .set(...bearer(token))
    .send({ title: 'No' })
    .expect(403);
  await local.http
    .get('/api/v1/ticket/')
    .set(...bearer(`${token}x`))
    .expect(401);
  // What scripts for another tracker send is none of ours.
  await local.http
    .post('/api/v1/ticket/')
    .set('Authorization', 'ApiKey bob:0123abc')
    .send({ title: 'Yes' })
    .expect(201);
  await local.stop();
});
