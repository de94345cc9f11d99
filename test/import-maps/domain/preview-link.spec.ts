// Links to previews, with the ticket's preview key and without one.
import { isPreviewKey, linked, readLinked, withoutPreviewKeys } from '../../../src/import-maps/domain/preview-link.js';

const KEY = 'abcdefghijklmno_';

it.each([
  [' TKT-3 ', { reference: 'TKT-3', previewKey: undefined }],
  [`TKT-3~${KEY}`, { reference: 'TKT-3', previewKey: KEY }],
  [`TKT-3 ~ ${KEY} `, { reference: 'TKT-3', previewKey: KEY }],
  ['TKT-3~', { reference: 'TKT-3', previewKey: '' }],
])('%j is read', (text, link) => {
  expect(readLinked(text)).toEqual(link);
});

it.each([undefined, KEY])('a link with the key %s is read as it was written', (previewKey) => {
  expect(readLinked(linked('TKT-3', previewKey))).toEqual({ reference: 'TKT-3', previewKey });
});

it.each([
  [KEY, true],
  [KEY.slice(1), false],
  [`${KEY}a`, false],
  ['abcdefghijklmno/', false],
])('%s is a preview key: %s', (text, is) => {
  expect(isPreviewKey(text)).toBe(is);
});

it('shows no key', () => {
  expect(withoutPreviewKeys(`TKT-3~${KEY}, TKT-4%7e${KEY} and TKT-5`)).toBe('TKT-3~…, TKT-4~… and TKT-5');
});
