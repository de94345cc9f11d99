// What every line of the stream is: one line for people, at most 140 characters, with nothing in it that could move a
// cursor, hide text or turn its direction (stream.md, "The log").

import { redacted } from '../../platform/redact.js';

/** In characters, as Postgres counts them; the table's own check says the same. */
const LINE_LENGTH = 140;

/** C0 and C1 controls, line and paragraph separators, and the marks that turn the direction of what stands around them. */
// eslint-disable-next-line no-control-regex -- these are what must not get through
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g;

/** One line of a text that came from anywhere: without secrets, unsafe characters a space, what is too long ends in `…`. */
export function asLine(text: string, most = LINE_LENGTH): string {
  const signs = [...redacted(text).toWellFormed().replace(UNSAFE, ' ').replace(/ {2,}/g, ' ').trim()];
  return signs.length <= most
    ? signs.join('')
    : `${signs
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}

/** ` because` at the end of a line: `: <why>`, or nothing. */
export const because = (why: string | null | undefined): string => (why ? `: ${why}` : '');

/** C0 controls and DEL as SQL has them; NUL can't be in a text. */
const CONTROLS = [...Array.from({ length: 31 }, (_, index) => index + 1), 127];
const ESCAPED = CONTROLS.map((code) => `\\x${code.toString(16).padStart(2, '0')}`).join('');

/** The same in SQL, for lines that a statement makes: without controls, cut to length. */
export const lineSql = (text: string): string =>
  `left(translate(${text}, E'${ESCAPED}', '${' '.repeat(CONTROLS.length)}'), ${LINE_LENGTH})`;
