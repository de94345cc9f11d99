// Entity tags: versions and digests, and the conditions that name them.
import {
  contentTag,
  isKnown,
  onlyVersion,
  parseIfMatch,
  requireMatch,
  takesAny,
  versionTag,
} from '../../src/rest/http/entity-tag.js';

it('quotes a version, and digests content', () => {
  expect(versionTag(7)).toBe('"7"');
  expect(contentTag('{}')).toMatch(/^"[\w-]{27}"$/);
  expect(contentTag('{}')).toBe(contentTag('{}'));
  expect(contentTag('{} ')).not.toBe(contentTag('{}'));
});

it.each([
  [undefined, false],
  ['"7"', true],
  ['W/"7"', true],
  ['"1", W/"7"', true],
  ['*', true],
  ['"77"', false],
  ['7', false],
  ['', false],
])('If-None-Match %j knows "7": %j', (header, known) => expect(isKnown(header, '"7"')).toBe(known));

it.each([
  [undefined, undefined],
  ['"7"', 7],
  ['W/"7"', 7],
  ['"7", "8"', undefined],
  ['*', undefined],
  ['"abc"', undefined],
  ['7', undefined],
  ['"9999999999"', undefined],
])('If-Match %j names the version %j', (header, version) => expect(onlyVersion(parseIfMatch(header))).toBe(version));

it('takes any state without a condition or with *', () => {
  expect([undefined, '*', '"7", *', '"7"'].map((header) => takesAny(parseIfMatch(header)))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

it('refuses what the client did not see', () => {
  for (const header of [undefined, '*', '"7"', 'W/"7"', '"6","7"']) {
    expect(() => requireMatch(parseIfMatch(header), '"7"')).not.toThrow();
  }
  for (const header of ['"6"', '7', '']) {
    expect(() => requireMatch(parseIfMatch(header), '"7"')).toThrow('its ETag is "7"');
  }
});
