// Titles, reasons and names are other people's: what steers a terminal in them is left out, so that showing a ticket can't
// write over the screen, set the window's title or look like words of ours. Colours are the command's alone.
import { randomInt } from 'node:crypto';
import { STEERING } from '../../platform/steering.js';

const ESCAPE = String.fromCharCode(27);
/** Begin and end, as terminals take them. */
const COLOURS = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
} as const;

/** What a colour of ours has with it until it is written, and nobody else's can have. */
const OURS = Array.from({ length: 4 }, () => randomInt(1000, 10_000)).join(';');

const mark = (code: number): string => `${ESCAPE}[${code};${OURS}m`;

/** In a colour, which `harmless` lets through. */
export const painted = (colour: keyof typeof COLOURS, text: string): string =>
  `${mark(COLOURS[colour][0])}${text}${mark(COLOURS[colour][1])}`;

/** What a terminal gets: colours of `painted` are its own, and nothing else is. */
export const harmless = (line: string): string =>
  line.replaceAll(STEERING, (found, colour: string | undefined) => {
    if (!found.startsWith(ESCAPE) || !colour?.endsWith(`;${OURS}m`)) return '';
    return `${ESCAPE}${colour.slice(0, -OURS.length - 2)}m`;
  });

/** A question: titles and names in it are other people's. The blank at its end stays. */
export const promptOf = (question: string): string => harmless(`${oneLine(question)} `);

/** A line stays one: what others wrote in it makes no other, which would read as ours. */
export const unbroken = (line: string): string => line.replaceAll(/[\n\r\u0085\u2028\u2029]+/g, ' ');

/** With tabs between, and in none of them. */
export const cellsOf = (cells: readonly string[]): string => cells.map((cell) => oneLine(String(cell))).join('\t');

/** A text of several lines, as one. */
export const oneLine = (text: string): string =>
  text.replaceAll(/\s+/g, (blanks) => (/[\t\n\r]/.test(blanks) ? ' ' : blanks)).trim();

/** Of a token that somebody typed where it doesn't belong, and that an error would tell, only the beginning is left. */
export const withoutTokens = (text: string): string => text.replaceAll(/\bstl_[\w-]{8,}/g, 'stl_…');
