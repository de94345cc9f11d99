// Lists long enough to be cut: their order, and what of them stays shared.
import { canonicalJson } from '../../builders/canonical-json.js';
import fc from 'fast-check';
import { keyOf } from '../../../src/import-maps/domain/map-key.js';
import { madeOf, SortedRuns } from '../../../src/import-maps/domain/sorted-runs.js';
import { atOnce } from '../../../src/platform/sliced.js';
import { ImportMap, type Target } from '../../../src/import-maps/domain/import-map.js';

const numbered = (count: number, from = 1000) => Array.from({ length: count }, (_, index) => `m${from + index}`);
const after = (list: SortedRuns, touched: ReadonlySet<string>, has: (text: string) => boolean): SortedRuns =>
  atOnce(list.changing(touched, has));
const lengths = (list: SortedRuns) => list.runs.map(({ texts }) => texts.length);

test.each([
  [0, []],
  [1, [1]],
  [256, [256]],
  [257, [128, 129]],
  [600, [128, 128, 128, 216]],
])('%i texts are cut into %j', (count, expected) => {
  const list = SortedRuns.of(numbered(count).reverse());
  expect(lengths(list)).toEqual(expected);
  expect(list.texts).toEqual(numbered(count));
});

test('a change makes only the runs anew that it touches', () => {
  const list = SortedRuns.of(numbered(600));
  const changed = after(list, new Set(['m1200', 'm1200x', 'm1201']), (text) => text !== 'm1201');
  expect(changed.runs.map((run, place) => run === list.runs[place])).toEqual([true, false, true, true]);
  expect(lengths(changed)).toEqual([128, 128, 128, 216]);
  expect(changed.texts).toEqual([...numbered(201), 'm1200x', ...numbered(398, 1202)]);
  expect(list.texts).toEqual(numbered(600));
});

test('a text goes to the run that it stands in: the first one, the last one, or before the next', () => {
  const list = SortedRuns.of(numbered(600));
  const touched = (text: string) =>
    after(list, new Set([text]), () => true).runs.flatMap((run, place) => (run === list.runs[place] ? [] : [place]));
  expect(['a', 'm1000', 'm1127', 'm1127x', 'm1128', 'z'].map(touched)).toEqual([[0], [0], [0], [0], [1], [3]]);
});

test('a run that grows is cut, and one that empties is gone', () => {
  const list = SortedRuns.of(numbered(257));
  const grown = after(list, new Set(numbered(128, 2000)), () => true);
  expect(lengths(grown)).toEqual([128, 128, 129]);
  expect(lengths(after(list, new Set(numbered(128)), () => false))).toEqual([129]);
  const empty = after(list, new Set(numbered(257)), () => false);
  expect(empty.runs).toEqual([]);
  expect(after(empty, new Set(['b', 'a', 'c']), (text) => text !== 'c').texts).toEqual(['a', 'b']);
});

test('what was made of a run is made once for the same thing', () => {
  const [run] = SortedRuns.of(['a']).runs;
  const made: string[] = [];
  const make = (what: string) => madeOf(run!, what, () => (made.push(what), `${what}!`));
  expect([make('x'), make('x'), make('y'), make('x')]).toEqual(['x!', 'x!', 'y!', 'x!']);
  expect(made).toEqual(['x', 'y', 'x']);
});

/** Keys m0000 … of which some lead to one URL, some to a CDN, some have integrity, and some stand in a scope. */
const manyTargets = (count: number): [string, Target][] =>
  Array.from({ length: count }, (_, index) => {
    const url = index % 3 === 0 ? `https://cdn.example/${index}` : `/modules/${index % 5 === 0 ? 'shared' : index}`;
    const target = index % 7 === 0 && !url.endsWith('shared') ? { url } : { url, integrity: `sha384-${url.length}` };
    const scope = index % 11 === 0 ? `https://shop.example/${index % 2}/` : null;
    return [keyOf(`m${String(index).padStart(4, '0')}`, scope), target];
  });

/** The text by the plain way: objects, sorted; no name here looks like an integer. */
function plainJson(map: ImportMap, origin: string): string {
  const absolute = (url: string) => (url.startsWith('/') ? origin + url : url);
  const sorted = (pairs: (readonly [string, unknown])[]) =>
    Object.fromEntries([...new Map(pairs)].sort(([one], [other]) => (one < other ? -1 : 1)));
  const entries = map.keys.map((key) => [key.split(' ') as [string, string], map.get(key)!] as const);
  const section = (wanted: string) =>
    sorted(entries.flatMap(([[scope, name], { url }]) => (scope === wanted ? [[name, absolute(url)] as const] : [])));
  const scopes = [...new Set(entries.map(([[scope]]) => scope))].filter((scope) => scope !== '');
  const integrity = entries.flatMap(([, target]) =>
    target.integrity ? [[absolute(target.url), target.integrity] as const] : [],
  );
  return JSON.stringify({
    imports: section(''),
    ...(scopes.length > 0 && { scopes: sorted(scopes.map((scope) => [scope, section(scope)])) }),
    ...(integrity.length > 0 && { integrity: sorted(integrity) }),
  });
}

describe.each(['', 'https://stamp.example', 'https://a.example', 'http://127.0.0.1:8000', 'https://cdn.example'])(
  'the text of a large map for %j',
  (origin) => {
    test('is the one of the plain way, after each change too', () => {
      let map = ImportMap.of(manyTargets(700));
      expect(canonicalJson(map, origin)).toBe(plainJson(map, origin));
      const others = manyTargets(900);
      const change = fc.array(
        fc.tuple(fc.integer({ min: 0, max: 899 }), fc.integer({ min: 0, max: 899 }), fc.boolean()),
        {
          minLength: 1,
          maxLength: 5,
        },
      );
      fc.assert(
        fc.property(change, (changes) => {
          map = map.with(
            new Map(changes.map(([at, from, stays]) => [others[at]![0], stays ? others[from]![1] : null])),
          );
          expect(canonicalJson(map, origin)).toBe(plainJson(map, origin));
        }),
        { numRuns: 25 },
      );
    });
  },
);

test('a URL that many keys lead to is written once, with the last integrity, across runs too', () => {
  const same = (integrity: string) => ({ url: '/modules/shared', integrity });
  const keys = numbered(300).map((name) => keyOf(name));
  const map = ImportMap.of(keys.map((key, index) => [key, same(`sha384-${index}`)]));
  expect(canonicalJson(map)).toMatch(/,"integrity":\{"\/modules\/shared":"sha384-299"\}\}$/);
  const more = map.with(new Map([[keyOf('z'), { url: '/modules/z', integrity: 'sha384-z' }]]));
  expect(canonicalJson(more)).toMatch(/,"integrity":\{"\/modules\/shared":"sha384-299","\/modules\/z":"sha384-z"\}\}$/);
  const other = map.with(new Map([[keys[299]!, same('sha384-new')]]));
  expect(canonicalJson(other)).toMatch(/"sha384-new"\}\}$/);
  expect(canonicalJson(map)).toMatch(/"sha384-299"\}\}$/);
});
