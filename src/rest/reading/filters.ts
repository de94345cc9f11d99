// The filters in a query string, as conditions (rest-api.md, section 2). Texts of errors are Tastypie's where it has any.
import { type DomainError, invalid } from '../../platform/errors.js';
import { normalKey } from '../resource-key.js';
import type { Resource } from '../resource.js';
import { parseReference } from '../writing/reference.js';
import { fieldNamed, findField, type FoundField, type Joins } from './field-path.js';
import { type Query, textsOf } from './list-query.js';
import { FoundKeys, MOST_NAMED } from './key-reader.js';
import { lookupSql } from './lookups.js';

/** The last two are how old clients send a key in the URL, which counts for nothing here. */
const RESERVED = new Set(['limit', 'offset', 'after', 'order_by', 'sort_by', 'format', 'username', 'api_key']);

/** True for a parameter that narrows the list; false for paging, ordering and names that begin with `_`. */
export const isFilter = (name: string): boolean => !RESERVED.has(name) && !name.startsWith('_');

/** Looks up ticket keys, all of a request at once. */
export type KeysResolver = (keys: readonly string[]) => Promise<FoundKeys>;

/** A filter as the query has it. */
interface Filter {
  readonly found: FoundField;
  readonly lookup: string;
  readonly texts: readonly string[];
  /** The resource whose objects it names by id, key or URI. */
  readonly target: string | undefined;
}

/** The conditions of the filters in a query; `add` collects their values. All keys in it are looked up together. */
export async function filterSql(
  resource: Resource,
  query: Query,
  joins: Joins,
  add: (value: unknown) => string,
  resolveKeys: KeysResolver,
): Promise<string[]> {
  const filters = Object.entries(query)
    .filter(([name]) => isFilter(name))
    .map(([name, value]) => filterOf(findField(resource, name, joins, unknownFilter), textsOf(value)));
  const keys = filters.flatMap(({ texts, target }) =>
    target === undefined
      ? []
      : texts.map((text) => parseReference(text, target)).filter((one) => typeof one === 'string'),
  );
  const known = keys.length > 0 ? await resolveKeys(keys) : FoundKeys.none;
  return filters.map(({ found, lookup, texts, target }) => {
    const column = comparesKeys(found, lookup) ? found.column.replace(/\.key$/, '.normal_key') : found.column;
    const ids = target === undefined ? texts : texts.map((text) => idText(text, target, known));
    return lookupSql(found.field, lookup, column, ids, add);
  });
}

/** The lookups that ask whether something is the same, in whatever way it is written. */
const SAME = new Set(['exact', 'iexact', 'in']);

const comparesKeys = ({ resource, field }: FoundField, lookup: string): boolean =>
  resource.keyed === true && field.name === 'key' && SAME.has(lookup);

/** What a filter names by key or URI counts as the column has it: `ticket=1`, `ticket=TKT-7`, `ticket=/api/v1/ticket/1/`. */
function filterOf(found: FoundField, given: readonly string[]): Filter {
  const { field, resource } = found;
  const lookup = found.lookup ?? 'exact';
  const listed = lookup === 'in' ? given.flatMap((text) => text.split(',')) : given;
  if (lookup === 'in' && listed.length > MOST_NAMED) throw tooManyValues(field.name);
  if (!SAME.has(lookup)) return { found, lookup, texts: listed, target: undefined };
  const texts = lookup === 'in' ? listed : listed.slice(-1);
  if (comparesKeys(found, lookup))
    return { found, lookup, texts: texts.map((text) => normalKey(text) ?? text), target: undefined };
  const target =
    field.kind === 'reference' || field.kind === 'references'
      ? field.target
      : field.kind === 'id' && resource.keyed
        ? 'ticket'
        : undefined;
  return { found, lookup, texts, target };
}

const tooManyValues = (name: string): DomainError =>
  invalid(
    'filter.too_many_values',
    `The '${name}__in' filter names more than ${MOST_NAMED} values. Send requests with at most ${MOST_NAMED} each.`,
  );

/** What is no reference stays as it is, for the lookup to refuse. A key that no ticket has is 0, which no id is. */
function idText(text: string, target: string, known: FoundKeys): string {
  const reference = parseReference(text, target);
  if (reference === undefined) return text;
  return String(typeof reference === 'number' ? reference : (known.idOf(reference) ?? 0));
}

/** A misspelt filter that returned everything has closed the wrong ticket before: unknown names are refused. */
function unknownFilter(word: string, resource: Resource): DomainError {
  const named = resource.fields.filter((field) => field.filterable && fieldNamed(resource, field.name));
  const names = ['id', ...named.map((field) => field.name)].join(', ');
  return invalid('filter.unknown_field', `Unknown field '${word}' in a filter of ${resource.name}. Known: ${names}.`);
}
