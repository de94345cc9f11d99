// Lines for a shell that people paste and programs run: whatever is put into one is one word, and none of it an option.

/** A text as one word of a shell. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A word as one writes it in a shell; quoted where it has to be. To zsh `=ls` is a path. */
const inShell = (word: string): string => (/^(?!=)[\w@%+=:,./-]+$/.test(word) ? word : shellQuoted(word));

/** A piece of a line that is quoted already, made by `flags` or `words`. */
export class Piece {
  constructor(
    readonly options: readonly string[],
    readonly operands: readonly string[],
  ) {}
}

/** `--project shop`, `--force`: of what is true or a text; names are ours. What is undefined or false is left out. */
export const flags = (given: Readonly<Record<string, string | number | boolean | undefined>>): Piece =>
  new Piece(
    Object.entries(given).flatMap(([name, value]) => {
      if (value === undefined || value === false) return [];
      return [value === true ? `--${name}` : optionWith(`--${name}`, String(value))];
    }),
    [],
  );

/** Any number of operands. */
export const words = (operands: readonly string[]): Piece => new Piece([], operands);

const optionWith = (option: string, value: string): string =>
  value.startsWith('-') ? `${option}=${inShell(value)}` : `${option} ${inShell(value)}`;

/**
 * A line for a shell: each value that is put in is one word of it, quoted where it has to be. An option's value that begins
 * with a dash stands behind `=`, an operand that does behind `--`, at the end of the line.
 * @example shell`stamp ${key} --promote`
 */
export function shell(texts: TemplateStringsArray, ...values: readonly (string | number | Piece)[]): string {
  let line = texts[0] ?? '';
  const last: string[] = [];
  values.forEach((value, index) => {
    const after = texts[index + 1] ?? '';
    if (value instanceof Piece) {
      for (const option of value.options) line = joined(line, option);
      for (const operand of value.operands)
        if (isOption(operand) || last.length > 0) last.push(operand);
        else line = joined(line, inShell(operand));
      if (value.options.length + value.operands.length === 0) line = line.trimEnd();
    } else {
      const word = String(value);
      const option = optionAtEnd(line);
      const isWhole = /\s$/.test(line) && /^(?:\s|$)/.test(after);
      if (option !== undefined) line = line.slice(0, -option.length - 1) + optionWith(option, word);
      else if (isWhole && (isOption(word) || last.length > 0)) {
        last.push(word);
        line = line.trimEnd();
      } else line += inShell(word);
    }
    line += after;
  });
  return last.length === 0 ? line : `${line} -- ${last.map(inShell).join(' ')}`;
}

/** The line that somebody typed, its options as they were, with one more of ours before the operands behind `--`. */
export function typedWith(program: string, typed: readonly string[], option: string): string {
  const end = typed.includes('--') ? typed.indexOf('--') : typed.length;
  return [program, ...typed.slice(0, end), option, ...typed.slice(end)].map(inShell).join(' ');
}

/** `--project` of `stamp unlock qa --project `: its value comes next. */
function optionAtEnd(line: string): string | undefined {
  if (!line.endsWith(' ')) return undefined;
  const last = line.slice(line.lastIndexOf(' ', line.length - 2) + 1, -1);
  return /^--[a-z-]+$/.test(last) ? last : undefined;
}

const isOption = (word: string): boolean => word.startsWith('-');

const joined = (line: string, word: string): string => (/\s$/.test(line) ? line + word : `${line} ${word}`);

/**
 * What somebody else says of a line that stands before it, with nothing in it that a shell acts on or a program takes for an
 * option: whoever pastes the whole line of the screen runs the command, and nothing besides.
 */
export const remark = (text: string): string =>
  text
    .replaceAll("'", '’')
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pi}\p{Pf} ,.:/@%+=_-]+/gu, ' ')
    .replaceAll(/(^| )[-=]+/g, '$1')
    .trim();
