// Modules by URL: on a CDN, or uploaded before; deletions; what is refused.
import { aTicket } from '../builders/ticket.builder.js';
import { hashOf, upload, UploadsOf } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let uploads: UploadsOf;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

beforeEach(async () => {
  uploads = new UploadsOf(server, await aTicket(server));
});

describe('by URL', () => {
  it('sets what is on a CDN and deletes, several at once', async () => {
    await uploads.put({ specifier: 'old' }, { 'old.js': '' });
    const integrity = `sha384-${hashOf('x', 'sha384', 'base64')}`;
    const reply = await uploads
      .post({
        modules: [
          { specifier: 'preact', url: 'https://cdn.example/preact@10/preact.js', integrity },
          { specifier: 'lodash/', url: 'https://cdn.example/lodash/', scope: 'https://app.example/' },
          { specifier: 'old', delete: true },
        ],
        git_commit: 'abc1234',
      })
      .expect(201);
    expect(reply.body).toMatchObject({ revision: 2, deleted: [{ specifier: 'old', scope: null }] });
    expect(reply.body.modules[0]).toEqual({
      specifier: 'preact',
      scope: null,
      url: 'https://cdn.example/preact@10/preact.js',
      integrity,
      size: null,
      imports: null,
      live: false,
    });
    expect(await uploads.delta()).toEqual({
      preact: 'https://cdn.example/preact@10/preact.js',
      'lodash/': 'https://cdn.example/lodash/',
    });
  });

  it('takes one of our own by its whole URL or its path, and keeps its blobs for this ticket too', async () => {
    const other = await aTicket(server);
    const nav = await upload(server, other.id, { name: 'nav' }, { 'index.js': 'export default "nav";' });
    const url: string = nav.body.modules[0].url;
    await uploads.post({ specifier: 'nav', url }).expect(201);
    expect(await uploads.delta()).toEqual({ nav: new URL(url).pathname });
    await uploads.post({ specifier: 'nav/', url: new URL('.', url).pathname }).expect(201);
    const used = await server.sql<{ hash: string }>(
      `SELECT DISTINCT u.hash FROM blob_use u JOIN map_revision r ON u.owner IN ('revision/' || r.id, 'ticket/' || r.ticket_id) WHERE r.ticket_id = $1`,
      [uploads.ticket.id],
    );
    expect(used.map(({ hash }) => hash)).toContain(hashOf('export default "nav";'));
    expect(used).toHaveLength(2);
  });

  const nothing = '0'.repeat(64);
  it.each([
    ['a script', { specifier: 'x', url: 'javascript:alert(1)' }, 400],
    ['data', { specifier: 'x', url: 'data:text/javascript,1' }, 400],
    ['http elsewhere', { specifier: 'x', url: 'http://cdn.example/x.js' }, 400],
    ['no URL', { specifier: 'x', url: 'cart' }, 422],
    ['a slash on one side', { specifier: 'x/', url: 'https://cdn.example/x' }, 422],
    ['an integrity that is none', { specifier: 'x', url: 'https://cdn.example/x', integrity: 'md5-abc' }, 422],
    ['half a digest', { specifier: 'x', url: 'https://cdn.example/x', integrity: 'sha384-AAAA' }, 422],
    ['NUL', { specifier: 'x\0', url: 'https://cdn.example/x' }, 400],
    ['an empty specifier', { specifier: '', url: 'https://cdn.example/x' }, 422],
    ['nothing of ours', { specifier: 'x', url: `/modules/${nothing}/x.js` }, 422],
    ['no hash of ours', { specifier: 'x', url: '/modules/abc/x.js' }, 422],
    ['both url and delete', { specifier: 'x', url: 'https://cdn.example/x', delete: true }, 400],
    ['neither', { specifier: 'x' }, 400],
    ['a typo', { specifier: 'x', uri: 'https://cdn.example/x' }, 400],
    ['a number', { specifier: 7, url: 'https://cdn.example/x' }, 400],
    ['no list', { modules: {} }, 400],
    ['an empty list', { modules: [] }, 400],
    ['no objects', { modules: ['x'] }, 400],
    [
      'a repeated key',
      {
        modules: [
          { specifier: 'x', delete: true },
          { specifier: 'x', delete: true },
        ],
      },
      400,
    ],
    ['a bad commit', { specifier: 'x', delete: true, git_commit: 7 }, 400],
  ])('refuses %s, keeping nothing', async (_what, body, status) => {
    const reply = await uploads.post(body);
    expect([reply.status, typeof reply.body.error]).toEqual([status, 'string']);
    expect(await uploads.delta()).toEqual({});
  });

  it('names the entry that is wrong, and keeps to the project’s safe list', async () => {
    const made = await server.http
      .post('/api/v1/project/')
      .send({ name: 'safe', settings: { url_safe_list: ['https://cdn.example/'] } });
    uploads = new UploadsOf(server, await aTicket(server).with({ project: made.body.resource_uri }));
    const modules = ['https://cdn.example/a.js', 'https://evil.example/b.js'].map((url) => ({ specifier: url, url }));
    const reply = await uploads.post({ modules }).expect(403);
    expect(reply.body).toMatchObject({ code: 'module.unsafe', part: 'modules[1]' });
    expect((await uploads.post({ modules: modules.slice(0, 1) }).expect(201)).body.links.map).toBe(
      `${server.base}/p/safe/import-map.json?dev=${uploads.ticket.key}`,
    );
  });
});
