// What people say, and what is understood.
import { wordsOf } from '../../src/chat-commands/words.js';
import fc from 'fast-check';
import { parseCommand } from '../../src/chat-commands/parse-command.js';
import { VERBS } from '../../src/chat-commands/grammar.js';
import { redacted } from '../../src/platform/redact.js';
import { DomainError } from '../../src/platform/errors.js';

test.each([
  ['status TKT-1', { verb: 'status', ticket: 'TKT-1' }],
  ['  STATUS   tkt-1 ', { verb: 'status', ticket: 'tkt-1' }],
  ['status', { verb: 'status' }],
  ['list', { verb: 'list' }],
  ['list qa --project shop', { verb: 'list', stage: 'qa', project: 'shop' }],
  ['why TKT-1', { verb: 'why', ticket: 'TKT-1' }],
  ['promote TKT-1 --release 41', { verb: 'promote', ticket: 'TKT-1', release: 41 }],
  ['revert TKT-1 --cascade', { verb: 'revert', ticket: 'TKT-1', cascade: true }],
  ['revert --force --reason Sales are down', { verb: 'revert', force: true, reason: 'Sales are down' }],
  ['revert TKT-1 --to-revision 3', { verb: 'revert', ticket: 'TKT-1', toRevision: 3 }],
  ['rollback prod 41 --reason "a  b"', { verb: 'rollback', stage: 'prod', release: 41, reason: 'a  b' }],
  ["hold TKT-1 --reason don't touch it", { verb: 'hold', ticket: 'TKT-1', reason: "don't touch it" }],
  ['hold TKT-1 --reason “from a phone”', { verb: 'hold', ticket: 'TKT-1', reason: 'from a phone' }],
  ['hold TKT-1 —reason a dash', { verb: 'hold', ticket: 'TKT-1', reason: 'a dash' }],
  ["hold --reason 'one --until two' --until 2h", { verb: 'hold', reason: 'one --until two', until: '2h' }],
  ['hold TKT-1 --until 2h --reason "open', { verb: 'hold', ticket: 'TKT-1', until: '2h', reason: '"open' }],
  ['unhold TKT-1', { verb: 'unhold', ticket: 'TKT-1' }],
  ['lock prod --reason "--force is off"', { verb: 'lock', stage: 'prod', reason: '--force is off' }],
  ['lock "my stage" --reason x', { verb: 'lock', stage: 'my stage', reason: 'x' }],
  ['unlock prod --reason We are back', { verb: 'unlock', stage: 'prod', reason: 'We are back' }],
  ['close TKT-1 --reason Done', { verb: 'close', ticket: 'TKT-1', reason: 'Done' }],
  ['reopen TKT-1', { verb: 'reopen', ticket: 'TKT-1' }],
  ['confirm 1f0a', { verb: 'confirm', confirmation: '1f0a' }],
  ['help', { verb: 'help' }],
  ['help Promote', { verb: 'help', about: 'promote' }],
])('%s', (text, command) => expect(parseCommand(text)).toEqual(command));

test.each([
  ['', 'command.empty', 'help'],
  [' \n ', 'command.empty', 'help'],
  ['promte TKT-1', 'command.unknown_verb', 'Did you mean promote?'],
  ['xyzzy', 'command.unknown_verb', 'Send help'],
  ['constructor', 'command.unknown_verb', 'help'],
  ['__proto__ x', 'command.unknown_verb', 'help'],
  ['help promte', 'command.unknown_verb', 'Did you mean promote?'],
  ['status TKT-1 TKT-2', 'command.surplus', 'TKT-2'],
  ['hold TKT-1 waits', 'command.surplus', 'hold TKT-1 --reason'],
  ['revert TKT-1 --force now', 'command.surplus', 'now'],
  ['hold --reason x --until 2h or so', 'command.surplus', 'or'],
  ['hold TKT-1', 'command.missing_flag', '--reason'],
  ['lock --reason x', 'command.missing_argument', 'stage'],
  ['rollback prod', 'command.missing_argument', 'release'],
  ['confirm', 'command.missing_argument', 'confirmation'],
  ['rollback prod one', 'command.no_number', 'one'],
  ['rollback prod 99999999999', 'command.no_number', '99999999999'],
  ['promote TKT-1 --release -1', 'command.no_number', '-1'],
  ['revert TKT-1 --reasn x', 'command.unknown_flag', 'Did you mean --reason?'],
  ['status TKT-1 --force', 'command.unknown_flag', 'status TKT-1'],
  ['promote TKT-1 --force imports', 'command.terminal_only', 'stamp promote TKT-1 --force imports --reason'],
  ['promote --reason x —force imports', 'command.terminal_only', 'stamp promote'],
  ['close TKT-1 --constructor x', 'command.unknown_flag', 'close TKT-1'],
  ['close TKT-1 --reason', 'command.missing_value', '--reason'],
  ['close TKT-1 --reason ""', 'command.missing_value', '--reason'],
  ['close TKT-1 --reason a --reason b', 'command.repeated_flag', '--reason'],
  [`close TKT-1 --reason ${'x'.repeat(501)}`, 'command.too_long', '500'],
])('not %j: %s', (text, code, says) => {
  expect(() => parseCommand(text)).toThrow(expect.objectContaining({ kind: 'invalid', code }));
  expect(() => parseCommand(text)).toThrow(says);
});

test('any text is a command, or refused in words', () => {
  const parts = [...VERBS, 'TKT-1', 'prod', '41', '--reason', '--until', '--force', '—reason', '"', "'", '"a b"', '-'];
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(fc.constantFrom(...parts), fc.string())).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(VERBS).toContain(parseCommand(text).verb);
      } catch (error) {
        expect(error).toBeInstanceOf(DomainError);
        expect((error as DomainError).code).toMatch(/^command\./);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a quoted reason comes through as it is', () => {
  const words = fc
    .string({ minLength: 1, maxLength: 100 })
    .filter((text) => !text.includes('"') && text.trim() === text);
  fc.assert(
    fc.property(
      words.filter((text) => text !== ''),
      (reason) => {
        expect(parseCommand(`close TKT-1 --reason "${reason}"`)).toEqual({ verb: 'close', ticket: 'TKT-1', reason });
      },
    ),
  );
});

test.each([
  ['hold TKT-1 --reason stl_abcdefgh12345678 is out', 'hold TKT-1 --reason *** is out'],
  ['x ghp_0123456789abcdef', 'x ***'],
  ['see https://ada:hunter2@example.com/x', 'see https://***@example.com/x'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
  ['password=hunter2 token: xyz', 'password=*** token: ***'],
  ['hold TKT-1 --reason the token is out', 'hold TKT-1 --reason the token is out'],
])('no secret in the log: %s', (text, shown) => expect(redacted(text)).toBe(shown));

test.each([
  ['say "a b" c', ['say', 'a b', 'c']],
  ['don\'t "stop', ["don't", '"stop']],
  ['“a b” \'c d\' "e"f "g h"', ['a b', 'c d', '"e"f', 'g h']],
  ["\"a 'b\" c' 'd", ["a 'b", "c'", "'d"]],
  ['“a “b” “c', ['a “b', '“c']],
  ['', []],
])('%j is the words %j', (text, words) => {
  expect(wordsOf(text).map((word) => word.text)).toEqual(words);
});

test('a text of quotes that nobody closes is words, however long it is', () => {
  expect(wordsOf('“ " \' '.repeat(200_001)).length).toBeGreaterThan(100_000);
});
