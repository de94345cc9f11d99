// Who else is at a key: open tickets that change the same key or one that overlaps with it (import-maps.md, section 1).
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { type MapKey, overlaps, partsOf } from '../domain/map-key.js';

export interface Overlap {
  /** Ours. */
  readonly key: MapKey;
  /** Theirs. */
  readonly other: MapKey;
  /** The other ticket's key: `TKT-9`. */
  readonly ticket: string;
  readonly stage: string;
}

/** More would help nobody, and a popular key with ten thousand tickets must not slow an upload down. */
const MOST = 50;

/**
 * One indexed query: equal keys and those of folders above by value, those below a folder as a range in the order of bytes
 * (`0` comes after `/`).
 */
export async function findOverlaps(
  tx: Sql,
  project: number,
  ticket: number,
  keys: readonly MapKey[],
): Promise<Overlap[]> {
  if (keys.length === 0) return [];
  const folders = keys.filter((key) => key.endsWith('/'));
  const found = await tx.run<{ other: MapKey; ticket: string; stage: string }>({
    name: 'ticket_key_overlaps',
    text: `SELECT k.key AS other, t.key AS ticket, t.stage FROM (
        (SELECT k.ticket_id, k.key FROM ticket_key k
          WHERE k.project_id = $1 AND k.key = ANY($3::text[]) AND k.ticket_id <> $2 LIMIT ${MOST})
        UNION ALL
        (SELECT k.ticket_id, k.key FROM unnest($4::text[]) f, LATERAL (SELECT * FROM ticket_key b
          WHERE b.project_id = $1 AND b.key > f COLLATE "C" AND b.key < (left(f, -1) || '0') COLLATE "C" AND b.ticket_id <> $2
          LIMIT ${MOST}) k)) k
      JOIN ticket t ON t.id = k.ticket_id ORDER BY t.id, k.key LIMIT ${MOST}`,
    values: [project, ticket, [...new Set(keys.flatMap((key) => [key, ...foldersAbove(key)]))], folders],
  });
  return found.flatMap((one) => {
    const key = keys.find((mine) => overlaps(mine, one.other));
    return key === undefined ? [] : [{ key, ...one }];
  });
}

/** `a/b/c` → `a/`, `a/b/`, in the same section. */
function foldersAbove(key: MapKey): MapKey[] {
  const start = key.length - partsOf(key).specifier.length;
  const folders: MapKey[] = [];
  for (let end = key.indexOf('/', start); end >= 0 && end < key.length - 1; end = key.indexOf('/', end + 1))
    folders.push(key.slice(0, end + 1));
  return folders;
}

/** Lets one change at a time look for overlaps, where the project refuses them. Taken behind the ticket's lock. */
export async function lockOverlaps(tx: Tx, project: number): Promise<void> {
  await tx.run({ text: "SELECT pg_advisory_xact_lock(hashtext('map overlaps'), $1)", values: [project] });
}
