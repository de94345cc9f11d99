// Production's pointer: the one row that a flip moves, under a lock, and what the other processes are told of it.
import type { Tx } from '../platform/database/db.js';
import type { Sql } from '../platform/database/statement.js';
import { notFound } from '../platform/errors.js';

/** What every process listens to; the payload is a MapNews as JSON. */
export const MAP_CHANNEL = 'stampline_maps';

/** Who changed: production of a project, a ticket's modules or stage, or with a promotion both. */
export type MapNews =
  { readonly project: number; readonly release: number; readonly ticket?: number } | { readonly ticket: number };

/**
 * Locks production's pointer and answers the release that it is at. Locks go pointer, ticket, subtickets: whoever needs
 * this one takes it first. A project that has none yet gets release 0, the empty map.
 */
export async function lockPointer(tx: Tx, project: number): Promise<number> {
  const lock = {
    name: 'map_pointer_lock',
    text: 'SELECT release FROM map_pointer WHERE project_id = $1 FOR UPDATE',
    values: [project],
  };
  const [pointer] = await tx.run<{ release: number }>(lock);
  if (pointer) return pointer.release;
  await startProduction(tx, project);
  return (await tx.run<{ release: number }>(lock))[0]?.release ?? 0;
}

/** The same for the project that a ticket is in, where it stays. Rejects with not_found. */
export async function lockPointerOf(tx: Tx, ticket: number): Promise<void> {
  const [pointer] = await tx.run({
    name: 'map_pointer_lock_of',
    text: `SELECT m.release FROM ticket t JOIN map_pointer m ON m.project_id = t.project_id WHERE t.id = $1 FOR UPDATE OF m`,
    values: [ticket],
  });
  if (pointer) return;
  const [place] = await tx.run<{ project_id: number }>({
    name: 'ticket_project',
    text: 'SELECT project_id FROM ticket WHERE id = $1',
    values: [ticket],
  });
  if (!place) throw notFound(`There is no ticket ${ticket}.`);
  await lockPointer(tx, place.project_id);
}

async function startProduction(sql: Sql, project: number): Promise<void> {
  await sql.run({
    text: `INSERT INTO release (project_id, number, kind, line, actor, snapshot)
      VALUES ($1, 0, 'base', 'The empty map', 'stampline', '[]') ON CONFLICT DO NOTHING`,
    values: [project],
  });
  await sql.run({
    text: 'INSERT INTO map_pointer (project_id, release) VALUES ($1, 0) ON CONFLICT DO NOTHING',
    values: [project],
  });
}

/** The release that production is at; 0 for a project that has none yet. */
export async function productionRelease(sql: Sql, project: number): Promise<number> {
  const [pointer] = await sql.run<{ release: number }>({
    name: 'map_pointer',
    text: 'SELECT release FROM map_pointer WHERE project_id = $1',
    values: [project],
  });
  return pointer?.release ?? 0;
}
