// What pages get: production's map, a ticket's over it, an old one; from memory, and told apart by ETag and status.
import { aStampedTicket, changeModules, moduleUrl, setTo } from '../builders/stamped-ticket.js';
import { upload } from '../builders/modules.js';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let other: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({}, server.connection);
  await server.http.patch('/services?skip_url_check').send({ service: 'app', url: 'https://cdn.example/app.js' });
});

afterAll(async () => {
  await other.stop();
  await server.stop();
});

const map = (query = '', path = '/import-map.json') => server.http.get(`${path}${query}`).buffer(true).parse(asText);

/** supertest knows no application/importmap+json. */
function asText(given: unknown, done: (error: Error | null, body: unknown) => void): void {
  const [response, chunks] = [given as NodeJS.ReadableStream, [] as Buffer[]];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => done(null, Buffer.concat(chunks).toString()));
}

const importsOf = (reply: { body: unknown }): Record<string, string> =>
  (JSON.parse(reply.body as string) as { imports: Record<string, string> }).imports;

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("production's map", () => {
  it('is an import map that anybody may read, and asks to be revalidated', async () => {
    const reply = await map().expect(200);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/importmap+json',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'ETag, X-Stamp-Status, X-Stamp-Shows',
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.stringMatching(/^"[^"]+"$/),
    });
    expect(reply.headers).not.toHaveProperty('x-stamp-status');
    expect(importsOf(reply)).toHaveProperty('app', 'https://cdn.example/app.js');
  });

  it('is 304 to who has it, by its ETag alone', async () => {
    const { headers } = await map();
    const again = await map().set('If-None-Match', String(headers.etag)).expect(304);
    expect(again.headers).toMatchObject({ etag: headers.etag, 'access-control-allow-origin': '*' });
    await map().set('If-None-Match', '"other"').expect(200);
    await map('?something=else').set('If-None-Match', String(headers.etag)).expect(304);
  });

  it('has the same ETag wherever its bytes are the same', async () => {
    const [here, there] = [await map(), await map('', '/p/default/import-map.json')];
    expect(there.headers.etag).toBe(here.headers.etag);
    await server.http.patch('/services?skip_url_check').send({ service: 'app', url: 'https://cdn.example/app2.js' });
    expect((await map()).headers.etag).not.toBe(here.headers.etag);
    await server.http.patch('/services?skip_url_check').send({ service: 'app', url: 'https://cdn.example/app.js' });
    expect((await map()).headers.etag).toBe(here.headers.etag);
  });

  it('names what is kept here by the origin that was asked', async () => {
    const { id } = await aTicket(server);
    const { body } = await upload(server, id, { specifier: 'own' }, { 'own.js': 'export default 1;' });
    const url = new URL(body.modules[0].url as string).pathname;
    await server.http.patch('/services?skip_url_check').send({ service: 'own', url });
    expect(importsOf(await map().set('Host', 'localhost:1234'))).toHaveProperty('own', `http://localhost:1234${url}`);
    expect(importsOf(await map())).toHaveProperty('own', `${server.base}${url}`);
  });

  it('answers HEAD and OPTIONS', async () => {
    const head = await server.http.head('/import-map.json').expect(200);
    expect(head.headers['content-type']).toBe('application/importmap+json');
    const options = await server.http.options('/import-map.json').expect(200);
    expect(options.headers.allow).toContain('GET');
  });
});

describe("a ticket's map", () => {
  it('is production with its modules over it, named by key or id', async () => {
    const { id, key } = await aStampedTicket(server).withModule('cart').without('app');
    const reply = await map(`?dev=${key}`).expect(200);
    expect(reply.headers['cache-control']).toBe('private, no-cache');
    expect(reply.headers).not.toHaveProperty('x-stamp-status');
    expect(importsOf(reply)).toMatchObject({ cart: moduleUrl('cart') });
    expect(importsOf(reply)).not.toHaveProperty('app');
    for (const name of [String(id), key.toLowerCase(), key.replace('-', '-000')])
      expect((await map(`?dev=${name}`)).headers.etag).toBe(reply.headers.etag);
    await map(`?dev=${key}`).set('If-None-Match', String(reply.headers.etag)).expect(304);
  });

  it('follows production', async () => {
    const { key } = await aStampedTicket(server).withModule('follower');
    await map(`?dev=${key}`);
    await server.http.patch('/services?skip_url_check').send({ service: 'later', url: 'https://cdn.example/l.js' });
    expect(importsOf(await map(`?dev=${key}`))).toMatchObject({ later: 'https://cdn.example/l.js' });
  });

  it('may be that of several tickets', async () => {
    const one = await aStampedTicket(server).withModule('several-one');
    const two = await aStampedTicket(server).withModule('several-two');
    const qa = await aStampedTicket(server).withModule('several-qa').at('qa');
    const shown = importsOf(await map(`?dev=${one.key},${two.id},${two.key}&qa=${qa.key}`).expect(200));
    expect(Object.keys(shown)).toEqual(expect.arrayContaining(['several-one', 'several-two', 'several-qa']));
  });

  it('is a conflict of both where two want different things of a key', async () => {
    const one = await aStampedTicket(server).withModule('wanted', moduleUrl('wanted', 1));
    const two = await aStampedTicket(server).withModule('wanted', moduleUrl('wanted', 2));
    const same = await aStampedTicket(server).withModule('wanted', moduleUrl('wanted', 2));
    const reply = await server.http.get(`/import-map.json?dev=${one.key},${two.key}`).expect(409);
    expect(reply.body).toMatchObject({ code: 'map.tickets_conflict' });
    expect(reply.body.error).toContain(`${one.key} and ${two.key} both change wanted`);
    await map(`?dev=${two.key},${same.key}`).expect(200);
  });

  it.each(['TKT-99999', '99999', '99999999999999', 'nonsense', '%00', '%3Cb%3E', '-1', '٣'])(
    'is production where nobody knows %s',
    async (reference) => {
      const reply = await map(`?dev=${encodeURI(decodeURI(reference))}`).expect(200);
      expect(reply.headers).toMatchObject({ 'x-stamp-status': 'unknown', etag: (await map()).headers.etag });
    },
  );

  it('is production where the ticket is closed or elsewhere, and says so', async () => {
    const { key, url } = await aStampedTicket(server).withModule('moving').at('qa');
    const plain = (await map()).headers.etag;
    const mismatch = await map(`?dev=${key}`).expect(200);
    expect(mismatch.headers).toMatchObject({ 'x-stamp-status': 'stage-mismatch; stage=qa', etag: plain });
    await server.http.post(`${url}close/`).expect(200);
    expect((await map(`?qa=${key}`)).headers).toMatchObject({ 'x-stamp-status': 'closed', etag: plain });
    const never = await server.http.post('/api/v1/ticket/').send({ title: 'without modules' });
    expect((await map(`?dev=${never.body.key}`)).headers['x-stamp-status']).toBe('unknown');
  });

  it('with a status is never 304: a browser would keep the status with what it has', async () => {
    const { headers } = await map();
    const reply = await map('?dev=TKT-99999').set('If-None-Match', String(headers.etag)).expect(200);
    expect(reply.headers['cache-control']).toBe('private, no-store');
  });

  it.each(['?dev=1&release=1', '?dev=1&at=2026-01-01', `?dev=${Array.from({ length: 21 }, (_, n) => n + 1).join()}`])(
    '%s is refused',
    async (query) => {
      await server.http.get(`/import-map.json${query}`).expect(400);
    },
  );
});

describe('an old map', () => {
  it('is there by its number and by its time', async () => {
    const write = (version: number) =>
      server.http.patch('/services?skip_url_check').send({ service: 'old', url: moduleUrl('old', version) });
    await write(1);
    const [{ number, time }] = (await server.sql<{ number: number; time: string }>(
      'SELECT number, clock_timestamp()::text AS time FROM release WHERE project_id = 1 ORDER BY number DESC LIMIT 1',
    )) as [{ number: number; time: string }];
    await write(2);
    expect(importsOf(await map())).toHaveProperty('old', moduleUrl('old', 2));
    const at = new Date(time).toISOString();
    for (const query of [`?release=${number}`, `?at=${at}`, `?at=${at.replace('Z', '+00:00')}`])
      expect(importsOf(await map(query).expect(200))).toHaveProperty('old', moduleUrl('old', 1));
    expect(importsOf(await map('?at=2999-01-01').expect(200))).toHaveProperty('old', moduleUrl('old', 2));
  });

  it.each<[string, number]>([
    ['?release=99999', 404],
    ['?release=999999999', 404],
    ['?release=', 400],
    ['?release=-1', 400],
    ['?release=x', 400],
    ['?at=1980-01-01T00:00:00Z', 404],
    ['?at=', 400],
    ['?at=yesterday', 400],
    ['?at=2026-13-45', 400],
    ['?at=0000-01-01', 400],
    ['?at=2026-01-01T25:00', 400],
  ])('%s is %d', async (query, status) => {
    const reply = await server.http.get(`/import-map.json${query}`).expect(status);
    expect(reply.body).toHaveProperty('code');
  });
});

describe('which pages may read', () => {
  const allowed = async (query: string, origin: string, path?: string): Promise<string | undefined> =>
    (await map(query, path).set('Origin', origin)).headers['access-control-allow-origin'];

  it('why there is no map', async () => {
    const origin = 'http://localhost:3000';
    expect(await allowed('?release=x', origin)).toBe('*');
    expect(await allowed('?release=99999', origin)).toBe('*');
    const [one, other] = [
      await aStampedTicket(server).withModule('both'),
      await aStampedTicket(server).withModule('both', moduleUrl('both', 2)),
    ];
    const conflict = await map(`?dev=${one.key},${other.key}`).set('Origin', origin).expect(409);
    const vary = 'Origin, Authorization, x-stamp-preview-key, Accept';
    expect(conflict.headers).toMatchObject({ 'access-control-allow-origin': origin, vary });
    const elsewhere = await map(`?dev=${one.key},${other.key}`).set('Origin', 'https://evil.example').expect(409);
    expect(elsewhere.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([
    'http://localhost:3000',
    'https://localhost',
    'http://app.localhost:8080',
    'http://127.0.0.1:1',
    'http://[::1]:5',
  ])("a ticket's map: %s, which is this machine", async (origin) => {
    const { key } = await aStampedTicket(server).withModule('shared');
    expect(await allowed(`?dev=${key}`, origin)).toBe(origin);
  });

  it.each([
    'https://evil.example',
    'https://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'null',
    'http://128.0.0.1',
  ])("no ticket's map, known or not: %s", async (origin) => {
    const { key } = await aStampedTicket(server).withModule('unshared');
    for (const query of [`?dev=${key}`, `?qa=${key}`, '?dev=TKT-99999']) {
      expect(await allowed(query, origin)).toBeUndefined();
      expect((await map(query).set('Origin', origin)).headers.vary).toContain('Origin');
    }
    expect(await allowed('', origin)).toBe('*');
    expect(await allowed('?release=1', origin)).toBe('*');
  });

  it('is what the project says, stage by stage or for all', async () => {
    const [both, mixed] = ['https://both.example', 'https://qa.example'];
    await server.http
      .post('/api/v1/project/')
      .send({ name: 'flat', settings: { preview_origins: [both] } })
      .expect(201);
    const settings = { preview_origins: { qa: [mixed] } };
    await server.http.post('/api/v1/project/').send({ name: 'staged', settings }).expect(201);
    expect(await allowed('?dev=1', both, '/p/flat/import-map.json')).toBe(both);
    expect(await allowed('?qa=1', both, '/p/flat/import-map.json')).toBe(both);
    expect(await allowed('?dev=1', mixed, '/p/staged/import-map.json')).toBeUndefined();
    expect(await allowed('?qa=1', mixed, '/p/staged/import-map.json')).toBe(mixed);
    expect(await allowed('?dev=1&qa=1', mixed, '/p/staged/import-map.json')).toBeUndefined();
  });
});

describe('a project', () => {
  it('has maps and stages of its own', async () => {
    const stages = [
      { name: 'lab', step: 200 },
      { name: 'live', step: 1000 },
    ];
    const made = await server.http
      .post('/api/v1/project/')
      .send({ name: 'own-stages', settings: { stages } })
      .expect(201);
    const path = '/p/own-stages/import-map.json';
    const elsewhere = await aStampedTicket(server).withModule('elsewhere');
    expect((await map(`?lab=${elsewhere.id}`, path)).headers['x-stamp-status']).toBe('unknown');
    expect((await map(`?dev=${elsewhere.id}`, path)).headers).not.toHaveProperty('x-stamp-status');
    const mine = await aStampedTicket(server).with({ project: made.body.resource_uri }).withModule('mine');
    expect(importsOf(await map(`?lab=${mine.key}`, path))).toEqual({ mine: moduleUrl('mine') });
    await server.http.get('/p/none/import-map.json').expect(404);
    await server.http.get('/p/none/stamp.js').expect(404);
  });

  it('that changes its settings is seen to within a second or so', async () => {
    const { body: project } = await server.http.post('/api/v1/project/').send({ name: 'changing' }).expect(201);
    const preview = () => map('?dev=1', '/p/changing/import-map.json').set('Origin', 'https://p.example');
    expect((await preview()).headers).not.toHaveProperty('access-control-allow-origin');
    await server.http
      .patch(`/api/v1/project/${project.id}/`)
      .set('If-Match', '"1"')
      .send({ settings: { preview_origins: ['https://p.example'] } })
      .expect(202);
    await soon(1300);
    expect((await preview()).headers).toHaveProperty('access-control-allow-origin', 'https://p.example');
  });
});

describe('another process', () => {
  it('sees a flip within 100 ms', async () => {
    await other.http.get('/import-map.json').expect(200);
    for (let round = 1; round <= 5; round++) {
      const url = moduleUrl('flip', round);
      await server.http.patch('/services?skip_url_check').send({ service: 'flip', url }).expect(200);
      await soon(100);
      expect(importsOf(await other.http.get('/import-map.json').buffer(true).parse(asText))).toHaveProperty(
        'flip',
        url,
      );
    }
  });

  it("sees a ticket's change within 100 ms, and its stage's", async () => {
    const { id, key, url } = await aStampedTicket(server).withModule('seen');
    const there = (stage: string) => other.http.get(`/import-map.json?${stage}=${key}`).buffer(true).parse(asText);
    expect(importsOf(await there('dev'))).toHaveProperty('seen', moduleUrl('seen'));
    await changeModules(server, id, [setTo('seen', moduleUrl('seen', 2))]);
    await soon(100);
    expect(importsOf(await there('dev'))).toHaveProperty('seen', moduleUrl('seen', 2));
    await server.http.post(`${url}promote/`).expect(200);
    await soon(100);
    expect((await there('dev')).headers['x-stamp-status']).toBe('stage-mismatch; stage=qa');
    expect(importsOf(await there('qa'))).toHaveProperty('seen', moduleUrl('seen', 2));
  });

  it('forgets a ticket that is deleted within 100 ms, as this one does', async () => {
    const { key, url } = await aStampedTicket(server).withModule('deleted');
    const at = (one: TestServer) => one.http.get(`/import-map.json?dev=${key}`).buffer(true).parse(asText);
    for (const one of [server, other]) expect(importsOf(await at(one))).toHaveProperty('deleted');
    await server.http.delete(url).expect(204);
    await soon(100);
    for (const one of [server, other]) expect((await at(one)).headers['x-stamp-status']).toBe('unknown');
  });

  it('loses nothing where a notification is lost: it is found within two seconds', async () => {
    const { key } = await aStampedTicket(server).withModule('silent');
    const there = () => other.http.get(`/import-map.json?dev=${key}`).buffer(true).parse(asText);
    await there();
    await server.sql(
      `WITH t AS (UPDATE ticket SET version = version + 1 WHERE key = $1 RETURNING id)
       INSERT INTO map_revision (ticket_id, number, operations, actor) SELECT id, 2, '[]', 'test' FROM t`,
      [key],
    );
    await soon(2000);
    expect(importsOf(await there())).not.toHaveProperty('silent');
  });
});
