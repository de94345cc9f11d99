// Ids of the client's choice (PUT of an absent id): never one that was used before, and the sequence goes on behind them.
import type { Tx } from '../../platform/database/db.js';
import { conflict, DomainError, invalid } from '../../platform/errors.js';
import { tableOf } from '../reading/columns.js';
import type { Resource, WriteContext } from '../resource.js';

/** How far beyond the highest id a PUT may go: ids are shared by all projects, and those that it passes are gone for good. */
const FURTHEST = { anybody: 1000, admin: 1_000_000 };

/** Inserts wait from here to the transaction's end, so that no id is given twice. */
export async function lockForNewId(tx: Tx, resource: Resource): Promise<void> {
  await tx.run({ text: `LOCK TABLE ${tableOf(resource).name} IN SHARE ROW EXCLUSIVE MODE` });
}

/**
 * Refuses an absent id that can't be given (the table is locked): conflict `id.used`, invalid `id.too_high`, forbidden
 * `id.needs_admin`.
 */
export async function requireNewId(tx: Tx, resource: Resource, id: number, context: WriteContext): Promise<void> {
  const { name, sequence } = tableOf(resource);
  const [state] = await tx.run<{ highest: number; used: boolean }>({
    // A sequence that nobody has asked yet stands at 1 like one that has given 1.
    text: `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS highest,
      EXISTS (SELECT 1 FROM event WHERE subject = $1 AND type LIKE '%.deleted') OR EXISTS (SELECT 1 FROM ${name} WHERE id = $2::bigint) AS used
      FROM ${sequence}`,
    values: [`${name}/${id}`, id],
  });
  const highest = state?.highest ?? 0;
  if (state?.used) {
    throw conflict(
      'id.used',
      `The id ${id} was used before, and ids are never reused. POST to ${resource.name} for a new one.`,
    );
  }
  if (id > highest + FURTHEST.admin)
    throw invalid('id.too_high', `The id ${id} is more than ${FURTHEST.admin} above the highest so far (${highest}).`);
  if (id > highest + FURTHEST.anybody && !context.admin) throw needsAdmin(resource, id, highest);
}

/** The sequence goes on behind an id that was made. Sequences don't roll back, so this comes after all that may be refused. */
export async function passId(tx: Tx, resource: Resource, id: number): Promise<void> {
  const { sequence } = tableOf(resource);
  await tx.run({
    text: `SELECT setval('${sequence}', GREATEST($1::bigint, last_value)) FROM ${sequence}`,
    values: [id],
  });
}

const needsAdmin = (resource: Resource, id: number, highest: number): DomainError =>
  new DomainError(
    'forbidden',
    'id.needs_admin',
    `The id ${id} is more than ${FURTHEST.anybody} above the highest so far (${highest}), which needs the scope admin. POST to ${resource.name} for the next id, or PUT one up to ${highest + FURTHEST.anybody}.`,
    { data: { scope: 'admin' } },
  );
