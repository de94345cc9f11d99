// Which lists may read a whole table: those that no index serves. They have the share of slow lookups, so that however many there
// are, they take no connection from the API. Judged by the table's indexes (columns.ts), and for a view by what it says of itself.
import type { Reach } from '../../platform/principal.js';
import { wholeNumberIn } from '../../platform/whole-number.js';
import { FAILED } from '../../workflow/steps.js';
import type { Resource } from '../resource.js';
import { tableOf, type TableIndex } from './columns.js';
import { fieldNamed } from './field-path.js';
import { isFilter } from './filters.js';
import { type Query, textsOf } from './list-query.js';
import { isLookup, NULL_WORDS } from './lookups.js';
import { ownProjectColumn } from './own-sql.js';
import type { Scope } from './pieces.js';
import { isSlowLookup } from './slow-lookups.js';

/** A filter on the rows' own column; `column` is undefined where it looks into other tables, or into nothing that is a column. */
interface Asked {
  readonly field: string;
  readonly column: string | undefined;
  readonly lookup: string;
  readonly texts: readonly string[];
}

/** One of these may be named by a large part of a table; one of any other kind by a few of its rows. */
const SHARED: ReadonlySet<string> = new Set(['project', 'person', 'testsuite']);

/**
 * True where a list has the share of slow lookups: for a pattern, whatever stands beside it; else where no filter finds few rows and
 * something is asked that no index serves. `scope` finds few rows, `reach` is a filter by project.
 */
export function readsTheTable(
  resource: Resource,
  query: Query,
  { scope, reach }: { readonly scope?: Scope | undefined; readonly reach?: Reach },
): boolean {
  const filters = Object.keys(query).filter(isFilter);
  if (filters.some((name) => isSlowLookup(name.split('__').at(-1) ?? ''))) return true;
  const asked = filters.map((name) => askedOf(resource, name, textsOf(query[name])));
  if (scope !== undefined || isNarrow(resource, asked)) return false;
  const own = reach && resource.belongsTo?.project !== undefined ? [reachOf(resource, reach)] : [];
  const all = [...asked, ...own];
  const orders = [...textsOf(query.order_by), ...textsOf(query.sort_by)].flatMap((text) => text.split(','));
  return !all.every((one) => isServed(resource, one)) || !isInOrder(resource, all, orders);
}

/** `ticket__id__in` is asked of the reference's own column. */
function askedOf(resource: Resource, path: string, texts: readonly string[]): Asked {
  const words = path.split('__');
  const [field = '', ...more] = words;
  const lookup = isLookup(words.at(-1) ?? '') ? (more.pop() ?? 'exact') : 'exact';
  const isOwn = more.length === 0 || (more.length === 1 && ['id', 'pk'].includes(more[0] ?? ''));
  const isNull = lookup === 'isnull' || (lookup === 'exact' && NULL_WORDS.has(texts.at(-1) ?? ''));
  return {
    field,
    column: isOwn ? columnFor(resource, field, lookup) : undefined,
    lookup: isNull ? 'isnull' : lookup,
    texts,
  };
}

const isSame = ({ lookup }: Asked): boolean => lookup === 'exact' || lookup === 'in';

/** Keys are compared as they are normalised (filters.ts). */
function columnFor(resource: Resource, field: string, lookup: string): string | undefined {
  const isKey = resource.keyed === true && field === 'key' && ['exact', 'in'].includes(lookup);
  return isKey ? 'normal_key' : tableOf(resource).columnOf.get(field);
}

const reachOf = (resource: Resource, reach: NonNullable<Reach>): Asked => ({
  field: 'project',
  column: ownProjectColumn(resource),
  lookup: reach.size === 1 ? 'exact' : 'in',
  texts: [],
});

/** True where some filter leaves few rows, among which anything may be asked. */
function isNarrow(resource: Resource, asked: readonly Asked[]): boolean {
  const { indexes, isIndexed } = tableOf(resource);
  const same = new Set(asked.filter(isSame).map(({ column }) => column));
  const isFound = indexes.some(({ columns, isUnique }) => isUnique && columns.every((column) => same.has(column)));
  return isIndexed || isFound || asked.some((one) => isSame(one) && leavesFew(resource, one));
}

function leavesFew(resource: Resource, { field, column, texts }: Asked): boolean {
  if (column === undefined) return false;
  if (column === 'id' || column === 'normal_key' || resource.servedBy?.includes(field)) return true;
  if (!beginning(resource, column)) return false;
  const { kind, target = '' } = fieldNamed(resource, field) ?? {};
  if (kind === 'reference') return !SHARED.has(target);
  // What is at work; what has failed or is complete stays where it is, and there is ever more of it.
  return (
    kind === 'step' && texts.flatMap((text) => text.split(',')).every((text) => (wholeNumberIn(text) ?? 0) < FAILED)
  );
}

/** An index that finds rows by the column. */
const beginning = (resource: Resource, column: string): TableIndex | undefined =>
  tableOf(resource).indexes.find(({ columns }) => columns[0] === column);

/** True where an index goes from one match to the next. */
function isServed(resource: Resource, one: Asked): boolean {
  const { field, column, lookup } = one;
  if (column === undefined || lookup === 'isnull') return false;
  if (column === 'id' || resource.servedBy?.includes(field)) return true;
  const found = beginning(resource, column);
  return found !== undefined && (isSame(one) || (found.isUnique && found.columns.length === 1));
}

/** True where an index has the rows in that order: its other columns are named exactly, or there are none before. */
function isInOrder(resource: Resource, asked: readonly Asked[], orders: readonly string[]): boolean {
  const [first = 'id', next = 'id'] = orders;
  const field = first.replace(/^-/, '');
  const column = tableOf(resource).columnOf.get(field);
  if (column === 'id' || resource.servedBy?.includes(field)) return true;
  const exact = new Set(asked.filter(({ lookup }) => lookup === 'exact').map((one) => one.column));
  if (exact.size < asked.length) return false;
  return tableOf(resource).indexes.some(({ columns, isUnique }) => {
    const at = columns.indexOf(column ?? '');
    const isReached = at >= 0 && columns.slice(0, at).every((one) => exact.has(one)) && at === exact.size;
    // Rows that are the same in it come in the order of ids, which an index has in one direction only.
    const isWhole = isUnique ? at === columns.length - 1 : columns[at + 1] === 'id' && next === 'id' && field === first;
    return isReached && isWhole;
  });
}
