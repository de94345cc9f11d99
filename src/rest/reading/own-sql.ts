// Which rows of a resource are of somebody's projects, as a condition over alias `t`.
import type { Reach } from '../../platform/principal.js';
import type { Resource } from '../resource.js';

/** What belongs to no project is everybody's. No condition for whoever reaches all of them. */
export function ownSql(resource: Resource, reach: Reach, add: (value: unknown) => string): string[] {
  const project = resource.belongsTo?.project;
  return reach && project ? [`COALESCE(${project} = ANY(${add([...reach.keys()])}::bigint[]), true)`] : [];
}
