// CI scripts that were written for import-map-deployer: the commands of its README, sent as curl sends them.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'supertest';
import { aStampedTicket } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let other: TestServer;
let cdn: http.Server;
let cdnBase: string;
const called: string[] = [];

beforeAll(async () => {
  cdn = http.createServer((request, response) => {
    called.push(request.url ?? '');
    const status = /^\/(\d{3})/.exec(request.url ?? '')?.[1];
    if (status === '302') response.setHeader('location', '/404');
    response.writeHead(Number(status ?? 200)).end('export {};');
  });
  await new Promise<void>((resolve) => cdn.listen(0, '127.0.0.1', resolve));
  cdnBase = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
  server = await startTestServer();
  other = await startTestServer({}, server.connection);
});

afterAll(async () => {
  await other.stop();
  await server.stop();
  cdn.close();
});

const FORM = 'application/x-www-form-urlencoded';

/** `curl -d` without a header. */
const curl = (method: 'patch' | 'delete', url: string, data?: unknown): Test => {
  const request = server.http[method](url);
  if (data === undefined) return request;
  return request.set('Content-Type', FORM).send(typeof data === 'string' ? data : JSON.stringify(data));
};

const live = async (path = '/import-map.json'): Promise<Record<string, Record<string, unknown>>> =>
  (await server.http.get(path).expect(200)).body;

const plain = async (request: Test, status: number, text: string | RegExp): Promise<void> => {
  const reply = await request;
  expect([reply.status, reply.text]).toEqual([status, expect.stringMatching(text)]);
  expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
};

describe('what it says of itself', () => {
  it('runs', async () => {
    expect((await server.http.get('/health').expect(200)).body).toEqual({ message: 'import-map-deployer is running' });
    const root = await server.http.get('/').set('Accept', '*/*').expect(200);
    expect(root.body).toMatchObject({ message: 'import-map-deployer is running', api: '/api/v1/' });
  });

  it('has production as its one environment', async () => {
    expect((await server.http.get('/environments').expect(200)).body).toEqual({
      environments: [{ name: 'prod', isDefault: true, aliases: ['default'] }],
    });
  });

  it('answers the map of an environment as JSON by name', async () => {
    for (const path of ['/import-map.json?env=prod', '/import-map.json?env=default', '/import-map.json?env=']) {
      const reply = await server.http.get(path).expect(200);
      expect(reply.headers['content-type']).toBe('application/json');
    }
    await plain(server.http.get('/import-map.json?env=stage'), 404, /'stage'/);
  });
});

describe('PATCH /services', () => {
  it('sets a module and its folder, and answers the whole map', async () => {
    const url = 'https://cdn.example/path/to/my-service.js';
    const reply = await curl('patch', '/services?env=prod&skip_url_check', { service: 'my-service', url }).expect(200);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.body.imports).toEqual({ 'my-service': url, 'my-service/': 'https://cdn.example/path/to/' });
    expect((await live()).imports).toEqual(reply.body.imports);
  });

  it.each([
    ['', 'https://cdn.example/a/b/'],
    ['&packageDirLevel=1', 'https://cdn.example/a/b/'],
    ['&packageDirLevel=2', 'https://cdn.example/a/'],
    ['&packageDirLevel=3', 'https://cdn.example/'],
    ['&packageDirLevel=9', 'https://cdn.example/'],
  ])('takes the folder from %s', async (level, folder) => {
    const body = { service: 'levels', url: 'https://cdn.example/a/b/c.js' };
    const reply = await curl('patch', `/services?skip_url_check=true${level}`, body).expect(200);
    expect(reply.body.imports['levels/']).toBe(folder);
  });

  it("takes the new URL's integrity and drops the old one's", async () => {
    const [first, next] = ['https://cdn.example/i/1.js', 'https://cdn.example/i/2.js'];
    const integrity = 'sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC';
    const set = (body: object): Test => curl('patch', '/services?skip_url_check', { service: 'whole', ...body });
    expect((await set({ url: first, integrity }).expect(200)).body.integrity).toEqual({ [first]: integrity });
    expect((await set({ url: next }).expect(200)).body).not.toHaveProperty('integrity');
  });

  it('calls the URL first', async () => {
    const set = (path: string, query = ''): Test =>
      curl('patch', `/services${query}`, { service: 'called', url: `${cdnBase}${path}` });
    await set('/ok.js').expect(200);
    expect(called).toContain('/ok.js');
    expect(called).not.toContain('/');
    await plain(set('/404.js'), 400, /not reachable: it answers 404/);
    await plain(set('/500.js', '?skip_url_check=false'), 400, /not reachable/);
    expect((await live()).imports?.called).toBe(`${cdnBase}/ok.js`);
    await set('/404.js', '?skip_url_check').expect(200);
  });

  it('does not follow where a URL leads', async () => {
    await curl('patch', '/services', { service: 'moved', url: `${cdnBase}/302.js` }).expect(200);
    expect(called).not.toContain('/404');
  });

  it.each([
    ['https://10.1.2.3/x.js', /10\.1\.2\.3 is not a public address\. Add it to STAMPLINE_FETCH_ALLOW/],
    ['https://169.254.169.254/latest/meta-data', /not a public address/],
    ['https://[::ffff:10.0.0.1]/x.js', /not a public address/],
    ['https://[fd00::1]/x.js', /not a public address/],
    ['https://0/x.js', /not a public address/],
    ['https://no-such-host.invalid/x.js', /its name has no address/],
    [`http://127.0.0.1:1/x.js`, /no server answers there/],
  ])('does not call %s', async (url, why) => {
    await plain(curl('patch', '/services', { service: 'inside', url }), 400, why);
  });

  it.each<[unknown, RegExp]>([
    ['{"service": ', /not valid JSON/],
    ['[]', /JSON object/],
    [{ url: 'https://cdn.example/x.js' }, /service is missing/],
    [{ service: ' ', url: 'https://cdn.example/x.js' }, /not a valid name/],
    [{ service: 'x' }, /url is missing/],
    [{ service: 'x', url: 7 }, /url is missing/],
    [{ service: 'x', url: 'javascript:alert(1)' }, /is refused/],
    [{ service: 'x', url: 'data:text/javascript,1' }, /is refused/],
    [{ service: 'x', url: 'http://cdn.example/x.js' }, /is refused/],
    [{ service: 'x/', url: 'https://cdn.example/x.js' }, /slash/],
    [{ service: 'x', url: 'https://cdn.example/x.js', integrity: 'nonsense' }, /integrity/],
    [{ service: 'a\0b', url: 'https://cdn.example/x.js' }, /NUL/],
  ])('refuses %j', async (body, why) => {
    await plain(curl('patch', '/services?skip_url_check', body), 400, why);
  });

  it.each(['0', '-1', 'x', '1e9', 'Infinity'])('refuses packageDirLevel=%s', async (level) => {
    const body = { service: 'x', url: 'https://cdn.example/a/x.js' };
    await plain(curl('patch', `/services?skip_url_check&packageDirLevel=${level}`, body), 400, /packageDirLevel/);
  });

  it('keeps dangerous names as the ordinary keys that they are', async () => {
    const set = (service: string): Test =>
      curl('patch', '/services?skip_url_check', `{"service": "${service}", "url": "https://cdn.example/x.js"}`);
    await set('__proto__').expect(200);
    const text = (await set('constructor').expect(200)).text;
    expect(text).toContain('"__proto__":"https://cdn.example/x.js"');
    for (const name of ['__proto__', 'constructor']) await curl('delete', `/services/${name}`).expect(200);
  });
});

describe('PATCH /import-map.json', () => {
  it('assigns imports key by key and replaces a scope', async () => {
    const patch = (body: unknown): Test => curl('patch', '/import-map.json?skip_url_check', body);
    const scope = 'https://app.example/admin/';
    await patch({
      imports: { 'patch-a': 'https://cdn.example/a1.js' },
      scopes: { [scope]: { x: 'https://cdn.example/x.js' } },
    }).expect(200);
    const reply = await patch({
      imports: { 'patch-b': 'https://cdn.example/b1.js' },
      scopes: { [scope]: { y: 'https://cdn.example/y.js' } },
    }).expect(200);
    expect(reply.body.imports).toMatchObject({ 'patch-a': 'https://cdn.example/a1.js', 'patch-b': expect.any(String) });
    expect(reply.body.scopes).toEqual({ [scope]: { y: 'https://cdn.example/y.js' } });
    expect(await live()).toEqual(reply.body);
  });

  it.each<[unknown, RegExp]>([
    ['{"imports"', /not valid JSON/],
    ['', /JSON object/],
    ['null', /JSON object/],
    [{ imports: { x: 1 } }, /must be a string/],
    [{ imports: { '': 'https://cdn.example/x.js' } }, /not a valid name/],
    [{ imports: { 'x/': 'https://cdn.example/x.js' } }, /slash/],
    [{ imports: { x: '/relative.js' } }, /absolute/],
    [{ imports: [] }, /must be an object/],
    [{ scopes: { 'https://app.example/': {} } }, /must be an object with specifiers/],
    [{ scopes: { 'https://app.example/': 'x' } }, /must be an object with specifiers/],
    [{ scopes: { 'https://app.example/': { x: 1 } } }, /must be a string/],
  ])('refuses %j', async (body, why) => {
    const before = await live();
    await plain(curl('patch', '/import-map.json?skip_url_check', body), 400, why);
    expect(await live()).toEqual(before);
  });

  it('calls every URL that it brings', async () => {
    const imports = { one: `${cdnBase}/one.js`, two: `${cdnBase}/404/two.js` };
    await plain(curl('patch', '/import-map.json', { imports }), 400, /two\.js is not reachable/);
    expect((await live()).imports).not.toHaveProperty('one');
  });

  it('changes nothing where there is nothing in it', async () => {
    const before = await live();
    expect((await curl('patch', '/import-map.json', {}).expect(200)).body).toEqual(before);
  });

  it('refuses one that is too large, in words', async () => {
    await plain(curl('patch', '/import-map.json', ' '.repeat(9 * 1024 * 1024)), 413, /too large .*: 8 MB at most/);
  });
});

describe('DELETE /services/<name>', () => {
  it('removes a module and its folder, whose slashes are encoded', async () => {
    const url = 'https://cdn.example/company/x.js';
    await curl('patch', '/services?skip_url_check', { service: '@company/my-service', url }).expect(200);
    const reply = await curl('delete', '/services/%40company%2Fmy-service?env=prod').expect(200);
    expect(Object.keys(reply.body.imports).filter((name) => name.startsWith('@company'))).toEqual([]);
  });

  it('is no error where there is none', async () => {
    const before = await live();
    expect((await curl('delete', '/services/never-was').expect(200)).body).toEqual(before);
  });
});

describe('env', () => {
  it('may be a ticket, which then has the change and production has not', async () => {
    const { key, id } = await aStampedTicket(server).withModule('mine');
    const url = 'https://cdn.example/t/ticket.js';
    await curl('patch', `/services?env=dev:${key}&skip_url_check`, { service: 'of-ticket', url }).expect(200);
    expect((await live(`/import-map.json?env=dev:${id}`)).imports).toMatchObject({ 'of-ticket': url });
    expect((await live(`/import-map.json?dev=${key}`)).imports).toMatchObject({ 'of-ticket': url });
    expect((await live()).imports).not.toHaveProperty('of-ticket');
    const scope = { 'https://app.example/t/': { z: 'https://cdn.example/z.js' } };
    const whole = await curl('patch', `/import-map.json?env=dev:${key}&skip_url_check`, { scopes: scope }).expect(200);
    expect(whole.body.scopes).toMatchObject(scope);
    expect((await curl('delete', `/services/of-ticket?env=dev:${key}`).expect(200)).body.imports).not.toHaveProperty(
      'of-ticket',
    );
  });

  it('registers a ticket that has no modules yet', async () => {
    const { body: ticket } = await server.http.post('/api/v1/ticket/').send({ title: 'new' }).expect(201);
    const body = { service: 'first', url: 'https://cdn.example/f/first.js' };
    await curl('patch', `/services?env=dev:${ticket.key}&skip_url_check`, body).expect(200);
    const { body: now } = await server.http.get(`/api/v1/ticket/${ticket.id}/`).expect(200);
    expect(now.stage).toBe('dev');
  });

  it.each([
    ['dev', 400, /name the ticket, as env=dev:TKT-001/],
    ['dev:', 400, /name the ticket/],
    ['prod:TKT-1', 400, /leave the ticket out/],
    ['nowhere', 404, /'nowhere'/],
    ['nowhere:TKT-1', 404, /'nowhere:TKT-1'/],
    ['dev:TKT-99999', 404, /no ticket 'TKT-99999'/],
    ['dev:99999', 404, /99999/],
    ['dev:<b>', 404, /no ticket/],
  ])('%s is refused with %d', async (env, status, why) => {
    const body = { service: 'x', url: 'https://cdn.example/x.js' };
    const query = `env=${encodeURIComponent(env)}&skip_url_check`;
    await plain(curl('patch', `/services?${query}`, body), status, why);
    await plain(curl('patch', `/import-map.json?${query}`, { imports: {} }), status, why);
    await plain(curl('delete', `/services/x?${query}`), status, why);
  });

  it('refuses a ticket that is at another stage, or frozen', async () => {
    const { key } = await aStampedTicket(server).withModule('frozen').at('qa');
    const body = { service: 'x', url: 'https://cdn.example/x.js' };
    await plain(curl('patch', `/services?env=dev:${key}&skip_url_check`, body), 409, /at the stage qa/);
    await plain(curl('patch', `/services?env=qa:${key}&skip_url_check`, body), 409, /revert/);
    await plain(server.http.get(`/import-map.json?env=dev:${key}`), 409, /stage-mismatch; stage=qa/);
  });
});

describe('a project', () => {
  it('has a surface of its own', async () => {
    const settings = { url_safe_list: ['https://cdn.example/shop/'] };
    await server.http.post('/api/v1/project/').send({ name: 'shop', settings }).expect(201);
    const set = (url: string): Test => curl('patch', '/p/shop/services?skip_url_check', { service: 'till', url });
    await set('https://cdn.example/shop/till.js').expect(200);
    expect((await live('/p/shop/import-map.json')).imports).toHaveProperty('till');
    expect((await live()).imports).not.toHaveProperty('till');
    await plain(set('https://cdn.example/other/till.js'), 400, /url_safe_list/);
    await plain(curl('delete', '/p/none/services/x'), 404, /no project 'none'/);
    expect((await server.http.get('/p/shop/environments').expect(200)).body.environments).toHaveLength(1);
    expect((await curl('delete', '/p/shop/services/till').expect(200)).body).toEqual({ imports: {}, scopes: {} });
  });
});

describe('who may write', () => {
  it('is nobody who comes from a page elsewhere', async () => {
    const body = { service: 'x', url: 'https://cdn.example/x.js' };
    const foreign = { Origin: 'https://evil.example' };
    await plain(curl('patch', '/services?skip_url_check', body).set(foreign), 403, /evil\.example may not write/);
    await plain(curl('delete', '/services/x').set(foreign), 403, /may not write/);
  });

  it('sends forms nowhere else', async () => {
    await server.http.post('/api/v1/ticket/').set('Content-Type', FORM).send('{"title": "x"}').expect(415);
  });
});

describe('parallel writes', () => {
  it('of two servers on one database lose nothing: 40 at once, each a release of its own', async () => {
    const [before] = await server.sql<{ release: number }>('SELECT release FROM map_pointer WHERE project_id = 1');
    const writes = Array.from({ length: 40 }, (_, index) =>
      (index % 2 ? server : other).http
        .patch('/services?skip_url_check')
        .send({ service: `parallel-${index}`, url: `https://cdn.example/p/${index}.js` }),
    );
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    await new Promise((resolve) => setTimeout(resolve, 100)); // What the other one wrote last is seen by then.
    const names = Object.keys((await live()).imports ?? {}).filter((name) => /^parallel-\d+$/.test(name));
    expect(names).toHaveLength(40);
    const [after] = await server.sql<{ release: number }>('SELECT release FROM map_pointer WHERE project_id = 1');
    expect(after?.release).toBe((before?.release ?? 0) + 40);
  });
});
