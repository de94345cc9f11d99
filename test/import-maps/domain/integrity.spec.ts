// A URL has one integrity in a map: who would be kept from loading by a change of it.
import { keyWithOtherIntegrity } from '../../../src/import-maps/domain/integrity.js';
import { keyOf } from '../../../src/import-maps/domain/map-key.js';
import { ImportMap, type Target } from '../../../src/import-maps/domain/import-map.js';

const url = 'https://cdn.example/lib.js';
const set = (specifier: string, target: Target | null) => ({ scope: null, specifier, set: target });
const map = (...entries: [string, Target][]) => ImportMap.of(entries.map(([name, target]) => [keyOf(name), target]));

test.each([
  ['another one', map(['lib', { url, integrity: 'sha256-a' }]), 'sha256-b', keyOf('lib')],
  ['the same', map(['lib', { url, integrity: 'sha256-a' }]), 'sha256-a', undefined],
  ['none before', map(['lib', { url }]), 'sha256-a', undefined],
  ['at another URL', map(['lib', { url: `${url}?2`, integrity: 'sha256-a' }]), 'sha256-b', undefined],
])('%s', (_name, production, integrity, expected) => {
  expect(keyWithOtherIntegrity([set('other', { url, integrity })], production)).toBe(expected);
});

test('keys that are changed, too, keep nobody from anything; nor do deletions and URLs without integrity', () => {
  const production = map(['lib', { url, integrity: 'sha256-a' }]);
  const change = set('other', { url, integrity: 'sha256-b' });
  expect(keyWithOtherIntegrity([change, set('lib', null)], production)).toBeUndefined();
  expect(keyWithOtherIntegrity([set('other', { url }), set('gone', null)], production)).toBeUndefined();
});

test('our own addresses are judged by their bytes', () => {
  const own = '/modules/x/a.js';
  const production = map(['lib', { url: own, integrity: 'sha256-a' }]);
  expect(keyWithOtherIntegrity([set('other', { url: own, integrity: 'sha256-b' })], production)).toBeUndefined();
});
