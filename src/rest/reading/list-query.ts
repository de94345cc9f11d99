// Reads a list's query string: paging and orderings (rest-api.md, section 2). Texts of errors are Tastypie's.
import { invalid } from '../../platform/errors.js';
import { wholeNumberIn } from '../../platform/whole-number.js';
import type { Resource } from '../resource.js';
import { findField, type Joins } from './field-path.js';

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
const MOST_ORDERINGS = 8;

export const textsOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

export const lastOf = (value: string | string[] | undefined): string | undefined => textsOf(value).at(-1);

export function parsePage(query: Query): Page {
  const after = lastOf(query.after);
  const page = { limit: parseLimit(lastOf(query.limit)), offset: parseOffset(lastOf(query.offset)) };
  if (after === undefined) return { ...page, after: undefined };
  const id = wholeNumberIn(after);
  if (id === undefined)
    throw invalid('page.bad_after', `Invalid after '${after}' provided. Please provide an id, 0 for the first page.`);
  if (textsOf(query.order_by).length + textsOf(query.sort_by).length > 0) {
    throw invalid(
      'page.after_orders_by_id',
      '?after= pages in the order of id: leave out order_by, or page with offset.',
    );
  }
  return { ...page, offset: 0, after: id };
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (!/^[+-]?\d+$/.test(text))
    throw invalid('page.bad_limit', `Invalid limit '${text}' provided. Please provide a positive integer.`);
  const limit = Number(text);
  if (limit < 0)
    throw invalid('page.bad_limit', `Invalid limit '${text}' provided. Please provide a positive integer >= 0.`);
  return limit === 0 || limit > LARGEST_LIMIT ? LARGEST_LIMIT : limit;
}

function parseOffset(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^[+-]?\d+$/.test(text))
    throw invalid('page.bad_offset', `Invalid offset '${text}' provided. Please provide an integer.`);
  const offset = Number(text);
  if (offset < 0)
    throw invalid('page.bad_offset', `Invalid offset '${text}' provided. Please provide a positive integer >= 0.`);
  return Math.min(offset, Number.MAX_SAFE_INTEGER);
}

/** `ORDER BY …`, always ending in the id so that pages don't overlap. */
export function orderSql(resource: Resource, query: Query, joins: Joins): string {
  const asked = [...textsOf(query.order_by), ...textsOf(query.sort_by)].flatMap((text) => text.split(','));
  if (asked.length > MOST_ORDERINGS)
    throw invalid('order.too_many', `order_by takes at most ${MOST_ORDERINGS} fields.`);
  const parts = asked.map((text) => {
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
