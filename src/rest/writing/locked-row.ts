// A row that a transaction has locked, as the rules see it, and whether it is the one that the client saw.
import type { Tx } from '../../platform/database/db.js';
import { notFound } from '../../platform/errors.js';
import { contentTag, requireMatch, versionTag } from '../http/entity-tag.js';
import { tableOf } from '../reading/columns.js';
import type { ObjectReader } from '../reading/object-reader.js';
import type { Resource, ResourceRules, Row } from '../resource.js';
import { lockSql } from './row-sql.js';

/** Locks the row against other writers. Rejects with not_found. */
export async function lockRow(tx: Tx, resource: Resource, id: number): Promise<Row> {
  const [found] = await tx.run<{ row: object }>({
    name: `lock_${resource.name}`,
    text: lockSql(resource),
    values: [id],
  });
  if (!found) throw notFound(`There is no ${resource.noun} ${id}.`);
  return rowOf(resource, found.row);
}

/** Locks the rows whose column has one of these values, in the order of their ids. Answers the ids. */
export async function lockRows(
  tx: Tx,
  resource: Resource,
  column: string,
  values: readonly number[],
  strength: 'UPDATE' | 'NO KEY UPDATE',
): Promise<number[]> {
  const text = `SELECT t.id FROM ${tableOf(resource).name} t WHERE t.${column} = ANY($1::bigint[]) ORDER BY t.id FOR ${strength}`;
  return (await tx.run<{ id: number }>({ text, values: [values] })).map((row) => row.id);
}

/** Takes the locks that come before those of these rows. */
export async function lockFirst(tx: Tx, rules: ResourceRules, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await rules.lockFirst?.(tx, ids);
}

/** A row's JSON by the entity's property names. */
export function rowOf(resource: Resource, json: object | undefined): Row {
  const byColumn = (json ?? {}) as Record<string, unknown>;
  const columns = [...tableOf(resource).columns];
  return Object.fromEntries(columns.map(([property, column]) => [property, byColumn[column]])) as Row;
}

/** Refuses with 412 when a locked row isn't what If-Match names: by its version, or by the content of its view. */
export async function requireRowMatch(
  tx: Tx,
  resource: Resource,
  row: Row,
  ifMatch: readonly string[] | undefined,
  objects: ObjectReader,
): Promise<void> {
  if (!ifMatch) return;
  const current = resource.versioned
    ? versionTag(Number(row.version))
    : contentTag((await objects.read(resource, row.id, tx))?.body ?? '');
  requireMatch(ifMatch, current);
}
