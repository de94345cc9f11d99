// promises.md, "Who may do what": on the loopback no token is asked for, and what a page, a proxy or a forged name could
// do with that is refused.
import { readConfig } from '../../src/config.js';
import { requestText, sendRaw } from '../setup/raw-http.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let open: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  open = await startTestServer({ allowedHosts: ['stamp.example', 'other.example'] });
});
afterAll(async () => {
  await server.stop();
  await open.stop();
});

const ticketCount = async (): Promise<number> =>
  (await server.sql<{ count: number }>('SELECT count(*)::int AS count FROM ticket'))[0]?.count ?? -1;

describe('Host', () => {
  it.each(['localhost', 'localhost:8000', 'LOCALHOST:1', '127.0.0.1', '127.0.0.1:65535', '[::1]', '[::1]:8000'])(
    'lets %s in',
    async (host) => {
      await server.http.get('/api/v1/').set('Host', host).expect(200);
    },
  );

  it.each([
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    'localhost.',
    'notlocalhost',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '0.0.0.0',
    '10.0.0.1:8000',
    '[::2]:8000',
    'localhost:',
    'stamp.example',
  ])('refuses %s with 421', async (host) => {
    const reply = await server.http.get('/api/v1/ticket/').set('Host', host).expect(421);
    expect(reply.body).toMatchObject({ code: 'host.not_allowed', request_id: reply.headers['x-request-id'] });
    expect(reply.body.error).toContain('STAMPLINE_ALLOWED_HOSTS');
  });

  it.each([
    ...['::1', '[::1', 'localhost:8000:8000', 'localhost:x', 'user@localhost', 'localhost/evil.example'],
    'localhost,evil.example',
  ])('refuses %s, which is no host, with 400', async (host) => {
    const reply = await server.http.get('/api/v1/ticket/').set('Host', host).expect(400);
    expect(reply.body).toMatchObject({ code: 'host.invalid' });
  });

  it('refuses a request that names none, in either version of HTTP', async () => {
    const [without, old, empty] = await Promise.all([
      sendRaw(server.base, 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'),
      sendRaw(server.base, 'GET /livez HTTP/1.0\r\n\r\n'),
      sendRaw(server.base, requestText('GET /livez', { Host: '' })),
    ]);
    for (const reply of [without, empty]) {
      expect([reply.status, JSON.parse(reply.body).code]).toEqual([400, 'host.missing']);
    }
    expect([old.status, JSON.parse(old.body).code]).toEqual([421, 'host.not_allowed']);
  });

  it('is looked at on every URL, before a body is read', async () => {
    for (const path of ['/', '/docs', '/openapi.json', '/livez', '/metrics', '/nowhere']) {
      await server.http.get(path).set('Host', 'evil.example').expect(421);
    }
    const reply = await server.http.post('/api/v1/ticket/').set('Host', 'evil.example').send({ title: 'x' });
    expect(reply.status).toBe(421);
    expect(await ticketCount()).toBe(0);
  });

  it('may be one of STAMPLINE_ALLOWED_HOSTS', async () => {
    await open.http.get('/api/v1/').set('Host', 'stamp.example:8000').expect(200);
    await open.http.get('/api/v1/').set('Host', 'Other.Example').expect(200);
    await open.http.get('/api/v1/').set('Host', 'evil.example').expect(421);
    const reply = await open.http.post('/api/v1/ticket/').set('Host', 'stamp.example').send({ title: 'x' }).expect(201);
    expect(reply.headers.location).toBe(`http://stamp.example/api/v1/ticket/${reply.body.id}/`);
  });
});

describe('a proxy', () => {
  it.each([
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'x-forwarded-proto',
    'X-Forwarded-Port',
    'X-Forwarded-Prefix',
    'X-Forwarded-Whatever',
    'X-Real-Ip',
  ])('that shows itself by %s is refused, for reads too', async (header) => {
    const reply = await server.http.get('/api/v1/ticket/').set(header, '10.1.2.3').expect(403);
    expect(reply.body).toMatchObject({ code: 'proxy.not_trusted' });
    expect(reply.body.error).toContain(header.toLowerCase());
  });
});

describe('a page', () => {
  const write = (headers: Record<string, string>) =>
    server.http
      .post('/api/v1/ticket/')
      .set({ Host: 'localhost:8000', ...headers })
      .send({ title: 'from a page' });

  it.each<Record<string, string>>([
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'http://localhost.evil.example:8000' },
    { Origin: 'http://localhost:3000' },
    { Origin: 'http://localhost' },
    { Origin: 'http://127.0.0.1:8000' },
    { Origin: 'file://' },
    { Origin: 'nonsense' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'nonsense' },
    { Origin: 'http://localhost:8000', 'Sec-Fetch-Site': 'cross-site' },
  ])('of another site may not write: %j', async (headers) => {
    const before = await ticketCount();
    const reply = await write(headers).expect(403);
    expect(reply.body).toMatchObject({ code: 'origin.foreign' });
    // No setting lets a page in that the browser itself calls another site's.
    const advice = headers['Sec-Fetch-Site'] ? "this server's own pages" : 'STAMPLINE_ALLOWED_HOSTS';
    expect(reply.body.error).toContain(advice);
    expect(await ticketCount()).toBe(before);
  });

  it.each<Record<string, string>>([
    { Origin: 'http://localhost:8000' },
    { Origin: 'http://localhost:8000', 'Sec-Fetch-Site': 'same-origin' },
    { 'Sec-Fetch-Site': 'none' },
    {},
  ])('of our own may: %j', async (headers) => {
    await write(headers).expect(201);
  });

  it('is refused whatever the unsafe method', async () => {
    const foreign = { Origin: 'https://evil.example' };
    await server.http.put('/api/v1/ticket/1/').set(foreign).send({ title: 'x' }).expect(403);
    await server.http.patch('/api/v1/updateticketstatus/1/').set(foreign).send({ status: 1 }).expect(403);
    await server.http.delete('/api/v1/ticket/1/').set(foreign).expect(403);
    await server.http.post('/api/v1/ticket/1/close/').set(foreign).expect(403);
  });

  it('of another site may read nothing either: no reply is shared with it', async () => {
    const reply = await server.http.get('/api/v1/ticket/').set('Origin', 'https://evil.example').expect(200);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    const preflight = await server.http.options('/api/v1/ticket/').set({
      Origin: 'https://evil.example',
      'Access-Control-Request-Method': 'POST',
    });
    expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('may be one of STAMPLINE_ALLOWED_HOSTS', async () => {
    const post = (origin: string) => open.http.post('/api/v1/ticket/').set('Origin', origin).send({ title: 'x' });
    await post('https://stamp.example').expect(201);
    await post('https://evil.example').expect(403);
  });

  it.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=UTF-8',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain;charset=application/json',
    'application/jsonp',
    'nonsense',
    ';;;',
  ])('may not send what a form can: %s', async (type) => {
    const before = await ticketCount();
    const reply = await server.http.post('/api/v1/ticket/').set('Content-Type', type).send('{"title": "a form"}');
    expect(reply.status).toBe(415);
    expect(reply.body).toMatchObject({ code: 'body.not_json' });
    expect(await ticketCount()).toBe(before);
  });

  it('may leave the content type out, or name JSON in any of its ways', async () => {
    const text = '{"title": "JSON"}';
    const untyped = requestText('POST /api/v1/ticket/', { 'Content-Length': String(text.length) }, text);
    expect((await sendRaw(server.base, untyped)).status).toBe(201);
    for (const type of ['application/json', 'APPLICATION/JSON;charset=utf-8', 'application/merge-patch+json']) {
      await server.http.post('/api/v1/ticket/').set('Content-Type', type).send(text).expect(201);
    }
  });
});

describe('the configuration', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', '192.168.1.7', 'example.org', '127.0.0.2'])(
    'refuses HOST=%s by itself',
    (HOST) => {
      expect(() => readConfig({ HOST })).toThrow(/STAMPLINE_LISTEN_TRUST=published-loopback/);
    },
  );

  it.each(['127.0.0.1', '::1', 'localhost', ''])('takes HOST=%s', (HOST) => {
    expect(readConfig({ HOST }).host).toBe(HOST || 'localhost');
  });

  it('listens anywhere in a container whose port is published on the loopback only', () => {
    const env = {
      HOST: '0.0.0.0',
      STAMPLINE_LISTEN_TRUST: 'published-loopback',
      STAMPLINE_ALLOWED_HOSTS: 'A.example, b',
    };
    expect(readConfig(env)).toMatchObject({
      host: '0.0.0.0',
      publishedLoopback: true,
      allowedHosts: ['a.example', 'b'],
    });
  });

  it.each([
    { STAMPLINE_LISTEN_TRUST: 'yes' },
    { STAMPLINE_AUTH: 'always' },
    { STAMPLINE_PUBLIC_READ: 'yes' },
    { PORT: 'http' },
    { PORT: '65536' },
    { PORT: '-1' },
    { PORT: '80.5' },
    { STAMPLINE_LOG: 'loud' },
    { DATABASE_URL: 'mysql://localhost/x' },
    { DATABASE_URL: 'postgres://user:secret@[bad/x' },
  ])('says in one line what is wrong with %j', (env) => {
    const [name = '', value = ''] = Object.entries(env)[0] ?? [];
    let said = '';
    try {
      readConfig(env);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toContain(name);
    expect(said).not.toContain('\n');
    if (name === 'DATABASE_URL') expect(said).not.toContain(value);
  });
});
