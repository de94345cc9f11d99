// Layers over a base: their order, their fold, and production without some of them.
import { dangling, danglingSince, importersIn, leadTo } from '../../../src/import-maps/domain/dangling.js';
import type { DeltaEntry } from '../../../src/import-maps/domain/delta.js';
import { fold, foldKeys, inOrder, type Layer } from '../../../src/import-maps/domain/layer.js';
import { keyOf } from '../../../src/import-maps/domain/map-key.js';
import { placesOfRevert, planRevert } from '../../../src/import-maps/domain/revert.js';
import { ImportMap } from '../../../src/import-maps/domain/import-map.js';

const set = (specifier: string, url: string, imports?: string[], scope: string | null = null): DeltaEntry => ({
  scope,
  specifier,
  set: imports ? { url, imports } : { url },
  base: null,
});
const gone = (specifier: string): DeltaEntry => ({ scope: null, specifier, set: null, base: null });
const layer = (id: number, ...delta: DeltaEntry[]): Layer => ({ id, sequence: id, ticket: id, delta });
const mapOf = (targets: Record<string, string>) =>
  ImportMap.of(Object.entries(targets).map(([specifier, url]) => [keyOf(specifier), { url }]));
const plan = (layers: Layer[], go: number[], production?: ImportMap, isThere?: (url: string) => boolean) =>
  planRevert(ImportMap.empty, layers, new Set(go), production, isThere);

test('layers go by their place, then by id', () => {
  const layers = [layer(3), { ...layer(1), sequence: 5 }, layer(2), { ...layer(9), sequence: 2 }];
  expect(inOrder(layers).map(({ id }) => id)).toEqual([2, 9, 3, 1]);
  expect(layers.map(({ id }) => id)).toEqual([3, 1, 2, 9]);
});

test('the last layer that names a key decides', () => {
  const layers = [layer(2, set('a', '/2'), gone('b')), layer(1, set('a', '/1'), set('b', '/1'), set('c', '/1'))];
  expect(fold(mapOf({ d: '/0' }), layers).equals(mapOf({ a: '/2', c: '/1', d: '/0' }))).toBe(true);
  expect([...foldKeys(mapOf({ d: '/0' }), layers, [' a', ' b', ' d', ' e'])]).toEqual([
    [' a', { url: '/2' }],
    [' b', null],
    [' d', { url: '/0' }],
    [' e', null],
  ]);
});

describe('revert', () => {
  test('takes back what nobody touched since', () => {
    const layers = [layer(1, set('a', '/1'), set('z', '/1')), layer(2, set('b', '/2'), set('a', '/2'), gone('z'))];
    expect([...plan(layers, [2]).changes]).toEqual([
      [' a', { url: '/1' }],
      [' b', null],
      [' z', { url: '/1' }],
    ]);
    expect(plan(layers, [2])).toMatchObject({ superseded: [], dependents: [] });
  });

  test('leaves what a later layer overwrote, and says by which', () => {
    const layers = [
      layer(1, set('a', '/1'), set('b', '/1')),
      layer(2, set('a', '/2')),
      layer(3, set('a', '/3'), gone('b')),
    ];
    const { changes, superseded } = plan(layers, [1]);
    expect(changes).toEqual(
      new Map([
        [' a', { url: '/3' }],
        [' b', null],
      ]),
    );
    expect(superseded.map(({ key, by }) => [key, by.id])).toEqual([
      [' a', 3],
      [' b', 3],
    ]);
    expect(plan(layers, [1, 3]).superseded.map(({ key, by }) => [key, by.id])).toEqual([]);
    expect(plan(layers, [2]).superseded.map(({ key, by }) => [key, by.id])).toEqual([[' a', 3]]);
  });

  test('an earlier layer on the key supersedes nothing', () => {
    expect(plan([layer(1, set('a', '/1')), layer(2, set('a', '/2'))], [2]).superseded).toEqual([]);
  });

  test('of nothing changes nothing', () => {
    const { changes, superseded, dependents } = plan([layer(1, set('a', '/1', ['b']))], []);
    expect([changes.size, superseded, dependents]).toEqual([0, [], []]);
  });

  const dependents = (layers: Layer[], go: number[], production?: ImportMap, isThere?: (url: string) => boolean) =>
    plan(layers, go, production, isThere).dependents.map(({ layer: { id }, specifiers }) => [id, specifiers]);

  test('names later layers that import what would vanish', () => {
    const layers = [
      layer(1, set('lib', '/1'), set('ui/', '/1/')),
      layer(2, set('a', '/2', ['ui/button', 'lib', 'lib'])),
      layer(3, set('b', '/3', ['a', './x.js'])),
      layer(4, set('c', '/4', ['lib']), set('d', '/4', ['ui/x'])),
    ];
    expect(dependents(layers, [1])).toEqual([
      [2, ['lib', 'ui/button']],
      [4, ['lib', 'ui/x']],
    ]);
    expect(dependents(layers, [1, 4])).toEqual([[2, ['lib', 'ui/button']]]);
    expect(dependents(layers, [2])).toEqual([[3, ['a']]]);
    expect(dependents(layers, [4])).toEqual([]);
  });

  test('an earlier layer is no dependent', () => {
    expect(dependents([layer(1, set('a', '/1', ['lib'])), layer(2, set('lib', '/2'))], [2])).toEqual([]);
  });

  test('what another key still answers has not vanished', () => {
    const layers = [layer(1, set('ui/button', '/1')), layer(2, set('a', '/2', ['ui/button']))];
    expect(dependents(layers, [1])).toEqual([[2, ['ui/button']]]);
    const production = fold(mapOf({ 'ui/': '/0/' }), layers);
    expect(dependents(layers, [1], production)).toEqual([]);
  });

  test('what led nowhere before is no reason', () => {
    const layers = [layer(1, set('lib', '/1')), layer(2, set('a', '/2', ['never']))];
    expect(dependents(layers, [1])).toEqual([]);
  });

  test('a module that a still later layer replaced imports nothing any more', () => {
    const layers = [layer(1, set('lib', '/1')), layer(2, set('a', '/2', ['lib'])), layer(3, set('a', '/3'))];
    expect(dependents(layers, [1])).toEqual([]);
    expect(dependents([...layers.slice(0, 2), layer(3, gone('a'))], [1])).toEqual([]);
  });

  describe('of folders', () => {
    const importing = layer(3, set('a', '/3', ['ui/x.js', 'ui/y.js']));
    const has =
      (...urls: string[]) =>
      (url: string): boolean =>
        urls.includes(url);

    test('a folder that changes back may lack files', () => {
      const layers = [layer(1, set('ui/', '/1/')), layer(2, set('ui/', '/2/')), importing];
      expect(dependents(layers, [2], undefined, has('/1/x.js', '/2/x.js', '/2/y.js'))).toEqual([[3, ['ui/y.js']]]);
      expect(dependents(layers, [2], undefined, has('/1/x.js', '/1/y.js', '/2/x.js', '/2/y.js'))).toEqual([]);
      expect(dependents(layers, [2], undefined, has('/1/x.js', '/2/x.js'))).toEqual([]);
    });

    test('a key that goes leads into its folder, which may lack the file', () => {
      const layers = [layer(1, set('ui/', '/1/')), layer(2, set('ui/x.js', '/2')), importing];
      expect(dependents(layers, [2], undefined, has('/2', '/1/y.js'))).toEqual([[3, ['ui/x.js']]]);
      expect(dependents(layers, [2], undefined, has('/2', '/1/x.js', '/1/y.js'))).toEqual([]);
    });

    test('a folder that comes back stands before the one around it', () => {
      const layers = [
        layer(1, set('ui/', '/1/'), set('ui/deep/', '/9/')),
        layer(2, gone('ui/deep/')),
        layer(3, set('a', '/3', ['ui/deep/x.js'])),
      ];
      expect(dependents(layers, [2], undefined, has('/1/deep/x.js'))).toEqual([[3, ['ui/deep/x.js']]]);
      expect(dependents(layers, [2], undefined, has('/1/deep/x.js', '/9/x.js'))).toEqual([]);
    });

    test('asked of are the places that live modules import, before and after', () => {
      const layers = [layer(1, set('ui/', '/1/')), layer(2, set('ui/', '/2/')), importing];
      expect(placesOfRevert(ImportMap.empty, layers, new Set([2]), fold(ImportMap.empty, layers))).toEqual([
        '/2/x.js',
        '/2/y.js',
        '/1/x.js',
        '/1/y.js',
      ]);
      expect(placesOfRevert(ImportMap.empty, layers, new Set([3]), fold(ImportMap.empty, layers))).toEqual([]);
    });
  });

  test('a key that only changes back vanishes from nobody', () => {
    const layers = [layer(1, set('lib', '/1')), layer(2, set('lib', '/2')), layer(3, set('a', '/3', ['lib']))];
    expect(dependents(layers, [2])).toEqual([]);
  });
});

describe('imports that lead nowhere', () => {
  const map = ImportMap.of([
    [keyOf('cart'), { url: '/modules/1/cart.js' }],
    [keyOf('ui/'), { url: 'https://cdn.example/ui/' }],
    [keyOf('only', '/modules/1/'), { url: '/modules/2/only.js' }],
    [keyOf('page', 'https://shop.example/admin/'), { url: '/modules/2/page.js' }],
    [keyOf('https://shop.example/x.js'), { url: '/modules/3/x.js' }],
  ]);

  test.each([
    ['cart', '/modules/9/a.js', '/modules/1/cart.js', ' cart'],
    ['ui/button.js', '/modules/9/a.js', 'https://cdn.example/ui/button.js', ' ui/'],
    ['./b.js', '/modules/9/a.js', '/modules/9/b.js', undefined],
    ['https://shop.example/x.js', '/modules/9/a.js', '/modules/3/x.js', ' https://shop.example/x.js'],
    ['https://other.example/x.js', '/modules/9/a.js', 'https://other.example/x.js', undefined],
    ['only', '/modules/1/a.js', '/modules/2/only.js', '/modules/1/ only'],
    ['page', 'https://shop.example/admin/a.js', '/modules/2/page.js', 'https://shop.example/admin/ page'],
  ])('%s in %s leads to %s', (specifier, importer, url, key) => {
    expect(leadTo(map, specifier, importer)).toEqual({ url, key });
  });

  test.each([
    ['nav', '/modules/1/a.js'],
    ['only', '/modules/9/a.js'],
    ['page', 'https://shop.example/a.js'],
    ['ui/../x', '/modules/1/a.js'],
  ])('%s in %s leads nowhere', (specifier, importer) => {
    expect(leadTo(map, specifier, importer)).toBeUndefined();
  });

  const [one, other] = [
    { key: ' one', url: '/modules/9/one.js', imports: ['cart', 'nav', './two.js'] },
    { key: ' other', url: '/modules/1/other.js', imports: ['only', 'nav', 'ui/x'] },
  ];

  test('are told with the module that has them', () => {
    expect(dangling(map, [one, other])).toEqual([
      { importer: one, specifier: 'nav' },
      { importer: other, specifier: 'nav' },
    ]);
  });

  test('without scopes each specifier is looked for once, and found where it always is', () => {
    const flat = ImportMap.of([...map.targets].filter(([key]) => key.startsWith(' ')));
    const specifiers = [
      'cart',
      'nav',
      'ui/x',
      'ui/../x',
      './b.js',
      '/c.js',
      'https://shop.example/x.js',
      'a:b',
      '__proto__',
    ];
    const all = ['/modules/1/a.js', '/modules/9/a.js', '/modules/9/b.js'].map((url) => ({
      key: url,
      url,
      imports: specifiers,
    }));
    const nowhere = all.flatMap((importer) =>
      specifiers.filter((one) => !leadTo(flat, one, importer.url)).map((specifier) => ({ importer, specifier })),
    );
    expect(dangling(flat, all)).toEqual(nowhere);
    const [importer] = all as [(typeof all)[number]];
    expect(danglingSince(flat, ImportMap.empty, [importer])).toEqual([
      { importer, specifier: 'cart', key: ' cart' },
      { importer, specifier: 'ui/x', key: ' ui/' },
    ]);
  });

  test('since a change: only the new ones, with the key that they went by', () => {
    const after = map.with(
      new Map([
        [keyOf('ui/'), null],
        [keyOf('cart'), null],
        [keyOf('only', '/modules/1/'), null],
      ]),
    );
    expect(danglingSince(map, after, [one, other])).toEqual([
      { importer: one, specifier: 'cart', key: ' cart' },
      { importer: other, specifier: 'only', key: '/modules/1/ only' },
      { importer: other, specifier: 'ui/x', key: ' ui/' },
    ]);
    expect(danglingSince(map, map, [one, other])).toEqual([]);
  });

  test('a deleted key of a scope falls back to the imports', () => {
    const both = map.with(new Map([[keyOf('cart', '/modules/1/'), { url: '/modules/5/cart.js' }]]));
    const importer = { key: ' x', url: '/modules/1/x.js', imports: ['cart'] };
    expect(danglingSince(both, map, [importer])).toEqual([]);
  });

  test('the importers of a delta are the modules that were scanned', () => {
    expect(importersIn([set('a', '/a', ['b']), set('c', '/c'), gone('d'), set('e', '/e', [], 'https://s/')])).toEqual([
      { key: ' a', url: '/a', imports: ['b'] },
      { key: 'https://s/ e', url: '/e', imports: [] },
    ]);
  });

  test('an error that is no answer of the standard is not taken for one', () => {
    const broken = {
      scopes: new Set(),
      get: () => {
        throw new RangeError('broken');
      },
    } as unknown as ImportMap;
    expect(() => leadTo(broken, 'x', '/modules/1/a.js')).toThrow(RangeError);
  });
});
