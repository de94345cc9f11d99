// What --help says, made of the verbs: how it is written, what it does, examples, options.
import { styleText } from 'node:util';
import { EXIT_MEANINGS } from '../words/exit-codes.js';
import { COMMON, GRAMMAR } from './grammar.js';
import { DEFAULTS, KEYS, type SettingName, VARIABLES } from '../session/settings.js';
import { SETTINGS_SAY, VARIABLES_SAY } from '../session/settings-help.js';
import type { OptionLine, Verb } from '../session/verb.js';
import { GROUPS } from '../verbs/all.js';

/** A word or line, and what it means. */
type Row = readonly [term: string, says: string];

const NAME = 'stamp';
const WIDEST = 110;
const WIDEST_TERM = 40;

/** `stamp --help` */
export const helpOfAll = (width: number): string =>
  text(
    [
      usage(['[ticket] [options]', '<verb> [arguments] [options]']),
      paragraph(GRAMMAR.summary, GRAMMAR.description),
      examples(GRAMMAR),
      ...GROUPS.map(
        ({ title, verbs }) =>
          (w: number) =>
            section(title, verbs.map(rowOf), w),
      ),
      (w) => section('Options of a ticket', GRAMMAR.options ?? [], w),
      (w) => section('Options of everything', [...COMMON, HELP, VERSION], w),
      (w) => section('Environment', environment(), w),
      (w) => section('Exit codes', Object.entries(EXIT_MEANINGS), w),
      () => ["'stamp help <verb>' explains a verb."],
    ],
    width,
  );

/** `stamp help show`; `path` is `sub add` for a verb below another. */
export const helpOf = (verb: Verb, path: string, width: number): string =>
  text(
    [
      usage([[path, verb.verbs && !verb.run ? '<verb>' : verb.takes, '[options]'].filter(Boolean).join(' ')]),
      paragraph(verb.summary, verb.description),
      (w) => section('Verbs', (verb.verbs ?? []).map(rowOf), w),
      examples(verb),
      (w) => section('Options', verb.options ?? [], w),
      (w) => section('Options of everything', [...commonBeside(verb), HELP], w),
      (w) => fieldsIn(verb, w),
    ],
    width,
  );

const HELP: OptionLine = ['-h, --help', 'print help'];
const VERSION: OptionLine = ['--version', 'print the version'];

/** What every verb has, without what this one has itself. */
export function commonBeside({ options = [] }: Pick<Verb, 'options'>): readonly OptionLine[] {
  const own = new Set(options.map(([flags]) => longOf(flags)));
  return COMMON.filter(([flags]) => !own.has(longOf(flags)));
}

export const longOf = (flags: string): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;

const rowOf = ({ name, takes, verbs, run, summary }: Verb): Row => [
  [name, verbs && !run ? `<${verbs.map((below) => below.name).join('|')}>` : takes].filter(Boolean).join(' '),
  summary,
];

const environment = (): readonly Row[] => [
  ...KEYS.flatMap((key): Row[] => (VARIABLES[key] ? [[VARIABLES[key], SETTINGS_SAY[key] + byDefault(key)]] : [])),
  ...VARIABLES_SAY,
];

function byDefault(key: SettingName): string {
  const value = (DEFAULTS as Readonly<Partial<Record<SettingName, string>>>)[key];
  return value === undefined ? '' : ` (default: ${value})`;
}

type Part = (width: number) => readonly string[];

const text = (parts: readonly Part[], width: number): string =>
  parts
    .map((part) => part(Math.min(width, WIDEST)).join('\n'))
    .filter(Boolean)
    .map((part) => `${part}\n`)
    .join('\n');

const usage =
  (lines: readonly string[]): Part =>
  () =>
    lines.map((line, index) => `${index === 0 ? `${title('Usage:')} ` : '       '}${NAME} ${line}`);

const paragraph =
  (summary: string, description: string | undefined): Part =>
  (width) => [...wrap(`${summary}.`, width), ...(description ? ['', ...wrap(description, width)] : [])];

const examples =
  (verb: Verb): Part =>
  (width) =>
    section(
      'Examples',
      verb.examples.map(({ run, says }) => [run, says]),
      width,
      Infinity,
    );

/** What `--json=…` takes. */
const fieldsIn = ({ json = {} }: Verb, width: number): string[] => {
  const names = Object.keys(json).sort();
  return names.length === 0
    ? []
    : [title('Fields of --json:'), ...wrap(names.join(', '), width - 2).map((line) => `  ${line}`)];
};

/** Terms in one column, what they say in the next; a long term has a line to itself. */
function section(heading: string, rows: readonly Row[], width: number, widestTerm = WIDEST_TERM): string[] {
  if (rows.length === 0) return [];
  const terms = rows.map(([term]) => term.length).filter((length) => length <= widestTerm);
  const column = Math.max(0, ...terms);
  // Too little would be left beside it: below it, then.
  const below = width - column - 4 < 24;
  const lines = rows.flatMap(([term, says]) => {
    if (below || term.length > column) return [`  ${term}`, ...wrap(says, width - 6).map((line) => `      ${line}`)];
    const [first = '', ...more] = wrap(says, width - column - 4);
    return [`  ${term.padEnd(column)}  ${first}`, ...more.map((line) => ' '.repeat(column + 4) + line)];
  });
  return [title(`${heading}:`), ...lines.map((line) => line.trimEnd())];
}

function wrap(words: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

/** Commander takes the colour out again where no terminal is. */
const title = (words: string): string => styleText('bold', words);
