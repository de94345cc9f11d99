// Django's field lookups as a static table: what each takes and the SQL it becomes. Values are always parameters.
import { isKeepable } from '../../platform/keepable.js';
import { invalid } from '../../platform/errors.js';
import { readTime } from '../../platform/time-text.js';
import { wholeNumberIn } from '../../platform/whole-number.js';
import { parseStatus, STEPS } from '../../workflow/steps.js';
import type { Field, FieldKind } from '../fields/field.js';
import { textSql } from './view-sql.js';

/** Makes the SQL for a column: `add` takes a value and gives its placeholder. */
type LookupSql = (field: Field, column: string, texts: readonly string[], add: (value: unknown) => string) => string;

const mismatch = (): never => {
  throw invalid('filter.mismatched_type', 'Invalid resource lookup data provided (mismatched type).');
};

/** What means null in a query. */
export const NULL_WORDS: ReadonlySet<string> = new Set(['None', 'nil']);
const TRUE_WORDS = new Set(['true', 'True', '1']);
const FALSE_WORDS = new Set(['false', 'False', '0']);

/** A query text as the column's own type; refuses what is none (`Invalid resource lookup data provided …`). */
function typed(field: Field, text: string): unknown {
  switch (field.kind) {
    case 'boolean':
      return TRUE_WORDS.has(text) ? true : FALSE_WORDS.has(text) ? false : mismatch();
    case 'status':
      return parseStatus(text) ?? mismatch();
    case 'time':
      return readTime(text)?.text ?? mismatch();
    case 'text':
      return text;
    default:
      return integerIn(text) ?? mismatch();
  }
}

function integerIn(text: string): number | undefined {
  const size = wholeNumberIn(text.replace(/^-/, ''));
  return size !== undefined && text.startsWith('-') ? -size : size;
}

const last = (texts: readonly string[]): string => texts.at(-1) ?? '';

/** `% _ \` are literal in Django's lookups. */
const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);

const like =
  (pattern: (escaped: string) => string): LookupSql =>
  (field, column, texts, add) =>
    `${textSql(field, column)} LIKE ${add(pattern(escapeLike(last(texts))))}::text`;

const ilike =
  (pattern: (escaped: string) => string): LookupSql =>
  (field, column, texts, add) =>
    `UPPER(${textSql(field, column)}) LIKE UPPER(${add(pattern(escapeLike(last(texts))))}::text)`;

/** Steps and statuses are texts to who asks: none is empty, or anything else than digits. */
const isEmptyText = ({ kind }: Field, text: string): boolean => text === '' && (kind === 'step' || kind === 'status');

const compare =
  (operator: string): LookupSql =>
  (field, column, texts, add) =>
    `${column} ${operator} ${add(typed(field, last(texts)))}::${castOf(field)}`;

/** Wide enough for every number that a query can hold, so that one beyond the column's range finds nothing. */
const castOf = (field: Field): string => CASTS[field.kind] ?? 'bigint';

const CASTS: Partial<Record<FieldKind, string>> = { text: 'text', boolean: 'boolean', time: 'timestamptz' };

/** A comma list, or a repeated parameter. */
const listed = (texts: readonly string[]): string[] => texts.flatMap((text) => text.split(','));

const timePart =
  (part: string): LookupSql =>
  (field, column, texts, add) =>
    `EXTRACT(${part} FROM ${column} AT TIME ZONE 'UTC') = ${add(typed({ ...field, kind: 'integer' }, last(texts)))}::bigint`;

/** Steps are few enough to stand in the text, so that Postgres plans once for each and knows how rare it is. */
function sameSql(field: Field, value: unknown, add: (value: unknown) => string): string {
  const known = field.kind === 'step' && STEPS.includes(value as number);
  return known ? String(value) : `${add(value)}::${castOf(field)}`;
}

const LOOKUPS: Readonly<Record<string, LookupSql>> = {
  exact: (field, column, texts, add) => {
    const text = last(texts);
    if (NULL_WORDS.has(text)) return `${column} IS NULL`;
    return isEmptyText(field, text) ? 'FALSE' : `${column} = ${sameSql(field, typed(field, text), add)}`;
  },
  iexact: (field, column, texts, add) => {
    const text = last(texts);
    return NULL_WORDS.has(text) ? `${column} IS NULL` : `UPPER(${textSql(field, column)}) = UPPER(${add(text)}::text)`;
  },
  contains: like((text) => `%${text}%`),
  icontains: ilike((text) => `%${text}%`),
  startswith: like((text) => `${text}%`),
  istartswith: ilike((text) => `${text}%`),
  endswith: like((text) => `%${text}`),
  iendswith: ilike((text) => `%${text}`),
  gt: compare('>'),
  gte: compare('>='),
  lt: compare('<'),
  lte: compare('<='),
  // An empty list of values finds nothing.
  in: (field, column, texts, add) =>
    last(texts) === '' && texts.length === 1
      ? 'FALSE'
      : `${column} = ANY(${add(listed(texts).map((text) => typed(field, text)))}::${castOf(field)}[])`,
  range: (field, column, texts, add) => {
    const [from, to, ...more] = listed(texts);
    if (from === undefined || to === undefined || more.length > 0) return mismatch();
    return `${column} BETWEEN ${add(typed(field, from))}::${castOf(field)} AND ${add(typed(field, to))}::${castOf(field)}`;
  },
  isnull: (_field, column, texts) => {
    const text = last(texts);
    return TRUE_WORDS.has(text) ? `${column} IS NULL` : FALSE_WORDS.has(text) ? `${column} IS NOT NULL` : mismatch();
  },
  regex: (field, column, texts, add) => `${textSql(field, column)} ~ ${add(last(texts))}::text`,
  iregex: (field, column, texts, add) => `${textSql(field, column)} ~* ${add(last(texts))}::text`,
  year: timePart('YEAR'),
  month: timePart('MONTH'),
  day: timePart('DAY'),
};

const TEXTS = [
  'iexact',
  'contains',
  'icontains',
  'startswith',
  'istartswith',
  'endswith',
  'iendswith',
  'regex',
  'iregex',
];
const ORDERED = ['exact', 'gt', 'gte', 'lt', 'lte', 'in', 'range', 'isnull'];

const ALLOWED: Readonly<Record<FieldKind, readonly string[]>> = {
  id: ORDERED,
  integer: ORDERED,
  boolean: ['exact', 'in', 'isnull'],
  text: [...ORDERED, ...TEXTS],
  step: [...ORDERED, ...TEXTS],
  status: [...ORDERED, ...TEXTS],
  time: [...ORDERED, 'year', 'month', 'day'],
  reference: ['exact', 'in', 'isnull'],
  references: ['exact', 'in', 'isnull'],
  json: ['isnull'],
};

/** 0 for every id that isn't one. */
function listedId(field: Field, text: string): number {
  const id = Number(typed(field, text));
  return Math.max(id, 0);
}

/** Lookups of a list of references: it has this one, one of these, none at all. An empty list is in no index. */
const LIST_LOOKUPS: Readonly<Record<string, LookupSql>> = {
  exact: (field, column, texts, add) =>
    NULL_WORDS.has(last(texts))
      ? `${column} = '{}'`
      : `(${column} <> '{}' AND ${column} @> ARRAY[${add(listedId(field, last(texts)))}::bigint])`,
  in: (field, column, texts, add) =>
    texts.join('') === ''
      ? 'FALSE'
      : `(${column} <> '{}' AND ${column} && ${add(listed(texts).map((text) => listedId(field, text)))}::bigint[])`,
  isnull: (_field, column, texts) => {
    const text = last(texts);
    return TRUE_WORDS.has(text) ? `${column} = '{}'` : FALSE_WORDS.has(text) ? `${column} <> '{}'` : mismatch();
  },
};

export const isLookup = (word: string): boolean => Object.hasOwn(LOOKUPS, word);

/** All that there are. */
export const LOOKUP_NAMES: readonly string[] = Object.keys(LOOKUPS);

/** The lookups that every resource's id takes. */
export const ID_LOOKUPS: readonly string[] = ALLOWED.id;

/** The lookups that a field takes; none where it isn't filterable. */
export const lookupsOf = (field: Field): readonly string[] => (field.filterable ? ALLOWED[field.kind] : []);

/** The condition of one filter. Throws `invalid` with Tastypie's words for what a field doesn't allow. */
export function lookupSql(
  field: Field,
  lookup: string,
  column: string,
  texts: readonly string[],
  add: (value: unknown) => string,
): string {
  if (!field.filterable) throw invalid('filter.not_allowed', `The '${field.name}' field does not allow filtering.`);
  const make = (field.kind === 'references' ? LIST_LOOKUPS : LOOKUPS)[lookup];
  if (!make || !lookupsOf(field).includes(lookup)) {
    throw invalid('filter.not_allowed', `'${lookup}' is not an allowed filter on the '${field.name}' field.`);
  }
  if (!texts.every(isKeepable)) {
    throw invalid('filter.bad_text', `The value of the '${field.name}' filter is not valid Unicode text.`);
  }
  return make(field, column, texts, add);
}
