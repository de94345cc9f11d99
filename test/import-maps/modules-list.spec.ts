// GET /api/v1/module/: what production has, and what open tickets make of it.
import { aStampedTicket, moduleUrl, type StampedTicket } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let released: StampedTicket;
let changing: StampedTicket;

beforeAll(async () => {
  server = await startTestServer();
  released = await aStampedTicket(server).withModule('cart').withModule('nav').at('prod');
  changing = await aStampedTicket(server).withModule('cart', moduleUrl('cart', 2)).without('nav');
  await aStampedTicket(server).withModule('zoom').withModule('cart/').at('qa');
});

afterAll(() => server.stop());

const list = async (search = ''): Promise<any> => (await server.http.get(`/api/v1/module/${search}`).expect(200)).body;
const specifiers = async (search: string): Promise<string[]> =>
  (await list(search)).objects.map(({ specifier }: { specifier: string }) => specifier);

it('has each specifier once, with what open tickets make of it', async () => {
  const { objects, meta } = await list();
  expect(meta).toEqual({ limit: 20, next: null, offset: 0, previous: null, total_count: 4 });
  const base = { scope: null, project: 'default', integrity: null };
  expect(objects).toEqual([
    {
      ...base,
      specifier: 'cart',
      url: moduleUrl('cart'),
      tickets: [{ ticket: changing.key, stage: 'dev', url: moduleUrl('cart', 2), integrity: null }],
    },
    { ...base, specifier: 'cart/', url: null, tickets: [expect.objectContaining({ stage: 'qa' })] },
    {
      ...base,
      specifier: 'nav',
      url: moduleUrl('nav'),
      tickets: [{ ticket: changing.key, stage: 'dev', url: null, integrity: null }],
    },
    { ...base, specifier: 'zoom', url: null, tickets: [expect.objectContaining({ stage: 'qa' })] },
  ]);
});

it.each([
  ['?limit=2', ['cart', 'cart/']],
  ['?limit=2&offset=2', ['nav', 'zoom']],
  ['?offset=9', []],
  ['?specifier=nav', ['nav']],
  ['?specifier__startswith=cart', ['cart', 'cart/']],
])('%s is %j', async (search, expected) => {
  expect(await specifiers(search)).toEqual(expected);
});

it('shows what one ticket changes, by key or id, in its project', async () => {
  expect(await specifiers(`?ticket=${changing.key}`)).toEqual(['cart', 'nav']);
  expect(await specifiers(`?ticket=${changing.id}`)).toEqual(['cart', 'nav']);
  expect(await specifiers(`?ticket=${released.key}`)).toEqual([]);
  await server.http.post('/api/v1/project/').send({ name: 'empty' }).expect(201);
  expect(await specifiers('?project=empty')).toEqual([]);
});

it.each([
  ['?tickett=1', 400],
  ['?ticket=TKT-999', 404],
  ['?ticket=a%00b', 404],
  ['?project=none', 404],
  ['?limit=x', 400],
  ['?specifier=a%00b', 200],
])('%s is answered %i', async (search, status) => {
  expect((await server.http.get(`/api/v1/module/${search}`)).status).toBe(status);
});
