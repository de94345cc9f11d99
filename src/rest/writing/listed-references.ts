// Fields that hold a list of references. No foreign key guards a list, so what is listed is held while the list is
// written, and what is deleted is looked for in the lists.
import type { Tx } from '../../platform/database/db.js';
import type { Field } from '../fields/field.js';
import { tableOf } from '../reading/columns.js';
import { allResources, type FieldValues, type Resource, resourceNamed, uriOf } from '../resource.js';
import { badReference } from './body.js';

function listsIn(resource: Resource, values: FieldValues): { field: Field; ids: number[] }[] {
  return resource.writable
    .filter((field) => field.kind === 'references')
    .map((field) => ({ field, ids: (values[field.name] as number[] | undefined) ?? [] }))
    .filter(({ ids }) => ids.length > 0);
}

/** True where values list references, whose rows must then be held in the write's transaction. */
export const listsReferences = (resource: Resource, values: FieldValues): boolean =>
  listsIn(resource, values).length > 0;

/** Holds what is listed until the transaction ends; a reference that leads nowhere is refused. */
export async function holdListed(tx: Tx, resource: Resource, values: FieldValues): Promise<void> {
  for (const { field, ids } of listsIn(resource, values)) {
    const target = resourceNamed(field.target ?? '');
    const text = `SELECT id FROM ${tableOf(target).name} WHERE id = ANY($1::bigint[]) ORDER BY id FOR KEY SHARE`;
    const found = new Set((await tx.run<{ id: number }>({ text, values: [ids] })).map((row) => row.id));
    const missing = ids.find((id) => !found.has(id));
    if (missing !== undefined) throw badReference(uriOf(target, missing), field.name);
  }
}

/** The first objects whose lists still name one of these, which were just deleted in this transaction. */
export async function listedBy(tx: Tx, target: Resource, ids: readonly number[]): Promise<string[]> {
  const uris: string[] = [];
  for (const resource of allResources().filter((one) => one.verbs.includes('DELETE'))) {
    for (const field of resource.fields.filter((one) => one.kind === 'references' && one.target === target.name)) {
      const column = tableOf(resource).columnOf.get(field.name);
      const text = `SELECT id FROM ${tableOf(resource).name} WHERE ${column} <> '{}' AND ${column} && $1::bigint[] ORDER BY id LIMIT 5`;
      const rows = await tx.run<{ id: number }>({ text, values: [ids] });
      uris.push(...rows.map((row) => uriOf(resource, row.id)));
    }
  }
  return uris;
}
