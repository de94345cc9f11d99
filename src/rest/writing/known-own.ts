// Whose the objects are that a list changes or refers to, looked up for all of them together.
import type { Sql } from '../../platform/database/statement.js';
import type { Reach } from '../../platform/principal.js';
import type { FoundKeys } from '../reading/key-reader.js';
import { fromSql } from '../reading/view-sql.js';
import { type Resource, resourceNamed } from '../resource.js';
import { type JsonObject, MOST_READ } from './body.js';
import { parseReference } from './reference.js';

/** What is out of reach isn't in it, and is refused in its turn, so that the refusal names its part. */
export class KnownOwn {
  static readonly nothing = new KnownOwn();
  private readonly known = new Map<string, 'own' | 'of none'>();

  /** It is of a project that is reached. */
  isOwn(resource: Resource, id: number): boolean {
    return this.known.get(nameOf(resource, id)) === 'own';
  }

  /** The same, or it is of no project. */
  mayBeNamed(resource: Resource, id: number): boolean {
    return this.known.has(nameOf(resource, id));
  }

  /** One statement. */
  async add(sql: Sql, resource: Resource, ids: readonly number[], reach: ReadonlyMap<number, string>): Promise<void> {
    if (ids.length === 0) return;
    const { from, where } = fromSql(resource);
    const named = [...where, 't.id = ANY($1::bigint[])'].join(' AND ');
    const rows = await sql.run<{ id: number; project: number | null }>({
      text: `SELECT t.id, ${resource.belongsTo?.project ?? 'NULL::bigint'} AS project FROM ${from} WHERE ${named}`,
      values: [ids],
    });
    for (const { id, project } of rows) {
      if (project === null) this.known.set(nameOf(resource, id), 'of none');
      else if (reach.has(project)) this.known.set(nameOf(resource, id), 'own');
    }
  }
}

const nameOf = ({ name }: Resource, id: number): string => `${name} ${id}`;

/** Of the objects with these ids, and of all that bodies refer to: one statement for each kind of object. */
export async function knownOwn(
  sql: Sql,
  resource: Resource,
  { ids, bodies, keys }: { ids: readonly number[]; bodies: readonly JsonObject[]; keys: FoundKeys },
  reach: Reach,
): Promise<KnownOwn> {
  if (!reach) return KnownOwn.nothing;
  const known = new KnownOwn();
  await known.add(sql, resource, ids, reach);
  const named = new Map<string, Set<number>>();
  for (const { name, target } of resource.writable) {
    if (target === undefined) continue;
    const found = named.get(target) ?? new Set();
    for (const body of bodies) for (const id of idsOf(body[name], target, keys)) found.add(id);
    named.set(target, found);
  }
  for (const [target, found] of named) await known.add(sql, resourceNamed(target), [...found], reach);
  return known;
}

/** As many of a value's references as are clear; the rest is for who reads the body. */
function idsOf(given: unknown, target: string, keys: FoundKeys): number[] {
  const listed = Array.isArray(given) ? given.slice(0, MOST_READ) : [given];
  return listed
    .map((one) => parseReference(one, target))
    .map((one) => (typeof one === 'string' ? keys.firstOf(one) : one))
    .filter((id) => id !== undefined);
}
