// Who in production imports what a ticket takes away: modules by their keys, and files of packages, which no key names.
import type { Sql } from '../../platform/database/statement.js';
import { moduleUrl, partsOfModuleUrl } from '../blobs/file-names.js';
import { type Importer, importersIn } from '../domain/dangling.js';
import { goneAmong } from '../domain/gone-among.js';
import type { Root } from '../domain/import-walk.js';
import { keyText, type MapKey } from '../domain/map-key.js';
import type { StampedMap } from '../domain/stamped-map.js';
import { layersImporting } from '../store/key-history.js';
import type { LockedTicket } from '../store/ticket-deltas.js';
import type { Kept } from './walk-imports.js';

export interface GoneImporters {
  /** Of modules with keys of their own. */
  readonly keys: readonly MapKey[];
  /** Files of packages, as a walk begins with them under a map that has their package as production does. */
  within(map: StampedMap): readonly Root[];
}

const NOBODY: GoneImporters = { keys: [], within: () => [] };

/** `gone`: specifiers; one that ends in a slash stands for all below it. */
export async function goneImporters(
  sql: Sql,
  kept: Kept,
  { project, release }: LockedTicket,
  production: StampedMap,
  gone: readonly string[],
): Promise<GoneImporters> {
  if (gone.length === 0) return NOBODY;
  const layers = await layersImporting(sql, project.id, release, gone);
  const importers = layers.flatMap((layer) => importersIn(layer.delta));
  const isGone = goneAmong(gone);
  const live = importers.filter(({ key, url, imports }) => production.get(key)?.url === url && imports.some(isGone));
  const folders: { folder: Importer; roots: readonly Root[] }[] = [];
  for (const folder of live)
    if (folder.key.endsWith('/')) folders.push({ folder, roots: await rootsWithin(sql, kept, folder, isGone) });
  return {
    keys: live.map(({ key }) => key).filter((key) => !key.endsWith('/')),
    within: (map) => folders.flatMap(({ folder: { key, url }, roots }) => (map.get(key)?.url === url ? roots : [])),
  };
}

async function rootsWithin(
  sql: Sql,
  { trees, imports }: Kept,
  { key, url }: Importer,
  isGone: (specifier: string) => boolean,
): Promise<Root[]> {
  const { hash, path: below = '' } = partsOfModuleUrl(url) ?? {};
  const tree = hash === undefined ? undefined : await trees.read(hash);
  if (hash === undefined || !tree) return [];
  const files = [...tree].filter(([path]) => path.startsWith(below));
  const known = await imports.of(
    sql,
    files.map(([, file]) => file.hash),
  );
  return files.flatMap(([path, file]) => {
    const found = known.get(file.hash);
    if (!found || ![...found.static, ...found.dynamic].some(isGone)) return [];
    return [{ said: keyText(key) + path.slice(below.length), lead: { url: moduleUrl(hash, path), key } }];
  });
}
