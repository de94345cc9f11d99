// The parser against the HTML standard, in cases of our own; web-platform-tests' run by `npm run test:conformance`.
import { ImportMapError, parseImportMap } from '../../../src/import-maps/domain/parse.js';

const BASE = 'https://shop.example/pages/cart.html';
const parse = (map: unknown, base = BASE) => parseImportMap(JSON.stringify(map), base);
const imports = (map: Record<string, unknown>) => Object.fromEntries(parse({ imports: map }).map.imports);
const codes = (map: unknown) => parse(map).warnings.map(({ code, key }) => [code, key]);

test.each([
  ['a bare name', { cart: 'https://cdn.example/cart.js' }, { cart: 'https://cdn.example/cart.js' }],
  ['an address on the host', { cart: '/cart.js' }, { cart: 'https://shop.example/cart.js' }],
  ['an address beside the page', { cart: './cart.js' }, { cart: 'https://shop.example/pages/cart.js' }],
  ['an address above the page', { cart: '../cart.js' }, { cart: 'https://shop.example/cart.js' }],
  ['an address without a start', { cart: 'cart.js' }, { cart: null }],
  ['an address that is no URL', { cart: 'https://[/' }, { cart: null }],
  ['any scheme', { cart: 'javascript:1' }, { cart: 'javascript:1' }],
  ['a key beside the page', { './nav.js': '/n' }, { 'https://shop.example/pages/nav.js': 'https://shop.example/n' }],
  ['a key that is a URL', { 'HTTPS://Shop.example': '/n/' }, { 'https://shop.example/': 'https://shop.example/n/' }],
  [
    'a key with dots that are none',
    { '.nav': '/n', '..nav': '/m' },
    { '.nav': 'https://shop.example/n', '..nav': 'https://shop.example/m' },
  ],
  ['slashes on both', { 'ui/': '/ui/' }, { 'ui/': 'https://shop.example/ui/' }],
  ['a slash on the key alone', { 'ui/': '/ui' }, { 'ui/': null }],
  ['a slash on the address alone', { ui: '/ui/' }, { ui: 'https://shop.example/ui/' }],
  ['a number', { cart: 7 }, { cart: null }],
  ['null', { cart: null }, { cart: null }],
  ['no name', { '': '/cart.js' }, {}],
])('%s', (_what, given, expected) => {
  expect(imports(given)).toEqual(expected);
});

test('dangerous names are ordinary keys', () => {
  const text = '{"imports":{"__proto__":"/p.js","constructor":"/c.js"},"scopes":{"/__proto__/":{"__proto__":"/q.js"}}}';
  const { map, warnings } = parseImportMap(text, BASE);
  expect(warnings).toEqual([]);
  expect([...map.imports]).toEqual([
    ['constructor', 'https://shop.example/c.js'],
    ['__proto__', 'https://shop.example/p.js'],
  ]);
  expect(map.scopes.get('https://shop.example/__proto__/')?.get('__proto__')).toBe('https://shop.example/q.js');
  expect(map.imports.get('toString')).toBeUndefined();
});

test('the standard sorts keys and scopes downwards', () => {
  const { map } = parse({ imports: { a: '/1', b: '/2', 'a/': '/3/' }, scopes: { '/a/': {}, '/b/': {}, '/a/c/': {} } });
  expect([...map.imports.keys()]).toEqual(['b', 'a/', 'a']);
  expect([...map.scopes.keys()].map((scope) => new URL(scope).pathname)).toEqual(['/b/', '/a/c/', '/a/']);
});

test('a scope needs no start, and one that is no URL is left out', () => {
  const { map, warnings } = parse({ scopes: { admin: { x: '/x' }, 'https://[/': { x: '/y' } } });
  expect([...map.scopes]).toEqual([['https://shop.example/pages/admin', new Map([['x', 'https://shop.example/x']])]]);
  expect(warnings).toEqual([{ code: 'scope.invalid', key: 'https://[/', message: 'A scope must be a URL.' }]);
});

test('integrity belongs to URLs', () => {
  const { map, warnings } = parse({ integrity: { '/cart.js': 'sha384-x', 'cart.js': 'sha384-y', './n.js': 5 } });
  expect([...map.integrity]).toEqual([['https://shop.example/cart.js', 'sha384-x']]);
  expect(warnings.map(({ code, key }) => [code, key])).toEqual([
    ['integrity.invalid', 'cart.js'],
    ['integrity.not_string', './n.js'],
  ]);
});

test('each thing that the standard ignores is a warning', () => {
  const given = {
    imports: { '': '/a', b: 1, c: 'c', 'd/': '/d', fine: '/f' },
    scopes: { '/s/': { e: {} } },
    import: {},
    integrity: {},
  };
  expect(codes(given)).toEqual([
    ['specifier.empty', ''],
    ['address.not_string', 'b'],
    ['address.invalid', 'c'],
    ['address.slash', 'd/'],
    ['address.not_string', 'e'],
    ['section.unknown', 'import'],
  ]);
  for (const { message } of parse(given).warnings) expect(message).toMatch(/^[A-Z].{10,}\.$/);
});

test('an empty map has all sections, empty', () => {
  expect(parse({})).toEqual({
    map: { imports: new Map(), scopes: new Map(), integrity: new Map() },
    warnings: [],
  });
});

test.each([
  ['{imports: {}}', 'SyntaxError', 'map.not_json', /^This is not JSON: ./],
  ['', 'SyntaxError', 'map.not_json', /JSON/],
  ['null', 'TypeError', 'map.not_object', /^An import map must be a JSON object\.$/],
  ['[]', 'TypeError', 'map.not_object', /object/],
  ['"imports"', 'TypeError', 'map.not_object', /object/],
  ['{"imports":null}', 'TypeError', 'section.not_object', /^imports must be an object/],
  ['{"imports":[]}', 'TypeError', 'section.not_object', /^imports/],
  ['{"scopes":"x"}', 'TypeError', 'section.not_object', /^scopes must be/],
  ['{"integrity":1}', 'TypeError', 'section.not_object', /^integrity must be/],
  ['{"scopes":{"/a/":[]}}', 'TypeError', 'scope.not_object', /^The scope \/a\/ must be an object/],
])('%s is a %s', (text, name, code, message) => {
  const parsing = () => parseImportMap(text, BASE);
  expect(parsing).toThrow(ImportMapError);
  expect(parsing).toThrow(expect.objectContaining({ name, code, message: expect.stringMatching(message) }));
});
