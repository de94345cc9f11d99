// Lists: columns for people, tabs for programs.
import { stripVTControlCharacters } from 'node:util';
import { oneLine } from './strip-control-characters.js';
import type { Output } from './output.js';

/** On a terminal aligned under a heading, and cut to its width; piped, one line each with tabs between, as `cut` reads it. */
export function sayTable(out: Output, heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const cells = rows.map((row) => row.map(oneLine));
  if (!out.isTerminal) {
    for (const row of cells) out.cells(row.map((cell) => stripVTControlCharacters(cell)));
    return;
  }
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => lengthOf(row[column] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : pad(cell, widths[column] ?? 0))).join('  ');
  out.say(out.paint('dim', line(heading)));
  for (const row of cells) out.say(fit(line(row), out.width));
}

const lengthOf = (text: string): number => stripVTControlCharacters(text).length;
const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - lengthOf(text)));
/** A line with colours is left as it is, and so is one that ends with a link: the terminal wraps it. */
const fit = (text: string, width: number): string =>
  lengthOf(text) <= width || text.length !== lengthOf(text) || /https?:\/\/./.test(text.split(/\s/).at(-1) ?? '')
    ? text
    : `${text.slice(0, width - 1)}…`;
