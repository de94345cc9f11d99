// How the sources of a watched folder are rewritten: a table of what stands in scripts, what it becomes, and what is only told.
import { SourceMap } from 'node:module';
import fc from 'fast-check';
import { readScript } from '../../src/modules/read-script.js';

const read = (text: string, most = 1000) =>
  readScript({ path: 'src/app.js', text, most, rewrite: { to: { project: 'shop' }, map: undefined } });

const codeOf = (text = ''): string => text.split('\n//# sourceMappingURL=')[0] ?? '';

/** What a line becomes; `x` is the key of src/x.js. */
const REWRITTEN: readonly (readonly [string, string])[] = [
  ["import './x.js';", 'import "@shop/src/x.js";'],
  ["\ufeffimport './x.js';", '\ufeffimport "@shop/src/x.js";'],
  ["#!/usr/bin/env node\nimport './x.js';", '#!/usr/bin/env node\nimport "@shop/src/x.js";'],
  ["\ufeff/* a */ // b\nimport './x.js';", '\ufeff/* a */ // b\nimport "@shop/src/x.js";'],
  ...['\u00a0', '\u2028', '\u2029', '\u3000', '\v', '\f', '\t', '\r\n', '<!-- a\n', '"use strict";', ';'].map(
    (before) => [`${before}import './x.js';`, `${before}import "@shop/src/x.js";`] as const,
  ),
  ["// a\u2028import './x.js';", '// a\u2028import "@shop/src/x.js";'],
  ["const a = '\u2028';\nimport './x.js';", 'const a = \'\u2028\';\nimport "@shop/src/x.js";'],
  ["export * from '../x.js';", 'export * from "@shop/x.js";'],
  ["import('./x.js');", 'import("@shop/src/x.js");'],
  ["import(('./x.js'));", 'import("@shop/src/x.js");'],
  ['import((`./x.js`));', 'import("@shop/src/x.js");'],
  ['import(`./x.js`);', 'import("@shop/src/x.js");'],
  ["import(/* webpackChunkName: 'x' */ './x.js');", 'import(/* webpackChunkName: \'x\' */ "@shop/src/x.js");'],
  ["import d from './x.json' with { type: 'json' };", 'import d from "@shop/src/x.json" with { type: \'json\' };'],
  ["import('./x.json', { with: { type: 'json' } });", 'import("@shop/src/x.json", { with: { type: \'json\' } });'],
  ["import './x.js?v=1';", 'import "@shop/src/x.js";'],
  ["import './x.js#part';", 'import "@shop/src/x.js";'],
  ["import './a%20b.js';", 'import "@shop/src/a b.js";'],
  ["import.meta.resolve('./x.js');", 'import.meta.resolve("@shop/src/x.js");'],
  ['import . meta . resolve ( "./x.js" );', 'import . meta . resolve ( "@shop/src/x.js" );'],
  ["new URL('./w.js', import.meta.url);", 'new URL(import.meta.resolve("@shop/src/w.js"));'],
  ['new URL( `./w.js` , import.meta.url, );', 'new URL( import.meta.resolve("@shop/src/w.js") );'],
  ["new URL('w.js', import.meta.url);", 'new URL(import.meta.resolve("@shop/src/w.js"));'],
  ["new URL('lib/w.js?v=1', import.meta.url);", 'new URL(import.meta.resolve("@shop/src/lib/w.js"));'],
  ["new URL('./d.json', import.meta.url).href;", 'new URL(import.meta.resolve("@shop/src/d.json")).href;'],
];

it.each(REWRITTEN)('%j becomes %j', async (text, expected) => {
  const result = await read(text);
  expect([codeOf(result.text).trimEnd(), result.unsure]).toEqual([expected.trimEnd(), undefined]);
});

it.each([
  "import 'x';",
  "import 'https://cdn.example/x.js';",
  "import '../../outside.js';",
  "import './a%2fb.js';",
  "import './a%zz.js';",
  "const text = `import './x.js'`;",
  "// import './x.js';",
  "new URL('./w.js', base);",
  "import.meta.resolve('x');",
  "import.meta.resolve('https://cdn.example/x.js');",
  "new URL('https://cdn.example/x.js', import.meta.url);",
  "new URL('data:text/javascript,', import.meta.url);",
  "import.meta.env['./x.js'];",
  "import.meta['env'].url;",
  '// new URL(name, import.meta.url)',
])('%j stays', async (text) => {
  const result = await read(text);
  expect([result.text, result.unsure]).toEqual([undefined, undefined]);
});

it.each<readonly [string, RegExp]>([
  ["a;\n  import('./' + name);", /^src\/app\.js:2:10 imports an expression, '\.\/' \+ name/],
  ["import(a ? './x.js' : './y.js');", /^src\/app\.js:1:8 /],
  ['import(`./${name}.js`);', /^src\/app\.js:1:8 /],
  ["new Worker(new URL('./w.js', import.meta.url));", /^src\/app\.js:1:20 starts a worker with \.\/w\.js/],
  ["new Worker(import.meta.resolve('./w.js'));", /starts a worker with \.\/w\.js/],
  ["context.audioWorklet.addModule(new URL('w.js', import.meta.url));", /starts a worker with \.\/w\.js/],
  ["navigator.serviceWorker.register(import.meta.resolve('./sw.js'));", /starts a worker with \.\/sw\.js/],
  ["new URL('./icon.svg', import.meta.url);", /^src\/app\.js:1:9 names \.\/icon\.svg, which is not a module/],
  ["new URL('icon.svg', import.meta.url);", /names \.\/icon\.svg/],
  ["import.meta.resolve('./icon.svg');", /names \.\/icon\.svg/],
  ['new URL(name, import.meta.url);', /^src\/app\.js:1:15 uses import\.meta\.url in a way/],
  ...[
    'new URL(`./${name}.js`, import.meta.url);',
    "new URL('./' + name, import.meta.url);",
    "new URL('/x.js', import.meta.url);",
    "new URL('.', import.meta.url);",
    "new URL('', import.meta.url);",
    "new URL('//cdn.example/x.js', import.meta.url);",
    "old URL('./w.js', import.meta.url);",
    "newURL('./w.js', import.meta.url);",
    "const base = import.meta.url; new URL('./w.js', base);",
    "import.meta['url'];",
    'import.meta?.url;',
  ].map((text) => [text, /uses import\.meta\.url/] as const),
  ...[
    'import.meta.resolve(name);',
    "import.meta.resolve('./' + name);",
    "import.meta.resolve('/x.js');",
    'names.map(import.meta.resolve);',
  ].map((text) => [text, /uses import\.meta\.resolve/] as const),
  ...['const { url } = import.meta;', 'f(import.meta);', 'import.meta[name];'].map(
    (text) => [text, /uses import\.meta in a way/] as const,
  ),
  ["new SharedWorker( new URL('./w.js', import.meta.url) );", /starts a worker/],
])('%j is told with its place', async (text, says) => {
  expect((await read(text)).unsure).toEqual([expect.stringMatching(says)]);
});

it.each(['import(name);', "import('x' + name);", 'import(`${name}`);'])(
  '%j, which no relative name stands in, is not told',
  async (text) => {
    expect((await read(text)).unsure).toBeUndefined();
  },
);

it('what a page loads later is not what it needs at once', async () => {
  const { imports, dynamic } = await read(
    "import './a.js'; import('./a.js'); import('./b.js'); new URL('./c.js', import.meta.url);",
  );
  expect([imports, dynamic]).toEqual([
    ['@shop/src/a.js', '@shop/src/b.js', '@shop/src/c.js'],
    ['@shop/src/b.js', '@shop/src/c.js'],
  ]);
});

it('source maps lead to what stood there', async () => {
  const source = "\ufeffimport './x.js';\nconst a = new URL('./w.js', import.meta.url), here = 1;\n";
  const { text = '' } = await read(source);
  const [code = '', url = ''] = text.split('//# sourceMappingURL=');
  const map = new SourceMap(JSON.parse(Buffer.from(url.split(',')[1] ?? '', 'base64').toString()));
  const entry = map.findEntry(1, code.split('\n')[1]?.indexOf('here') ?? 0);
  expect(entry).toMatchObject({ originalLine: 1, originalColumn: source.split('\n')[1]?.indexOf('here') });
});

it('is bounded: references are imports, too, and warnings are told up to 20', async () => {
  const many = Array.from({ length: 30 }, (_, at) => `new URL('./w${at}.js', import.meta.url);`).join('\n');
  await expect(read(many, 20)).rejects.toMatchObject({ code: 'upload.too_many_imports' });
  const unsure = Array.from({ length: 30 }, () => "import('./' + a);").join('\n');
  expect((await read(unsure)).unsure).toHaveLength(20);
});

it('a text with any blanks before and between says the same', async () => {
  const blank = fc
    .array(fc.constantFrom(' ', '\n', '\t', '\u00a0', '\ufeff', '\u2028', '/* c */', '\u3000'), { maxLength: 5 })
    .map((all) => all.join(''));
  await fc.assert(
    fc.asyncProperty(blank, blank, blank, async (one, two, three) => {
      const { imports } = await read(`${one}import${two}'./x.js'${three};`);
      expect(imports).toEqual(['@shop/src/x.js']);
    }),
    { numRuns: 200 },
  );
});
