// The complete map: order, text, differences.
import { canonicalJson } from '../../builders/canonical-json.js';
import { atOnce } from '../../../src/platform/sliced.js';
import { diffing } from '../../../src/import-maps/domain/diff.js';
import { keyOf } from '../../../src/import-maps/domain/map-key.js';
import { addressOf, sameTarget, ImportMap } from '../../../src/import-maps/domain/import-map.js';

const [cdn, own] = ['https://cdn.example/x.js', '/modules/1/x.js'];
const entries = (...given: [specifier: string, url: string, integrity?: string, scope?: string][]) =>
  given.map(
    ([specifier, url, integrity, scope]) =>
      [keyOf(specifier, scope ?? null), integrity === undefined ? { url } : { url, integrity }] as const,
  );

test('the text of the empty map', () => {
  expect(canonicalJson(ImportMap.empty)).toBe('{"imports":{}}');
});

test('keys are sorted by code units, numbers too, sections have their order, and integrity is for what is referenced', () => {
  const map = ImportMap.of(
    entries(
      ['b', cdn, 'sha384-b'],
      ['2', own, 'sha384-2'],
      ['10', own, 'sha384-2'],
      ['__proto__', '/modules/3/p.js'],
      ['"\n', cdn],
      ['b', own, '', 'https://shop.example/b/'],
      ['a', own, undefined, 'https://shop.example/b/'],
      ['a', own, undefined, 'https://shop.example/'],
    ),
  );
  expect(canonicalJson(map)).toBe(
    `{"imports":{"\\"\\n":"${cdn}","10":"${own}","2":"${own}","__proto__":"/modules/3/p.js","b":"${cdn}"},` +
      `"scopes":{"https://shop.example/":{"a":"${own}"},"https://shop.example/b/":{"a":"${own}","b":"${own}"}},` +
      `"integrity":{"${own}":"sha384-2","${cdn}":"sha384-b"}}`,
  );
});

test('the origin stands before what is kept here, and the text is sorted with it', () => {
  const map = ImportMap.of(
    entries(
      ['a', own, 'sha384-o'],
      ['b', cdn, 'sha384-c'],
      ['z', own, '', '/modules/1/'],
      ['y', cdn, '', 'https://a.example/'],
    ),
  );
  expect(canonicalJson(map, 'https://stamp.example')).toBe(
    `{"imports":{"a":"https://stamp.example${own}","b":"${cdn}"},` +
      `"scopes":{"https://a.example/":{"y":"${cdn}"},"https://stamp.example/modules/1/":{"z":"https://stamp.example${own}"}},` +
      `"integrity":{"${cdn}":"sha384-c","https://stamp.example${own}":"sha384-o"}}`,
  );
  expect(canonicalJson(map, 'http://other')).toContain(`"a":"http://other${own}"`);
  expect(canonicalJson(map)).toContain(`"a":"${own}"`);
});

test('no name stands twice in an object, even where the origin makes two into one', () => {
  const map = ImportMap.of(
    entries(
      ['b', own, 'sha384-1', '/modules/1/'],
      ['a', own, undefined, '/modules/1/'],
      ['a', `https://s${own}`, 'sha384-2', 'https://s/modules/1/'],
      ['c', cdn, undefined, 'https://s/modules/1/'],
    ),
  );
  expect(canonicalJson(map, 'https://s')).toBe(
    `{"imports":{},"scopes":{"https://s/modules/1/":{"a":"https://s${own}","b":"https://s${own}","c":"${cdn}"}},"integrity":{"https://s${own}":"sha384-2"}}`,
  );
});

test('one target under two keys is written under both', () => {
  const target = { url: own, integrity: 'sha384-x' };
  const map = ImportMap.of([
    [keyOf('a'), target],
    [keyOf('b'), target],
  ]);
  const text = `{"imports":{"a":"${own}","b":"${own}"},"integrity":{"${own}":"sha384-x"}}`;
  expect([canonicalJson(map), canonicalJson(map)]).toEqual([text, text]);
});

test('where keys say different integrity for one URL, the last key counts', () => {
  const map = ImportMap.of(entries(['b', own, 'sha384-b'], ['a', own, 'sha384-a'], ['c', own]));
  expect(canonicalJson(map)).toContain(`"integrity":{"${own}":"sha384-b"}`);
  const after = map.with(new Map([[keyOf('b'), null]]));
  expect(canonicalJson(after)).toContain(`"integrity":{"${own}":"sha384-a"}`);
});

test('a change leaves the map that it was made of as it is', () => {
  const map = ImportMap.of(entries(['a', '/1'], ['c', '/3', 'sha384-3']));
  const before = canonicalJson(map);
  const after = map.with(
    new Map([
      [keyOf('b'), { url: '/2', integrity: 'sha384-2' }],
      [keyOf('c'), null],
      [keyOf('never'), null],
      [keyOf('a'), { url: '/9' }],
    ]),
  );
  expect(canonicalJson(map)).toBe(before);
  expect([map.get(keyOf('b')), map.get(keyOf('c'))?.url, map.keys]).toEqual([undefined, '/3', [' a', ' c']]);
  expect(after.keys).toEqual([' a', ' b']);
  expect(canonicalJson(after)).toBe('{"imports":{"a":"/9","b":"/2"},"integrity":{"/2":"sha384-2"}}');
  expect(map.with(new Map())).toBe(map);
});

test('maps are equal where each key leads to the same', () => {
  const map = ImportMap.of(entries(['a', '/1'], ['b', '/2', 'sha384-2']));
  expect(map.equals(ImportMap.of(entries(['b', '/2', 'sha384-2'], ['a', '/1'])))).toBe(true);
  expect(map.equals(ImportMap.of(entries(['a', '/1'])))).toBe(false);
  expect(map.equals(ImportMap.of(entries(['a', '/1'], ['b', '/2'])))).toBe(false);
  expect(map.equals(ImportMap.of(entries(['a', '/9'], ['b', '/2', 'sha384-2'])))).toBe(false);
  expect(map.equals(ImportMap.of(entries(['a', '/1'], ['c', '/2', 'sha384-2'])))).toBe(false);
});

test('targets are the same by URL and integrity; nothing is the same as nothing', () => {
  const target = { url: '/1', integrity: 'sha384-1' };
  expect(sameTarget(target, { ...target })).toBe(true);
  expect(sameTarget(null, undefined)).toBe(true);
  expect(sameTarget(target, null)).toBe(false);
  expect(sameTarget(undefined, { url: '' })).toBe(false);
  expect(sameTarget(target, { url: '/1' })).toBe(false);
  expect(sameTarget({ url: '/2', integrity: 'sha384-1' }, target)).toBe(false);
});

test('only what begins with a slash gets the origin', () => {
  expect([addressOf('/modules/1', 'https://s'), addressOf(cdn, 'https://s')]).toEqual(['https://s/modules/1', cdn]);
});

test('a difference tells what came, went and changed, by key', () => {
  const from = ImportMap.of(entries(['same', '/1'], ['gone', '/2'], ['other', '/3', 'sha384-3']));
  const to = ImportMap.of(entries(['same', '/1'], ['new', '/4'], ['other', '/3', 'sha384-4']));
  expect(atOnce(diffing(from, to))).toEqual([
    { key: ' gone', change: 'removed', from: { url: '/2' }, to: null },
    { key: ' new', change: 'added', from: null, to: { url: '/4' } },
    {
      key: ' other',
      change: 'changed',
      from: { url: '/3', integrity: 'sha384-3' },
      to: { url: '/3', integrity: 'sha384-4' },
    },
  ]);
  expect(atOnce(diffing(to, to))).toEqual([]);
});

test('many changes, one after the other, leave what all of them say', () => {
  const keys = Array.from({ length: 300 }, (_, index) => ` module-${index}`);
  let map = ImportMap.of([[' module-7', { url: '/modules/0/old.js' }]]);
  const first = map;
  for (const [index, key] of keys.entries()) {
    map = map.with(new Map([[key, index % 3 === 0 ? null : { url: `/modules/${index}/new.js` }]]));
  }
  const expected = keys.filter((_, index) => index % 3 > 0);
  expect([...map.targets.keys()].sort()).toEqual([...expected].sort());
  expect(map.keys).toEqual([...expected].sort());
  expect(map.get(' module-7')).toEqual({ url: '/modules/7/new.js' });
  expect(map.get(' module-3')).toBeUndefined();
  expect(first.get(' module-7')).toEqual({ url: '/modules/0/old.js' });
});
