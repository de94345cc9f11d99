// From a command's text to what it means. Pure: the same text always means the same.
import { type DomainError, invalid } from '../platform/errors.js';
import { didYouMean } from '../rest/writing/did-you-mean.js';
import { type Argument, type Flag, FLAGS, type Grammar, grammarOf, type Verb, VERBS } from './grammar.js';
import { flagIn, type Word, wordsOf } from './words.js';
import type { CodeOf } from '../platform/refusals/refusals.js';
import { quoted } from '../platform/redact.js';

export interface Command {
  readonly verb: Verb;
  /** What it was given, by name; a ticket may be missing. */
  readonly ticket?: string;
  readonly stage?: string;
  readonly release?: number;
  readonly about?: Verb;
  readonly confirmation?: string;
  readonly project?: string;
  readonly reason?: string;
  readonly until?: string;
  readonly toRevision?: number;
  readonly cascade?: boolean;
  readonly force?: boolean;
  readonly rule?: string;
  readonly as?: string;
  readonly comment?: string;
  readonly policy?: string;
  readonly hours?: number;
}

const LARGEST = 2 ** 31 - 1;
const LONGEST_REASON = 500;

/** Rejects with invalid `command.…`; every message says what is understood instead. */
export function parseCommand(text: string): Command {
  const [first, ...rest] = wordsOf(text);
  if (!first) throw refusal('command.empty', 'The text has no command. Send help to list the commands.');
  const verb = verbIn(first.text);
  const grammar = grammarOf(verb);
  const start = rest.findIndex((word) => flagIn(word) !== undefined);
  const plain = start < 0 ? rest : rest.slice(0, start);
  const command = { verb, ...argumentsOf(plain, grammar), ...flagsOf(start < 0 ? [] : rest.slice(start), grammar) };
  for (const flag of grammar.needs ?? [])
    if (command[flag as keyof typeof command] === undefined)
      throw refusal('command.missing_flag', `--${flag} is missing: ${grammar.usage}`);
  return command;
}

function verbIn(word: string): Verb {
  const verb = VERBS.find((one) => one === word.toLowerCase());
  if (verb) return verb;
  const near = didYouMean(word, VERBS);
  throw refusal(
    'command.unknown_verb',
    `Unknown command '${quoted(word, 50)}'.${near ? ` Did you mean ${near}?` : ''} Send help to list the commands.`,
  );
}

function argumentsOf(words: readonly Word[], { takes, optional, usage }: Grammar): Partial<Command> {
  const surplus = words[takes.length];
  if (surplus) throw refusal('command.surplus', `'${quoted(surplus.text, 50)}' is one word too many. Usage: ${usage}`);
  const missing = takes.slice(words.length).find((name) => name !== 'ticket');
  if (missing && !optional) throw refusal('command.missing_argument', `The ${missing} is missing: ${usage}`);
  return Object.fromEntries(words.map(({ text }, index) => argumentOf(takes[index] as Argument, text)));
}

function argumentOf(name: Argument, text: string): readonly [keyof Command, string | number] {
  if (name === 'release') return [name, numberIn(text, 'A release')];
  return name === 'verb' ? ['about', verbIn(text)] : [name, text];
}

function flagsOf(words: readonly Word[], grammar: Grammar): Partial<Command> {
  const starts = [...words.keys()].filter((index) => flagIn(words[index] as Word) !== undefined);
  const { terminal } = grammar;
  if (terminal && words.some((word) => flagIn(word) === terminal.flag))
    throw refusal('command.terminal_only', terminal.says);
  const parts = starts.map((start, index) => {
    const name = flagNamed(flagIn(words[start] as Word) as string, grammar);
    return { name, value: words.slice(start + 1, starts[index + 1]).map(({ text }) => text) };
  });
  const twice = parts.find(({ name }, index) => parts.findIndex((other) => other.name === name) < index);
  if (twice) throw refusal('command.repeated_flag', `--${twice.name} is given twice.`);
  return Object.fromEntries(parts.map(({ name, value }) => [memberOf(name), valueOf(name, value)]));
}

const memberOf = (flag: Flag): keyof Command => (flag === 'to-revision' ? 'toRevision' : flag);

function flagNamed(name: string, { flags, usage }: Grammar): Flag {
  const flag = flags.find((one) => one === name);
  if (flag) return flag;
  const near = didYouMean(name, flags);
  throw refusal(
    'command.unknown_flag',
    `Unknown flag --${quoted(name, 50)}.${near ? ` Did you mean --${near}?` : ''} Usage: ${usage}`,
  );
}

function valueOf(flag: Flag, words: readonly string[]): string | number | boolean {
  const kind = FLAGS[flag];
  const [first, second] = words;
  const surplus = kind === 'switch' ? first : kind === 'words' ? undefined : second;
  if (surplus !== undefined)
    throw refusal('command.surplus', `'${quoted(surplus, 50)}' is one word too many after --${flag}.`);
  if (kind === 'switch') return true;
  const value = words.join(' ').trim();
  if (value === '') throw refusal('command.missing_value', `--${flag} needs a value.`);
  if (value.length > LONGEST_REASON)
    throw refusal('command.too_long', `--${flag} may have at most ${LONGEST_REASON} characters.`);
  return kind === 'number' ? numberIn(value, `--${flag}`) : value;
}

function numberIn(text: string, what: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : LARGEST + 1;
  if (number <= LARGEST) return number;
  throw refusal('command.no_number', `${what} must be a number, not '${quoted(text, 50)}'.`);
}

const refusal = (code: CodeOf<'invalid'>, message: string): DomainError => invalid(code, message);
