// What looks like a secret is in no event, line or log: tokens of ours wherever they stand, those of others that tell by their
// look, what follows `Authorization:` or `password=`, the user of a URL. What people keep in fields of their own, such as a
// description, stays theirs; what an event tells of it doesn't. In Node for values; in SQL, by the same list, for the lines and
// documents that a statement makes of rows.
import { literal } from './database/statement.js';

/**
 * What stands before a secret, and says that it is one, stays. None takes a quote or a backslash: a document stays one. Letters and
 * spaces are those of ASCII, written out, since Postgres means more by \w and \s.
 */
const SECRETS: readonly (readonly [RegExp, shown: string])[] = [
  [/stl_[a-z0-9_-]{8,}/gi, '***'],
  [/(^|[^a-z0-9_])(?:gh[opsur]|glpat|github_pat|sk|xox[a-z])[-_][a-z0-9_-]{8,}/gi, '$1***'],
  [/(^|[^A-Za-z0-9_])AKIA[0-9A-Z]{12,}/g, '$1***'],
  [/(^|[^A-Za-z0-9_-])eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '$1***'],
  [/((?:^|[^a-z0-9_])(?:(?:bearer|apikey)[ \t\r\n]+)+)[^ \t\r\n"'\\]+/gi, '$1***'],
  [/((?:^|[^a-z0-9_])basic[ \t\r\n]+)[^ \t\r\n"'\\]{12,}/gi, '$1***'],
  [
    /((?:^|[^a-z0-9_])(?:(?:password|passwd|pwd|secret|token|api[-_]?key)[ \t\r\n]*[=:][ \t\r\n]*)+)[^ \t\r\n"'\\]+/gi,
    '$1***',
  ],
  [/("(?:password|passwd|pwd|secret|token|api[-_]?key|authorization)"[ ]?:[ ]?")[^"\\]+/gi, '$1***'],
  [/:\/\/[^ \t\r\n/@"'\\]+@/g, '://***@'],
];

export const redacted = (text: string): string =>
  SECRETS.reduce((now, [secret, shown]) => now.replaceAll(secret, shown), text);

/** The same of every text in a document. */
export const redactedJson = (document: object): string => redacted(JSON.stringify(document));

/** The same in SQL; `text`: SQL of a text. */
export const redactedSql = (text: string): string =>
  SECRETS.reduce(
    (now, [secret, shown]) =>
      `regexp_replace(${now}, ${literal(secret.source)}, ${literal(shown.replace('$1', '\\1'))}, '${secret.flags}')`,
    text,
  );

/** What a message quotes of a text that came from anywhere: at most so many characters and no half of one, cut when no secret is left in it: half of one doesn't look like one. */
export const quoted = (text: string, most: number): string =>
  redacted(text)
    .slice(0, most)
    .replace(/[\uD800-\uDBFF]$/, '');
