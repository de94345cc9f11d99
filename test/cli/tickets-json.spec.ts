// Where a manifest stops being JSON: the same judgement as JSON.parse, with the place and in words.
import fc from 'fast-check';
import { jsonFault } from '../../src/cli/words/json-fault.js';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test.each([
  ['{"title": "x",}', 1, 15, 'a name in double quotes was expected, not }'],
  ['{"title": \'x\'}', 1, 11, "a value was expected, not 'x'}"],
  ['{"a": [1, 2\n, 3,\n ]}', 3, 2, 'a value was expected, not ]}'],
  ['{"a": 1\n "b": 2}', 2, 2, 'a comma or } was expected, not "b":'],
  ['{"a" 1}', 1, 6, 'a colon was expected, not 1}'],
  ['{"a": [1 2]}', 1, 10, 'a comma or ] was expected, not 2]}'],
  ['{title: 1}', 1, 2, 'a name in double quotes, or } was expected, not title:'],
  ['{"a": 1', 1, 8, 'a comma or } was expected, not the end'],
  ['{} {}', 1, 4, 'nothing more was expected, not {}'],
  ['', 1, 1, 'a value was expected, not the end'],
  ['{"a": "one\ntwo"}', 1, 7, 'a value was expected, not "one'],
  ['{"a": 01}', 1, 7, 'a value was expected, not 01}'],
])('%j: line %d, column %d', (text, line, column, what) => {
  expect(jsonFault(text)).toEqual({ line, column, what });
  expect(parses(text)).toBe(false);
});

test('what JSON.stringify writes has no fault, however it is spaced', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2, '\t'), (value, space) => {
      expect(jsonFault(` ${JSON.stringify(value, null, space)}\r\n`)).toBeUndefined();
    }),
  );
});

test('a text that was changed at one place is judged as JSON.parse judges it', () => {
  const piece = fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"', '\\', '\\u12', '0', '-', '.', 'e', 'true', ' ', '\n', '\u0001'],
  );
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.nat(3), piece, (value, where, gone, put) => {
      const text = JSON.stringify(value);
      const at = where % (text.length + 1);
      const changed = text.slice(0, at) + put + text.slice(at + gone);
      expect([changed, jsonFault(changed) === undefined]).toEqual([changed, parses(changed)]);
    }),
    { numRuns: 2000 },
  );
});
