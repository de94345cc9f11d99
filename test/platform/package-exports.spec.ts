// What a package gives to browsers: held to Node's own resolver, for made packages and for real ones.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { descriptionAround, entryPaths, PackageExports, PackageImports } from '../../src/platform/package-exports.js';
import { excessIn, MOST_LENGTH } from '../../src/platform/package-limits.js';

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'exports-')));

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** What Node resolves with a browser's conditions; null where it refuses. Many packages in one process. */
function askNode(
  cases: readonly { readonly exports: unknown; readonly subpaths: readonly string[] }[],
): (string | null)[][] {
  for (const [index, { exports }] of cases.entries()) {
    const home = path.join(folder, 'node_modules', `p${index}`);
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(path.join(home, 'package.json'), JSON.stringify({ name: `p${index}`, exports }));
  }
  const asked = cases.map(({ subpaths }, index) => subpaths.map((subpath) => `p${index}${subpath.slice(1)}`));
  const script = `const asked = ${JSON.stringify(asked)};
    const one = (specifier) => { try { return import.meta.resolve(specifier); } catch { return null; } };
    console.log(JSON.stringify(asked.map((list) => list.map(one))));`;
  const file = path.join(folder, 'ask.mjs');
  fs.writeFileSync(file, script);
  const { stdout, stderr } = spawnSync(process.execPath, ['-C', 'browser', '-C', 'module', file], {
    encoding: 'utf8',
    env: {},
  });
  if (stdout === '') throw new Error(stderr);
  const home = `file://${folder}/node_modules/`;
  return (JSON.parse(stdout) as (string | null)[][]).map((list, index) =>
    list.map((url) => (url?.startsWith(`${home}p${index}/`) ? url.slice(`${home}p${index}/`.length) : null)),
  );
}

const SUBPATHS = [
  '.',
  './a',
  './a.js',
  './features/x',
  './features/x.js',
  './features/private/x',
  './lib/y.js',
  './b',
  './toString',
];

const TABLE: readonly unknown[] = [
  './a.js',
  { import: './a.mjs', require: './a.js' },
  { '.': './a.js', './b': './lib/b.js' },
  { '.': { types: './a.d.ts', browser: './browser.js', import: './a.mjs' } },
  { '.': { require: './a.cjs' } },
  { './features/*': './src/features/*.js', './features/private/*': null },
  { './features/*.js': './src/*.js', './features/*': './other/*.js' },
  { './*': './dist/*.js', './features/*': './dist/f/*/*.js' },
  { './*': { browser: { worker: './w/*.js' }, default: './d/*.js' } },
  { '.': { browser: { worker: './w.js' }, default: './d.js' } },
  { '.': { browser: null, default: './d.js' } },
  { '.': ['./first.js', './second.js'] },
  { '.': [{ worker: './w.js' }, './second.js'] },
  { './a': '../outside.js', './b': './node_modules/x.js', './a.js': './lib/../../x.js' },
  { './a': 'https://cdn.example/a.js', './b': 'other/b.js' },
  { './a': false, './b': 1 },
  null,
];

describe('a subpath', () => {
  const nodes = askNode(TABLE.map((exports) => ({ exports, subpaths: SUBPATHS })));

  it.each(TABLE.map((exports, index) => [JSON.stringify(exports), exports, nodes[index]] as const))(
    'of %s leads where Node says',
    (_text, exports, expected) => {
      const read = new PackageExports({ exports });
      const found = SUBPATHS.map((subpath) => read.pathsOf(subpath)[0] ?? null);
      if (exports === null) expect(found.every((one) => one === null)).toBe(true);
      else expect(found).toEqual(expected);
    },
  );

  it('leads where Node says in packages that nobody thought of', () => {
    const target = fc.constantFrom('./a.js', './d/*.js', './d/*', './*/x/*.js', null, '../x.js');
    const conditions = fc.dictionary(
      fc.constantFrom('browser', 'import', 'require', 'module', 'default', 'types'),
      fc.oneof(target, fc.dictionary(fc.constantFrom('worker', 'default', 'browser'), target)),
    );
    const key = fc.constantFrom(
      '.',
      './a',
      './*',
      './features/*',
      './features/*.js',
      './features/private/*',
      './features/x',
    );
    const cases = fc.sample(fc.dictionary(key, fc.oneof(target, conditions), { minKeys: 1 }), {
      numRuns: 300,
      seed: 7,
    });
    const expected = askNode(cases.map((exports) => ({ exports, subpaths: SUBPATHS })));
    for (const [index, exports] of cases.entries()) {
      const read = new PackageExports({ exports });
      const found = SUBPATHS.map((subpath) => read.pathsOf(subpath)[0] ?? null);
      expect([JSON.stringify(exports), found]).toEqual([JSON.stringify(exports), expected[index]]);
    }
  });
});

describe('the subpaths of a package', () => {
  it('are those of its patterns, too, and only those whose file is there', () => {
    const exports = {
      '.': './a.js',
      './gone': './gone.js',
      './f/*': './src/*.js',
      './f/private/*': null,
      './two/*': './t/*/*.js',
      './old/': './old/',
    };
    const paths = new Set([
      'a.js',
      'src/x.js',
      'src/deep/y.js',
      'src/private/z.js',
      't/q/q.js',
      't/q/r.js',
      'old/o.js',
      'package.json',
    ]);
    expect(new PackageExports({ exports }).subpaths(paths)).toEqual([
      { subpath: '.', path: 'a.js' },
      { subpath: './f/deep/y', path: 'src/deep/y.js' },
      { subpath: './f/x', path: 'src/x.js' },
      { subpath: './old/o.js', path: 'old/o.js' },
      { subpath: './two/q', path: 't/q/q.js' },
    ]);
  });

  it('have file names with any character', () => {
    const paths = new Set(['f/$&.js', 'f/$1.js', 'f/(a+)+.js']);
    const found = new PackageExports({ exports: { './*': './f/*.js' } }).subpaths(paths).map(({ path: one }) => one);
    expect(found.sort()).toEqual([...paths].sort());
  });

  it('are found with pauses where there are many, and none is longer than a name may be', () => {
    const paths = new Set(Array.from({ length: 5000 }, (_, index) => `f/${'a'.repeat(500)}${index}.js`));
    const patterns = Array.from({ length: 200 }, (_, index) => [`./${index}/*`, ['./f/*', './*/f/*', './f/*.js']]);
    const wide = { './*': './f/*', [`./${'x'.repeat(600)}*`]: './f/*' };
    for (const exports of [Object.fromEntries(patterns) as object, wide]) {
      expect(excessIn({ exports })).toBeUndefined();
      const finding = new PackageExports({ exports }).findingSubpaths(paths);
      let pauses = 0;
      let step = finding.next();
      for (; !step.done; step = finding.next()) pauses++;
      expect(pauses).toBeGreaterThanOrEqual(Math.floor(step.value.length / 256));
      expect(step.value.length).toBeGreaterThanOrEqual(5000);
      expect(step.value.every(({ subpath }) => subpath.length <= MOST_LENGTH)).toBe(true);
    }
  });
});

const times = <One>(count: number, one: One): One[] => Array.from({ length: count }, () => one);
const keys = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`./${index}`, './a.js']));
const nested = (depth: number): unknown => (depth === 0 ? './x.js' : [nested(depth - 1)]);

describe('more than a package has', () => {
  it.each<[string, unknown, unknown]>([
    ['a list', times(17, './a.js'), times(16, './a.js')],
    ['conditions', { import: keys(33) }, { import: keys(32) }],
    ['stars', './*********', './********'],
    ['a target', `./${'l'.repeat(999)}`, `./${'l'.repeat(998)}`],
    ['nesting', nested(17), nested(16)],
    ['an inner list', { import: [{ default: times(17, './a.js') }] }, { import: [{ default: times(16, './a.js') }] }],
  ])('of %s is told, and as much as it may have is not', (_name, more, most) => {
    for (const member of ['exports', 'imports'] as const) {
      const [start, name] = member === 'exports' ? ['./', 'exports'] : ['#', 'imports'];
      expect(excessIn({ [member]: { [`${start}a`]: './a.js', [`${start}*`]: more } })).toContain(`in its ${name} has`);
      expect(excessIn({ [member]: { [`${start}a`]: './a.js', [`${start}*`]: most } })).toBeUndefined();
    }
  });

  it('of names, or of letters in one, is told', () => {
    expect(excessIn({ exports: keys(20_001) })).toContain('20001 names');
    expect(excessIn({ exports: keys(20_000) })).toBeUndefined();
    expect(excessIn({ imports: { [`#${'n'.repeat(1000)}`]: './a.js' } })).toContain('1001 characters');
    expect(excessIn({ exports: './a.js', imports: null })).toBeUndefined();
  });

  it('stands in no package that is installed here', () => {
    const homes = fs.readdirSync('node_modules', { recursive: false, encoding: 'utf8' });
    const described = homes
      .map((home) => path.join('node_modules', home, 'package.json'))
      .filter((file) => fs.existsSync(file));
    expect(described.length).toBeGreaterThan(100);
    for (const file of described)
      expect([file, excessIn(JSON.parse(fs.readFileSync(file, 'utf8')) as object)]).toEqual([file, undefined]);
  });
});

it("a package's own name stands for nothing longer than a name may be, however often it stands in its target", () => {
  const read = new PackageImports({ imports: { '#*': 'a********', '#l/*': './********' } });
  expect(read.of('#xyz')).toEqual([{ name: `a${'xyz'.repeat(8)}` }]);
  expect(read.of(`#${'x'.repeat(200)}`)).toEqual([]);
  expect(read.of(`#l/${'x'.repeat(200)}`)).toEqual([]);
});

/** What Node makes of a package's own names, asked in a file of it; `dep` is another package. */
function askNodeWithin(cases: readonly unknown[]): (string | null)[][] {
  const modules = path.join(folder, 'node_modules');
  fs.mkdirSync(path.join(modules, 'dep'), { recursive: true });
  fs.writeFileSync(
    path.join(modules, 'dep', 'package.json'),
    JSON.stringify({ exports: { '.': './i.js', './*': './*' } }),
  );
  for (const [index, imports] of cases.entries()) {
    const home = path.join(modules, `i${index}`);
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(
      path.join(home, 'package.json'),
      JSON.stringify({ name: `i${index}`, exports: './a.js', imports }),
    );
    fs.writeFileSync(path.join(home, 'a.mjs'), 'export const resolve = (name) => import.meta.resolve(name);');
  }
  const script = `const names = ${JSON.stringify(NAMES)}; const all = [];
    for (let index = 0; index < ${cases.length}; index++) {
      const { resolve } = await import(\`./node_modules/i\${index}/a.mjs\`);
      all.push(names.map((name) => { try { return resolve(name); } catch { return null; } }));
    }
    console.log(JSON.stringify(all));`;
  fs.writeFileSync(path.join(folder, 'within.mjs'), script);
  const args = ['-C', 'browser', '-C', 'module', path.join(folder, 'within.mjs')];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: {} });
  if (stdout === '') throw new Error(stderr);
  const home = `file://${folder}/node_modules/`;
  return (JSON.parse(stdout) as (string | null)[][]).map((list, index) =>
    list.map((url) => url?.replace(`${home}i${index}/`, './').replace(`${home}dep/`, 'dep/') ?? null),
  );
}

const NAMES = ['#a', '#lib/x', '#lib/private/x', '#lib/x.js', '#dep', '#dep/x', '#b', '#toString'];

const OWN_NAMES: readonly unknown[] = [
  { '#a': './a.js' },
  { '#a': { worker: './w.js', browser: './b.js', default: './d.js' } },
  { '#a': { require: './r.js' } },
  { '#lib/*': './src/*.js', '#lib/private/*': null },
  { '#lib/*.js': './src/*.js', '#lib/*': './other/*.js' },
  { '#dep': 'dep', '#dep/*': 'dep/*' },
  { '#dep': { browser: { worker: './w.js' }, default: 'dep' } },
  { '#a': '../outside.js', '#b': './node_modules/x.js' },
  { '#a': '/root.js', '#b': 'https://cdn.example/x.js' },
  { '#a': '#b', '#b': './b.js' },
  { '#a': ['./first.js', './second.js'] },
  { '#a': null, '#b': false },
  { a: './a.js', './b': './b.js' },
  './a.js',
  null,
];

describe("a package's own name", () => {
  const nodes = askNodeWithin(OWN_NAMES);

  it.each(OWN_NAMES.map((imports, index) => [JSON.stringify(imports), imports, nodes[index]] as const))(
    'of %s stands for what Node says',
    (_text, imports, expected) => {
      const read = new PackageImports({ imports });
      const found = NAMES.map((name) => {
        const [first] = read.of(name);
        if (!first) return null;
        if ('path' in first) return `./${first.path}`;
        return first.name === 'dep' ? 'dep/i.js' : first.name;
      });
      expect(found).toEqual(expected);
    },
  );

  it.each([
    ['a.js', ['package.json'], 'package.json'],
    ['x/y/a.js', ['package.json'], 'package.json'],
    ['x/y/a.js', ['package.json', 'x/package.json'], 'x/package.json'],
    ['x/y/a.js', ['package.json', 'x/y/package.json', 'x/y/z/package.json'], 'x/y/package.json'],
    ['x/a.js', ['y/package.json'], undefined],
  ])('in %s, of %j, is explained by %s', (file, there, expected) => {
    expect(descriptionAround(file, (one) => there.includes(one))).toBe(expected);
  });
});

it.each([
  ['preact', 'dist/preact.module.js'],
  ['lit', 'index.js'],
  ['@lit/reactive-element', 'reactive-element.js'],
  ['rxjs', 'dist/esm5/index.js'],
  ['lodash-es', 'lodash.js'],
  ['react', 'index.js'],
  ['react-dom', 'index.js'],
  ['htm', 'dist/htm.module.js'],
])('%s as npm has it leads to %s', (name, entry) => {
  const home = path.join('node_modules', name);
  const description = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8')) as object;
  expect(entryPaths(description)[0]).toBe(entry);
  const paths = new Set(fs.readdirSync(home, { recursive: true, encoding: 'utf8' }));
  const found = new PackageExports(description).subpaths(paths).map(({ path: one }) => one);
  expect(found.filter((one) => !paths.has(one))).toEqual([]);
});

it('vue 3.5.45, as its package.json is, leads to its modules', () => {
  const main = { types: './dist/vue.d.mts', node: './index.mjs', default: './dist/vue.runtime.esm-bundler.js' };
  const exports = {
    '.': { import: main, require: { node: { production: './dist/vue.cjs.prod.js' }, default: './index.js' } },
    './server-renderer': { import: { types: './x.d.mts', default: './server-renderer/index.mjs' }, require: './r.js' },
    './compiler-sfc': { import: { browser: './compiler-sfc/index.browser.mjs', default: './compiler-sfc/index.mjs' } },
    './jsx': './jsx.d.ts',
    './dist/*': './dist/*',
  };
  const description = { exports, main: 'index.js', module: 'dist/vue.runtime.esm-bundler.js' };
  expect(entryPaths(description)[0]).toBe('dist/vue.runtime.esm-bundler.js');
  const read = new PackageExports(description);
  expect(
    ['./server-renderer', './compiler-sfc', './dist/vue.esm-browser.js', './gone'].map((one) => read.pathsOf(one)[0]),
  ).toEqual(['server-renderer/index.mjs', 'compiler-sfc/index.browser.mjs', 'dist/vue.esm-browser.js', undefined]);
});
