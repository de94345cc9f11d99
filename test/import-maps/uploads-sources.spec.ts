// Watched sources: one key a file, imports that lead to keys, maps that lead to what people wrote.
import { SourceMap } from 'node:module';
import { aTicket } from '../builders/ticket.builder.js';
import { dangling, hashOf, textAt, UploadsOf } from '../builders/modules.js';
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

/** The map behind `sourceMappingURL=`; its lines and columns count from 0. */
const tracing = (url: string): SourceMap =>
  new SourceMap(JSON.parse(Buffer.from(url.split(',')[1] ?? '', 'base64').toString()));

describe('watched sources', () => {
  const app = [
    'import { total } from "./lib/total.js";',
    "export * from '../src/lib/tax.js';",
    'const lazy = () => import(/* later */ `./lazy.js`);',
    'export const url = import.meta.url, any = (name) => import(`./any/${name}.js`);',
    'import "preact";',
    '',
  ].join('\n');

  it('are one key a file; relative imports lead to the keys of the files', async () => {
    const reply = await uploads.put(
      { mode: 'sources' },
      { 'src/app.js': app, 'src/lib/total.js': 'export const total = 1;' },
    );
    expect(reply.status).toBe(201);
    const [first, second] = reply.body.modules;
    expect([first.specifier, second.specifier]).toEqual(['@default/src/app.js', '@default/src/lib/total.js']);
    expect(first.imports).toEqual([
      '@default/src/lazy.js',
      '@default/src/lib/tax.js',
      '@default/src/lib/total.js',
      'preact',
    ]);
    const [code = '', map = ''] = (await textAt(first.url)).split('//# sourceMappingURL=');
    expect(code).toBe(
      app
        .replace('"./lib/total.js"', '"@default/src/lib/total.js"')
        .replace("'../src/lib/tax.js'", '"@default/src/lib/tax.js"')
        .replace('`./lazy.js`', '"@default/src/lazy.js"'),
    );
    const traced = tracing(map);
    expect([traced.payload.sources, traced.payload.sourcesContent]).toEqual([['src/app.js'], [app]]);
    const column = code.split('\n')[3]?.indexOf('any = ') ?? 0;
    expect(traced.findEntry(3, column)).toMatchObject({
      originalSource: 'src/app.js',
      originalLine: 3,
      originalColumn: column,
    });
    // Untouched ones stay as they are, byte by byte.
    expect(await textAt(second.url)).toBe('export const total = 1;');
    expect(first.integrity).toBe(`sha384-${hashOf(await textAt(first.url), 'sha384', 'base64')}`);
    expect(dangling(reply)).toEqual(['lazy.js', 'lib/tax.js', 'preact'].map((name) => expect.stringContaining(name)));
  });

  it('change, come and go file by file', async () => {
    await uploads.put({ mode: 'sources' }, { 'a.js': 'export default 1;', 'b.js': 'export default 2;' });
    const reply = await uploads.put({ mode: 'sources', delete: ['b.js', 'never.js'] }, { 'a.js': 'export default 3;' });
    expect([reply.status, reply.body.revision, reply.body.deleted]).toEqual([
      201,
      2,
      [
        { specifier: '@default/b.js', scope: null },
        { specifier: '@default/never.js', scope: null },
      ],
    ]);
    expect(await uploads.delta()).toEqual({ '@default/a.js': `/modules/${hashOf('export default 3;')}/a.js` });
  });

  const typescript = 'import { total } from "./total.js";\nexport const sum: number = total;\n';
  const compiled = 'import { total } from "./total.js";\nexport const sum = total;\n';
  // Line 1 ↔ line 1, line 2 ↔ line 2, segments at `export`, `sum`, `total`.
  const known = {
    version: 3,
    sources: ['../ts/sum.ts'],
    sourcesContent: [typescript],
    names: [],
    mappings: 'AAAA;AACA,aAAa,GAAG,GAAW',
  };
  it.each([
    ['inline', `data:application/json;base64,${Buffer.from(JSON.stringify(known)).toString('base64')}`, {}],
    ['in a file of its own', 'sum.js.map', { 'dist/sum.js.map': JSON.stringify(known) }],
  ])('keep the map that a compiler made, %s: it leads to what the compiler read', async (_where, url, beside) => {
    const reply = await uploads.put(
      { mode: 'sources' },
      { 'dist/sum.js': `${compiled}//# sourceMappingURL=${url}\n`, ...beside },
    );
    const served = await textAt(reply.body.modules[0].url);
    const [code = '', map = '', ...more] = served.split('//# sourceMappingURL=');
    expect(more).toEqual([]);
    expect(code).toBe(compiled.replace('./total.js', '@default/dist/total.js'));
    const traced = tracing(map);
    expect([traced.payload.sources, traced.payload.sourcesContent]).toEqual([['ts/sum.ts'], [typescript]]);
    const column = code.split('\n')[1]?.lastIndexOf('total') ?? 0;
    expect(traced.findEntry(1, column)).toMatchObject({
      originalSource: 'ts/sum.ts',
      originalLine: 1,
      originalColumn: 27,
    });
  });

  it('are warned about imports that lead out of the folder, which stay as they are', async () => {
    const reply = await uploads.put({ mode: 'sources' }, { 'a.js': 'import "../outside.js";' });
    expect(reply.body.modules[0].imports).toEqual(['../outside.js']);
    const outside = expect.objectContaining({
      ...{ code: 'outside', key: '@default/a.js', message: expect.stringMatching(/outside the uploaded folder/) },
    });
    expect(reply.body.warnings).toContainEqual(outside);
    expect(dangling(reply)).toEqual([]);
  });
});
