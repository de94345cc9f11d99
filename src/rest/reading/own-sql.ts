// Which rows of a resource are of somebody's projects, as a condition over alias `t`.
import type { Reach } from '../../platform/principal.js';
import type { Resource } from '../resource.js';
import { tableOf } from './columns.js';

/**
 * What belongs to no project is everybody's. No condition for whoever reaches all of them. Where every row has a project of its
 * own, the condition is one that an index can find rows by, in the order of ids where it is one project.
 */
export function ownSql(resource: Resource, reach: Reach, add: (value: unknown) => string): string[] {
  const project = resource.belongsTo?.project;
  if (!reach || project === undefined) return [];
  const ids = [...reach.keys()];
  if (ownProjectColumn(resource) === undefined) return [`COALESCE(${project} = ANY(${add(ids)}::bigint[]), true)`];
  return [ids.length === 1 ? `${project} = ${add(ids[0])}::bigint` : `${project} = ANY(${add(ids)}::bigint[])`];
}

/** The column that has the project of each row; undefined where it stands elsewhere, or some rows have none. */
export function ownProjectColumn(resource: Resource): string | undefined {
  const [, column] = /^t\.(\w+)$/.exec(resource.belongsTo?.project ?? '') ?? [];
  return column !== undefined && tableOf(resource).required.has(column) ? column : undefined;
}
