// Uploads of modules and packages: what is kept, what the ticket's map gets, what the uploader is told.
import { aTicket } from '../builders/ticket.builder.js';
import { dangling, type FormFiles, hashOf, postForm, textAt, UploadsOf } from '../builders/modules.js';
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

it.each(['file', 'files', 'file[]', 'files[]', 'files[0]'])(
  'a file in a part that is called %s has its path in the filename',
  async (name) => {
    const form = new FormData();
    form.append('specifier', `as ${name}`);
    form.append(name, new Blob(['export default 1;']), 'dist/cart.js');
    const reply = await postForm(server, `/api/v1/ticket/${uploads.ticket.id}/modules/`, form);
    expect([reply.status, reply.body.modules[0].url]).toEqual([201, expect.stringMatching(/\/cart\.js$/)]);
  },
);

describe('a module', () => {
  const source = 'import { h } from "preact";\nexport const cart = h;\n';

  it('is kept under its hash, with its integrity, and is in the map of the ticket at once', async () => {
    const reply = await uploads.put(
      { specifier: 'cart', git_remote: 'git@example.com:shop', git_branch: 'carts', git_commit: 'abc1234' },
      { 'dist/cart.js': source },
    );
    const path = `/modules/${hashOf(source)}/cart.js`;
    const integrity = `sha384-${hashOf(source, 'sha384', 'base64')}`;
    expect([reply.status, reply.body]).toEqual([
      201,
      {
        ticket: uploads.ticket.uri,
        key: uploads.ticket.key,
        stage: 'dev',
        revision: 1,
        modules: [
          {
            specifier: 'cart',
            scope: null,
            url: server.base + path,
            integrity,
            size: source.length,
            imports: ['preact'],
            live: false,
          },
        ],
        deleted: [],
        warnings: [
          expect.objectContaining({ code: 'dangling', key: 'cart', message: expect.stringContaining('preact') }),
        ],
        links: {
          map: `${server.base}/import-map.json?dev=${uploads.ticket.key}`,
          production: `${server.base}/import-map.json`,
          ticket: `${server.base}${uploads.ticket.uri}`,
        },
      },
    ]);
    expect(await textAt(server.base + path)).toBe(source);
    expect(await uploads.delta()).toEqual({ cart: path });
    const rows = await server.sql(
      `SELECT r.git_remote, r.git_branch, r.git_commit, u.hash FROM map_revision r JOIN blob_use u ON u.owner = 'revision/' || r.id WHERE r.ticket_id = $1`,
      [uploads.ticket.id],
    );
    expect(rows).toEqual([
      { git_remote: 'git@example.com:shop', git_branch: 'carts', git_commit: 'abc1234', hash: hashOf(source) },
    ]);
  });

  it('answers with the ETag of the ticket, which If-Match is compared with', async () => {
    const first = await uploads.put({ specifier: 'cart' }, { 'cart.js': 'export default 1;' });
    const seen = await server.http.get(uploads.ticket.uri);
    expect(first.headers.get('etag')).toBe(seen.headers.etag);
    const late = await uploads.put({ specifier: 'cart' }, { 'cart.js': 'export default 2;' }, { 'If-Match': '"1"' });
    expect([late.status, late.body.code]).toEqual([412, 'if_match.failed']);
    const next = await uploads.put(
      { specifier: 'cart' },
      { 'cart.js': 'export default 2;' },
      { 'If-Match': seen.headers.etag! },
    );
    expect([next.status, next.body.revision]).toEqual([201, 2]);
  });

  it('makes no revision where the ticket has it already, and keeps the same bytes once', async () => {
    const first = await uploads.put({ specifier: 'a' }, { 'a.js': 'export default "same";' });
    const again = await uploads.put({ specifier: 'a' }, { 'a.js': 'export default "same";' });
    expect([again.status, again.body.revision, again.body.modules]).toEqual([200, 1, first.body.modules]);
    await uploads.put({ specifier: 'b' }, { 'b.js': 'export default "same";' });
    expect(await server.sql('SELECT 1 FROM blob WHERE hash = $1', [hashOf('export default "same";')])).toHaveLength(1);
  });

  it('goes into a scope where one is said', async () => {
    const reply = await uploads.put(
      { specifier: 'cart', scope: 'https://app.example/admin/' },
      { 'cart.js': 'export {}' },
    );
    expect(reply.body.modules[0]).toMatchObject({ specifier: 'cart', scope: 'https://app.example/admin/' });
    const [row] = await server.sql('SELECT operations FROM map_revision WHERE ticket_id = $1', [uploads.ticket.id]);
    expect(row).toMatchObject({ operations: [{ scope: 'https://app.example/admin/', specifier: 'cart' }] });
  });

  it('is warned about where it imports something relative, which a hash can not lead to', async () => {
    const reply = await uploads.put(
      { specifier: 'cart' },
      { 'cart.js': "import './total.js'; import('../lazy.js'); import(x);" },
    );
    expect(reply.body.modules[0].imports).toEqual(['../lazy.js', './total.js']);
    expect(dangling(reply)).toEqual([
      expect.stringMatching(/\.\.\/lazy\.js.*name=<package>/),
      expect.stringMatching(/\.\/total\.js.*mode=sources/),
    ]);
  });
});

describe('a package folder', () => {
  const files = {
    'package.json': JSON.stringify({
      name: '@shop/nav',
      exports: { '.': { types: './x.d.ts', import: './lib/nav.mjs' } },
    }),
    'lib/nav.mjs': 'import { item } from "./item.mjs";\nimport "lodash";\nexport default item;',
    'lib/item.mjs': 'export const item = 1;',
    'icons/cart.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  };

  it('is under one hash, so that its files find each other; the name leads to its entry and to the folder', async () => {
    const reply = await uploads.put({ name: '@shop/nav' }, files);
    expect(reply.status).toBe(201);
    const [entry, folder] = reply.body.modules;
    expect(entry).toMatchObject({ specifier: '@shop/nav', imports: ['lodash'] });
    expect(entry.integrity).toBe(`sha384-${hashOf(files['lib/nav.mjs'], 'sha384', 'base64')}`);
    expect(folder).toMatchObject({ specifier: '@shop/nav/', integrity: null, imports: ['lodash'] });
    expect(entry.url).toBe(`${folder.url}lib/nav.mjs`);
    expect(await textAt(new URL('./item.mjs', entry.url).href)).toBe(files['lib/item.mjs']);
    expect(await textAt(`${folder.url}icons/cart.svg`)).toBe(files['icons/cart.svg']);
    expect(Object.keys(await uploads.delta())).toEqual(['@shop/nav', '@shop/nav/']);
    const used = await server.sql(
      `SELECT u.hash FROM blob_use u JOIN map_revision r ON u.owner IN ('revision/' || r.id, 'ticket/' || r.ticket_id) WHERE r.ticket_id = $1`,
      [uploads.ticket.id],
    );
    expect(used).toHaveLength(Object.keys(files).length + 1);
  });

  it('has the same hash for the same files in any order', async () => {
    const first = await uploads.put({ name: 'nav' }, files);
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    expect((await uploads.put({ name: 'nav' }, reversed)).body.modules).toEqual(first.body.modules);
  });

  it.each([
    ['the field entry', { entry: './b.js' }, { 'package.json': '{"main": "a.js"}', 'a.js': '', 'b.js': '' }, 'b.js'],
    ['module', {}, { 'package.json': '{"main": "a.js", "module": "./b.js"}', 'a.js': '', 'b.js': '' }, 'b.js'],
    ['exports', {}, { 'package.json': '{"main": "a.js", "exports": "./b.js"}', 'a.js': '', 'b.js': '' }, 'b.js'],
    ['main, without its extension', {}, { 'package.json': '{"main": "lib/a"}', 'lib/a.js': '' }, 'lib/a.js'],
    ['main, a folder', {}, { 'package.json': '{"main": "lib"}', 'lib/index.js': '' }, 'lib/index.js'],
    ['index.js', {}, { 'index.js': '', 'b.js': '' }, 'index.js'],
  ])('has the entry that %s says', async (_who, texts, contents: FormFiles, entry) => {
    const reply = await uploads.put({ name: 'nav', ...texts }, contents);
    expect([reply.status, new URL(reply.body.modules[0].url).pathname.split('/').slice(3).join('/')]).toEqual([
      201,
      entry,
    ]);
  });

  it.each([
    ['no entry', {}, { 'b.js': '' }, 'upload.no_entry', 'index.js'],
    ['an entry that is not there', { entry: 'c.js' }, { 'b.js': '' }, 'upload.no_entry', 'c.js'],
    [
      'a package.json that is none',
      {},
      { 'package.json': '{', 'index.js': '' },
      'upload.bad_package_json',
      'package.json',
    ],
  ])('is refused with %s', async (_what, texts, contents: FormFiles, code, named) => {
    const reply = await uploads.put({ name: 'nav', ...texts }, contents);
    expect([reply.status, reply.body.code, reply.body.error]).toEqual([422, code, expect.stringContaining(named)]);
    expect(await uploads.delta()).toEqual({});
  });

  it('is warned about relative imports that are not among its files', async () => {
    const reply = await uploads.put(
      { name: 'nav' },
      { 'index.js': 'import "./gone.js"; import "./lib";', 'lib/index.js': '' },
    );
    expect(dangling(reply)).toEqual([
      expect.stringMatching(/^index\.js imports \.\/gone\.js/),
      expect.stringMatching(/^index\.js imports \.\/lib,/),
    ]);
  });
});

describe('an Idempotency-Key', () => {
  it('repeats the answer for the same parts, and refuses others', async () => {
    const headers = { 'Idempotency-Key': `key-${uploads.ticket.id}` };
    const first = await uploads.put({ specifier: 'a' }, { 'a.js': 'export default 1;' }, headers);
    await uploads.put({ specifier: 'a' }, { 'a.js': 'export default 2;' });
    const again = await uploads.put({ specifier: 'a' }, { 'a.js': 'export default 1;' }, headers);
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true']);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(await uploads.delta()).toEqual({ a: `/modules/${hashOf('export default 2;')}/a.js` });
    for (const [texts, files] of [
      [{ specifier: 'a' }, { 'a.js': 'export default 3;' }],
      [{ specifier: 'b' }, { 'a.js': 'export default 1;' }],
      [{ specifier: 'a' }, { 'b.js': 'export default 1;' }],
    ] as const) {
      const other = await uploads.put(texts, files, headers);
      expect([other.status, other.body.code]).toEqual([422, 'idempotency.key_reused']);
    }
  });
});
