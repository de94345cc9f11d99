// What production had once: how a folder that is behind is told from one that somebody changed.
import type { Sql } from '../../platform/database/statement.js';
import { type Change, entryKey } from '../domain/delta.js';
import type { MapKey } from '../domain/map-key.js';
import { isAmong, nameFor, sharesAny } from './layers-by-key.js';
import { hashesIn } from './hosted-hashes.js';

/**
 * The keys that changes would set to what some layer of the project set them to, but for those that are live. Files that
 * nobody has uploaded before cost one look at an index; those that were released are looked for in the layers that have them.
 */
export async function pastKeys(
  sql: Sql,
  project: number,
  changes: readonly Change[],
  live: readonly Change[],
): Promise<ReadonlySet<MapKey>> {
  const isLive = new Set(live);
  const others = changes.filter((change) => change.set && !isLive.has(change));
  const hashes = hashesIn(others);
  if (hashes.length === 0) return new Set();
  const found = await sql.run<Change>({
    name: nameFor('past_values', others),
    text: `SELECT o.scope, o.specifier, o.set FROM layer l, jsonb_to_recordset(l.operations) o (scope text, specifier text, set jsonb)
      WHERE l.project_id = $1 AND l.id IN (SELECT substr(u.owner, 7)::bigint FROM blob_use u
        WHERE u.hash = ANY($2::text[]) AND u.owner LIKE 'layer/%') AND ${sharesAny('l.keys', '$3', others)} AND ${isAmong("o.set->>'url'", '$4')}`,
    values: [project, hashes, others.map(entryKey), others.map(({ set }) => set?.url)],
  });
  const past = new Set(found.map((change) => `${entryKey(change)}\n${change.set?.url}`));
  return new Set(others.filter((one) => past.has(`${entryKey(one)}\n${one.set?.url}`)).map(entryKey));
}
