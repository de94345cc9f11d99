// What may stand where the cursor is, read from the verbs' data: nothing here asks the server.
import { COMMON, GRAMMAR } from '../grammar.js';
import { commonBeside, longOf } from '../help.js';
import type { OptionLine, Verb } from '../../session/verb.js';

/** What a value is: words that the data names, or what has to be looked up. */
export type Kind = NonNullable<Verb['completes']> | 'file' | 'folder';

export type Expected =
  | { readonly kind: 'option'; readonly lines: readonly OptionLine[] }
  | { readonly kind: 'verb or ticket'; readonly verbs: readonly Verb[] }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'value'; readonly of: Kind | undefined };

/**
 * `words` are those after `stamp`, up to the one that is being written; a value after `=` stands in a word of its own, without
 * the `=`.
 */
export function expectedAt(words: readonly string[], verbs: readonly Verb[]): Expected {
  const before = words.slice(0, -1);
  const { verb, operands, waiting } = read(before, verbs);
  if (waiting) return valueOf(waiting);
  if (words.at(-1)?.startsWith('-')) return { kind: 'option', lines: linesOf(verb) };
  if (!verb) return operands === 0 ? { kind: 'verb or ticket', verbs } : { kind: 'value', of: undefined };
  return argumentOf(verb, operands);
}

function argumentOf(verb: Verb, index: number): Expected {
  if (verb.verbs && !verb.run) return { kind: 'verb or ticket', verbs: verb.verbs };
  if (index === 0 && verb.completes) return { kind: 'value', of: verb.completes };
  const places = verb.takes?.match(/[<[][^<>[\]]+[>\]]/g) ?? [];
  const last = places.at(-1);
  const place = places[index] ?? (last?.includes('...') ? last : undefined);
  return place ? valueOf(['', place]) : { kind: 'value', of: undefined };
}

const linesOf = (verb: Verb | undefined): readonly OptionLine[] => [
  ...((verb ?? GRAMMAR).options ?? []),
  ...commonBeside(verb ?? GRAMMAR),
  ['-h, --help', 'print help'],
];

/** Which verb was said, how many words came after it, and the option that waits for its value. */
function read(
  words: readonly string[],
  verbs: readonly Verb[],
): { verb: Verb | undefined; operands: number; waiting: OptionLine | undefined } {
  let [verb, operands, below]: [Verb | undefined, number, readonly Verb[]] = [undefined, 0, verbs];
  let waiting: OptionLine | undefined;
  for (const word of words) {
    if (waiting) {
      waiting = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      waiting = linesOf(verb).find(([flags]) => flags.includes('<') && flagsOf(flags).includes(word));
      continue;
    }
    const named = operands === 0 ? below.find(({ name }) => name === word) : undefined;
    if (named) [verb, below] = [named, named.verbs ?? []];
    else operands++;
  }
  return { verb, operands, waiting };
}

/** `-u, --url <url>` → `-u`, `--url`. */
export const flagsOf = (flags: string): readonly string[] =>
  flags.split(/[^\w-]+/).filter((word) => /^-[\w-]/.test(word));

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^(ticket|key|tkt)$/, 'ticket'],
  [/^(stage|to-stage)$/, 'stage'],
  [/^project$/, 'project'],
  [/^(release|good|bad)$/, 'release'],
  [/^verb$/, 'verb'],
  [/^(folder|directory)$/, 'folder'],
  [/^(files?|path|manifest)$/, 'file'],
];

/** By the option's name, else by what stands in its brackets: `--stage <name>`, `<stage>`, `<bash|zsh|fish>`. */
function valueOf([flags, place = flags]: readonly [string, string]): Expected {
  const inside = /[<[]([^<>[\]]+)[>\]]/.exec(flags || place)?.[1]?.replace('...', '') ?? '';
  if (inside.includes('|')) return { kind: 'words', words: inside.split('|') };
  const names = [flags ? longOf(flags).slice(2) : '', inside];
  const [, of] = KINDS.find(([pattern]) => names.some((name) => pattern.test(name))) ?? [];
  return { kind: 'value', of };
}

/** Values of these options count while others are completed: `stamp --project shop show TKT-<Tab>`. */
export function valueSaid(words: readonly string[], long: string): string | undefined {
  const line = COMMON.find(([flags]) => longOf(flags) === long);
  const flags = line ? flagsOf(line[0]) : [long];
  const at = words.findIndex((word) => flags.includes(word));
  return at < 0 ? undefined : words[at + 1];
}
