// How a value names another object.
import fc from 'fast-check';
import { asId, parseReference } from '../../src/rest/writing/reference.js';
import { isKey, normalKey } from '../../src/rest/resource-key.js';

it.each([
  ['1', 1],
  ['0012', 12],
  ['2147483647', 2_147_483_647],
  ['2147483648', 2_147_483_648],
  ['9007199254740991', 9_007_199_254_740_991],
  ['9007199254740992', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1.0', undefined],
  ['1e3', undefined],
  [' 1', undefined],
  ['', undefined],
  ['٣', undefined],
])('asId(%j) is %j', (text, id) => expect(asId(text)).toBe(id));

it.each([
  ['/api/v1/spu/7/', 7],
  ['/api/v1/spu/7', 7],
  ['http://host:8000/api/v1/spu/7/', 7],
  ['https://host/api/v1/spu/7', 7],
  [7, 7],
  ['7', 7],
  [{ resource_uri: '/api/v1/spu/7/' }, 7],
  [{ resource_uri: { resource_uri: '/api/v1/spu/7/' } }, undefined],
  ['/api/v1/ticket/7/', undefined],
  ['/api/v1/spu/7/x/', undefined],
  ['/api/v1/spu//', undefined],
  ['/spu/7/', undefined],
  ['ftp://host/api/v1/spu/7/', undefined],
  ['TKT-7', undefined],
  [7.5, undefined],
  [Number.NaN, undefined],
  [null, undefined],
  [[7], undefined],
  [true, undefined],
  [{}, undefined],
])('%j names the upload %j', (value, id) => expect(parseReference(value, 'spu')).toBe(id));

it('names tickets by key too', () => {
  expect(parseReference('TKT-7', 'ticket')).toBe('TKT-7');
  expect(parseReference('/api/v1/ticket/tkt-007/', 'ticket')).toBe('tkt-007');
  expect(parseReference('/api/v1/fullticket/TKT-7/', 'ticket')).toBeUndefined();
});

it('never throws, and answers an id in range, a key, or nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.string().map((text) => `/api/v1/ticket/${text}/`),
      ),
      (value) => {
        const reference = parseReference(value, 'ticket');
        if (typeof reference === 'number') expect(reference > 0 && Number.isSafeInteger(reference)).toBe(true);
        else if (reference !== undefined) expect(isKey(reference)).toBe(true);
      },
    ),
  );
});

it.each([
  ['TKT-7', 'TKT-7'],
  ['tkt-007', 'TKT-7'],
  ['Jira_x2-10', 'JIRA_X2-10'],
  ['TKT-0', 'TKT-0'],
  ['TKT', undefined],
  ['7-7', undefined],
  ['TKT-', undefined],
  ['TKT-7 ', undefined],
  ['TKT-7\n', undefined],
  ['TKT-1234567890123456', 'TKT-1234567890123456'],
  ['TKT-12345678901234567', undefined],
])('the key %j is compared as %j', (text, normal) =>
  expect([normalKey(text), isKey(text)]).toEqual([normal, normal !== undefined]),
);

it('compares a normal key as itself', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z]{1,5}-\d{1,16}$/), (key) => {
      const normal = normalKey(key) ?? '';
      expect([normalKey(normal), normalKey(key.toLowerCase())]).toEqual([normal, normal]);
    }),
  );
});
