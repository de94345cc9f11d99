// What Tastypie's own clients rely on, and other trackers' scripts send: each is answered as the reference does it, or refused.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const { http } = server;
  await http.post('/api/v1/ticket/').send({ title: 'first' }).expect(201);
  await http.post('/api/v1/ticket/').send({ title: 'second', description: 'x' }).expect(201);
  await http.post('/api/v1/sourcepackage/').send({ name: 'apt' }).expect(201);
});
afterAll(() => server.stop());

const titleOf = async (id: number): Promise<string> =>
  ((await server.http.get(`/api/v1/ticket/${id}/`).expect(200)).body as { title: string }).title;
const count = async (resource: string): Promise<number> =>
  (
    (await server.http.get(`/api/v1/${resource}/?limit=1`).expect(200)).body as {
      meta: { total_count: number };
    }
  ).meta.total_count;

describe('times in filters', () => {
  it.each([
    '2020-01-01T00:00:00',
    '2020-01-01T00:00:00Z',
    '2020-01-01 00:00:00.123456789',
    '2020-01-01T00:00:00.123456789%2B00',
    '2020-01-01T00:00:00.1+00:00',
    '2020-01-01T00:00:00%2B0000',
    '2020-01-01',
  ])('%s', async (time) => {
    const { body } = await server.http.get(`/api/v1/ticket/?created_at__gte=${time}&limit=0`).expect(200);
    expect((body as { objects: object[] }).objects).toHaveLength(2);
    const none = await server.http.get(`/api/v1/ticket/?created_at__lt=${time}&limit=0`).expect(200);
    expect((none.body as { objects: object[] }).objects).toEqual([]);
  });

  it.each(['2026-11-31', '2026-02-29T00:00:00Z', '2026-01-01T00:00:00+23:00', '2026-01-01T24:00'])(
    '%s is none, in filters, lists of events, the stream and maps',
    async (time) => {
      for (const path of [
        `api/v1/ticket/?created_at__gte=${time}`,
        `api/v1/event/?time__lt=${time}`,
        `stream?since=${time}`,
        `import-map.json?at=${time}`,
      ])
        await server.http.get(`/${path}`).expect(400);
    },
  );
});

describe('what is empty', () => {
  const refused: [string, string][] = [
    ['limit=', "Invalid limit '' provided. Please provide a positive integer."],
    ['offset=', "Invalid offset '' provided. Please provide an integer."],
    ['order_by=', "No matching '' field for ordering on."],
    ['order_by=-', "No matching '' field for ordering on."],
    ['order_by=title,', "No matching '' field for ordering on."],
    ['id=', 'Invalid resource lookup data provided (mismatched type).'],
    ['project=', 'Invalid resource lookup data provided (mismatched type).'],
    ['created_at__gte=', 'Invalid resource lookup data provided (mismatched type).'],
    ['id__range=', 'Invalid resource lookup data provided (mismatched type).'],
  ];
  it.each(refused)('?%s is refused', async (query, error) => {
    expect((await server.http.get(`/api/v1/ticket/?${query}`).expect(400)).body).toMatchObject({ error });
  });

  it.each([
    ['title=', 0],
    ['owner=', 2],
    ['title__contains=', 2],
    ['title__startswith=', 2],
    ['title__in=', 0],
    ['id__in=', 0],
    ['project__in=', 0],
    ['testsuites__in=', 0],
    ['status=', 0],
    ['current_workflow_step=', 0],
  ])('?%s finds %i', async (query, found) => {
    const { body } = await server.http.get(`/api/v1/ticket/?${query}`).expect(200);
    expect((body as { objects: object[] }).objects).toHaveLength(found);
  });
});

it('?username= and ?api_key= are passed over, and lead on', async () => {
  const { body } = await server.http.get('/api/v1/ticket/?username=ci&api_key=abc&limit=1').expect(200);
  expect(body).toMatchObject({ meta: { next: '/api/v1/ticket/?username=ci&api_key=abc&limit=1&offset=1' } });
  await server.http.patch('/api/v1/ticket/1/?username=ci&api_key=abc').send({ title: 'first' }).expect(202);
});

describe('Accept', () => {
  it.each([
    'application/xml',
    'text/xml;q=0.9, text/yaml',
    'application/x-plist',
    'text/javascript',
    'application/yaml',
  ])('%s alone is 406, before anything is written', async (accept) => {
    const before = await count('ticket');
    for (const request of [
      server.http.get('/api/v1/ticket/1/'),
      server.http.get('/api/v1/ticket/'),
      server.http.get('/api/v1/ticket/schema/'),
      server.http.post('/api/v1/ticket/').send({ title: 'never' }),
      server.http.patch('/api/v1/ticket/1/').send({ title: 'never' }),
      server.http.delete('/api/v1/ticket/1/'),
    ])
      expect((await request.set('Accept', accept).expect(406)).body).toMatchObject({ code: 'format.not_built' });
    expect([await count('ticket'), await titleOf(1)]).toEqual([before, 'first']);
  });

  it.each([
    'application/json',
    '*/*',
    'text/html',
    'image/png',
    'application/xml, */*;q=0.1',
    'application/xml, application/json',
    'application/xml;q=0',
    '',
  ])('%j gets JSON', async (accept) => {
    const reply = await server.http.get('/api/v1/ticket/1/').set('Accept', accept).expect(200);
    expect(reply.headers['content-type']).toBe('application/json');
  });
});

describe('X-HTTP-Method-Override', () => {
  const post = (path: string, method: string) =>
    server.http.post(`/api/v1/${path}`).set('X-HTTP-Method-Override', method);

  it('is the method of a POST', async () => {
    await post('ticket/1/', 'PATCH').send({ title: 'patched' }).expect(202);
    await post('ticket/1/', 'put').send({ title: 'put' }).expect(200);
    expect((await post('ticket/1/', 'GET').expect(200)).body).toMatchObject({ title: 'put' });
    const location = (await server.http.post('/api/v1/ticket/').send({ title: 'gone' }).expect(201)).headers.location;
    await post(new URL(String(location)).pathname.slice('/api/v1/'.length), 'DELETE').expect(204);
    await post('ticket/1/', 'PATCH').send({ title: 'first' }).expect(202);
  });

  it('is what an Idempotency-Key is bound to', async () => {
    const once = () =>
      post('updateticketstatus/1/', 'PATCH').set('Idempotency-Key', 'overridden').send({ status: '001' });
    await once().expect(202);
    expect((await once().expect(202)).headers['idempotent-replayed']).toBe('true');
    const plain = server.http.patch('/api/v1/updateticketstatus/1/').set('Idempotency-Key', 'overridden');
    expect((await plain.send({ status: '001' }).expect(202)).headers['idempotent-replayed']).toBe('true');
  });

  it.each(['TRACE', 'HEAD', '', 'PATCHY', 'constructor'])('%j is refused, and nothing is made', async (method) => {
    const before = await count('ticket');
    const { body } = await post('ticket/', method).send({ title: 'never' }).expect(400);
    expect(body).toMatchObject({ code: 'method.override_unknown' });
    expect(await count('ticket')).toBe(before);
  });

  it('means nothing elsewhere, and on other methods', async () => {
    await server.http.get('/api/v1/ticket/1/').set('X-HTTP-Method-Override', 'DELETE').expect(200);
    const reply = await server.http.post('/import-map.json').set('X-HTTP-Method-Override', 'GET').send({});
    expect(reply.status).toBe(405);
  });
});

it('PUT with Prefer: return=minimal is 204, and 201 where it makes the object', async () => {
  const put = (id: number) =>
    server.http.put(`/api/v1/ticket/${id}/`).set('Prefer', 'return=minimal').send({ title: 'put' });
  const changed = await put(2).expect(204);
  expect([changed.text, changed.headers['content-type'], changed.headers.etag]).toEqual(['', undefined, '"2"']);
  expect((await put(900).expect(201)).text).toBe('');
});

describe('objects in place of references', () => {
  const upload = (sourcepackage: unknown) => server.http.post('/api/v1/spu/').send({ sourcepackage, version: '1' });

  it.each([{ id: 1 }, { id: '1' }, { id: 1, name: 'something else' }, { resource_uri: '/api/v1/sourcepackage/1/' }])(
    '%j is the one with that id, and stays what it is',
    async (given) => {
      expect((await upload(given).expect(201)).body).toMatchObject({ sourcepackage: '/api/v1/sourcepackage/1/' });
      expect((await server.http.get('/api/v1/sourcepackage/1/')).body).toMatchObject({ name: 'apt' });
    },
  );

  it.each([{ name: 'apt' }, { name: 'new' }, { id: 99 }, { id: null }, { id: {} }, {}, [], [1]])(
    '%j is refused, and makes nothing',
    async (given) => {
      const before = [await count('sourcepackage'), await count('spu')];
      expect((await upload(given).expect(400)).body).toMatchObject({ part: 'sourcepackage' });
      expect([await count('sourcepackage'), await count('spu')]).toEqual(before);
    },
  );

  it('an id without a resource_uri in a list that is patched is refused, and never a second object', async () => {
    const before = await count('ticket');
    const { body } = await server.http
      .patch('/api/v1/ticket/')
      .send({ objects: [{ title: 'kept?' }, { id: 1, title: 'twice' }] })
      .expect(400);
    expect(body).toMatchObject({ code: 'list.id_without_uri', part: 'objects[1]' });
    expect([await count('ticket'), await titleOf(1)]).toEqual([before, 'first']);
  });
});

describe('URLs that answer to nothing, or to GET only', () => {
  it.each(['updateticketstatus/', 'updatesubticketstatus/'])('%s', async (path) => {
    const options = await server.http.options(`/api/v1/${path}`).expect(200);
    expect(options.headers.allow).toBe('');
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const { headers, body } = await server.http[method](`/api/v1/${path}`).expect(405);
      expect([headers.allow, (body as { code: string }).code]).toEqual(['', 'method.not_allowed']);
    }
  });

  it('schema/ of every resource', async () => {
    const index = (await server.http.get('/api/v1/').expect(200)).body as Record<string, { schema: string }>;
    for (const { schema } of Object.values(index))
      for (const method of ['post', 'put', 'patch', 'delete'] as const)
        expect((await server.http[method](schema).send({}).expect(405)).headers.allow).toBe('GET');
  });
});
