// Who sees a ticket's map on a server that asks for tokens: who may read the ticket, and who has its preview key. To anybody
// else tickets that there are and tickets that there aren't are the same.
import { setTimeout as pause } from 'node:timers/promises';
import { bearer, type GuardedServer, startGuarded } from '../access/world.js';
import type { TestServer } from '../setup/test-server.js';
import { aSecretTicket, SECRET_MODULE } from './secret-ticket.js';

const LOCKED = { 'x-stamp-status': 'locked', 'cache-control': 'private, no-store' };

let server: GuardedServer;
/** All scopes, all projects. */
let all: string;
/** Tokens of one project each. */
let [shopToken, bankToken] = ['', ''];

interface Preview {
  readonly pages: Record<string, string>;
  readonly preview_key: string;
  readonly links: Record<string, string>;
  readonly version: number;
}

beforeAll(async () => {
  server = await startGuarded();
  all = (await server.token(['read', 'ticket:write', 'admin', 'map:dev', 'map:qa', 'map:prod'])).token;
  for (const name of ['shop', 'bank'])
    await server.http
      .post('/api/v1/project/')
      .set(...bearer(all))
      .send({ name })
      .expect(201);
  shopToken = (await server.token(['read'], 'shop-ci', ['shop'])).token;
  bankToken = (await server.token(['read'], 'bank-ci', ['bank'])).token;
});
afterAll(() => server.stop());

const projectId = async (of: TestServer, name: string): Promise<number> =>
  (await of.sql<{ id: number }>('SELECT id FROM project WHERE name = $1', [name]))[0]?.id ?? 0;

const aTicket = async (project = 'shop'): Promise<string> =>
  aSecretTicket(server, all, await projectId(server, project));

const previewOf = async (key: string, project = 'shop', token = all): Promise<Preview> =>
  (
    await server.http
      .get(`/api/v1/ticket/${key}/preview/?project=${project}`)
      .set(...bearer(token))
      .expect(200)
  ).body as Preview;

const mapAt = (query: string, headers: Record<string, string> = {}, project = 'shop') =>
  server.http.get(`/p/${project}/import-map.json?${query}`).set(headers);

it('is shown to a token that may read it, and by the key in the link, in a header, or both for several', async () => {
  const [one, other] = [await aTicket(), await aTicket()];
  const [{ preview_key: key, links }, { preview_key: another }] = [await previewOf(one), await previewOf(other)];
  expect(key).toMatch(/^[A-Za-z0-9_-]{16}$/);
  expect(key).not.toBe(another);
  expect(links).toEqual({
    dev: `${server.base}/p/shop/import-map.json?dev=${one}~${key}`,
    prod: `${server.base}/p/shop/import-map.json`,
  });
  for (const ask of [
    mapAt(`dev=${one}`, { authorization: `Bearer ${all}` }),
    mapAt(`dev=${one}`, { authorization: `Bearer ${shopToken}` }),
    mapAt(`dev=${one}~${key}`),
    mapAt(`dev=${one}%7E${key}`),
    mapAt(`dev=${one}`, { 'x-stamp-preview-key': `${one}~${key}` }),
    mapAt(`dev=${one}~${key},${other}~${another}`),
    mapAt(`dev=${one},${other}~${another}`, { 'x-stamp-preview-key': `${one}~${key}` }),
    mapAt(`env=dev:${one}~${key}`),
  ]) {
    const { status, headers, text } = await ask;
    expect([status, headers['x-stamp-status']]).toEqual([200, undefined]);
    expect(text).toContain(SECRET_MODULE);
  }
});

it('is locked to everybody else, and so is what there is not', async () => {
  const ticket = await aTicket();
  const { preview_key: key } = await previewOf(ticket);
  const closed = await aTicket();
  const { preview_key: closedKey } = await previewOf(closed);
  await server.http
    .post(`/api/v1/ticket/${closed}/close/?project=shop`)
    .set(...bearer(all))
    .expect(200);
  const writer = (await server.token(['map:dev', 'ticket:write'])).token;
  const production = (await mapAt('')).text;
  const revoked = await server.token(['read']);
  await server.http
    .delete(`/api/v1/token/${revoked.id}/`)
    .set(...bearer(server.admin))
    .expect(204);
  for (const [query, headers] of [
    [`dev=${ticket}`],
    ['dev=TKT-999'],
    [`dev=${closed}`],
    [`qa=${ticket}`],
    [`dev=${ticket}~${'x'.repeat(16)}`],
    [`dev=TKT-999~${'x'.repeat(16)}`],
    [`dev=TKT-999~${key}`],
    [`dev=${ticket}~${key},TKT-999`],
    [`dev=${ticket}~${key},${closed}~${key}`],
    [`dev=${ticket}~${key}x`],
    [`dev=${ticket}~`],
    [`dev=${ticket}`, { authorization: `Bearer ${bankToken}` }],
    [`dev=${ticket}`, { authorization: `Bearer ${writer}` }],
    [`dev=${ticket}`, { authorization: `Bearer ${revoked.token}` }],
    [`dev=${ticket}`, { authorization: 'Bearer stl_nobodys' }],
    [`dev=${ticket}`, { authorization: 'Basic YTpi' }],
  ] as const) {
    const { status, headers: told, text } = await mapAt(query, headers ?? {});
    expect([query, status, text]).toEqual([query, 200, production]);
    expect(told).toMatchObject(LOCKED);
  }
  // Who has the key is told what there is to tell.
  expect((await mapAt(`dev=${closed}~${closedKey}`)).headers['x-stamp-status']).toBe('closed');
  expect((await mapAt(`qa=${ticket}~${key}`)).headers['x-stamp-status']).toBe('stage-mismatch; stage=dev');
  const env = await server.http.get(`/p/shop/import-map.json?env=dev:${ticket}~${'x'.repeat(16)}`).expect(409);
  expect(env.text).toBe(`dev:${ticket}~…: locked.\n`);
});

it('asks the database of no ticket where a key is lacking, and takes as long for one that there is as for none', async () => {
  const ticket = await aTicket();
  await mapAt('');
  const reads = async (): Promise<number> =>
    Number(
      (
        await server.sql<{ n: string }>(
          "SELECT coalesce(sum(idx_scan + seq_scan), 0) AS n FROM pg_stat_user_tables WHERE relname = 'map_revision'",
        )
      )[0]?.n,
    );
  const settled = async (): Promise<number> => {
    await pause(1500);
    return reads();
  };
  const before = await settled();
  for (let index = 0; index < 50; index++)
    await mapAt(`dev=${ticket},TKT-${1000 + index}`).expect('x-stamp-status', 'locked');
  // What runs by itself may have looked; a look for each request would be fifty.
  expect((await settled()) - before).toBeLessThan(25);
  for (const name of [ticket, ticket, 'TKT-998']) {
    const start = performance.now();
    await mapAt(`dev=${name}~${'x'.repeat(16)}`).expect('x-stamp-status', 'locked');
    expect(performance.now() - start).toBeGreaterThan(95);
  }
});

it('shows releases and production to anybody', async () => {
  const written = { service: 'live', url: 'https://cdn.example/live.js' };
  await server.http
    .patch('/services?skip_url_check')
    .set(...bearer(all))
    .send(written)
    .expect(200);
  for (const query of ['', 'release=1', `at=${new Date(Date.now() + 60_000).toISOString()}`]) {
    const { headers, text } = await mapAt(query, {}, 'default').expect(200);
    expect([headers['x-stamp-status'], text]).toEqual([undefined, expect.stringContaining(written.url)]);
  }
});

it('gets a new key, which counts at once, by who may write to it, and nobody reads it in the history', async () => {
  const ticket = await aTicket();
  const { preview_key: old, version } = await previewOf(ticket);
  await mapAt(`dev=${ticket}~${old}`).expect(200);
  const url = `/api/v1/ticket/${ticket}/preview/?project=shop`;
  const [reader, dev, qa, tickets] = await Promise.all(
    [['read'], ['read', 'map:dev'], ['map:qa'], ['ticket:write']].map(
      async (scopes) => (await server.token(scopes)).token,
    ),
  );
  for (const token of [reader, qa, bankToken])
    await server.http
      .post(url)
      .set(...bearer(token ?? ''))
      .expect(403);
  await server.http.post(url).expect(401);
  const renewed = await server.http
    .post(url)
    .set(...bearer(dev ?? ''))
    .expect(200);
  const { preview_key: key, version: next } = renewed.body as Preview;
  expect([next, renewed.headers.etag]).toEqual([version + 1, `"${version + 1}"`]);
  expect(key).not.toBe(old);
  expect((await mapAt(`dev=${ticket}~${old}`)).headers['x-stamp-status']).toBe('locked');
  expect((await mapAt(`dev=${ticket}~${key}`)).headers['x-stamp-status']).toBeUndefined();
  await server.http
    .post(url)
    .set(...bearer(dev ?? ''))
    .set('If-Match', '"1"')
    .expect(412);
  // Who may write to it and not read it renews the key without seeing it.
  expect(
    (
      await server.http
        .post(url)
        .set(...bearer(tickets ?? ''))
        .expect(200)
    ).body,
  ).toMatchObject({ preview_key: null });
  const keys = [old, key, (await previewOf(ticket)).preview_key];
  await pause(300);
  for (const path of [
    `/api/v1/ticket/${ticket}/?project=shop`,
    `/api/v1/ticket/${ticket}/history/?project=shop`,
    '/api/v1/ticket/?limit=0',
    '/api/v1/event/?limit=0',
    `/api/v1/fullticket/${ticket}/?project=shop`,
    '/metrics',
  ]) {
    const { text } = await server.http.get(path).set(...bearer(all));
    for (const one of keys) expect(text).not.toContain(one);
  }
  const [event] = await server.sql<{ line: string; data: object }>(
    "SELECT line, data FROM event WHERE type = 'ticket.preview_key_renewed' ORDER BY id LIMIT 1",
  );
  expect(event).toEqual({
    line: `${ticket} has a new preview key: links with the old one no longer show it`,
    data: {},
  });
});

it('tells the key in the answers of stage verbs and uploads, to who may read', async () => {
  const ticket = await aTicket();
  const { preview_key: key } = await previewOf(ticket);
  const post = (verb: string, token: string) =>
    server.http.post(`/api/v1/ticket/${ticket}/${verb}/?project=shop`).set(...bearer(token));
  const blind = (await server.token(['map:dev', 'map:qa'])).token;
  const upload = { specifier: 'b', url: SECRET_MODULE };
  expect((await post('modules', all).send(upload).expect(201)).body).toMatchObject({
    links: { map: `${server.base}/p/shop/import-map.json?dev=${ticket}~${key}` },
  });
  expect(
    (
      await post('modules', blind)
        .send({ ...upload, specifier: 'c' })
        .expect(201)
    ).text,
  ).not.toContain(key);
  expect((await post('promote', all).expect(200)).body).toMatchObject({
    preview_key: key,
    links: { qa: `${server.base}/p/shop/import-map.json?qa=${ticket}~${key}` },
  });
  expect((await post('revert', blind).expect(200)).text).not.toContain(key);
});

it('lets pages send the key, where they show tickets', async () => {
  const ask = (origin: string) =>
    server.http
      .options('/p/shop/import-map.json?dev=TKT-1')
      .set({ origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-stamp-preview-key' })
      .expect(200);
  const { headers } = await ask('http://localhost:8080');
  expect(headers).toMatchObject({
    'access-control-allow-origin': 'http://localhost:8080',
    'access-control-allow-headers': 'x-stamp-preview-key',
    allow: 'GET,PATCH',
  });
  expect((await ask('https://elsewhere.example')).headers['access-control-allow-origin']).toBeUndefined();
  expect((await mapAt('dev=TKT-1')).headers.vary).toContain('x-stamp-preview-key');
});

it('opens where the project says so', async () => {
  const ticket = await aTicket('bank');
  await mapAt(`dev=${ticket}`, {}, 'bank').expect('x-stamp-status', 'locked');
  const url = `/api/v1/project/${await projectId(server, 'bank')}/`;
  const { headers } = await server.http.get(url).set(...bearer(all));
  const settings = { open_previews: true };
  await server.http
    .patch(url)
    .set(...bearer(all))
    .set('If-Match', String(headers.etag))
    .send({ settings })
    .expect(202);
  for (let wait = 0; wait < 40; wait++) {
    if ((await mapAt(`dev=${ticket}`, {}, 'bank')).headers['x-stamp-status'] === undefined) break;
    await pause(100);
  }
  expect((await mapAt(`dev=${ticket}`, {}, 'bank')).text).toContain(SECRET_MODULE);
  expect((await mapAt('dev=TKT-999', {}, 'bank')).headers['x-stamp-status']).toBe('unknown');
  expect(await previewOf(ticket, 'bank')).toMatchObject({
    preview_key: null,
    links: { dev: `${server.base}/p/bank/import-map.json?dev=${ticket}` },
    pages: {},
  });
});

it("links to the application's page where the project says where that is", async () => {
  const ticket = await aTicket('shop');
  const url = `/api/v1/project/${await projectId(server, 'shop')}/`;
  const change = server.http
    .patch(url)
    .set(...bearer(all))
    .set('If-Match', '*');
  await change.send({ settings: { page: 'https://qa.example/app/' } }).expect(202);
  const preview = await previewOf(ticket, 'shop');
  const dev = `https://qa.example/app/?dev=${ticket}~${preview.preview_key}`;
  expect(preview.pages).toEqual({ dev, prod: 'https://qa.example/app/' });
  const stages = await server.http.get('/api/v1/stage/?project=shop').set(...bearer(all));
  for (const { page } of (stages.body as { objects: { page: string }[] }).objects)
    expect(page).toBe('https://qa.example/app/');
  const promoted = await server.http
    .post(`/api/v1/ticket/${ticket}/promote/?project=shop`)
    .set(...bearer(all))
    .send({});
  expect(promoted.body).toMatchObject({ pages: { qa: dev.replace('dev=', 'qa='), prod: 'https://qa.example/app/' } });
  expect((promoted.body as Preview).pages).not.toHaveProperty('dev');
});
