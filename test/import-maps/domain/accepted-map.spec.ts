// Whole maps at the door: what the standard ignores, what we refuse, and what is laid over the map that is there.
import { acceptMap, patchChanges } from '../../../src/import-maps/domain/accepted-map.js';
import { keyOf } from '../../../src/import-maps/domain/map-key.js';
import { ImportMap, type Target } from '../../../src/import-maps/domain/import-map.js';

const rules = { origin: 'https://stamp.example', safeList: ['https://cdn.example/'] };
const accept = (map: unknown, lenient?: boolean) =>
  acceptMap(typeof map === 'string' ? map : JSON.stringify(map), rules, lenient);
const faults = (map: unknown, lenient?: boolean) => {
  const answer = accept(map, lenient);
  return 'faults' in answer ? answer.faults.map(({ kind, code, key }) => `${kind} ${code} ${key}`) : [];
};
function accepted(map: unknown, lenient?: boolean) {
  const answer = accept(map, lenient);
  if ('faults' in answer) throw new Error(JSON.stringify(answer.faults));
  return answer;
}
/** What could be the digest of something. */
const sha384 = (letter: string): string => `sha384-${letter.repeat(64)}`;
const mapOf = (...targets: [specifier: string, target: Target, scope?: string][]) =>
  ImportMap.of(targets.map(([specifier, target, scope]) => [keyOf(specifier, scope ?? null), target]));

test('a map is kept as its parts are', () => {
  const { map, warnings } = accepted({
    imports: {
      cart: 'https://cdn.example/cart.js',
      'ui/': 'https://stamp.example/modules/1/',
      nav: '/modules/1/nav.js',
      'HTTPS://Shop.example/x': 'https://cdn.example/x.js',
      './page.js': 'https://cdn.example/page.js',
    },
    scopes: {
      'https://Shop.example': { cart: 'https://cdn.example/other.js' },
      '/modules/1/': {},
    },
    integrity: { '/modules/1/nav.js': sha384('n'), 'https://elsewhere.example/x.js': sha384('e') },
  });
  expect(warnings).toEqual([]);
  expect(map).toEqual({
    imports: new Map([
      ['cart', { url: 'https://cdn.example/cart.js' }],
      ['ui/', { url: '/modules/1/' }],
      ['nav', { url: '/modules/1/nav.js', integrity: sha384('n') }],
      ['https://shop.example/x', { url: 'https://cdn.example/x.js' }],
      ['./page.js', { url: 'https://cdn.example/page.js' }],
    ]),
    scopes: new Map([
      ['https://shop.example/', new Map([['cart', { url: 'https://cdn.example/other.js' }]])],
      ['/modules/1/', new Map()],
    ]),
    integrity: new Map([
      ['/modules/1/nav.js', sha384('n')],
      ['https://elsewhere.example/x.js', sha384('e')],
    ]),
  });
});

test('dangerous names come in as ordinary keys', () => {
  const { map } = accepted('{"imports":{"__proto__":"/modules/1/p.js","constructor":"/modules/1/c.js"}}');
  expect([...map.imports.keys()]).toEqual(['__proto__', 'constructor']);
});

test('what the standard throws is a fault of the whole map, lenient or not', () => {
  for (const lenient of [false, true]) {
    expect(accept('{', lenient)).toEqual({
      faults: [{ kind: 'invalid', code: 'map.not_json', key: '', message: expect.stringMatching(/^This is not JSON/) }],
    });
    expect(faults({ imports: [] }, lenient)).toEqual(['invalid section.not_object ']);
  }
});

const IGNORED = {
  imports: {
    '': '/modules/1/a',
    number: 1,
    none: null,
    bare: 'bare',
    'slash/': '/modules/1/x',
    'HTTPS://a': '/modules/1/y',
  },
  scopes: { 'https://[': {}, 'https://shop.example/': { inner: 7, fine: '/modules/1/fine.js' } },
  integrity: { bare: sha384('x'), '/modules/1/a': 5, '/modules/1/b': 'md5-x' },
  import: {},
};

test('what the standard ignores is refused, each thing once', () => {
  expect(faults(IGNORED)).toEqual([
    'invalid specifier.empty ',
    'invalid address.not_string number',
    'invalid address.not_string none',
    'invalid address.invalid bare',
    'invalid address.slash slash/',
    'invalid scope.invalid https://[',
    'invalid address.not_string inner',
    'invalid integrity.invalid bare',
    'invalid integrity.not_string /modules/1/a',
    'invalid section.unknown import',
    'invalid integrity.invalid /modules/1/b',
    'invalid entry.invalid HTTPS://a',
  ]);
});

test('lenient leaves it out and says so', () => {
  const imports = { ...IGNORED.imports, kept: '/modules/1/kept.js' };
  const { map, warnings } = accepted({ ...IGNORED, imports }, true);
  expect([...map.imports]).toEqual([['kept', { url: '/modules/1/kept.js' }]]);
  expect(map.scopes).toEqual(new Map([['https://shop.example/', new Map([['fine', { url: '/modules/1/fine.js' }]])]]));
  expect(map.integrity.size).toBe(0);
  expect(warnings.map(({ code }) => code)).toContain('address.slash');
  expect(warnings.every(({ kind }) => kind === 'invalid')).toBe(true);
});

test('addresses and names of our own are refused, lenient or not, and come first', () => {
  const given = {
    imports: {
      a: 7,
      script: 'javascript:1',
      far: 'https://evil.example/x.js',
      'nul\0': '/modules/1/x.js',
      relative: './x.js',
    },
    scopes: { './admin/': { x: '/modules/1/x.js' } },
    integrity: { 'data:,': sha384('x') },
  };
  const hard = [
    'scheme integrity.scheme data:,',
    'scheme entry.scheme script',
    'name entry.name nul\0',
    'scheme entry.scheme relative',
    'scheme scope.scheme ./admin/',
    'unsafe entry.unsafe far',
  ];
  expect(faults(given)).toEqual([...hard, 'invalid address.not_string a']);
  expect(faults(given, true)).toEqual(hard);
});

test('a scope that stands twice, written differently, is the last one, as in a browser', () => {
  const { map } = accepted({
    scopes: { 'https://shop.example': { a: '/modules/1/a.js' }, 'HTTPS://shop.example/': { b: '/modules/1/b.js' } },
  });
  expect([...(map.scopes.get('https://shop.example/') ?? [])]).toEqual([['b', { url: '/modules/1/b.js' }]]);
});

describe('laid over a map', () => {
  const [shop, admin] = ['https://shop.example/', 'https://shop.example/admin/'];
  const current = mapOf(
    ['cart', { url: '/modules/1/cart.js', integrity: sha384('1') }],
    ['nav', { url: '/modules/1/nav.js' }],
    ['again', { url: '/modules/1/nav.js' }],
    ['cart', { url: '/modules/2/cart.js' }, shop],
    ['nav', { url: '/modules/2/nav.js' }, shop],
    ['nav', { url: '/modules/3/nav.js' }, admin],
  );
  const changes = (patch: unknown) => patchChanges(accepted(patch).map, current);

  test('imports are assigned key by key', () => {
    expect(changes({ imports: { nav: '/modules/9/nav.js', new: '/modules/9/new.js' } })).toEqual([
      { scope: null, specifier: 'nav', set: { url: '/modules/9/nav.js' } },
      { scope: null, specifier: 'new', set: { url: '/modules/9/new.js' } },
    ]);
  });

  test('a scope is replaced whole, the others stay', () => {
    expect(changes({ scopes: { [shop]: { nav: '/modules/9/nav.js' } } })).toEqual([
      { scope: shop, specifier: 'cart', set: null },
      { scope: shop, specifier: 'nav', set: { url: '/modules/9/nav.js' } },
    ]);
    expect(changes({ scopes: { [admin]: {} } })).toEqual([{ scope: admin, specifier: 'nav', set: null }]);
    expect(changes({ scopes: { [admin]: { nav: '/modules/3/nav.js' } } })).toEqual([]);
  });

  test('integrity reaches every key that leads to the URL', () => {
    const set = { url: '/modules/1/nav.js', integrity: sha384('n') };
    expect(changes({ integrity: { '/modules/1/nav.js': sha384('n'), '/modules/7/x.js': sha384('x') } })).toEqual([
      { scope: null, specifier: 'again', set },
      { scope: null, specifier: 'nav', set },
    ]);
    expect(changes({ integrity: { '/modules/1/cart.js': sha384('1') } })).toEqual([]);
    expect(changes({ integrity: { '/modules/1/cart.js': sha384('2') } })).toMatchObject([
      { specifier: 'cart', set: { integrity: sha384('2') } },
    ]);
  });

  test('a URL keeps the integrity that is known of it', () => {
    expect(changes({ imports: { other: '/modules/1/cart.js' } })).toEqual([
      { scope: null, specifier: 'other', set: { url: '/modules/1/cart.js', integrity: sha384('1') } },
    ]);
    expect(changes({ imports: { cart: '/modules/1/cart.js' } })).toEqual([]);
  });

  test('nothing changes nothing', () => {
    expect(changes({})).toEqual([]);
  });
});
