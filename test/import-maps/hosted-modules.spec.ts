// URLs of this server's own modules, sent by clients: they are there and stay there, and their integrity is that of their bytes.
import { BlobCleaner } from '../../src/files/blob-cleaner.js';
import { hashOf, upload } from '../builders/modules.js';
import { productionOf } from '../builders/stamped-ticket.js';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const CODE = 'export default "own";';
const integrity = `sha384-${hashOf(CODE, 'sha384', 'base64')}`;
const wrong = `sha384-${hashOf('other', 'sha384', 'base64')}`;

let server: TestServer;
let url: string;
let tree: string;
beforeAll(async () => {
  server = await startTestServer();
  const { id } = await aTicket(server);
  url = (await upload(server, id, { specifier: 'own' }, { 'own.js': CODE })).body.modules[0].url as string;
  await server.http.post(`/api/v1/ticket/${id}/promote/`).expect(200);
  await server.http.post(`/api/v1/ticket/${id}/promote/`).expect(200);
  const other = await aTicket(server);
  const files = { 'index.js': 'export * from "./dep.js";', 'dep.js': 'export {};' };
  tree = ((await upload(server, other.id, { name: 'shop' }, files)).body.modules[0].url as string).replace(
    'index.js',
    '',
  );
  await server.http
    .patch('/services')
    .send({ service: 'shop', url: `${tree}index.js` })
    .expect(200);
  await server.http.delete(`/api/v1/ticket/${other.id}/`).expect(204);
});
afterAll(() => server.stop());

const toTicket = async (entry: object) => {
  const { id } = await aTicket(server);
  return server.http.post(`/api/v1/ticket/${id}/modules/`).send({ specifier: 'again', ...entry });
};

it('have the integrity of their bytes, said or not', async () => {
  for (const said of [{}, { integrity }]) {
    const { status, body } = await toTicket({ url, ...said });
    expect([status, body.modules[0].integrity]).toEqual([201, integrity]);
  }
});

it('are refused with another one, which would keep the keys of others from loading', async () => {
  expect(await toTicket({ url, integrity: wrong })).toMatchObject({ status: 422, body: { code: 'integrity.differs' } });
  const direct = await server.http.patch('/services').send({ service: 'again', url, integrity: wrong });
  expect([direct.status, direct.text]).toEqual([400, expect.stringContaining(integrity)]);
  expect((await server.http.get('/import-map.json').buffer(true)).text ?? '').not.toContain(wrong);
});

it('elsewhere, too, a URL keeps the integrity that others rely on', async () => {
  const cdn = 'https://cdn.example/lib.js';
  await server.http.patch('/services?skip_url_check').send({ service: 'lib', url: cdn, integrity }).expect(200);
  expect(await toTicket({ url: cdn, integrity: wrong })).toMatchObject({
    status: 422,
    body: { code: 'integrity.differs', error: expect.stringContaining('lib has the same URL') },
  });
  expect((await toTicket({ url: cdn, integrity })).status).toBe(201);
  // Of its own key it may be changed, and a map that is laid over production changes it for all.
  expect((await toTicket({ specifier: 'lib', url: cdn, integrity: wrong })).status).toBe(201);
  await server.http.patch('/services?skip_url_check').send({ service: 'lib2', url: cdn, integrity: wrong }).expect(200);
});

it.each(['nope.js', '', 'sub/dir.js'])('are refused where nothing is: %s', async (path) => {
  const missing = path === '' ? url.replace(/\/[^/]*$/, '') : `${tree}${path}`;
  for (const query of ['', '?skip_url_check'])
    expect((await server.http.patch(`/services${query}`).send({ service: 'bad', url: missing })).status).toBe(400);
  expect((await toTicket({ url: missing })).status).toBe(422);
  expect(await productionOf(server, 'default')).not.toHaveProperty('bad');
});

it('stay with all files of their folder, though the ticket that brought them is gone', async () => {
  await server.sql("UPDATE blob SET created_at = created_at - interval '2 days'");
  await server.app.get(BlobCleaner, { strict: false }).clean();
  for (const file of ['index.js', 'dep.js']) expect((await fetch(`${tree}${file}`)).status).toBe(200);
});
