// The statements that write many rows of one resource at once, each with its `<name>.created` event.
import { literal, type Statement } from '../../platform/database/statement.js';
import { insertEventSql } from '../../log/append-event.js';
import { tableOf } from '../reading/columns.js';
import { selectList } from '../reading/view-sql.js';
import type { FieldValues, Resource, WriteContext } from '../resource.js';
import { isDetail } from '../../log/lines/event-types.js';
import { createdLineSql } from '../../log/lines/resource-lines.js';
import { aboutSql, castOf, namedSql } from './row-sql.js';

/** The next `count` ids, in order. */
export const nextIdsSql = (resource: Resource, count: number): Statement => ({
  text: `SELECT nextval('${tableOf(resource).sequence}') AS id FROM generate_series(1, $1::int) ORDER BY 1`,
  values: [count],
});

/** Makes rows that give the same fields, with the ids that they are to have. */
export function insertManySql(
  resource: Resource,
  ids: readonly number[],
  rows: readonly FieldValues[],
  { actor, isPart = false }: Pick<WriteContext, 'actor' | 'isPart'>,
): Statement {
  const table = tableOf(resource);
  const names = Object.keys(rows[0] ?? {}).filter((name) => table.columnOf.has(name));
  const columns = names.map((name) => table.columnOf.get(name));
  const arrays = names.map((name, index) => `$${index + 3}::${castOf(resource, name)}[]`);
  const given = ['id', ...names.map((_name, index) => `c${index}`)];
  const text = `WITH g AS (SELECT * FROM unnest(${['$2::bigint[]', ...arrays].join(', ')}) AS g(${given.join(', ')})),
    w AS (INSERT INTO ${table.name} (${['id', ...columns].join(', ')}) SELECT ${given.map((one) => `g.${one}`).join(', ')} FROM g ORDER BY g.id RETURNING *),
    e AS (${createdEvents(resource, isPart)}) SELECT 1`;
  return { text, values: [actor, ids, ...names.map((name) => rows.map((row) => row[name] ?? null))] };
}

/** Makes those of the names that aren't there yet, in one order for everybody. */
export function insertMissingSql(
  resource: Resource,
  field: string,
  names: readonly unknown[],
  { actor, isPart = false }: Pick<WriteContext, 'actor' | 'isPart'>,
): Statement {
  const { name: table } = tableOf(resource);
  const text = `WITH w AS (INSERT INTO ${table} (${field}) SELECT DISTINCT g.name FROM unnest($2::text[]) g(name)
      WHERE NOT EXISTS (SELECT 1 FROM ${table} known WHERE known.${field} = g.name) ORDER BY 1 ON CONFLICT (${field}) DO NOTHING RETURNING *),
    e AS (${createdEvents(resource, isPart)}) SELECT 1`;
  return { text, values: [actor, names] };
}

/** The actor is the first value. */
const createdEvents = (resource: Resource, isPart: boolean): string =>
  insertEventSql(
    {
      type: literal(`${resource.name}.created`),
      ...aboutSql(resource),
      actor: '$1::text',
      line: createdLineSql(namedSql(resource)),
      data: "jsonb_build_object('after', to_jsonb(l) - 'resource_uri')",
      detail: String(isPart || isDetail(`${resource.name}.created`)),
    },
    `FROM (SELECT * FROM w ORDER BY w.id) t, LATERAL (SELECT ${selectList(resource, 't')}) l`,
  );
