// promises.md, "Bad input": never a 500, never a stack, nothing half-done, and a message that says what was wrong.
import { closedBy, connectTo, requestText, sendRaw } from '../setup/raw-http.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Nothing that this suite sends may leave a trace. */
afterEach(async () => {
  const [rows] = await server.sql(
    'SELECT (SELECT count(*) FROM ticket)::int AS tickets, (SELECT count(*) FROM event)::int AS events',
  );
  expect(rows).toEqual({ tickets: 0, events: 0 });
});

const postText = (text: string | Buffer, headers: Record<string, string> = {}) =>
  sendRaw(
    server.base,
    Buffer.concat([
      Buffer.from(
        requestText('POST /api/v1/ticket/', { 'Content-Length': String(Buffer.byteLength(text)), ...headers }),
      ),
      Buffer.from(text),
    ]),
  );

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('a body', () => {
  it.each([
    '{',
    '{"title": "x"',
    '{"title": "x",}',
    "{'title': 'x'}",
    'title=x',
    '\u0000',
    '{"title": NaN}',
    '{} {}',
    '"',
    ' ',
  ])('that is no JSON is refused in Tastypie’s words: %j', async (text) => {
    const reply = await postText(text);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ error: 'Request is not valid JSON.', code: 'body.bad_json' });
  });

  it.each(['[]', 'null', '"x"', '1', 'true', '[{"title": "x"}]', ''])(
    'that is no object is refused: %j',
    async (text) => {
      const reply = await postText(text);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ code: 'body.not_an_object' });
    },
  );

  it('that is nested more than 32 levels deep is refused, however deep', async () => {
    const deep = (levels: number) => postText(`{"title": "x", "extra": ${nested(levels)}}`);
    for (const levels of [32, 33, 10_000, 49_000]) {
      const reply = await deep(levels);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ code: 'body.too_deep' });
    }
    // 31 levels below the object are 32: refused for its title only.
    const reply = await postText(`{"title": null, "extra": ${nested(31)}}`);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'body.invalid_field' });
  });

  it('of more than 100 kB is refused, whether it says so or not', async () => {
    const large = JSON.stringify({ title: 'x', description: 'x'.repeat(100 * 1024) });
    const said = await postText(large);
    expect(said.status).toBe(413);
    expect(JSON.parse(said.body)).toMatchObject({
      code: 'body.too_large',
      error: expect.stringMatching(/: 100 kB at most/),
    });
    const chunk = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    const unsaid = await sendRaw(
      server.base,
      requestText('POST /api/v1/ticket/', { 'Transfer-Encoding': 'chunked' }, chunk),
    );
    expect(unsaid.status).toBe(413);
    const boast = await sendRaw(
      server.base,
      requestText('POST /api/v1/ticket/', { 'Content-Length': '9'.repeat(12) }, '{}'),
    );
    expect(boast.status).toBe(413);
  });

  it('that is not UTF-8 is refused', async () => {
    const reply = await postText(Buffer.from([...Buffer.from('{"title": "'), 0xff, 0xc0, ...Buffer.from('"}')]));
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'body.not_utf8' });
  });

  it('that is not as long as it says makes nothing', async () => {
    const text = '{"title": "cut"}';
    const socket = connectTo(server.base);
    socket.end(requestText('POST /api/v1/ticket/', { 'Content-Length': String(text.length + 10) }, text));
    expect((await closedBy(socket)).status).toBe(400);
    const more = await sendRaw(
      server.base,
      `${requestText('POST /api/v1/ticket/', { 'Content-Length': '2' }, '{"title": "x"}')}`,
    );
    expect(more.status).toBe(400);
    for (const length of ['-1', '1e3', 'x', '0x10']) {
      const reply = await sendRaw(server.base, requestText('POST /api/v1/ticket/', { 'Content-Length': length }, text));
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ code: 'request.not_http' });
    }
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'with a %s key changes nothing but what it says',
    async (name) => {
      const reply = await postText(`{"${name}": {"title": "polluted", "owner": "polluted"}}`);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ ticket: { title: [expect.any(String)] } });
      expect(({} as Record<string, unknown>).owner).toBeUndefined();
    },
  );
});

describe('a URL', () => {
  it('of more than 8 kB is refused, also where it is longer than Node takes', async () => {
    for (const length of [8192, 9000, 20_000, 100_000]) {
      const reply = await sendRaw(server.base, requestText(`GET /api/v1/ticket/?title=${'x'.repeat(length)}`));
      expect(reply.status).toBe(414);
      expect(JSON.parse(reply.body)).toMatchObject({ code: 'url.too_long' });
    }
    await server.http.get(`/api/v1/ticket/?title=${'x'.repeat(8000)}`).expect(200);
  });

  it.each([
    '/api/v1/ticket/%ff/',
    '/api/v1/ticket/%/',
    '/api/v1/ticket/%zz/',
    '/%c0%ae%c0%ae/',
    '/api/v1/ticket/%00/',
    '/../../etc/passwd',
    '/api/v1/ticket/1%2f2/',
  ])('whose path leads nowhere is 404 or 400: %s', async (path) => {
    const reply = await sendRaw(server.base, requestText(`GET ${path}`));
    expect([400, 404]).toContain(reply.status);
    expect(JSON.parse(reply.body)).toMatchObject({ code: expect.any(String), request_id: expect.any(String) });
  });

  it('with a query that is not UTF-8 is refused; a % that encodes nothing is itself', async () => {
    const broken = await server.http.get('/api/v1/ticket/?title=%ff').expect(400);
    expect(broken.body).toMatchObject({ code: 'url.not_utf8' });
    await server.http.get('/api/v1/ticket/?title=%c3%28').expect(400);
    await server.http.get('/api/v1/ticket/?title=100%').expect(200);
    await server.http.get('/api/v1/ticket/?title=%E2%82%AC').expect(200);
  });

  it.each([
    'GET /api/v1/ticket/?title=Ü',
    'GET /api/v1/ticket/Ü/',
    'DELETE /api/v1/ticket/?title=Ü',
    'GET /stream?type=é',
  ])('that is not percent-encoded is refused, and says what to do: %s', async (line) => {
    const reply = await sendRaw(server.base, requestText(line));
    expect([reply.status, JSON.parse(reply.body)]).toEqual([
      400,
      expect.objectContaining({ code: 'url.not_encoded', error: expect.stringContaining('--data-urlencode') }),
    ]);
  });

  it('that repeats a parameter with a single value means the last', async () => {
    const list = await server.http.get('/api/v1/ticket/?limit=abc&limit=7&offset=-1&offset=3').expect(200);
    expect(list.body.meta).toMatchObject({ limit: 7, offset: 3 });
    await server.http.get('/api/v1/ticket/?limit=7&limit=abc').expect(400);
    await server.http.get('/api/v1/ticket/?format=xml&format=json').expect(200);
    await server.http.get('/api/v1/ticket/?format=json&format=xml').expect(406);
  });
});

describe('a request', () => {
  it('with headers of more than 16 kB is refused', async () => {
    const reply = await sendRaw(server.base, requestText('GET /livez', { 'X-Large': 'x'.repeat(20_000) }));
    expect(reply.status).toBe(431);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'headers.too_large', request_id: expect.any(String) });
  });

  it.each([
    'hello\r\n\r\n',
    'GET\r\n\r\n',
    'FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    '\u0016\u0003\u0001\u0002\u0000\u0001',
    'GET / HTTP/1.1\r\nHost localhost\r\n\r\n',
  ])('that is no HTTP is told so: %j', async (text) => {
    const reply = await sendRaw(server.base, text);
    expect(reply.status).toBe(400);
    expect(reply.headers).toMatch(/content-type: application\/json/i);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'request.not_http', request_id: expect.any(String) });
  });

  it('that could be read in two ways is refused', async () => {
    const headers = { 'Transfer-Encoding': 'chunked', 'Content-Length': '16' };
    expect((await sendRaw(server.base, requestText('POST /api/v1/ticket/', headers, '0\r\n\r\n'))).status).toBe(400);
  });

  it.each(['PROPFIND', 'TRACE', 'LOCK', 'QUERY', 'PURGE'])(
    'by a method that nothing here knows is 405: %s',
    async (method) => {
      const reply = await sendRaw(server.base, requestText(`${method} /api/v1/ticket/`));
      if (reply.status !== 400) {
        expect(reply.status).toBe(405);
        expect(reply.headers).toMatch(/^allow: GET,POST,PATCH,DELETE\r?$/im);
      }
      expect(JSON.parse(reply.body)).toMatchObject({
        code: expect.stringMatching(/^(method.not_allowed|request.not_http)$/),
      });
    },
  );

  it('that expects what is not known is refused', async () => {
    const reply = await sendRaw(server.base, requestText('GET /livez', { Expect: 'the-spanish-inquisition' }));
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([417, 'expect.unknown']);
  });

  it.each([
    ['Idempotency-Key', ''],
    ['Idempotency-Key', 'x'.repeat(256)],
    ['Idempotency-Key', 'a b'],
    ['Idempotency-Key', 'schlüssel'],
  ])('with a bad header is refused: %s: %s', async (name, value) => {
    const text = '{"title": "x"}';
    const headers = { [name]: value, 'Content-Length': String(text.length) };
    const reply = await sendRaw(server.base, requestText('POST /api/v1/ticket/', headers, text));
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'idempotency.bad_key' });
  });

  it('gets its error as a problem where it asks for one', async () => {
    const reply = await server.http.get('/api/v1/ticket/?nope=1').set('Accept', 'application/problem+json').expect(400);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.body).toMatchObject({
      status: 400,
      title: 'Bad Request',
      request_id: reply.headers['x-request-id'],
    });
  });
});
