// What the standard ignores with a warning is refused, unless ?lenient=1 asks for it to be left out; then it is told.
import { aStampedTicket, productionOf } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const cart = 'https://cdn.example/cart.js';
const MAP = { imports: { cart, nowhere: null, bare: 'no/url' }, scopes: { 'https://shop.example/a/': { b: 7 } } };

describe('a map over production', () => {
  const write = async (body: object, query = '') => {
    const { headers } = await server.http.get('/api/v1/stage/prod/').expect(200);
    return server.http
      .patch(`/api/v1/stage/prod/${query}`)
      .set('if-match', headers.etag as string)
      .send(body);
  };

  it('is 422 as a whole, and keeps what can be kept where that is asked for', async () => {
    expect(await write(MAP)).toMatchObject({ status: 422, body: { code: 'module.invalid' } });
    expect(await productionOf(server, 'default')).toEqual({});
    const { status, body } = await write(MAP, '?lenient=1');
    expect([status, body.changes.length]).toEqual([200, 1]);
    expect(body.warnings.map(({ code, key }: { code: string; key: string }) => [code, key]).sort()).toEqual([
      ['left_out', 'b'],
      ['left_out', 'bare'],
      ['left_out', 'nowhere'],
    ]);
    expect(await productionOf(server, 'default')).toEqual({ cart });
  });

  it('never takes what is refused for another reason', async () => {
    expect((await write({ imports: { 'a\0b': cart } }, '?lenient=1')).status).toBe(400);
    expect((await write({ imports: { a: 'javascript:alert(1)' } }, '?lenient=1')).status).toBe(400);
    expect((await write({ imports: [] }, '?lenient=1')).status).toBe(422);
    expect((await write(MAP, '?lenient=perhaps')).body).toMatchObject({ code: 'lenient.invalid' });
  });

  it('as operations: the others are done', async () => {
    const operations = [
      { specifier: 'folder/', url: cart },
      { specifier: 'menu', url: 'https://cdn.example/menu.js' },
    ];
    expect((await write({ operations })).status).toBe(422);
    const { body } = await write({ operations }, '?lenient=true');
    expect(body.warnings).toEqual([{ code: 'left_out', key: 'folder/', message: expect.any(String) }]);
    expect(await productionOf(server, 'default')).toMatchObject({ menu: 'https://cdn.example/menu.js' });
  });
});

it("import-map-deployer's surface tells it in a header, in ASCII", async () => {
  const patch = (query: string) =>
    server.http.patch(`/import-map.json?skip_url_check${query}`).send({ imports: { größe: null, nav: cart } });
  expect((await patch('').expect(400)).headers).not.toHaveProperty('x-stamp-left-out');
  const { body, headers } = await patch('&lenient=1').expect(200);
  expect(body.imports).toMatchObject({ nav: cart });
  expect(headers['x-stamp-left-out']).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(headers['x-stamp-left-out'] as string)).toEqual([{ key: 'größe', message: expect.any(String) }]);
});

it('an upload of URLs keeps the others, and is refused where there are none', async () => {
  const { url } = await aStampedTicket(server).withModule('cart');
  const upload = (modules: object[], query = '') => server.http.post(`${url}modules/${query}`).send({ modules });
  const [bad, good] = [
    { specifier: 'folder/', url: cart },
    { specifier: 'menu', url: cart },
  ];
  await upload([bad, good]).expect(422);
  const { body } = await upload([bad, good], '?lenient=1').expect(201);
  expect(body.modules.map(({ specifier }: { specifier: string }) => specifier)).toEqual(['menu']);
  expect(body.warnings).toContainEqual({ code: 'left_out', key: 'folder/', message: expect.any(String) });
  await upload([bad], '?lenient=1').expect(422);
});
