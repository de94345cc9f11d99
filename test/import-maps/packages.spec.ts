// Packages as npm has them: their names and subpaths lead to files that are there, and what leads to none is told.
import fs from 'node:fs';
import path from 'node:path';
import { aTicket } from '../builders/ticket.builder.js';
import { dangling, type FormFiles, UploadsOf } from '../builders/modules.js';
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
  expect([reply.status, dangling(reply).filter((one) => !one.includes('nowhere in this'))]).toEqual([201, []]);
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
    expect(told).toEqual([expect.stringMatching(/^cart-\d+ imports nav-\d+\/hooks\.js, which leads nowhere/)]);
  });
});
