// The SQL that makes an object's JSON inside Postgres, so that a read is one statement whose text goes out as it comes.
import { literal } from '../../platform/database/statement.js';
import { utcSql } from '../../platform/database/time-sql.js';
import type { Field } from '../fields/field.js';
import { type Resource, resourceNamed, type ViewShape } from '../resource.js';
import { columnSql, tableOf } from './columns.js';

/** The wire form of a status column: three digits, or `1000`. */
export const statusSql = (column: string): string =>
  `CASE WHEN ${column} < 1000 THEN lpad(${column}::text, 3, '0') ELSE '1000' END`;

/** A field's wire value as text, for lookups that work on texts. */
export function textSql(field: Field, column: string): string {
  if (field.kind === 'status') return statusSql(column);
  return field.kind === 'text' ? column : `${column}::text`;
}

function valueSql(field: Field, column: string): string {
  switch (field.kind) {
    case 'reference':
      return `'/api/v1/${field.target}/' || ${column} || '/'`;
    case 'references':
      return `ARRAY(SELECT '/api/v1/${field.target}/' || listed || '/' FROM unnest(${column}) listed)`;
    case 'time':
      return utcSql(column);
    case 'step':
      return `${column}::text`;
    case 'status':
      return statusSql(column);
    default:
      return column;
  }
}

/**
 * The select list of a resource's view, for a row under `alias`: id, the fields, what is nested, resource_uri.
 * Aliases of nested rows are `alias` with a suffix, so that they can't meet.
 */
export function selectList(
  resource: Resource,
  alias: string,
  shape: ViewShape & { only?: readonly string[] } = resource.view ?? {},
): string {
  const shown = resource.fields.filter(
    (field) => !field.writeOnly && (shape.only?.includes(field.name) ?? true) && !shape.omit?.includes(field.name),
  );
  const parts = [`${alias}.id`];
  for (const field of shown) {
    const column = columnSql(resource, field, alias);
    const whole = shape.whole?.[field.name];
    const value = whole
      ? wholeSql(resourceNamed(field.target ?? ''), column, `${alias}w`, whole)
      : valueSql(field, column);
    parts.push(`${value} AS ${field.name}`);
  }
  for (const [index, child] of (shape.children ?? []).entries()) {
    parts.push(
      `${childrenSql(resourceNamed(child.resource), child.by, alias, `${alias}c${index}`, child.view)} AS ${child.name}`,
    );
  }
  if (!resource.hidden) parts.push(`${literal(`/api/v1/${resource.name}/`)} || ${alias}.id || '/' AS resource_uri`);
  return parts.join(', ');
}

function wholeSql(target: Resource, column: string, alias: string, shape: ViewShape): string {
  const list = selectList(target, alias, shape);
  return `(SELECT row_to_json(o) FROM (SELECT ${list} FROM ${tableOf(target).name} ${alias} WHERE ${alias}.id = ${column}) o)`;
}

function childrenSql(
  child: Resource,
  by: string,
  parent: string,
  alias: string,
  shape: ViewShape = child.view ?? {},
): string {
  const list = selectList(child, alias, shape);
  const reference = `${alias}.${tableOf(child).columnOf.get(by)}`;
  return `(SELECT COALESCE(json_agg(o ORDER BY o.id), '[]') FROM (SELECT ${list} FROM ${tableOf(child).name} ${alias} WHERE ${reference} = ${parent}.id) o)`;
}

/** `FROM table t [WHERE the endpoint's own condition]`. */
export function fromSql(resource: Resource): { from: string; where: string[] } {
  return { from: `${tableOf(resource).name} t`, where: resource.where ? [`(${resource.where})`] : [] };
}
