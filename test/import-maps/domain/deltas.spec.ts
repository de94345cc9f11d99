// A ticket's delta over a production that moves: changes, stamps, conflicts, rebases.
import { type KeyState, keyState, rebase, staleKeys } from '../../../src/import-maps/domain/conflict.js';
import {
  type Change,
  changeDelta,
  changesOf,
  type Delta,
  importsOf,
  keysOf,
  liveAmong,
  overlay,
} from '../../../src/import-maps/domain/delta.js';
import { keyFromWire, keyOf, keyText, overlaps, partsOf, wireKey } from '../../../src/import-maps/domain/map-key.js';
import { ImportMap, type Target } from '../../../src/import-maps/domain/import-map.js';

const mapOf = (targets: Record<string, string>) =>
  ImportMap.of(Object.entries(targets).map(([specifier, url]) => [keyOf(specifier), { url }]));
const set = (specifier: string, url: string, imports?: string[]): Change => ({
  scope: null,
  specifier,
  set: { url, ...(imports && { imports }) },
});
const gone = (specifier: string, scope: string | null = null): Change => ({ scope, specifier, set: null });
const production = mapOf({ cart: '/modules/1/cart.js', nav: '/modules/1/nav.js' });

test('a change is based on what production has', () => {
  const delta = changeDelta(
    [],
    [set('new', '/modules/2/new.js'), set('cart', '/modules/2/cart.js'), gone('nav')],
    production,
  );
  expect(delta).toEqual([
    { ...set('cart', '/modules/2/cart.js'), base: { url: '/modules/1/cart.js' } },
    { ...gone('nav'), base: { url: '/modules/1/nav.js' } },
    { ...set('new', '/modules/2/new.js'), base: null },
  ]);
  expect(keysOf(delta)).toEqual([' cart', ' nav', ' new']);
});

test('a base has the integrity, and nothing that modules carry', () => {
  const target: Target & { imports: string[] } = { url: '/modules/1/a.js', integrity: 'sha384-a', imports: ['b'] };
  const [operation] = changeDelta([], [gone('a')], ImportMap.of([[keyOf('a'), target]]));
  expect(operation?.base).toEqual({ url: '/modules/1/a.js', integrity: 'sha384-a' });
  const [bare] = changeDelta([], [gone('cart')], production);
  expect(Object.keys(bare?.base ?? {})).toEqual(['url']);
});

test('deleting what production does not have drops the change', () => {
  const delta = changeDelta([], [set('new', '/modules/2/new.js'), gone('never')], production);
  expect(changeDelta(delta, [gone('new')], production)).toEqual([]);
  expect(changeDelta([], [gone('cart', 'https://shop.example/')], production)).toEqual([]);
});

test('the same change again keeps its base: an upload of the same module settles no conflict unseen', () => {
  const delta = changeDelta([], [set('cart', '/modules/2/cart.js'), gone('nav')], production);
  const moved = mapOf({ cart: '/modules/9/cart.js', nav: '/modules/9/nav.js' });
  expect(changeDelta(delta, [set('cart', '/modules/2/cart.js'), gone('nav')], moved)).toEqual(delta);
  expect(changeDelta(delta, [set('cart', '/modules/2/cart.js', ['nav'])], moved)[0]).toEqual({
    ...set('cart', '/modules/2/cart.js', ['nav']),
    base: { url: '/modules/1/cart.js' },
  });
});

test('another change takes the base of now', () => {
  const delta = changeDelta([], [set('cart', '/modules/2/cart.js'), gone('nav')], production);
  const moved = mapOf({ cart: '/modules/9/cart.js', nav: '/modules/9/nav.js' });
  const [cart, nav] = changeDelta(delta, [set('cart', '/modules/3/cart.js'), set('nav', '/modules/3/nav.js')], moved);
  expect([cart?.base, nav?.base]).toEqual([{ url: '/modules/9/cart.js' }, { url: '/modules/9/nav.js' }]);
});

describe('files of a watched folder', () => {
  const x = (content: number) => ({ url: `/modules/${content}/x.js` });
  const none = { past: new Set<string>() };
  const mapAt = (target: Target | null) => ImportMap.of(target ? [[keyOf('x'), target]] : []);

  // What the ticket had there (set, base), what production has now, the file; what becomes of the operation (set, base).
  test.each<[string, [Target | null, Target | null] | null, Target | null, Target | null, [unknown, unknown] | null]>([
    ['nobody changed', null, x(1), x(1), null],
    ['is new', null, null, x(1), [x(1), null]],
    ['was changed', null, x(1), x(2), [x(2), x(1)]],
    ['was changed back', [x(2), x(1)], x(1), x(1), null],
    [
      'has only other integrity',
      null,
      x(1),
      { ...x(1), integrity: 'sha384-x' },
      [{ ...x(1), integrity: 'sha384-x' }, x(1)],
    ],
    ['came into production as it is', [x(2), x(1)], x(2), x(2), null],
    ['others changed, and the folder has it', [x(2), x(1)], x(9), x(9), null],
    ['others changed, sent again', [x(2), x(1)], x(9), x(2), [x(2), x(1)]],
    ['others changed, and so did somebody here', [x(2), x(1)], x(9), x(3), [x(3), x(9)]],
    ['is gone, and was the ticket’s', [x(2), null], null, null, null],
    ['is gone', null, x(1), null, [null, x(1)]],
    ['was gone, and is back', [null, x(1)], x(1), x(1), null],
  ])('one that %s', (_what, before, now, file, expected) => {
    const at = { scope: null, specifier: 'x' };
    const delta = before ? [{ ...at, set: before[0], base: before[1] }] : [];
    const after = changeDelta(delta, [{ ...at, set: file }], mapAt(now), none);
    expect(after).toEqual(expected ? [{ ...at, set: expected[0], base: expected[1] }] : []);
  });

  test('one that production had once is based on that: a folder that is behind takes nothing back unseen', () => {
    const past = { past: new Set([keyOf('x')]) };
    const file = set('x', x(1).url, ['nav']);
    const delta = changeDelta([], [file], mapAt(x(9)), past);
    expect(delta).toEqual([{ ...file, base: x(1) }]);
    expect(staleKeys(delta, mapAt(x(9)))).toHaveLength(1);
    expect(changeDelta(delta, [file], mapAt(x(9)), past)).toEqual(delta);
    expect(changeDelta(delta, [set('x', x(9).url)], mapAt(x(9)), none)).toEqual([]);
  });

  test('in other modes what production has is a change like any other', () => {
    expect(changeDelta([], [set('cart', '/modules/1/cart.js')], production)).toHaveLength(1);
  });
});

test('the changes that make a key what production has', () => {
  const [same, other] = [set('cart', '/modules/1/cart.js', ['nav']), set('nav', '/modules/2/nav.js')];
  expect(liveAmong([same, other, gone('nav'), gone('never')], production)).toEqual([same, gone('never')]);
});

test('a stamp is production with the delta over it', () => {
  const delta = changeDelta([], [set('new', '/modules/2/new.js', ['cart']), gone('nav')], production);
  expect(overlay(production, delta).equals(mapOf({ cart: '/modules/1/cart.js', new: '/modules/2/new.js' }))).toBe(true);
  expect(changesOf(delta).get(keyOf('new'))).toEqual({ url: '/modules/2/new.js' });
});

test('what the modules of a delta import, sorted, once', () => {
  const changes = [set('a', '/a', ['z', 'b']), set('b', '/b', ['b']), set('c', '/c'), gone('cart')];
  expect(importsOf(changeDelta([], changes, production))).toEqual(['b', 'z']);
});

describe('conflicts', () => {
  const base = { url: '/modules/1/cart.js' };
  const mine = { url: '/modules/2/cart.js' };
  const theirs = { url: '/modules/9/cart.js' };

  test.each<[string, Target | null, Target | null, Target | null, KeyState]>([
    ['as it was', base, base, mine, 'clean'],
    ['as it was: nothing', null, null, mine, 'clean'],
    ['mine already', base, mine, mine, 'live'],
    ['gone already', base, null, null, 'live'],
    ["somebody else's", base, theirs, mine, 'stale'],
    ["new and somebody else's", null, theirs, mine, 'stale'],
    ['gone', base, null, mine, 'stale'],
    ['changed before I delete it', base, theirs, null, 'stale'],
    ['the same URL with another integrity', base, { ...base, integrity: 'sha384-x' }, mine, 'stale'],
  ])('production is %s', (_what, from, now, to, expected) => {
    const operation = { scope: null, specifier: 'cart', set: to, base: from };
    expect(keyState(operation, ImportMap.of(now ? [[keyOf('cart'), now]] : []))).toBe(expected);
  });

  const delta: Delta = [
    { scope: null, specifier: 'cart', set: mine, base },
    { scope: null, specifier: 'gone', set: { url: '/g' }, base },
    { scope: null, specifier: 'new', set: { url: '/n' }, base: null },
  ];
  const now = ImportMap.of([[keyOf('cart'), theirs]]);

  test('the stale keys are told with all three values', () => {
    expect(staleKeys(delta, now)).toEqual([
      { key: ' cart', base, production: theirs, mine },
      { key: ' gone', base, production: null, mine: { url: '/g' } },
    ]);
  });

  test('a rebase settles the keys that it names and no others', () => {
    const settled = rebase(delta, now, new Map([[' cart', 'mine'] as const]));
    expect(settled).toEqual([{ ...delta[0], base: theirs }, delta[1], delta[2]]);
    expect(rebase(delta, now, new Map([[' cart', 'theirs'] as const]))).toEqual([delta[1], delta[2]]);
    expect(rebase(delta, now, new Map([[' gone', 'mine'] as const]))[1]).toEqual({ ...delta[1], base: null });
    expect(rebase(delta, now, new Map([[' other', 'theirs'] as const]))).toEqual(delta);
  });
});

describe('keys', () => {
  test.each([
    ['cart', null, ' cart', 'cart', 'cart'],
    ['a b', null, ' a b', 'a b', 'a b'],
    ['cart', 'https://a/x/', 'https://a/x/ cart', 'https://a/x/ cart', 'cart (in https://a/x/)'],
    ['a b', '/modules/1/', '/modules/1/ a b', '/modules/1/ a b', 'a b (in /modules/1/)'],
    ['https://cdn/x', null, ' https://cdn/x', 'https://cdn/x', 'https://cdn/x'],
  ])('%s in %s', (specifier, scope, key, wire, text) => {
    expect(keyOf(specifier, scope)).toBe(key);
    expect(partsOf(key)).toEqual({ specifier, scope });
    expect([wireKey(key), keyText(key)]).toEqual([wire, text]);
    expect([keyFromWire(wire), keyFromWire(key)]).toEqual([key, key]);
  });

  test('a bare name with a space, or a URL of its own, is no scope', () => {
    expect(keyFromWire('my https://a/ x')).toBe(' my https://a/ x');
    expect(keyFromWire('x /modules/ y')).toBe(' x /modules/ y');
    expect(keyFromWire('other/ y')).toBe(' other/ y');
  });

  test.each([
    [' x', ' x', true],
    [' x/', ' x/y', true],
    [' x/y', ' x/', true],
    [' x', ' x/', false],
    [' x', ' xy', false],
    [' x/', 'https://a/ x/y', false],
    ['https://a/ x/', 'https://a/ x/y', true],
  ])('%s and %s overlap: %s', (one, other, expected) => {
    expect(overlaps(one, other)).toBe(expected);
  });
});
