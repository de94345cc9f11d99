// A list that is read a piece at a time is read as JSON.parse reads it, however it is written, and nothing else is taken.
import fc from 'fast-check';
import { isList, itemsOf } from '../../src/platform/http/json-items.js';

const read = (text: string | Buffer): unknown[] => [...itemsOf(Buffer.from(text as string))].flat();
const codeOf = (text: string | Buffer): string => {
  try {
    read(text);
    return 'fine';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it('has the items that JSON.parse has, in order', () => {
  const blank = fc.constantFrom('', ' ', '\n', '\t\r\n  ');
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ maxDepth: 5 })),
      blank,
      fc.integer({ min: 0, max: 4 }),
      (list, space, indent) => {
        const text = `${space}${JSON.stringify(list, null, indent)}${space}`;
        expect(read(text)).toEqual(JSON.parse(text));
      },
    ),
    { numRuns: 300 },
  );
});

it('cuts large lists into pieces, and never within an item', () => {
  const list = Array.from({ length: 20_000 }, (_, at) => ({ at, text: `,"]}[{\\" é ${'x'.repeat(at % 50)}` }));
  const pieces = [...itemsOf(Buffer.from(JSON.stringify(list)))];
  expect(pieces.length).toBeGreaterThan(10);
  expect(pieces.flat()).toEqual(list);
});

it('takes or refuses whatever JSON.parse takes or refuses', () => {
  const token = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"',
    '\\',
    'a',
    '1',
    '-',
    '"a"',
    '"a":1',
    'null',
    ' ',
    '[1]',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
      const text = `[${tokens.join('')}]`;
      let parsed: unknown = 'refused';
      try {
        parsed = JSON.parse(text);
      } catch {
        // Refused.
      }
      if (parsed === 'refused') expect(codeOf(text)).toBe('body.bad_json');
      else expect(read(text)).toEqual(parsed);
    }),
    { numRuns: 3000 },
  );
});

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const large = `"${'x'.repeat(70_000)}"`;
it.each([
  ['no end', '[1,2', 'body.bad_json'],
  ['two lists', '[1][2]', 'body.bad_json'],
  ['the wrong bracket', '[1}', 'body.bad_json'],
  ['a comma at the end of a large list', `[${large},]`, 'body.bad_json'],
  ['two commas in a large list', `[${large},,${large}]`, 'body.bad_json'],
  ['a text without end', '["a', 'body.bad_json'],
  ['32 levels', deep(32), 'fine'],
  ['33 levels', deep(33), 'body.too_deep'],
  ['a million levels', '['.repeat(1_000_000), 'body.too_deep'],
  [
    'an item with very many members',
    `[{${Array.from({ length: 20_000 }, (_, at) => `"${at}":1`).join()}}]`,
    'body.too_many_members',
  ],
  ['a byte order mark', `\ufeff [1]`, 'fine'],
])('%s: %#', (_name, text, code) => expect(codeOf(text)).toBe(code));

it('refuses what is no UTF-8', () => expect(codeOf(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]))).toBe('body.not_utf8'));

it('tells a list from anything else', () => {
  expect(['[', ' \n[1]', '\ufeff[]'].map((text) => isList(Buffer.from(text)))).toEqual([true, true, true]);
  expect(['', '{}', 'null', '"["'].map((text) => isList(Buffer.from(text)))).toEqual([false, false, false, false]);
  expect(() => isList(Buffer.from('{'))).toThrow('Request is not valid JSON.');
});
