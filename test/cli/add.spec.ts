// stamp add: packages of an app's node_modules under a ticket, so that everything that they export resolves to a file; and what
// the sources still miss.
import fs from 'node:fs/promises';
import path from 'node:path';
import {
  copyInstalled,
  importsOf,
  inOnePage as loadInOnePage,
  install as installIn,
  json as jsonOf,
  withEsbuild,
} from './installed-app.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene();
  await copyInstalled(scene, [
    'preact',
    'lit',
    'lit-html',
    'lit-element',
    '@lit/reactive-element',
    '@lit-labs/ssr-dom-shim',
    'rxjs',
    'tslib',
  ]);
}, 60_000);

afterAll(() => scene.end());

const imports = (key: string): Promise<Record<string, string>> => importsOf(scene, key);
const json = (line: string) => jsonOf(scene, line);
const install = (name: string, description: object, files: Readonly<Record<string, string>>) =>
  installIn(scene, name, description, files);
const inOnePage = (map: Readonly<Record<string, string>>, specifiers: readonly string[]) =>
  loadInOnePage(scene, map, specifiers);

test('preact and lit: all that they export is there, with what lit imports', async () => {
  const { code, body, error } = await json('stamp add TKT-10 preact lit --yes --title Packages');
  expect({ code, error }).toEqual({ code: 0, error: '' });
  const names = body.packages.map(({ name }: { name: string }) => name).sort();
  expect(names).toEqual(expect.arrayContaining(['@lit/reactive-element', 'lit', 'lit-element', 'lit-html', 'preact']));
  const map = await imports(body.ticket);
  expect(Object.keys(map)).toEqual(
    expect.arrayContaining(['preact', 'preact/', 'preact/hooks', 'preact/jsx-runtime', 'lit', 'lit/', 'lit-html']),
  );
  for (const [key, url] of Object.entries(map))
    if (!key.endsWith('/')) expect([key, (await fetch(url)).status]).toEqual([key, 200]);
  for (const file of ['lit/decorators.js', 'lit-html/directives/class-map.js', '@lit/reactive-element/css-tag.js']) {
    const folder = `${file
      .split('/')
      .slice(0, file.startsWith('@') ? 2 : 1)
      .join('/')}/`;
    expect([file, (await fetch(map[folder] + file.slice(folder.length))).status]).toEqual([file, 200]);
  }
  // preact-render-to-string isn't installed.
  const [preact] = body.packages.filter(({ name }: { name: string }) => name === 'preact');
  expect(preact.left).toContainEqual({ subpath: './compat/server', needs: 'preact-render-to-string' });
  expect(map).not.toHaveProperty('preact/compat/server');
  const why = await scene.server.http.get(`/api/v1/ticket/${body.ticket}/why/`).expect(200);
  expect(why.body.verdicts.find(({ policy }: { policy: string }) => policy === 'imports').code).toBe(
    'imports.resolved',
  );
}, 60_000);

test('a dry run sends nothing, and makes no ticket', async () => {
  const { code, body } = await json('stamp add TKT-77 preact --dry-run');
  expect([code, body.dry_run, body.revision, body.packages[0].name]).toEqual([0, true, null, 'preact']);
  await scene.server.http.get('/api/v1/ticket/TKT-77/').expect(404);
});

test('a package in CommonJS is refused by name without esbuild, and made into modules with it', async () => {
  const cjs = (mode: string): string =>
    `exports.createElement = (type) => ({ type, mode: ${JSON.stringify(mode)} }); exports.version = "1";`;
  const description = {
    exports: {
      '.': { 'react-server': './server.js', default: './index.js' },
      './jsx-runtime': './jsx-runtime.js',
      './package.json': './package.json',
    },
  };
  await install('reactish', description, {
    'index.js':
      "'use strict';\nif (process.env.NODE_ENV === 'production') { module.exports = require('./cjs/production.js'); } else { module.exports = require('./cjs/development.js'); }",
    'jsx-runtime.js': "const react = require('reactish'); exports.jsx = (type) => react.createElement(type);",
    'cjs/production.js': cjs('production'),
    'cjs/development.js': cjs('development'),
    'server.js': 'exports.server = true;',
  });
  await install(
    'uses-reactish',
    { main: 'index.js' },
    {
      'index.js':
        "const { createElement } = require('reactish'); module.exports = function render() { return createElement('p'); };",
    },
  );
  const refused = await scene.run('stamp add TKT-1 reactish');
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/reactish 1\.0\.0 .*npm install --save-dev esbuild/),
  ]);

  await withEsbuild(scene);
  const { code, body, error } = await json('stamp add TKT-1 uses-reactish');
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(body.packages.map(({ name, built }: { name: string; built: boolean }) => [name, built])).toEqual([
    ['uses-reactish', true],
    ['reactish', true],
  ]);
  const map = await imports('TKT-1');
  expect(Object.keys(map)).toEqual(
    expect.arrayContaining(['reactish', 'reactish/', 'reactish/jsx-runtime', 'uses-reactish']),
  );
  const load = await inOnePage(map, ['reactish', 'reactish/jsx-runtime', 'uses-reactish']);
  expect(load['reactish'].createElement('a')).toEqual({ type: 'a', mode: 'production' });
  expect(load['reactish'].default.createElement).toBe(load['reactish'].createElement);
  expect(load['reactish/jsx-runtime'].jsx('b')).toEqual({ type: 'b', mode: 'production' });
  expect(load['uses-reactish'].default()).toEqual({ type: 'p', mode: 'production' });
}, 60_000);

test('imports without file endings are built, too: rxjs', async () => {
  const { code, body, error } = await json('stamp add TKT-1 rxjs');
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(body.packages[0]).toMatchObject({ name: 'rxjs', built: true });
  const map = await imports('TKT-1');
  const { rxjs, 'rxjs/operators': operators } = await inOnePage(map, ['rxjs', 'rxjs/operators']);
  const seen: number[] = [];
  rxjs
    .of(1, 2, 3)
    .pipe(operators.map((one: number) => one * 2))
    .subscribe((one: number) => seen.push(one));
  expect(seen).toEqual([2, 4, 6]);
}, 60_000);

test.each([
  ['nowhere', 7, /npm install nowhere/],
  ['preact/hooks', 2, /Name the whole package: preact/],
  ['../preact', 2, /not the name of a package/],
  ['lacks', 7, /gone-dep is not in node_modules, and lacks imports it.*npm install gone-dep/],
  ['older', 1, /twice.*2\.0\.0 \(for older\) and 1\.0\.0 \(for newer\).*npm dedupe/],
  ['node-only', 1, /exports nothing for browsers/],
])('%s ends with %i', async (name, exit, says) => {
  await install('lacks', { module: 'i.js' }, { 'i.js': 'import "gone-dep";' });
  await install('shared', { module: 'i.js', version: '2.0.0' }, { 'i.js': 'export default 2;' });
  await install('older', { module: 'i.js' }, { 'i.js': 'import "shared"; import "newer";' });
  await install('newer', { module: 'i.js' }, { 'i.js': 'import "shared";' });
  await install('newer/node_modules/shared', { module: 'i.js' }, { 'i.js': 'export default 1;' });
  await install('node-only', { exports: { node: './i.js' } }, { 'i.js': '' });
  const { code, stderr } = await scene.run(`stamp add TKT-1 ${name}`);
  expect([code, stderr]).toEqual([exit, expect.stringMatching(says)]);
});

test('--check names what the sources import and the map has not, with the line that helps', async () => {
  await fs.writeFile(
    path.join(scene.folder, 'src', 'page.js'),
    'import "preact/hooks"; import("lit/gone.js"); import "lit/decorators.js"; import "htm"; import "./x.js"; import "https://cdn.example/x.js";',
  );
  await scene.run('stamp add TKT-11 preact lit --yes');
  const { code, body } = await json('stamp add TKT-11 --check');
  expect([code, body.missing]).toEqual([
    1,
    [
      { file: 'src/page.js', specifier: 'htm', scopes: [] },
      { file: 'src/page.js', specifier: 'lit/gone.js', scopes: [] },
    ],
  ]);
  const said = await scene.run('stamp add TKT-11 --check');
  expect(said.stdout).toContain('stamp add TKT-11 htm lit');
  expect((await json('stamp add TKT-11 preact --check')).code).toBe(0);
}, 60_000);

test('--check says of what only scopes have that it is found within them', async () => {
  await fs.writeFile(path.join(scene.folder, 'src', 'page.js'), 'import "scoped"; import "folder/x.js"; import "htm";');
  const made = await scene.server.http.post('/api/v1/ticket/').send({ title: 'Of scopes' }).expect(201);
  const key = String(made.body.key);
  const [app, admin] = ['https://app.example/', 'https://app.example/admin/'];
  const lib = `${scene.server.base}/lib/`;
  for (const [specifier, scope, url] of [
    ['scoped', app, 'https://cdn.example/scoped.js'],
    ['scoped', admin, 'https://cdn.example/scoped-2.js'],
    ['folder/', admin, lib],
    ['folder/x.js', app, `${lib}x.js`],
  ])
    await scene.server.http.post(`/api/v1/ticket/${key}/modules/`).send({ specifier, scope, url }).expect(201);
  const { code, body } = await json(`stamp add ${key} --check`);
  const found = (specifier: string) => body.missing.find((one: { specifier: string }) => one.specifier === specifier);
  expect([code, found('htm').scopes, found('scoped').scopes]).toEqual([1, [], [app, admin]]);
  expect(found('folder/x.js').scopes).toContain(app);
  const { stdout } = await scene.run(`stamp add ${key} --check`);
  expect(stdout).toMatch(/imports scoped, which does not resolve in the map of TKT-\d+, but for modules within https:/);
  expect(stdout).toMatch(/^stamp add TKT-\d+ htm$/m);
}, 60_000);
