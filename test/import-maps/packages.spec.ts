// Packages as npm has them: their names and subpaths lead to files that are there, and what leads to none is told.
import fs from 'node:fs';
import path from 'node:path';
import { aTicket } from '../builders/ticket.builder.js';
import { dangling, type FormFiles, hashOf, UploadsOf } from '../builders/modules.js';
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

/** The scripts of an installed package, and its package.json. */
function filesOf(name: string): FormFiles {
  const home = path.join('node_modules', name);
  const paths = fs.readdirSync(home, { recursive: true, encoding: 'utf8' });
  const wanted = paths.filter(
    (one) => /(\.m?js|(^|\/)package\.json)$/.test(one) && !/(^|\/)(src|node_modules)\//.test(one),
  );
  return Object.fromEntries(wanted.map((one) => [one, fs.readFileSync(path.join(home, one))]));
}

const description = (said: object): string => JSON.stringify(said);

it.each([
  ['preact', ['preact', 'preact/', 'preact/compat', 'preact/hooks', 'preact/jsx-runtime']],
  ['lit', ['lit', 'lit/']],
  ['lit-html', ['lit-html', 'lit-html/']],
  ['@lit/reactive-element', ['@lit/reactive-element', '@lit/reactive-element/']],
])('%s: each key of a file leads to that file', async (name, keys) => {
  const reply = await uploads.put({ name }, filesOf(name));
  expect([reply.status, dangling(reply).filter((one) => !one.includes('does not resolve in this'))]).toEqual([201, []]);
  expect(reply.body.modules.map((one: { specifier: string }) => one.specifier)).toEqual(expect.arrayContaining(keys));
  for (const { url, integrity } of reply.body.modules as { url: string; integrity: string | null }[])
    if (integrity) expect([url, (await fetch(url)).status]).toEqual([url, 200]);
});

it('has no keys for subpaths that its folder leads to', async () => {
  const reply = await uploads.put({ name: 'lit' }, filesOf('lit'));
  expect(Object.keys(await uploads.delta())).toEqual(['lit', 'lit/']);
  expect(reply.status).toBe(201);
});

it.each([
  [{ exports: './b.js', module: 'a.js' }, { nav: 'b.js' }],
  [{ exports: { '.': { require: './a.js' } }, module: 'b.js' }, { nav: 'b.js' }],
  [{ exports: { '.': './gone.js' }, main: 'a.js' }, { nav: 'a.js' }],
  [{ browser: './b.js', module: 'a.js', main: 'c.js' }, { nav: 'b.js' }],
  [{ browser: { './a.js': './b.js' }, main: 'a.js' }, { nav: 'b.js' }],
  [{ browser: { 'a.js': './b.js', fs: false }, main: './a' }, { nav: 'b.js' }],
  [{ browser: { './lib/x.js': './b.js' }, main: './a' }, { nav: 'a.js' }],
  [{ browser: { './a': './b.js' }, main: './a.js' }, { nav: 'b.js' }],
  [{ browser: { './a.js': false }, module: 'a.js', main: 'b.js' }, { nav: 'b.js' }],
  [{ exports: { './x': './lib/x.js' } }, { 'nav/x': 'lib/x.js' }],
  [
    { exports: { '.': './a.js', './x': './lib/x.js', './lib/x.js': './lib/x.js' } },
    { nav: 'a.js', 'nav/x': 'lib/x.js' },
  ],
  [{ exports: { '.': './a.js', './*': './lib/*.js' } }, { nav: 'a.js', 'nav/x': 'lib/x.js', 'nav/y': 'lib/y.js' }],
  [{ exports: { '.': './a.js', './*': './lib/*.js', './x': null } }, { nav: 'a.js', 'nav/y': 'lib/y.js' }],
  [{ exports: { '.': './a.js', './types': './lib/t.d.ts' } }, { nav: 'a.js' }],
])('package.json %j has the keys %j', async (said, keys) => {
  const files = { 'a.js': '', 'b.js': '', 'lib/x.js': '', 'lib/y.js': '', 'lib/t.d.ts': '' };
  const reply = await uploads.put({ name: 'nav' }, { ...files, 'package.json': description(said) });
  expect([reply.status, reply.body.error]).toEqual([201, undefined]);
  const delta = await uploads.delta();
  const folder = delta['nav/'] as string;
  expect(delta).toEqual({
    'nav/': folder,
    ...Object.fromEntries(Object.entries(keys).map(([key, file]) => [key, folder + file])),
  });
});

it('has keys for 2000 subpaths, and is warned about the rest', async () => {
  const files = Object.fromEntries(Array.from({ length: 2010 }, (_, index) => [`lib/${index}.js`, '']));
  const said = { exports: { '.': './lib/1.js', './*': './lib/*.js' } };
  const reply = await uploads.put({ name: 'icons' }, { ...files, 'package.json': description(said) });
  expect([reply.status, reply.body.modules.length]).toEqual([201, 2002]);
  expect(dangling(reply)).toEqual([expect.stringMatching(/2010 subpaths.*first 2000/)]);
});

describe('an import of what a folder has not', () => {
  const importing = (specifier: string) => ({ 'cart.js': `import ${JSON.stringify(specifier)};` });

  it.each([
    ['nav/hooks', 'told'],
    ['nav/gone.js', 'told'],
    ['nav/lib/', 'told'],
    ['nav/lib/x.js', 'there'],
    ['nav/lib/x.js?v=1', 'there'],
    ['nav/lib/%78.js', 'there'],
    ['nav/x', 'there'],
    ['nav', 'there'],
  ])('%s is %s', async (specifier, expected) => {
    const said = { exports: { '.': './a.js', './x': './lib/x.js' } };
    await uploads.put({ name: 'nav' }, { 'a.js': '', 'lib/x.js': '', 'package.json': description(said) });
    const told = dangling(await uploads.put({ specifier: 'cart' }, importing(specifier)));
    expect(told).toEqual(expected === 'told' ? [expect.stringContaining(specifier)] : []);
  });

  it('is told to who releases a folder without it', async () => {
    const name = `nav-${uploads.ticket.id}`;
    await uploads.put({ name }, { 'index.js': '', 'hooks.js': '' });
    await uploads.put({ specifier: `cart-${uploads.ticket.id}` }, importing(`${name}/hooks.js`));
    for (const _stage of ['qa', 'prod']) {
      const promoted = await server.http.post(`/api/v1/ticket/${uploads.ticket.id}/promote/`);
      expect([promoted.status, promoted.body.error]).toEqual([200, undefined]);
    }
    const next = new UploadsOf(server, await aTicket(server));
    const told = dangling(await next.put({ name }, { 'index.js': '' }));
    expect(told).toEqual([expect.stringMatching(/^cart-\d+ imports nav-\d+\/hooks\.js, which does not resolve/)]);
  });
});

const to = async (uploads: UploadsOf, body: object = {}): Promise<void> => {
  for (const _stage of ['qa', 'prod']) {
    const promoted = await server.http.post(`/api/v1/ticket/${uploads.ticket.id}/promote/`).send(body);
    expect([promoted.status, promoted.body.error]).toEqual([200, undefined]);
  }
};

describe('a version that lacks what an earlier one had', () => {
  const version = (...subpaths: string[]): FormFiles => ({
    'i.js': '',
    ...Object.fromEntries(subpaths.map((one) => [`l/${one}.js`, ''])),
    'package.json': description({
      exports: { '.': './i.js', ...Object.fromEntries(subpaths.map((one) => [`./${one}`, `./l/${one}.js`])) },
    }),
  });
  const dropped = ({ body }: { body: { warnings: { code: string; message: string }[] } }): string[] =>
    body.warnings.flatMap(({ code, message }) => (code === 'dropped' ? [message] : []));

  it.each<[string, string[], string[], string[], RegExp[]]>([
    [
      'one',
      ['x', 'y'],
      ['x'],
      ['nav', 'nav/', 'nav/x'],
      [/^nav\/y is not in nav as it came, and the ticket no longer has it\.$/],
    ],
    ['all', ['x', 'y'], [], ['nav', 'nav/'], [/^nav\/x, nav\/y are not/]],
    ['none', ['x'], ['x', 'y'], ['nav', 'nav/', 'nav/x', 'nav/y'], []],
  ])('of the same ticket, %s: no key leads to the old folder', async (_name, before, after, keys, says) => {
    await uploads.put({ name: 'nav' }, version(...before));
    const reply = await uploads.put({ name: 'nav' }, version(...after));
    expect(dropped(reply)).toEqual(says.map((one) => expect.stringMatching(one)));
    const delta = await uploads.delta();
    expect(Object.keys(delta).sort()).toEqual(keys);
    for (const url of Object.values(delta)) expect(url).toContain(delta['nav/']);
  });

  it('the entry, too', async () => {
    await uploads.put({ name: 'nav' }, version('x'));
    const said = description({ exports: { './x': './l/x.js' } });
    await uploads.put({ name: 'nav' }, { 'l/x.js': '2', 'package.json': said });
    expect(Object.keys(await uploads.delta()).sort()).toEqual(['nav/', 'nav/x']);
  });

  it('what another upload brought below the name stays, as do packages of other names', async () => {
    await uploads.put({ name: 'nav' }, version('x'));
    await uploads.put({ specifier: 'nav/own.js' }, { 'own.js': '' });
    await uploads.put({ name: 'nav/inner' }, version('x', 'y'));
    await uploads.put({ name: 'navigation' }, version('x'));
    await uploads.put({ name: 'nav' }, version());
    expect(Object.keys(await uploads.delta()).sort()).toEqual(
      [
        ...['nav', 'nav/', 'nav/inner', 'nav/inner/', 'nav/inner/x', 'nav/inner/y', 'nav/own.js'],
        ...['navigation', 'navigation/', 'navigation/x'],
      ].sort(),
    );
  });

  it('only in the scope that it is in', async () => {
    const scope = 'https://app.example/admin/';
    await uploads.put({ name: 'nav' }, version('x'));
    await uploads.put({ name: 'nav', scope }, version('x'));
    await uploads.put({ name: 'nav', scope }, version());
    const [{ operations }] = (await server.sql<{ operations: { scope: string | null; specifier: string }[] }>(
      'SELECT operations FROM map_revision WHERE ticket_id = $1 ORDER BY number DESC LIMIT 1',
      [uploads.ticket.id],
    )) as [{ operations: { scope: string | null; specifier: string }[] }];
    expect(operations.filter((one) => one.specifier === 'nav/x').map((one) => one.scope)).toEqual([null]);
  });

  it('of production: the ticket deletes it, names who imports it, and is stopped until nobody does', async () => {
    const name = `pkg-${uploads.ticket.id}`;
    await uploads.put({ name }, version('x', 'y'));
    await uploads.put({ specifier: `page-${uploads.ticket.id}` }, { 'p.js': `import "${name}/y";` });
    await to(uploads);
    const next = new UploadsOf(server, await aTicket(server));
    const reply = await next.put({ name }, version('x'));
    expect(dropped(reply)).toEqual([
      `${name}/y is not in ${name} as it came, which production has: the ticket deletes it.`,
    ]);
    expect(dangling(reply)).toEqual([expect.stringMatching(/^pkg-\d+\/y is deleted, but imported by page-\d+\.$/)]);
    expect(await next.delta()).toMatchObject({ [`${name}/y`]: null });
    // The same again is no revision, and settles nothing.
    const again = await next.put({ name }, version('x'));
    expect([again.status, again.body.revision]).toEqual([200, reply.body.revision]);
    const stopped = await server.http.post(`/api/v1/ticket/${next.ticket.id}/promote/`).expect(409);
    expect(stopped.body.code).toBe('imports.unresolved');
    // A version that has it again takes the deletion back.
    await next.put({ name }, version('x', 'y'));
    expect(Object.values(await next.delta()).every((url) => url === null)).toBe(false);
    expect((await next.delta())[`${name}/y`] ?? 'live').not.toBeNull();
  });
});

describe('names that only the package knows', () => {
  const files = async (said: object, more: FormFiles): Promise<{ reply: any; text(path: string): Promise<string> }> => {
    const reply = await uploads.put({ name: 'nav' }, { 'package.json': description(said), ...more });
    const folder = reply.body.modules?.find((one: { specifier: string }) => one.specifier === 'nav/')?.url as string;
    return { reply, text: async (path) => (await fetch(folder + path)).text() };
  };
  const code = (text: string): string => text.split('\n//# sourceMappingURL=')[0]?.trim() ?? '';
  const I = { 'lib/x.js': '', 'lib/browser.js': '', 'lib/node.js': '', 'a b/c#d.js': '' };

  it.each<[string, unknown, string, string]>([
    ['a file', { '#x': './lib/x.js' }, '#x', './lib/x.js'],
    ['by condition', { '#x': { node: './lib/node.js', browser: './lib/browser.js' } }, '#x', './lib/browser.js'],
    ['a pattern', { '#lib/*': './lib/*.js' }, '#lib/x', './lib/x.js'],
    ['the first that is there', { '#x': ['./lib/gone.js', './lib/x.js'] }, '#x', './lib/x.js'],
    ['another package', { '#dep': { node: './lib/node.js', default: 'dep' } }, '#dep', 'dep'],
    ['below another package', { '#dep/*': 'dep/lib/*.js' }, '#dep/x', 'dep/lib/x.js'],
    ['a name with signs', { '#x': './a b/c#d.js' }, '#x', './a%20b/c%23d.js'],
    ['with a slash', { '#/*': './lib/*.js' }, '#/x', './lib/x.js'],
  ])('%s: what a browser gets stands in the file', async (_name, imports, specifier, expected) => {
    const { reply, text } = await files(
      { exports: './i.js', imports },
      { ...I, 'i.js': `import "${specifier}"; import("${specifier}"); export * from "${specifier}";` },
    );
    expect([reply.status, dangling(reply).filter((one) => !one.includes('does not resolve in'))]).toEqual([201, []]);
    const written = JSON.stringify(expected);
    expect(code(await text('i.js'))).toBe(`import ${written}; import(${written}); export * from ${written};`);
    const [entry] = reply.body.modules as { imports: string[] }[];
    expect(entry?.imports).toEqual(expected.startsWith('.') ? [] : [expected]);
  });

  it('go by the nearest package.json, from wherever they are imported', async () => {
    const { text } = await files(
      { exports: './i.js', imports: { '#x': './lib/x.js' } },
      {
        ...I,
        'i.js': 'import "./deep/in/a.js"; import "./own/b.js";',
        'deep/in/a.js': 'import "#x";',
        'own/package.json': description({ imports: { '#x': './y.js' } }),
        'own/b.js': 'import "#x";',
        'own/y.js': '',
      },
    );
    expect(code(await text('deep/in/a.js'))).toBe('import "../../lib/x.js";');
    expect(code(await text('own/b.js'))).toBe('import "./y.js";');
    expect(await text('i.js')).toBe('import "./deep/in/a.js"; import "./own/b.js";');
  });

  it('keep the integrity of what is served, and the source map right', async () => {
    const map = JSON.stringify({ version: 3, sources: ['i.ts'], names: [], mappings: 'AAAA' });
    const { reply, text } = await files(
      { exports: './i.js', imports: { '#x': './lib/x.js' } },
      { ...I, 'i.js': 'import "#x";\n//# sourceMappingURL=i.js.map', 'i.js.map': map },
    );
    const served = await text('i.js');
    const [entry] = reply.body.modules as { integrity: string }[];
    expect(entry?.integrity).toBe(`sha384-${hashOf(served, 'sha384', 'base64')}`);
    const inline = JSON.parse(Buffer.from(served.split('base64,')[1] ?? '', 'base64').toString()) as object;
    expect(inline).toMatchObject({ sources: ['i.ts'] });
  });

  it.each<[string, object, RegExp]>([
    ['no package.json says', {}, /i\.js imports #x, which the "imports" of package\.json does not define for browsers/],
    ['only Node gets', { imports: { '#x': { node: './lib/node.js' } } }, /does not define for browsers/],
    ['is forbidden', { imports: { '#x': null } }, /does not define for browsers/],
    ['resolves outside', { imports: { '#x': '../x.js' } }, /does not define for browsers/],
    ['is not among the files', { imports: { '#x': './lib/gone.js' } }, /lib\/gone\.js by package\.json.*Upload it/],
  ])('that %s are told, and stay', async (_name, said, says) => {
    const { reply, text } = await files({ exports: './i.js', ...said }, { ...I, 'i.js': 'import "#x";' });
    expect(reply.status).toBe(201);
    expect(dangling(reply)).toContainEqual(expect.stringMatching(says));
    expect(await text('i.js')).toBe('import "#x";');
    const why = await server.http.get(`/api/v1/ticket/${uploads.ticket.id}/why/`).expect(200);
    const verdict = why.body.verdicts.find(({ policy }: { policy: string }) => policy === 'imports');
    expect(verdict).toMatchObject({ verdict: 'blocked', summary: expect.stringContaining('nav → #x') });
  });

  it.each(['{', '[1', ''])('a nested package.json that is no JSON, %j, is refused by its path', async (json) => {
    const { reply } = await files(
      { exports: './i.js' },
      { 'i.js': '', 'own/package.json': json, 'own/b.js': 'import "#x";' },
    );
    expect([reply.status, reply.body.code, reply.body.error]).toEqual([
      422,
      'upload.bad_package_json',
      expect.stringContaining('own/package.json is not JSON'),
    ]);
  });
});
