// `project__name=default`: a unique name of what a reference leads to. It is looked up first and the list asked by the id, since
// Postgres plans by values: through a join it may read the whole table in the hope of finding a page early.
import { isKeepable } from '../../platform/keepable.js';
import type { Sql } from '../../platform/database/statement.js';
import type { Field } from '../fields/field.js';
import { type Resource, resourceNamed } from '../resource.js';
import { tableOf } from './columns.js';
import { fieldNamed } from './field-path.js';
import { lastOf, type Query } from './list-query.js';
import { NULL_WORDS } from './lookups.js';

interface Named {
  readonly parameter: string;
  /** The same question by id: `project__id`. */
  readonly byId: string;
  readonly table: string;
  readonly column: string;
  readonly text: string;
}

/** The query with ids in place of such names; 0, which no id is, where nothing has the name. One statement for each of them. */
export async function withIds(resource: Resource, query: Query, sql: Sql): Promise<Query> {
  const named = Object.keys(query).flatMap((parameter) => namedIn(resource, query, parameter) ?? []);
  if (named.length === 0) return query;
  const ids = await Promise.all(named.map((one) => idOf(one, sql)));
  const said = new Set(named.map(({ parameter }) => parameter));
  const others = Object.entries(query).filter(([parameter]) => !said.has(parameter));
  const found = named.map(({ byId }, at): [string, string] => [byId, String(ids[at] ?? 0)]);
  return Object.fromEntries<Query[string]>([...others, ...found]);
}

async function idOf({ table, column, text }: Named, sql: Sql): Promise<number | undefined> {
  const [found] = await sql.run<{ id: number }>({
    name: `named_${table}_${column}`,
    text: `SELECT id FROM ${table} WHERE ${column} = $1`,
    values: [text],
  });
  return found?.id;
}

/** Undefined for every other filter. */
function namedIn(resource: Resource, query: Query, parameter: string): Named | undefined {
  const [first = '', second = '', lookup = 'exact', ...more] = parameter.split('__');
  const text = lastOf(query[parameter]) ?? '';
  // Beside `project__name` may stand `project__name__exact`, which means the same.
  const byId = `${first}__id${parameter.endsWith('__exact') ? '__exact' : ''}`;
  if (lookup !== 'exact' || more.length > 0 || !isName(text) || byId in query) return undefined;
  const found = uniqueBehind(resource, first, second);
  return found && { parameter, byId, text, ...found };
}

/** Where the unique text field of what a reference leads to is kept. */
function uniqueBehind(resource: Resource, first: string, second: string): Pick<Named, 'table' | 'column'> | undefined {
  const reference = fieldNamed(resource, first);
  if (reference?.kind !== 'reference') return undefined;
  const target = resourceNamed(reference.target ?? '');
  const name = fieldNamed(target, second);
  if (name?.kind !== 'text' || !isUnique(target, name)) return undefined;
  const { name: table, columnOf } = tableOf(target);
  return { table, column: columnOf.get(second) ?? second };
}

/** False for what means null, and for a text that no row can have: it is refused where texts are. */
const isName = (text: string): boolean => !NULL_WORDS.has(text) && isKeepable(text);

/** True where no two rows have the same. */
function isUnique(resource: Resource, { name }: Field): boolean {
  const { indexes, columnOf } = tableOf(resource);
  return indexes.some(({ columns, isUnique }) => isUnique && columns.length === 1 && columns[0] === columnOf.get(name));
}
