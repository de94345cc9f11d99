// Reads a list's query string: paging, orderings and filters (rest-api.md, section 2). Texts of errors are Tastypie's.
import { DomainError, invalid } from '../../platform/errors.js';
import type { Resource } from '../resource.js';
import { fieldNamed, findField, Joins } from './field-path.js';
import { lookupSql } from './lookups.js';
import { parseReference } from '../writing/reference.js';

/** As Fastify parses it: a repeated key is an array. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

export interface Page {
  readonly limit: number;
  readonly offset: number;
  /** Set for `?after=`: only ids beyond it, in order of id. */
  readonly after: number | undefined;
}

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 1000;
const RESERVED = new Set(['limit', 'offset', 'after', 'order_by', 'sort_by', 'format']);

export const textsOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

const lastOf = (value: string | string[] | undefined): string | undefined => textsOf(value).at(-1);

export function parsePage(query: Query): Page {
  const after = lastOf(query.after);
  const page = { limit: parseLimit(lastOf(query.limit)), offset: parseOffset(lastOf(query.offset)) };
  if (after === undefined) return { ...page, after: undefined };
  if (!/^\d{1,15}$/.test(after))
    throw invalid('page.bad_after', `Invalid after '${after}' provided. Please provide an id, 0 for the first page.`);
  if (textsOf(query.order_by).length + textsOf(query.sort_by).length > 0) {
    throw invalid(
      'page.after_orders_by_id',
      '?after= pages in the order of id: leave out order_by, or page with offset.',
    );
  }
  return { ...page, offset: 0, after: Number(after) };
}

function parseLimit(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_LIMIT;
  if (!/^[+-]?\d+$/.test(text))
    throw invalid('page.bad_limit', `Invalid limit '${text}' provided. Please provide a positive integer.`);
  const limit = Number(text);
  if (limit < 0)
    throw invalid('page.bad_limit', `Invalid limit '${text}' provided. Please provide a positive integer >= 0.`);
  return limit === 0 || limit > LARGEST_LIMIT ? LARGEST_LIMIT : limit;
}

function parseOffset(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^[+-]?\d+$/.test(text))
    throw invalid('page.bad_offset', `Invalid offset '${text}' provided. Please provide an integer.`);
  const offset = Number(text);
  if (offset < 0)
    throw invalid('page.bad_offset', `Invalid offset '${text}' provided. Please provide a positive integer >= 0.`);
  return Math.min(offset, Number.MAX_SAFE_INTEGER);
}

/** `ORDER BY …`, always ending in the id so that pages don't overlap. */
export function orderSql(resource: Resource, query: Query, joins: Joins): string {
  const asked = [...textsOf(query.order_by), ...textsOf(query.sort_by)]
    .flatMap((text) => text.split(','))
    .filter(Boolean);
  const parts = asked.slice(0, 8).map((text) => {
    const path = text.replace(/^-/, '');
    const found = findField(resource, path, joins, (word) =>
      invalid('order.unknown_field', `No matching '${word}' field for ordering on.`),
    );
    if (found.lookup || !found.field.orderable) {
      throw invalid('order.not_allowed', `The '${found.field.name}' field does not allow ordering.`);
    }
    return `${found.column}${text.startsWith('-') ? ' DESC' : ''}`;
  });
  if (!parts.some((part) => /^t\.id( DESC)?$/.test(part))) parts.push('t.id');
  return `ORDER BY ${parts.join(', ')}`;
}

/** Makes an id of a ticket's key; rejects with what the client did wrong. */
export type KeyResolver = (key: string) => Promise<number>;

/** The conditions of the filters in a query; `add` collects their values. */
export async function filterSql(
  resource: Resource,
  query: Query,
  joins: Joins,
  add: (value: unknown) => string,
  resolveKey: KeyResolver,
): Promise<string[]> {
  const conditions: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (RESERVED.has(name) || name.startsWith('_')) continue;
    const found = findField(resource, name, joins, (word) => unknownFilter(resource, word));
    const texts =
      found.field.kind === 'reference' && found.lookup !== 'isnull'
        ? await referenceTexts(found.field.target ?? '', textsOf(value), resolveKey)
        : textsOf(value);
    conditions.push(lookupSql(found.field, found.lookup ?? 'exact', found.column, texts, add));
  }
  return conditions;
}

/** `ticket=1`, `ticket=TKT-7` and `ticket=/api/v1/ticket/1/` mean the same. */
async function referenceTexts(target: string, texts: string[], resolveKey: KeyResolver): Promise<string[]> {
  const ids = texts
    .flatMap((text) => text.split(','))
    .map(async (text) => {
      const reference = parseReference(text, target);
      if (reference === undefined) return text;
      return String(typeof reference === 'number' ? reference : await resolveKey(reference));
    });
  return Promise.all(ids);
}

/** A misspelt filter that returned everything has closed the wrong ticket before: unknown names are refused. */
function unknownFilter(resource: Resource, word: string): DomainError {
  const names = [
    'id',
    ...resource.fields
      .filter((field) => field.filterable && fieldNamed(resource, field.name))
      .map((field) => field.name),
  ];
  return invalid(
    'filter.unknown_field',
    `There is no field '${word}' to filter ${resource.name} by. Its fields are ${names.join(', ')}.`,
  );
}
