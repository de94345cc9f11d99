// Members of operations' bodies that no resource has: commits, and lists of words.
import { Matches, ValidateBy } from 'class-validator';
import { COMMIT, isCommit } from '../../platform/git-facts.js';
import { field, type FieldOptions } from '../fields/field-decorators.js';

const A_COMMIT = 'A commit must be 7 to 64 hexadecimal digits in lower case.';
const MOST_COMMITS = 100;
const MOST_WORDS = 20;
const LONGEST_WORD = 500;

/** A commit's name, abbreviated to seven digits at least. */
export const Commit = (options: FieldOptions): PropertyDecorator =>
  field('text', options, { pattern: COMMIT.source }, [Matches(COMMIT, { message: A_COMMIT })]);

export const Commits = (options: FieldOptions): PropertyDecorator =>
  listed(options, {
    most: MOST_COMMITS,
    items: { type: 'string', pattern: COMMIT.source, description: 'A commit.' },
    more: { maxItems: MOST_COMMITS },
    fits: isCommit,
    message: `Give a list of at most ${MOST_COMMITS} commits. ${A_COMMIT}`,
  });

/** A list of words; which of them are known is for the operation to say. `items`: their schema. */
export const Words = ({ items, ...options }: FieldOptions & { readonly items: object }): PropertyDecorator =>
  listed(options, {
    most: MOST_WORDS,
    items,
    fits: (one) => one.length <= LONGEST_WORD && !one.includes('\0'),
    message: `Give a list of at most ${MOST_WORDS} words.`,
  });

function listed(
  options: FieldOptions,
  {
    most,
    items,
    more,
    fits,
    message,
  }: { most: number; items: object; more?: object; fits: (one: string) => boolean; message: string },
): PropertyDecorator {
  const validate = (given: unknown): boolean =>
    Array.isArray(given) && given.length <= most && given.every((one) => typeof one === 'string' && fits(one));
  return field('json', options, { shape: { type: 'array', ...more, items } }, [
    ValidateBy({ name: 'list', validator: { validate, defaultMessage: () => message } }),
  ]);
}
