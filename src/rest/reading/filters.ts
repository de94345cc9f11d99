// The filters in a query string, as conditions (rest-api.md, section 2). Texts of errors are Tastypie's where it has any.
import { type DomainError, invalid } from '../../platform/errors.js';
import { normalKey } from '../resource-key.js';
import type { Resource } from '../resource.js';
import { parseReference } from '../writing/reference.js';
import { fieldNamed, findField, type FoundField, type Joins } from './field-path.js';
import { type Query, textsOf } from './list-query.js';
import { lookupSql } from './lookups.js';

const RESERVED = new Set(['limit', 'offset', 'after', 'order_by', 'sort_by', 'format']);

/** True for a parameter that narrows the list; false for paging, ordering and names that begin with `_`. */
export const isFilter = (name: string): boolean => !RESERVED.has(name) && !name.startsWith('_');

/** Finds the id that a ticket's key means; undefined where it means none. */
export type KeyResolver = (key: string) => Promise<number | undefined>;

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
    if (!isFilter(name)) continue;
    const found = findField(resource, name, joins, unknownFilter);
    const lookup = found.lookup ?? 'exact';
    const texts = SAME.has(lookup) ? await namedTexts(found, lookup, textsOf(value), resolveKey) : textsOf(value);
    const column = comparesKeys(found, lookup) ? found.column.replace(/\.key$/, '.normal_key') : found.column;
    conditions.push(lookupSql(found.field, lookup, column, texts, add));
  }
  return conditions;
}

/** The lookups that ask whether something is the same, in whatever way it is written. */
const SAME = new Set(['exact', 'iexact', 'in']);

const comparesKeys = ({ resource, field }: FoundField, lookup: string): boolean =>
  resource.keyed === true && field.name === 'key' && SAME.has(lookup);

/** What a filter names by key or URI, as the column has it: `ticket=1`, `ticket=TKT-7`, `ticket=/api/v1/ticket/1/`. */
async function namedTexts(
  found: FoundField,
  lookup: string,
  given: readonly string[],
  resolveKey: KeyResolver,
): Promise<readonly string[]> {
  const { field, resource } = found;
  const texts = lookup === 'in' ? given.flatMap((text) => text.split(',')) : given.slice(-1);
  if (comparesKeys(found, lookup)) return texts.map((text) => normalKey(text) ?? text);
  const target =
    field.kind === 'reference' || field.kind === 'references'
      ? field.target
      : field.kind === 'id' && resource.keyed
        ? 'ticket'
        : undefined;
  return target === undefined ? texts : Promise.all(texts.map((text) => idText(text, target, resolveKey)));
}

/** What is no reference stays as it is, for the lookup to refuse. A key that no ticket has is 0, which no id is. */
async function idText(text: string, target: string, resolveKey: KeyResolver): Promise<string> {
  const reference = parseReference(text, target);
  if (reference === undefined) return text;
  return String(typeof reference === 'number' ? reference : ((await resolveKey(reference)) ?? 0));
}

/** A misspelt filter that returned everything has closed the wrong ticket before: unknown names are refused. */
function unknownFilter(word: string, resource: Resource): DomainError {
  const named = resource.fields.filter((field) => field.filterable && fieldNamed(resource, field.name));
  const names = ['id', ...named.map((field) => field.name)].join(', ');
  return invalid(
    'filter.unknown_field',
    `There is no field '${word}' to filter ${resource.name} by. Its fields are ${names}.`,
  );
}
