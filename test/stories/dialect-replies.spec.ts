// What replies look like (rest-api.md, section 3): statuses, headers, ETags, HEAD, OPTIONS, slashes and formats.
import http from 'node:http';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/ticket/').send({ title: 'Über' }).expect(201);
  await server.http.post('/api/v1/sourcepackage/').send({ name: 'apt' }).expect(201);
});
afterAll(() => server.stop());

const JSON_HEADERS = { 'content-type': 'application/json', vary: 'Accept', 'cache-control': 'no-cache' };

it('answers GET with 200 and JSON in raw UTF-8, labelled without a charset', async () => {
  for (const path of [
    'ticket/',
    'ticket/1/',
    'fullticket/1/',
    'ticketstatus/',
    'ticket/set/1;2/',
    'ticket/schema/',
    '',
  ]) {
    const reply = await server.http.get(`/api/v1/${path}`).expect(200);
    expect(reply.headers).toMatchObject(JSON_HEADERS);
  }
  expect((await server.http.get('/api/v1/ticket/1/')).text).toContain('"title":"Über"');
});

it('answers POST with 201, the object and its absolute Location', async () => {
  const reply = await server.http.post('/api/v1/ticket/').send({ title: 'second' }).expect(201);
  expect(reply.headers).toMatchObject({ ...JSON_HEADERS, etag: '"1"' });
  expect(reply.headers.location).toBe(`${server.base}/api/v1/ticket/2/`);
  const there = await fetch(reply.headers.location ?? '');
  expect(await there.json()).toEqual(reply.body);
});

it('answers PATCH with 202 and the object, PUT with 200, DELETE with 204 and nothing', async () => {
  const patched = await server.http.patch('/api/v1/ticket/2/').send({ title: 'patched' }).expect(202);
  expect(patched.headers).toMatchObject({ ...JSON_HEADERS, etag: '"2"' });
  expect(patched.body).toMatchObject({ id: 2, title: 'patched', version: 2, resource_uri: '/api/v1/ticket/2/' });
  const put = await server.http.put('/api/v1/ticket/2/').send({ title: 'put' }).expect(200);
  expect(put.body).toMatchObject({ title: 'put', version: 3 });
  expect(put.headers.location).toBeUndefined();
  const gone = await server.http.delete('/api/v1/ticket/2/').expect(204);
  expect([gone.text, gone.headers['content-type']]).toEqual(['', undefined]);
});

it('leaves the body and its label out where the client prefers so', async () => {
  const minimal = { Prefer: 'return=minimal' };
  const made = await server.http
    .post('/api/v1/person/')
    .set(minimal)
    .send({ name: 'a', email: 'a@example.com' })
    .expect(201);
  expect(made.headers.location).toBe(`${server.base}/api/v1/person/1/`);
  const changed = await server.http.patch('/api/v1/person/1/').set(minimal).send({ name: 'b' }).expect(202);
  const replaced = await server.http
    .put('/api/v1/person/1/')
    .set({ Prefer: 'respond-async, return=minimal' })
    .send({ name: 'c' })
    .expect(204);
  const listed = await server.http.patch('/api/v1/person/').set(minimal).send({ objects: [] }).expect(202);
  for (const reply of [made, changed, replaced, listed]) {
    expect([reply.text, reply.headers['content-type']]).toEqual(['', undefined]);
    expect(reply.headers['preference-applied']).toBe('return=minimal');
  }
  expect((await server.http.get('/api/v1/person/1/')).body).toMatchObject({ name: 'c' });
});

it('answers 304 to whoever has it already, on objects, lists and views', async () => {
  for (const path of [
    'ticket/1/',
    'ticket/',
    'fullticket/1/',
    'ticketstatus/1/',
    'sourcepackage/1/',
    'sourcepackage/schema/',
    '',
  ]) {
    const url = `/api/v1/${path}`;
    const { etag } = (await server.http.get(url).expect(200)).headers as { etag: string };
    const known = await server.http.get(url).set('If-None-Match', etag).expect(304);
    expect([known.text, known.headers.etag]).toEqual(['', etag]);
    await server.http.get(url).set('If-None-Match', `"x", W/${etag}`).expect(304);
    await server.http.get(url).set('If-None-Match', '*').expect(304);
    await server.http.get(url).set('If-None-Match', '"x"').expect(200);
  }
});

it('changes the ETags of a ticket and of all that show it when it changes', async () => {
  const urls = ['ticket/1/', 'fullticket/1/', 'ticket/', 'ticketstatus/1/'].map((path) => `/api/v1/${path}`);
  const tags = async (): Promise<string[]> =>
    Promise.all(urls.map(async (url) => String((await server.http.get(url)).headers.etag)));
  const before = await tags();
  await server.http.patch('/api/v1/updateticketstatus/1/').send({ status: '100' }).expect(202);
  const after = await tags();
  expect(after[0]).toBe('"2"');
  expect(after.every((tag, index) => tag !== before[index])).toBe(true);
});

it('answers HEAD like GET, without the body', async () => {
  for (const path of ['ticket/', 'ticket/1/', 'fullticket/1/', 'ticket/schema/', 'ticket/set/1/']) {
    const got = await server.http.get(`/api/v1/${path}`).expect(200);
    const head = await server.http.head(`/api/v1/${path}`).expect(200);
    expect(head.text ?? '').toBe('');
    expect(head.headers).toMatchObject({
      ...JSON_HEADERS,
      etag: got.headers.etag,
      'content-length': got.headers['content-length'],
    });
  }
  await server.http.head('/api/v1/ticket/99/').expect(404);
});

it('tells the verbs of a URL: OPTIONS 200, and 405 for the others', async () => {
  const allowed: [string, string][] = [
    ['ticket/', 'GET,POST,PATCH,DELETE'],
    ['ticket/1/', 'GET,PUT,PATCH,DELETE'],
    ['ticket/TKT-1', 'GET,PUT,PATCH,DELETE'],
    ['fullticket/1/', 'GET'],
    ['updateticketstatus/1/', 'PATCH'],
    ['ticket/schema/', 'GET'],
    ['ticket/set/1;2/', 'GET'],
    ['ticket/1/history/', 'GET'],
    ['ticket/1/close/', 'POST'],
    ['project/', 'GET,POST,PATCH,DELETE'],
    ['', 'GET'],
  ];
  for (const [path, allow] of allowed) {
    const reply = await server.http.options(`/api/v1/${path}`).expect(200);
    expect([path, reply.headers.allow, reply.text]).toEqual([path, allow, '']);
  }
  const refused: ['put' | 'post' | 'delete' | 'get' | 'patch', string, string][] = [
    ['put', 'ticket/', 'GET,POST,PATCH,DELETE'],
    ['put', 'sourcepackage', 'GET,POST,PATCH,DELETE'],
    ['post', 'ticket/1/', 'GET,PUT,PATCH,DELETE'],
    ['delete', 'fullticket/1/', 'GET'],
    ['post', 'opentickets/', 'GET'],
    ['get', 'updateticketstatus/1/', 'PATCH'],
  ];
  for (const [verb, path, allow] of refused) {
    const reply = await server.http[verb](`/api/v1/${path}`).expect(405);
    expect([path, reply.headers.allow]).toEqual([path, allow]);
    expect(reply.body).toMatchObject({ code: 'method.not_allowed' });
  }
});

it('works without the last slash for every verb, without a redirect', async () => {
  await server.http.get('/api/v1/ticket').expect(200);
  await server.http.get('/api/v1').expect(200);
  await server.http.head('/api/v1/ticket/1').expect(200);
  const made = await server.http.post('/api/v1/ticket').send({ title: 'no slash' }).expect(201);
  const url = `/api/v1/ticket/${(made.body as { id: number }).id}`;
  expect((await server.http.patch(url).send({ title: 'kept' }).expect(202)).body).toMatchObject({ title: 'kept' });
  expect((await server.http.put(url).send({ title: 'put' }).expect(200)).body).toMatchObject({ title: 'put' });
  await server.http.patch('/api/v1/ticket').send({ objects: [] }).expect(202);
  await server.http.get('/api/v1/ticket/set/1').expect(200);
  await server.http.get('/api/v1/ticket/schema').expect(200);
  await server.http.delete(url).expect(204);
  await server.http.delete('/api/v1/ticket?title=none').expect(204);
  const next = (
    (await server.http.get('/api/v1/ticket?limit=0').expect(200)).body as { objects: { resource_uri: string }[] }
  ).objects;
  expect(next[0]?.resource_uri).toBe('/api/v1/ticket/1/');
});

it('accepts format=json everywhere, and refuses other formats before it does anything', async () => {
  await server.http.get('/api/v1/ticket/?format=json').expect(200);
  await server.http.get('/api/v1/ticket/1/?format=json').expect(200);
  await server.http.post('/api/v1/person/?format=json').send({ name: 'f', email: 'f@example.com' }).expect(201);
  const refused = await server.http.get('/api/v1/ticket/?format=xml').expect(406);
  expect(refused.body).toMatchObject({
    error: "The format 'xml' is not supported: this API speaks JSON only. Leave format out.",
    code: 'format.not_built',
  });
  await server.http.get('/api/v1/ticket/1/?format=yaml').expect(406);
  await server.http.get('/api/v1/ticket/schema/?format=plist').expect(406);
  await server.http.post('/api/v1/sourcepackage/?format=jsonp').send({ name: 'never' }).expect(406);
  await server.http.delete('/api/v1/ticket/?confirm=all&format=xml').expect(406);
  await server.http.patch('/api/v1/ticket/1/?format=xml').send({ title: 'never' }).expect(406);
  expect((await server.http.get('/api/v1/sourcepackage/?name=never')).body).toMatchObject({ meta: { total_count: 0 } });
  expect((await server.http.get('/api/v1/ticket/1/')).body).toMatchObject({ title: 'Über' });
});

it('makes links of the host that was asked', async () => {
  const { port } = new URL(server.base);
  const location = await new Promise<string | undefined>((resolve, reject) => {
    const headers = { host: `localhost:${port}`, 'content-type': 'application/json' };
    const request = http.request(`${server.base}/api/v1/sourcepackage/`, { method: 'POST', headers }, (reply) => {
      reply.resume();
      resolve(reply.headers.location);
    });
    request.on('error', reject).end('{"name": "apt"}');
  });
  expect(location).toBe(`http://localhost:${port}/api/v1/sourcepackage/1/`);
});
