// A URL has one integrity in a map, whichever key leads there: what one change says of it counts for all of them.
import { type Change, entryKey } from './delta.js';
import type { MapKey } from './map-key.js';
import { isOwnPath } from './url-like.js';
import type { ImportMap } from './import-map.js';

/**
 * A key that the changes leave alone, whose URL they give another integrity than it has: what is there now loads, and would
 * not any more. Addresses of our own (`/modules/…`) are left out: their bytes are known, and so is their integrity.
 */
export function keyWithOtherIntegrity(changes: readonly Change[], map: ImportMap): MapKey | undefined {
  const wanted = new Map<string, string>();
  for (const { set } of changes) if (set?.integrity && !isOwnPath(set.url)) wanted.set(set.url, set.integrity);
  if (wanted.size === 0) return undefined;
  const changed = new Set(changes.map(entryKey));
  for (const [key, { url, integrity }] of map.targets) {
    if (integrity !== undefined && (wanted.get(url) ?? integrity) !== integrity && !changed.has(key)) return key;
  }
  return undefined;
}
