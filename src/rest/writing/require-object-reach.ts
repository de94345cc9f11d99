// Whether objects are of the projects that somebody reaches: those that are changed as they were before, and those that a
// write refers to. Nothing of it for a token for all projects.
import type { Sql } from '../../platform/database/statement.js';
import { otherProject, type Reach, requireEverything } from '../../platform/principal.js';
import { fromSql } from '../reading/view-sql.js';
import { type FieldValues, type Resource, resourceNamed } from '../resource.js';
import { KnownOwn } from './known-own.js';

/** Null where an object belongs to no project. */
type ProjectName = string | null;

/** The projects of those that the resource has and that are out of reach. */
async function outOfReach(
  sql: Sql,
  resource: Resource,
  ids: readonly number[],
  reach: ReadonlyMap<number, string>,
): Promise<ProjectName[]> {
  const { from, where } = fromSql(resource);
  const named = [...where, 't.id = ANY($1::bigint[])'].join(' AND ');
  const rows = await sql.run<{ name: ProjectName }>({
    text: `SELECT p.name FROM (SELECT ${resource.belongsTo?.project ?? 'NULL::bigint'} AS project FROM ${from} WHERE ${named}) o
      LEFT JOIN project p ON p.id = o.project WHERE COALESCE(o.project <> ALL($2::bigint[]), true) LIMIT 1000`,
    values: [ids, [...reach.keys()]],
  });
  return rows.map(({ name }) => name);
}

/** For what is changed, deleted or read by its id. Rejects with forbidden `project.other`; `token.limited` for what is of none. */
export async function requireObjectReach(
  sql: Sql,
  resource: Resource,
  ids: readonly number[],
  reach: Reach,
  known = KnownOwn.nothing,
): Promise<void> {
  const unsure = ids.filter((id) => !known.isOwn(resource, id));
  if (!reach || unsure.length === 0) return;
  for (const name of await outOfReach(sql, resource, unsure, reach)) {
    if (name === null) requireEverything(reach);
    else throw otherProject(reach);
  }
}

/** What is of no project may be referred to by anybody. Rejects with forbidden `project.other`. */
export async function requireOwnReferences(
  sql: Sql,
  resource: Resource,
  written: readonly FieldValues[],
  reach: Reach,
  known = KnownOwn.nothing,
): Promise<void> {
  if (!reach) return;
  for (const { name, target } of resource.fields) {
    if (target === undefined) continue;
    const named = resourceNamed(target);
    const ids = written.flatMap((values) => (values[name] ?? []) as number[]);
    const unsure = ids.filter((id) => !known.mayBeNamed(named, id));
    if (unsure.length === 0) continue;
    const names = await outOfReach(sql, named, unsure, reach);
    if (names.some((found) => found !== null)) throw otherProject(reach);
  }
}
