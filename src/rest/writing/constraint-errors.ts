// Broken constraints as the client's own mistake: which reference leads nowhere, what is taken, who still refers.
import { checkViolation, foreignKeyViolation, uniqueViolation } from '../../platform/database/database-error.js';
import type { Sql } from '../../platform/database/statement.js';
import { conflict, DomainError } from '../../platform/errors.js';
import { tableOf } from '../reading/columns.js';
import { allResources, type FieldValues, type Resource, uriOf } from '../resource.js';
import { badReference } from './body.js';

/** What to throw for a write's error; `body` tells how the client wrote the reference. */
export function writeError(
  resource: Resource,
  error: unknown,
  values: FieldValues,
  body: Readonly<Record<string, unknown>>,
): unknown {
  const unique = uniqueViolation(error);
  if (unique !== undefined) {
    const known = resource.uniques?.[unique];
    if (!known) return error;
    return new DomainError(
      'conflict',
      `${resource.name}.taken`,
      known.message.replace('…', () => String(values[known.field])),
      { cause: error },
    );
  }
  const check = resource.checks?.[checkViolation(error) ?? ''];
  if (check) return new DomainError('invalid', check.code, check.message, { cause: error });
  const key = foreignKeyViolation(error);
  if (!key || key.referenced) return error;
  const field = tableOf(resource).referenceByConstraint.get(key.constraint);
  return field === undefined ? error : badReference(body[field] ?? values[field], field);
}

/** A 409 that names the first objects that still refer to one that was to be deleted. */
export async function stillReferenced(
  sql: Sql,
  error: unknown,
  target: Resource,
  ids: readonly number[],
): Promise<unknown> {
  const key = foreignKeyViolation(error);
  if (!key?.referenced) return error;
  const referrers: string[] = [];
  for (const resource of allResources()) {
    const table = tableOf(resource);
    const field = table.referenceByConstraint.get(key.constraint);
    if (field === undefined || table.name !== key.table || !resource.verbs.includes('DELETE')) continue;
    const where = resource.where ? ` AND (${resource.where})` : '';
    const rows = await sql.run<{ id: number }>({
      text: `SELECT t.id FROM ${table.name} t WHERE t.${table.columns.get(field)} = ANY($1::bigint[])${where} ORDER BY t.id LIMIT 5`,
      values: [ids],
    });
    referrers.push(...rows.map((row) => uriOf(resource, row.id)));
  }
  return inUse(target, referrers.length > 0 ? referrers : [OTHERS[key.table] ?? `a ${key.table}`]);
}

/** What refers to objects and is none of the dialect's that could be deleted: it stays for good. */
const OTHERS: Readonly<Record<string, string>> = {
  map_pointer: 'its production',
  release: 'its releases',
  layer: 'its releases',
};

export function inUse(target: Resource, referrers: readonly string[]): DomainError {
  const what = `This ${target.noun} can't be deleted while other objects refer to it`;
  return conflict(
    `${target.name}.still_referenced`,
    `${what}: ${referrers.join(', ')}. Delete or change them first.`,
    // They may be of other projects.
    { narrowed: () => `${what}. Delete or change them first, or ask an administrator with a token for all projects.` },
  );
}
