// A command line that can't be understood: what is wrong with it, and which word was probably meant.
import type { Command, CommanderError } from 'commander';
import { shell, words } from '../../platform/shell-quote.js';
import { usage } from '../words/cli-error.js';
import { nearest } from '../words/suggest.js';
import type { Verb } from './verb.js';

/** Commander's "error: …\n(Did you mean …?)" as one line of ours; what only ends the parsing (help was printed) as it is. */
export function misunderstood(error: CommanderError, made: Command): Error {
  if (error.exitCode === 0) return error;
  const [wrong = '', guess = ''] = error.message.replace(/^error: /, '').split('\n(Did you mean ', 2);
  const [meant] = guess.split('?)', 1);
  const text = sentence(wrong);
  const where = made.parent ? shell`stamp help ${words(pathOf(made).split(' '))}` : 'stamp --help';
  return usage(meant ? `${text}: did you mean ${meant}?` : `${text}. '${where}' lists the choices.`);
}

/** In commander's words, made a sentence's beginning: "Option '--url <url>' needs its argument". */
const sentence = (words: string): string =>
  (words.charAt(0).toUpperCase() + words.slice(1))
    .replace(/\.$/, '')
    .replace(/ argument missing$/, ' needs its argument');

/** `sub add`; '' for stamp itself. */
export const pathOf = (made: Command): string =>
  made.parent ? [pathOf(made.parent), made.name()].filter(Boolean).join(' ') : '';

/** No such verb below this one, or none said. Below the name '' are stamp's own. */
export function noVerb({ name, verbs = [] }: Pick<Verb, 'name' | 'verbs'>, [word]: readonly string[]): Error {
  const names = verbs.map((below) => below.name);
  const line = (last: string): string => shell`stamp ${words([...name.split(' '), last].filter(Boolean))}`;
  const help = name && name !== 'help' ? shell`stamp help ${name}` : 'stamp --help';
  if (word === undefined)
    return usage(`${shell`stamp ${name}`} is followed by one of: ${names.join(', ')}. '${help}' explains them.`);
  const meant = nearest(word, names);
  return usage(
    `Unknown: '${line(word)}'. ${meant ? `Did you mean '${line(meant)}'?` : `'${help}' lists the choices.`}`,
  );
}
