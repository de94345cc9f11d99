// `modules_url`: where browsers load modules from is a setting. Every answer that makes a module's URL makes it with the setting
// as it is now; every request that has one is read with all that the setting was once.
import { hashOf, upload } from '../builders/modules.js';
import { aStagedProject } from '../builders/stamped-ticket.js';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const SERVERS = 'https://modules.example/stampline';
const FIRST = 'https://one.example/a/b';
const NOW = 'https://two.example:8443';

const CODE = 'import "dep"; export default "own";';
const HASH = hashOf(CODE);
const PATH = `/modules/${HASH}/own.js`;
const integrity = `sha384-${hashOf(CODE, 'sha384', 'base64')}`;

let server: TestServer;
let ticket: string;
let folder: string;

/** Resolves when the maps that pages get have it. */
async function setTo(modules_url: string | undefined): Promise<void> {
  const settings = modules_url === undefined ? {} : { modules_url };
  await server.http.patch('/api/v1/project/1/').set('If-Match', '*').send({ settings }).expect(202);
  const begins = modules_url ?? SERVERS;
  while (!(await text('/import-map.json')).includes(`"own":"${begins}${PATH}"`)) continue;
}
const text = async (path: string): Promise<string> => (await fetch(server.base + path)).text();
const promote = (key: string) => server.http.post(`/api/v1/ticket/${key}/promote/`).send({}).expect(200);
const openTicket = async (): Promise<string> => (await aTicket(server)).key;

beforeAll(async () => {
  server = await startTestServer({ modulesUrl: SERVERS });
  const released = await openTicket();
  await upload(server, released, { specifier: 'dep' }, { 'dep.js': 'export {};' });
  await upload(server, released, { specifier: 'own' }, { 'own.js': CODE });
  await promote(released);
  await promote(released);
  ticket = await openTicket();
  const made = await upload(
    server,
    ticket,
    { name: 'shop' },
    { 'index.js': 'import "./a.js";', 'a.js': 'import "dep";' },
  );
  folder = new URL(made.body.modules[0].url as string).pathname.replace('/stampline', '').replace('index.js', '');
  const scoped = { specifier: 'dep', scope: SERVERS + folder, url: SERVERS + PATH };
  await server.http.post(`/api/v1/ticket/${ticket}/modules/`).send(scoped).expect(201);
  await setTo(FIRST);
  await setTo(NOW);
});
afterAll(() => server.stop());

/** What begins URLs of modules in a text. */
const beginnings = (said: string): string[] => [
  ...new Set([...said.matchAll(/(https?:\/\/[^"\s]*?)?\/modules\/[\da-f]{64}\//g)].map(([, begins]) => begins ?? '')),
];

/** Every answer that names a module. */
const MADE: readonly (readonly [string, () => Promise<string>])[] = [
  ['the map', () => text('/import-map.json')],
  ["a ticket's map", () => text(`/import-map.json?dev=${ticket}`)],
  ['a release', () => text('/import-map.json?release=1')],
  ['a time', () => text(`/import-map.json?at=${new Date(Date.now() + 1000).toISOString()}`)],
  ["import-map-deployer's", () => text('/import-map.json?env=prod')],
  ["import-map-deployer's of a ticket", () => text(`/import-map.json?env=dev:${ticket}`)],
  ['the map of the project by name', () => text('/p/default/import-map.json')],
  ['stamp.js', () => text('/stamp.js')],
  ['the snippet', () => text('/snippet.html')],
  ['modules', () => text('/api/v1/module/')],
  ['a diff', () => text(`/api/v1/ticket/${ticket}/diff/`)],
  ['an upload', async () => (await upload(server, await openTicket(), { specifier: 'own' }, { 'own.js': CODE })).text],
  ['a promotion', async () => JSON.stringify((await rehearse(ticket)).body)],
  ['a service', async () => (await patch('/services', { service: 'again', url: SERVERS + PATH })).text],
  ['a patched map', async () => (await patch('/import-map.json', { imports: { again: SERVERS + PATH } })).text],
  ['a removed service', async () => (await server.http.delete('/services/again').expect(200)).text],
  ['a write to production', async () => (await direct({ imports: { direct: PATH } })).text],
  ['a rollback', async () => (await rollback(1)).text],
  ['a command', async () => (await command(`promote ${await another()}`)).text],
];
const rehearse = (key: string) => server.http.post(`/api/v1/ticket/${key}/promote/?dry_run=1`).send({}).expect(200);
const patch = (path: string, body: object) => server.http.patch(path).send(body).expect(200);
const etagOfProduction = async (): Promise<string> =>
  String((await server.http.get('/api/v1/stage/prod/').expect(200)).headers.etag);
const direct = async (body: object) =>
  server.http
    .patch('/api/v1/stage/prod/')
    .set('If-Match', await etagOfProduction())
    .send(body)
    .expect(200);
const rollback = async (release: number) =>
  server.http
    .post('/api/v1/stage/prod/rollback/')
    .set('If-Match', await etagOfProduction())
    .send({ release })
    .expect(200);
const command = (said: string) => server.http.post('/api/v1/command/').send({ text: said }).expect(200);
async function another(): Promise<string> {
  const key = await openTicket();
  await upload(server, key, { specifier: 'another' }, { 'another.js': 'export {};' });
  return key;
}

it.each(MADE)('is what URLs begin with in %s', async (_what, answer) => {
  const said = await answer();
  expect(beginnings(said)).toEqual([NOW]);
});

it('is not what stamp.js asks us by', async () => {
  const { host } = new URL(server.base);
  expect(await text('/stamp.js')).toContain(`"base":"http://${host}"`);
  expect(await text('/snippet.html')).toContain(`<script src="http://${host}/stamp.js">`);
});

type Sent = (url: string, scope: string) => Promise<{ status: number; text: string }>;

/** Every request that may name a module of ours, or the folder that a scope is. */
const READ: readonly (readonly [string, Sent])[] = [
  ['an upload of a URL', async (url, scope) => toTicket({ specifier: 'read', url, scope })],
  ['its integrity', async (url, scope) => toTicket({ specifier: 'read', url, scope, integrity })],
  [
    'a form',
    async (_url, scope) => upload(server, await openTicket(), { specifier: 'read', scope }, { 'own.js': CODE }),
  ],
  ['an operation', (url, scope) => toProduction({ operations: [{ specifier: 'read', scope, url }] })],
  ['a map', (url, scope) => toProduction({ scopes: { [scope]: { read: url } }, integrity: { [url]: integrity } })],
  ['a service', async (url) => service(url)],
  [
    "import-map-deployer's map",
    async (url, scope) => server.http.patch('/import-map.json').send({ scopes: { [scope]: { read: url } } }),
  ],
];
const toTicket = async (entry: object) => server.http.post(`/api/v1/ticket/${await openTicket()}/modules/`).send(entry);
const toProduction = async (body: object) =>
  server.http
    .patch('/api/v1/stage/prod/')
    .set('If-Match', await etagOfProduction())
    .send(body);
const service = async (url: string) => server.http.patch('/services').send({ service: 'read', url });

/** All that tickets and releases were made of since, as text. */
const written = async (): Promise<string> =>
  JSON.stringify(
    await server.sql(
      `SELECT operations::text FROM map_revision UNION ALL SELECT operations::text FROM layer WHERE ticket_id IS NULL`,
    ),
  );

describe.each([
  ["the server's", SERVERS],
  ['an earlier one', FIRST],
  ['the one that it is', NOW],
  ['our own', ''],
])('beginning with %s', (_which, begins) => {
  it.each(READ)('is known as ours in %s', async (_what, send) => {
    const before = (await written()).split('"read').length;
    const { status, text: said } = await send((begins || server.base) + PATH, (begins || server.base) + folder);
    expect([Math.floor(status / 100), said]).toEqual([2, expect.anything()]);
    const now = await written();
    expect(now.split('"read').length).toBeGreaterThanOrEqual(before);
    expect(beginnings(now)).toEqual(['']);
  });

  it.each(READ.slice(0, 1))('has the integrity of its bytes in %s', async (_what, send) => {
    const { text: said } = await send((begins || server.base) + PATH, (begins || server.base) + folder);
    expect(JSON.parse(said).modules[0]).toMatchObject({ url: NOW + PATH, scope: NOW + folder, integrity });
  });

  it('is refused where nothing is, and with another integrity', async () => {
    const url = (begins || server.base) + PATH;
    const nothing = await toTicket({ specifier: 'x', url: url.replace(HASH, 'f'.repeat(64)) });
    expect([nothing.status, nothing.body.code]).toEqual([422, 'upload.no_such_module']);
    const other = await toTicket({ specifier: 'x', url, integrity: `sha384-${'A'.repeat(64)}` });
    expect([other.status, other.body.code]).toEqual([422, 'integrity.differs']);
  });
});

it.each([
  ['another host', `https://three.example${PATH}`],
  ['another port', `https://two.example${PATH}`],
  ['another scheme', `http://localhost:8443${PATH}`],
  ['a host that only begins so', `https://one.example.evil.example/a/b${PATH}`],
  ['a folder above', `https://one.example/a${PATH}`],
  ['a folder that only ends so', `https://evil.example/a/b${PATH}`],
  ['a file of the CDN itself', `${NOW}/modules/lib/x.js`],
  ['a hash that is none', `${NOW}/modules/${HASH.toUpperCase()}/own.js`],
])('is not ours: %s', async (_what, url) => {
  const { status, body } = await toTicket({ specifier: 'foreign', url });
  expect([status, body.modules?.[0].url]).toEqual([201, url]);
});

it('is of one project: another one may have it as any URL', async () => {
  const { uri } = await aStagedProject(server, 'elsewhere', { url_safe_list: ['https://allowed.example/'] });
  const { id } = await aTicket(server).with({ project: uri, title: 'Elsewhere' });
  const send = (url: string) => server.http.post(`/api/v1/ticket/${id}/modules/`).send({ specifier: 'x', url });
  expect((await send(NOW + PATH)).status).toBe(403);
  // The server's is everybody's, and what is ours needs no place in the list.
  expect((await send(SERVERS + PATH)).body.modules[0].url).toBe(SERVERS + PATH);
});

it('changes nothing of what was released: conflicts, dependents and reverts are about modules', async () => {
  const key = await openTicket();
  await upload(server, key, { specifier: 'dep' }, { 'dep.js': 'export const two = 2;' });
  await setTo(FIRST);
  expect((await rehearse(key)).body).toMatchObject({ warnings: [] });
  await promote(key);
  await promote(key);
  await setTo(NOW);
  const again = await openTicket();
  const gone = await server.http.post(`/api/v1/ticket/${again}/modules/`).send({ specifier: 'dep', delete: true });
  expect(gone.body.warnings).toContainEqual(expect.objectContaining({ code: 'dangling' }));
  const { body } = await server.http.post(`/api/v1/ticket/${key}/revert/`).send({}).expect(200);
  expect(body.changes).toEqual([expect.objectContaining({ specifier: 'dep', change: 'changed' })]);
  expect(beginnings(JSON.stringify(body))).toEqual([NOW]);
});

it.each([
  ['http://cdn.example', /https/],
  ['https://cdn.example/?v=1', /query/],
  ['https://cdn.example/#x', /fragment/],
  ['https://user:secret@cdn.example', /user name/],
  ['cdn.example', /URL/],
  ['ftp://cdn.example', /URL/],
  ['https://', /URL/],
  ['https://cdn.example/a b', /URL/],
  [`https://cdn.example/${'x'.repeat(300)}`, /characters/],
  ['', /URL/],
  [1, /URL/],
  [['https://cdn.example'], /URL/],
])('can not be %j', async (modules_url, why) => {
  const { body } = await server.http
    .post('/api/v1/project/')
    .send({ name: 'bad', settings: { modules_url } })
    .expect(400);
  expect(JSON.stringify(body.project.settings)).toMatch(why);
});

it.each([
  ['https://cdn.example/', 'https://cdn.example'],
  ['https://CDN.example:443/s//', 'https://cdn.example/s'],
  ['https://cdn.example/modules', 'https://cdn.example'],
  ['https://cdn.example/modules/', 'https://cdn.example'],
  ['http://localhost:9000', 'http://localhost:9000'],
])('%s stands before /modules/ as %s', async (modules_url, begins) => {
  const name = `p${begins.replaceAll(/[^a-z\d]+/g, '-')}${modules_url.length}`;
  const { uri } = await aStagedProject(server, name, { modules_url });
  const { id } = await aTicket(server).with({ project: uri, title: 'Begins' });
  const { body } = await upload(server, id, { specifier: 'own' }, { 'own.js': CODE });
  expect(body.modules[0].url).toBe(begins + PATH);
});

it('has at most 100 values, which all stay known', async () => {
  const { uri } = await aStagedProject(server, 'many');
  const change = (number: number) =>
    server.http
      .patch(uri)
      .set('If-Match', '*')
      .send({ settings: { modules_url: `https://cdn-${number}.example` } });
  for (let number = 1; number <= 100; number++) await change(number).expect(202);
  expect((await change(101).expect(409)).body.code).toBe('project.modules_urls_full');
  await change(7).expect(202);
});
