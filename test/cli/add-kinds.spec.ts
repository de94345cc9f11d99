// stamp add of packages as people make and install them: names of their own, files for browsers, links, several managers.
import fs from 'node:fs/promises';
import path from 'node:path';
import { importsOf, inOnePage, install, json, withEsbuild } from './installed-app.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene();
  await fs.mkdir(path.join(scene.folder, 'node_modules'), { recursive: true });
  await fs.writeFile(path.join(scene.folder, '.gitignore'), 'node_modules\npage-*\n');
  await withEsbuild(scene);
  Object.assign(globalThis, { isPage: true });
}, 60_000);

afterAll(() => scene.end());

const keysOf = (body: { packages: { name: string; keys: string[] }[] }): string[] =>
  body.packages.flatMap(({ keys }) => keys).sort();

interface Kind {
  /** What the app imports of it; the package itself where it isn't said. */
  readonly imports?: string;
  readonly description: object;
  readonly files: Readonly<Record<string, string>>;
  /** What `export default` comes to. */
  readonly comesTo: unknown;
  /** All that it exports. */
  readonly named?: readonly string[];
  readonly built?: boolean;
  readonly keys?: readonly string[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  'own-names': {
    description: {
      exports: './i.js',
      imports: { '#x': { node: './n.js', default: './b.js' }, '#lib/*': './lib/*.js' },
    },
    files: {
      'i.js': 'import x from "#x"; import y from "#lib/y"; export default x + y;',
      'n.js': 'export default "node";',
      'b.js': 'export default "browser";',
      'lib/y.js': 'export { default } from "#lib/z";',
      'lib/z.js': 'export default "!";',
    },
    comesTo: 'browser!',
  },
  'own-names-elsewhere': {
    description: { exports: './i.js', imports: { '#dep': 'plain-dep' } },
    files: { 'i.js': 'import dep from "#dep"; export default [dep];' },
    comesTo: ['dep'],
    keys: ['own-names-elsewhere', 'own-names-elsewhere/', 'plain-dep', 'plain-dep/'],
  },
  'own-names-in-commonjs': {
    description: { main: 'i.js', imports: { '#dep': 'plain-dep', '#x': './x.js' } },
    files: { 'i.js': 'module.exports = [require("#dep").default, require("#x")];', 'x.js': 'module.exports = "x";' },
    comesTo: ['dep', 'x'],
    built: true,
    keys: ['own-names-in-commonjs', 'own-names-in-commonjs/', 'plain-dep', 'plain-dep/'],
  },
  'own-names-nested': {
    description: { exports: './in/i.js', imports: { '#x': './wrong.js' } },
    files: {
      'in/package.json': JSON.stringify({ type: 'module', imports: { '#x': './right.js' } }),
      'in/i.js': 'export { default } from "#x";',
      'in/right.js': 'export default "right";',
      'wrong.js': 'export default "wrong";',
    },
    comesTo: 'right',
  },
  'browser-text': {
    description: { main: 'node.js', browser: './browser.js' },
    files: { 'node.js': 'require("fs");', 'browser.js': 'export default "browser";' },
    comesTo: 'browser',
  },
  'browser-files': {
    description: { module: 'i.js', browser: { './lib/node.js': './lib/browser.js' } },
    files: {
      'i.js': 'export { default } from "./lib/node.js";',
      'lib/node.js': 'import "fs"; export default "node";',
      'lib/browser.js': 'export default "browser";',
    },
    comesTo: 'browser',
    built: true,
  },
  'browser-entry': {
    description: { main: 'node', browser: { './node.js': './browser.js' } },
    files: { 'node.js': 'require("fs");', 'browser.js': 'export default "browser";' },
    comesTo: 'browser',
  },
  'browser-nothing': {
    description: { main: 'i.js', browser: { fs: false, crypto: './crypto.js' } },
    files: {
      'i.js': 'module.exports = [Object.keys(require("fs")), require("crypto")];',
      'crypto.js': 'module.exports = "own";',
    },
    comesTo: [[], 'own'],
    built: true,
  },
  'goes-on': {
    description: { main: 'i.js' },
    files: {
      'i.js': `console.log("hello");
        const timer = setInterval(() => {}, 1e6);
        if (globalThis.isPage) clearInterval(timer);
        exports.name = "kept";`,
    },
    comesTo: { name: 'kept' },
    named: ['default', 'module.exports', 'name'],
    built: true,
  },
  'pages-only': {
    description: { main: 'i.js' },
    files: {
      'i.js': 'if (!globalThis.isPage) throw new Error("no page"); exports.name = "kept"; if (exports.other == 1);',
    },
    comesTo: { name: 'kept' },
    named: ['default', 'module.exports', 'name'],
    built: true,
  },
  '@scoped/kind': {
    description: { exports: { '.': './i.js', './sub': './lib/sub.js' } },
    files: { 'i.js': 'export { default } from "@scoped/kind/sub";', 'lib/sub.js': 'export default "self";' },
    comesTo: 'self',
    keys: ['@scoped/kind', '@scoped/kind/', '@scoped/kind/sub'],
  },
  'deep-modules': {
    description: { module: 'i.js' },
    files: { 'i.js': '', 'lib/one.js': 'export { default } from "./two.js";', 'lib/two.js': 'export default "deep";' },
    imports: 'deep-modules/lib/one',
    comesTo: 'deep',
    keys: ['deep-modules', 'deep-modules/', 'deep-modules/lib/one'],
  },
  'deep-commonjs': {
    description: { main: 'i.js' },
    files: {
      'i.js': 'module.exports = {};',
      'one.js': 'module.exports = require("./two");',
      'two.js': 'module.exports = "deep";',
    },
    imports: 'deep-commonjs/one',
    comesTo: 'deep',
    built: true,
    keys: ['deep-commonjs', 'deep-commonjs/', 'deep-commonjs/one'],
  },
  'deep-of-another': {
    description: { exports: './i.js' },
    files: { 'i.js': 'export { default } from "deep-commonjs/one";' },
    comesTo: 'deep',
    keys: ['deep-commonjs', 'deep-commonjs/', 'deep-commonjs/one', 'deep-of-another', 'deep-of-another/'],
  },
  'no-ending': {
    description: { main: './lib' },
    files: { 'lib/index.js': 'export default "found";' },
    comesTo: 'found',
  },
};

test.each(Object.entries(KINDS))(
  '%s',
  async (name, { description, files, comesTo, imports = name, named, built = false, keys }) => {
    await install(scene, 'plain-dep', { exports: './i.js' }, { 'i.js': 'export default "dep";' });
    await install(scene, name, description, files);
    await fs.writeFile(path.join(scene.folder, 'src', 'page.js'), `import ${JSON.stringify(imports)};`);
    const ticket = `TKT-${100 + Object.keys(KINDS).indexOf(name)}`;
    const { code, body, error } = await json(scene, `stamp add ${ticket} ${name} --yes`);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(body.packages[0]).toMatchObject({ name, built, warnings: [] });
    expect(keysOf(body)).toEqual(keys ?? [name, `${name}/`]);
    const loaded = await inOnePage(scene, await importsOf(scene, ticket), [imports]);
    expect(loaded[imports].default).toEqual(comesTo);
    if (named) expect(Object.keys(loaded[imports])).toEqual(named);
    const why = await scene.server.http.get(`/api/v1/ticket/${ticket}/why/`).expect(200);
    expect(why.body.verdicts.find(({ policy }: { policy: string }) => policy === 'imports').code).toBe(
      'imports.resolved',
    );
  },
  60_000,
);

test.each<[string, object, Record<string, string>, RegExp]>([
  ['types-only', { types: 'i.d.ts' }, { 'i.d.ts': 'export {};' }, /types-only 1\.0\.0 exports nothing for browsers/],
  ['all-forbidden', { exports: { '.': null, './x': null } }, { 'x.js': '' }, /exports nothing for browsers/],
  ['not-json', {}, { 'package.json': '{' }, /package\.json of not-json is not JSON/],
])('%s is refused by name', async (name, description, files, says) => {
  await install(scene, name, description, files);
  const { code, stderr } = await scene.run(`stamp add TKT-1 ${name}`);
  expect([code, stderr]).toEqual([1, expect.stringMatching(says)]);
});

test('what a module loads from beside it comes, too, and nothing else', async () => {
  await install(
    scene,
    'beside',
    { exports: './lib/i.js' },
    {
      'lib/i.js': "export const all = [new URL('./data.wasm', import.meta.url), new URL('../w.js', import.meta.url)];",
      'lib/data.wasm': '',
      'lib/other.wasm': '',
      'w.js': 'import "./x.js";',
      'x.js': '',
    },
  );
  await json(scene, 'stamp add TKT-151 beside --yes');
  const { 'beside/': folder } = await importsOf(scene, 'TKT-151');
  const status = async (file: string): Promise<number> => (await fetch(`${folder}${file}`)).status;
  const files = ['lib/data.wasm', 'w.js', 'x.js', 'lib/other.wasm'];
  expect(await Promise.all(files.map(status))).toEqual([200, 200, 200, 404]);
});

test('a newer version takes the place of the older one, and says what it lacks', async () => {
  const exports = { '.': './i.js', './x': './l/x.js', './y': './l/y.js' };
  const files = { 'i.js': '', 'l/x.js': '', 'l/y.js': '' };
  await install(scene, 'moving', { exports }, files);
  await json(scene, 'stamp add TKT-150 moving --yes');
  await install(scene, 'moving', { exports: { '.': './i.js', './x': './l/x.js' }, version: '2.0.0' }, files);
  const { stdout } = await scene.run('stamp add TKT-150 moving');
  expect(stdout).toContain('moving/y is not in moving as it came');
  const map = await importsOf(scene, 'TKT-150');
  expect(
    Object.keys(map)
      .filter((key) => key.startsWith('moving'))
      .sort(),
  ).toEqual(['moving', 'moving/', 'moving/x']);
});

describe('as managers install', () => {
  test('pnpm: links into its store, where dependencies are beside a package', async () => {
    const store = path.join(scene.folder, 'node_modules', '.pnpm');
    const at = (name: string) => path.join(store, `${name}@1.0.0`, 'node_modules', name);
    await install(scene, 'p-inner', { exports: './i.js' }, { 'i.js': 'export default "inner";' }, at('p-inner'));
    const outer = { 'i.js': 'export { default } from "p-inner";' };
    await install(scene, 'p-outer', { exports: './i.js' }, outer, at('p-outer'));
    await fs.symlink(at('p-inner'), path.join(store, 'p-outer@1.0.0', 'node_modules', 'p-inner'));
    await fs.symlink(at('p-outer'), path.join(scene.folder, 'node_modules', 'p-outer'));
    const { code, body, error } = await json(scene, 'stamp add TKT-160 p-outer --yes');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(keysOf(body)).toEqual(['p-inner', 'p-inner/', 'p-outer', 'p-outer/']);
    const loaded = await inOnePage(scene, await importsOf(scene, 'TKT-160'), ['p-outer']);
    expect(loaded['p-outer'].default).toBe('inner');
  });

  test('workspaces: a link to a folder of the repository, whose own node_modules is not sent', async () => {
    const home = path.join(scene.folder, 'packages', 'ui');
    await install(
      scene,
      'ui',
      { exports: './i.js' },
      { 'i.js': 'export default "ui";', 'node_modules/x/i.js': '' },
      home,
    );
    await fs.symlink(home, path.join(scene.folder, 'node_modules', 'ui'));
    const { code, body, error } = await json(scene, 'stamp add TKT-161 ui --yes');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(body.packages).toMatchObject([{ name: 'ui', files: 2, dirty: true }]);
  });
});

test('each entry that is built is a file of its own, whatever their names have in common', async () => {
  const subpaths = [
    '.',
    './index',
    './index.js',
    './index-2',
    './Index',
    './x.js',
    './x.mjs',
    './x',
    './a/b',
    './a__b',
  ];
  const sources = subpaths.map((subpath, at) => [`lib/${at}.js`, `exports.is = ${JSON.stringify(subpath)};`] as const);
  const exports = Object.fromEntries(subpaths.map((subpath, at) => [subpath, `./lib/${at}.js`]));
  await install(scene, 'alike', { exports }, Object.fromEntries(sources));
  const specifiers = subpaths.map((subpath) => `alike${subpath.slice(1)}`);
  const { code } = await json(scene, 'stamp add TKT-152 alike --yes');
  expect(code).toBe(0);
  const map = await importsOf(scene, 'TKT-152');
  const leads = (specifier: string): string => map[specifier] ?? `${map['alike/']}${specifier.slice('alike/'.length)}`;
  const whole = Object.fromEntries(specifiers.map((specifier) => [specifier, leads(specifier)]));
  const loaded = await inOnePage(scene, { ...map, ...whole }, specifiers);
  expect(specifiers.map((specifier) => loaded[specifier].is)).toEqual(subpaths);
}, 60_000);
