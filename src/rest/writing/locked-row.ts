// A row that a transaction has locked, as the rules see it, and whether it is the one that the client saw.
import type { Tx } from '../../platform/database/db.js';
import { notFound } from '../../platform/errors.js';
import { contentTag, requireMatch, versionTag } from '../http/entity-tag.js';
import { tableOf } from '../reading/columns.js';
import type { ObjectReader } from '../reading/object-reader.js';
import type { Resource, Row } from '../resource.js';
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
