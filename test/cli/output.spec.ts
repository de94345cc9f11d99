// What a terminal gets from the command: each way out, with each character that steers one, breaks a line or divides cells.
import { PassThrough } from 'node:stream';
import { Output } from '../../src/cli/output/output.js';
import { sayFacts } from '../../src/cli/output/facts.js';
import { sayTable } from '../../src/cli/output/table.js';
import { HOSTILE_WORDS } from '../builders/hostile-texts.js';
import { STEERING, withoutOwn } from './printed-commands.js';

/** Of C0, DEL and C1, what turns the direction of writing, and what is taken for a line break: all of them. */
const CHARACTERS = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
  ...[0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
].map((code) => String.fromCodePoint(code));

const TEXTS = [
  ...CHARACTERS.map((one) => `a${one}b`),
  ...HOSTILE_WORDS,
  '\u001b[31;1234;5678;1234;5678mred',
  '\u001b]8;;http://evil\u0007x\u001b]8;;\u0007',
];

type Way = (out: Output, text: string) => void;
const WAYS: Readonly<Record<string, Way>> = {
  say: (out, text) => out.say(`- ${text}`),
  cells: (out, text) => out.cells(['1', text, '3']),
  stream: (out, text) => out.stream({ text }, `- ${text}`),
  note: (out, text) => out.note(`- ${text}`),
  warn: (out, text) => out.warn(text),
  error: (out, text) => out.error(text),
  detail: (out, text) => out.detail(`- ${text}`.replaceAll(/\s/g, ' ')),
  over: (out, text) => out.over(`- ${text}`),
  prompt: (out, text) => out.prompt(`${text}?`),
  errorJson: (out, text) => out.errorJson({ text }),
  facts: (out, text) => sayFacts(out, 'x', [['label', text]]),
  table: (out, text) => sayTable(out, ['one', 'two'], [['1', text]]),
};

function shown(way: Way, text: string, { json = false, tty = true } = {}): string {
  const stream = Object.assign(new PassThrough(), { isTTY: tty, columns: 300 });
  const out = new Output({ verbose: true, colour: true, ...(json ? { json: true as const } : {}) }, stream, stream);
  way(out, text);
  return String(stream.read() ?? '');
}

describe.each(Object.entries(WAYS))('%s', (name, way) => {
  test.each([{ tty: true }, { tty: false }])('steers nothing, and makes one line: %j', (how) => {
    const plain = shown(way, 'plain', how);
    for (const text of TEXTS) {
      const said = shown(way, text, how);
      const about = { name, text };
      expect({ ...about, steers: STEERING.test(withoutOwn(said)) }).toEqual({ ...about, steers: false });
      expect({ ...about, lines: said.split('\n').length }).toEqual({ ...about, lines: plain.split('\n').length });
      if (name !== 'cells' && !(name === 'facts' || name === 'table')) continue;
      expect({ ...about, tabs: said.split('\t').length }).toEqual({ ...about, tabs: plain.split('\t').length });
    }
  });
});

test('JSON says the same values, with escapes', () => {
  for (const text of TEXTS) {
    const said = shown((out) => out.result({ text }, () => undefined), text, { json: true });
    expect(said.trimEnd()).not.toMatch(STEERING);
    expect(JSON.parse(said)).toEqual({ text });
  }
});

test('a colour of the command is a colour, and nobody else can make one of it', () => {
  const red = shown((out) => out.say(out.paint('red', 'x')), '');
  expect(red).toBe('\u001b[31mx\u001b[39m\n');
  expect(shown((out, text) => out.say(text), red.trimEnd())).toBe('x\n');
});
