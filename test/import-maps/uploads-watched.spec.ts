// A watched folder is sent as a whole: the ticket carries what differs from production, and nothing that others released goes
// back unseen because somebody's folder is behind.
import { aTicket } from '../builders/ticket.builder.js';
import { hashOf, textAt, UploadsOf } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
/** A project of its own for each story. */
let project: { readonly id: number; readonly name: string };
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

beforeEach(async () => {
  const name = `watched${(count += 1)}`;
  const { body } = await server.http.post('/api/v1/project/').send({ name }).expect(201);
  project = { id: body.id, name };
});

const newTicket = async (): Promise<UploadsOf> =>
  new UploadsOf(server, await aTicket(server).with({ project: `/api/v1/project/${project.id}/` }));

const APP = {
  'src/app.js': 'import "./cart.js";',
  'src/cart.js': 'export default 1;',
  'src/nav.js': 'export default 1;',
};
const key = (path: string): string => `@${project.name}/${path}`;
const sources = { mode: 'sources' };

async function release({ ticket }: UploadsOf, body: object = {}): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await server.http.post(`${ticket.uri}promote/`).send(body).expect(200);
}

/** APP in production, by a ticket of its own. */
async function released(files: Record<string, string> = APP): Promise<void> {
  const uploads = await newTicket();
  await uploads.put(sources, files);
  await release(uploads);
}

const liveIn = (reply: { body: any }): Record<string, boolean> =>
  Object.fromEntries(reply.body.modules.map((one: { specifier: string; live: boolean }) => [one.specifier, one.live]));

describe('a watched folder', () => {
  it('leaves what production has to production', async () => {
    await released();
    const uploads = await newTicket();
    const reply = await uploads.put(sources, { ...APP, 'src/cart.js': 'export default 2;' });
    expect([reply.status, reply.body.revision]).toEqual([201, 1]);
    expect(liveIn(reply)).toEqual({
      [key('src/app.js')]: true,
      [key('src/cart.js')]: false,
      [key('src/nav.js')]: true,
    });
    expect(Object.keys(await uploads.delta())).toEqual([key('src/cart.js')]);
    const uses = await server.sql<{ hash: string }>(
      "SELECT u.hash FROM blob_use u JOIN map_revision r ON u.owner = 'revision/' || r.id WHERE r.ticket_id = $1",
      [uploads.ticket.id],
    );
    expect(uses).toEqual([{ hash: hashOf('export default 2;') }]);
    // Nobody is in anybody's way.
    const other = await newTicket();
    expect((await other.put(sources, { ...APP, 'src/nav.js': 'export default 3;' })).body.warnings).toEqual([]);
    // The same again is nothing new.
    const again = await uploads.put(sources, { ...APP, 'src/cart.js': 'export default 2;' });
    expect([again.status, again.body.revision]).toEqual([200, 1]);
  });

  it('registers a ticket that changes nothing yet', async () => {
    await released();
    const uploads = await newTicket();
    const reply = await uploads.put(sources, APP);
    expect([reply.status, reply.body.stage, reply.body.revision]).toEqual([201, 'dev', 1]);
    expect(await uploads.delta()).toEqual({});
  });

  it('takes a change back with the file, or with its deletion', async () => {
    await released();
    const uploads = await newTicket();
    await uploads.put(sources, { 'src/cart.js': 'export default 2;', 'src/new.js': 'export default 1;' });
    const back = await uploads.put({ ...sources, delete: 'src/new.js' }, { 'src/cart.js': APP['src/cart.js'] });
    expect([back.status, back.body.revision, liveIn(back)]).toEqual([201, 2, { [key('src/cart.js')]: true }]);
    expect(await uploads.delta()).toEqual({});
    expect(await server.sql('SELECT 1 FROM ticket_key WHERE ticket_id = $1', [uploads.ticket.id])).toEqual([]);
    // What production has is deleted by an operation, and the file that is back takes that back.
    await uploads.put({ ...sources, delete: 'src/nav.js' }, {});
    expect(await uploads.delta()).toEqual({ [key('src/nav.js')]: null });
    await uploads.put(sources, { 'src/nav.js': APP['src/nav.js'] });
    expect(await uploads.delta()).toEqual({});
  });

  it('that is behind takes nothing back unseen: the key is stale until the folder has it, or somebody decides', async () => {
    await released();
    const [other, uploads] = [await newTicket(), await newTicket()];
    await other.put(sources, { 'src/cart.js': 'export default 2;' });
    await release(other);
    const reply = await uploads.put(sources, { ...APP, 'src/nav.js': 'export default 5;' });
    const cart = key('src/cart.js');
    const message = `${cart} is as production had it before release 2 (${other.ticket.key}): rebase mine releases it again.`;
    expect(reply.body.warnings).toEqual([{ code: 'overtaken', key: cart, ticket: other.ticket.key, message }]);
    await server.http.post(`${uploads.ticket.uri}promote/`).send({}).expect(409);
    const pulled = await uploads.put(sources, { 'src/cart.js': 'export default 2;' });
    expect(pulled.body.warnings).toEqual([]);
    expect(Object.keys(await uploads.delta())).toEqual([key('src/nav.js')]);
    await release(uploads);
    const { imports } = (await server.http.get(`/p/${project.name}/import-map.json`).expect(200)).body as {
      imports: Record<string, string>;
    };
    expect(await textAt(imports[key('src/cart.js')] ?? '')).toBe('export default 2;');
  });

  it('with a file that was taken out again says so, and releases it when somebody decides that', async () => {
    const first = await newTicket();
    await first.put(sources, APP);
    await release(first);
    await server.http.post(`${first.ticket.uri}revert/`).send({}).expect(200);
    const uploads = await newTicket();
    const app = key('src/app.js');
    const said = `${app} is as production had it before release 2 (${first.ticket.key}): rebase mine releases it again.`;
    const reply = await uploads.put(sources, { 'src/app.js': APP['src/app.js'] });
    const warning = { code: 'overtaken', key: app, ticket: first.ticket.key, message: said };
    // What it overlaps with, and imports, is told too.
    expect(reply.body.warnings).toContainEqual(warning);
    const refused = await server.http.post(`${uploads.ticket.uri}promote/`).send({}).expect(409);
    expect(refused.body.verdicts[0]).toMatchObject({ code: 'conflicts.stale', summary: said });

    // Another file there is a change like any other, of a key that somebody else changed last.
    const edited = await uploads.put(sources, { 'src/app.js': 'export default 9;' });
    expect(edited.body.warnings).toContainEqual({
      ...warning,
      message: `${first.ticket.key} changed ${app} since your base.`,
    });
    await uploads.put(sources, { 'src/app.js': APP['src/app.js'] });
    await server.http
      .post(`${uploads.ticket.uri}rebase/`)
      .send({ [app]: 'mine' })
      .expect(200);
    // What it imports was taken back, too.
    await release(uploads, { force: ['imports'], reason: 'the story goes on' });
    const { imports } = (await server.http.get(`/p/${project.name}/import-map.json`).expect(200)).body as {
      imports: Record<string, string>;
    };
    expect(Object.keys(imports)).toEqual([app]);
  });

  it('that has what the ticket itself brought once, and took back, says the release', async () => {
    const uploads = await newTicket();
    await uploads.put(sources, APP);
    await release(uploads);
    for (let turn = 0; turn < 2; turn++) await server.http.post(`${uploads.ticket.uri}revert/`).send({}).expect(200);
    await uploads.put(sources, { 'src/nav.js': 'export default 2;' });
    const reply = await uploads.put(sources, { 'src/nav.js': APP['src/nav.js'] });
    expect(reply.body.warnings).toContainEqual(
      expect.objectContaining({
        code: 'overtaken',
        message: `${key('src/nav.js')} is as production had it before release 2 (${uploads.ticket.key}): rebase mine releases it again.`,
      }),
    );
  });

  it('does so in its project only: elsewhere the bytes are new', async () => {
    await released();
    project = (
      await server.http
        .post('/api/v1/project/')
        .send({ name: `${project.name}-other` })
        .expect(201)
    ).body;
    const uploads = await newTicket();
    const reply = await uploads.put(sources, { 'src/nav.js': APP['src/nav.js'] });
    expect([liveIn(reply), reply.body.warnings]).toEqual([{ [key('src/nav.js')]: false }, []]);
  });

  it('doesn’t warn of imports of files that the ticket doesn’t carry', async () => {
    const outside = { 'a.js': 'import "../lib.js";' };
    await released(outside);
    const uploads = await newTicket();
    expect((await uploads.put(sources, outside)).body.warnings).toEqual([]);
    expect((await uploads.put(sources, { 'b.js': 'import "../lib.js";' })).body.warnings).toHaveLength(1);
  });
});

it('in other modes what production has is a change like any other, and told as live', async () => {
  const module = { 'cart.js': 'export default 1;' };
  const first = await newTicket();
  await first.put({ specifier: 'cart' }, module);
  await release(first);
  const uploads = await newTicket();
  const reply = await uploads.put({ specifier: 'cart' }, module);
  expect([liveIn(reply), Object.keys(await uploads.delta())]).toEqual([{ cart: true }, ['cart']]);
});

it('is kept in step through any of several servers, each of which remembers what it saw', async () => {
  const beside = await startTestServer({}, server.connection);
  const uploads = await newTicket();
  const files = (version: number) => ({ [`src/file${version % 3}.js`]: `export default ${version};` });
  const expected: Record<string, string> = {};
  for (let version = 0; version < 9; version++) {
    const at = version % 2 === 0 ? server : beside;
    const reply = await new UploadsOf(at, uploads.ticket).put(sources, files(version));
    expect([reply.status, reply.body.revision]).toEqual([201, version + 1]);
    const [{ specifier, url }] = reply.body.modules;
    expected[specifier] = new URL(url).pathname;
    expect(await uploads.delta()).toEqual(expected);
    const query = `?dev=${uploads.ticket.key}`;
    for (;;) {
      const map = (await beside.http.get(`/p/${project.name}/import-map.json${query}`).expect(200)).body;
      if (new URL(map.imports[specifier] ?? beside.base).pathname === expected[specifier]) break;
    }
  }
  await beside.stop();
});
