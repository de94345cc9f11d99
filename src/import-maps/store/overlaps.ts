// Who else is at a key: open tickets that change the same key or one that overlaps with it (import-maps.md, section 1).
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { type MapKey, overlaps } from '../domain/map-key.js';

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

const atKeys = `SELECT k.ticket_id, k.key FROM ticket_key k
  WHERE k.project_id = $1 AND k.key = ANY($3::text[]) AND k.ticket_id <> $2 LIMIT ${MOST}`;

const belowFolders = `SELECT k.ticket_id, k.key FROM unnest($4::text[]) f, LATERAL (SELECT * FROM ticket_key b
  WHERE b.project_id = $1 AND b.key > f COLLATE "C" AND b.key < (left(f, -1) || '0') COLLATE "C" AND b.ticket_id <> $2
  LIMIT ${MOST}) k`;

const withTickets = (places: string): string =>
  `SELECT k.key AS other, t.key AS ticket, t.stage FROM (${places}) k
    JOIN ticket t ON t.id = k.ticket_id ORDER BY t.id, k.key LIMIT ${MOST}`;

/** Postgres plans these for each run, and planning the search below folders takes longer than a whole promotion's reads. */
const AT_KEYS = { name: 'ticket_key_overlaps', text: withTickets(atKeys) };
const AT_KEYS_AND_BELOW = {
  name: 'ticket_key_overlaps_below',
  text: withTickets(`(${atKeys}) UNION ALL (${belowFolders})`),
};

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
    ...(folders.length === 0 ? AT_KEYS : AT_KEYS_AND_BELOW),
    values: [project, ticket, [...keys, ...foldersAbove(keys)], ...(folders.length === 0 ? [] : [folders])],
  });
  const sorted = [...keys].sort();
  const known = new Set(sorted);
  return found.flatMap((one) => {
    const key = firstOverlap(sorted, known, one.other);
    return key === undefined ? [] : [{ key, ...one }];
  });
}

/** The first of our keys that overlaps with one of theirs, without a look at all of them. */
function firstOverlap(sorted: readonly MapKey[], known: ReadonlySet<MapKey>, other: MapKey): MapKey | undefined {
  const above = [...foldersAbove([other])].sort().find((folder) => known.has(folder));
  const place = placeIn(sorted, other);
  const atOrBelow = sorted[place];
  return above ?? (atOrBelow !== undefined && overlaps(atOrBelow, other) ? atOrBelow : undefined);
}

/** Where the first text stands that isn't before another. */
function placeIn(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `a/b/c` → `a/b/`, `a/`, in the same section; each once, and those above one that is known are known. */
function foldersAbove(keys: readonly MapKey[]): Set<MapKey> {
  const folders = new Set<MapKey>();
  for (const key of keys) {
    const start = key.indexOf(' ') + 1;
    for (let end = key.lastIndexOf('/', key.length - 2); end >= start; end = key.lastIndexOf('/', end - 1)) {
      const folder = key.slice(0, end + 1);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

/** Lets one change at a time look for overlaps, where the project refuses them. Taken behind the ticket's lock. */
export async function lockOverlaps(tx: Tx, project: number): Promise<void> {
  await tx.run({ text: "SELECT pg_advisory_xact_lock(hashtextextended('map overlaps', $1))", values: [project] });
}
