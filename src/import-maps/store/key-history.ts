// What production's layers say of a key: who changed it last, and who imports a specifier.
import type { Sql } from '../../platform/database/statement.js';
import { utcSql } from '../../platform/database/time-sql.js';
import type { Layer } from '../domain/layer.js';
import type { MapKey } from '../domain/map-key.js';
import { isAmong, isMany, nameFor, sharesAny } from './layers-by-key.js';
import { ACTIVE, LAYER_COLUMNS, type LayerColumns, layerOf } from './release-reader.js';

export interface KeyChange {
  readonly key: MapKey;
  /** The release with which it came, or went. */
  readonly release: number;
  /** The ticket's key; null for a direct write and where the ticket was deleted. */
  readonly ticket: string | null;
  /** When that was, ISO 8601. */
  readonly since: string;
  /** The commit that it came from; null where nobody said. */
  readonly commit: string | null;
  /** True where a revert or a rollback took it out. */
  readonly takenBack: boolean;
  /** The commits that it was made by, newest first, and which of them are merges; none where nobody said. */
  readonly commits: readonly string[];
  readonly merges: readonly string[];
}

const BY_KEY = `unnest($2::text[]) k (key)
  JOIN layer l ON l.project_id = $1 AND l.keys @> ARRAY[k.key] AND l.ticket_id IS DISTINCT FROM $3`;
const BY_LAYER = `layer l JOIN LATERAL (SELECT u.key FROM unnest(l.keys) u (key) WHERE ${isAmong('u.key', '$2')}) k
  ON l.project_id = $1 AND l.ticket_id IS DISTINCT FROM $3`;

/**
 * Who changed each key last, by bringing it or by being taken back, but for one ticket (none: 0). Keys that nobody touched are
 * left out.
 */
export async function lastChanges(
  sql: Sql,
  { project, except = 0 }: { readonly project: number; readonly except?: number },
  keys: readonly MapKey[],
): Promise<Map<MapKey, KeyChange>> {
  if (keys.length === 0) return new Map();
  const rows = await sql.run<KeyChange>({
    name: nameFor('key_last_changes', keys),
    text: `SELECT DISTINCT ON (k.key) k.key, GREATEST(l.added_in, l.removed_in) AS release, t.key AS ticket,
        ${utcSql('r.created_at')} AS since, l.git_commit AS commit, l.removed_in IS NOT NULL AS "takenBack",
        l.git_commits AS commits, l.git_merges AS merges
      FROM ${isMany(keys) ? BY_LAYER : BY_KEY}
        JOIN release r ON r.project_id = $1 AND r.number = GREATEST(l.added_in, l.removed_in)
        LEFT JOIN ticket t ON t.id = l.ticket_id
      ORDER BY k.key, GREATEST(l.added_in, l.removed_in) DESC, l.id DESC`,
    values: [project, keys, except],
  });
  return new Map(rows.map((row) => [row.key, row]));
}

/**
 * The active layers of a release whose modules import one of some specifiers, or anything below one that ends in `/`: the
 * latter has no index and reads them all, which deleting a folder is rare enough for.
 */
export async function layersImporting(
  sql: Sql,
  project: number,
  release: number,
  specifiers: readonly string[],
): Promise<Layer[]> {
  if (specifiers.length === 0) return [];
  const exact = await sql.run<LayerColumns>({
    name: nameFor('layers_importing', specifiers),
    text: `SELECT ${LAYER_COLUMNS} FROM layer l WHERE ${ACTIVE} AND ${sharesAny('l.imports', '$3', specifiers)}`,
    values: [project, release, specifiers],
  });
  const folders = specifiers.filter((specifier) => specifier.endsWith('/'));
  if (folders.length === 0) return exact.map(layerOf);
  const below = await sql.run<LayerColumns>({
    name: 'layers_importing_below',
    text: `SELECT ${LAYER_COLUMNS} FROM layer l WHERE ${ACTIVE}
      AND EXISTS (SELECT 1 FROM unnest(l.imports) i, unnest($3::text[]) f WHERE starts_with(i, f))`,
    values: [project, release, folders],
  });
  return [...new Map([...exact, ...below].map((row) => [row.id, layerOf(row)])).values()];
}
