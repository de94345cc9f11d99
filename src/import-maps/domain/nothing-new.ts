// Whether a ticket's modules import nothing but what their versions in production import: then no page can miss anything that
// it doesn't miss already, and nothing has to be walked. Most changes of an application are so.
import type { Importer, Leads } from './dangling.js';
import type { MapKey } from './map-key.js';
import { forEach, type Sliced } from '../../platform/sliced.js';
import type { ImportMap } from './import-map.js';

/** A map, and where imports lead under it; a folder leads only to what is in it. */
export interface LedMap {
  readonly map: ImportMap;
  readonly leads: Leads;
}

/**
 * True where each import of each module leads to another one of them, or is one that the module's version in production has,
 * and leads to the same place. For a delta that takes nothing away.
 * @param importers all modules that the delta sets
 * @param importedBy what the module at a URL of production imports; undefined where nobody looked
 */
export function* importingNothingNew(
  importers: readonly Importer[],
  production: LedMap,
  merged: LedMap,
  importedBy: (url: string) => ReadonlySet<string> | undefined,
): Sliced<boolean> {
  const changed = new Set<MapKey>(importers.map(({ key }) => key));
  let isSo = true;
  yield* forEach(importers, ({ key, url, imports }) => {
    const before = production.map.get(key)?.url;
    const known = before === undefined ? undefined : importedBy(before);
    isSo &&= imports.every((specifier) => {
      const lead = merged.leads(specifier, url);
      if (lead?.key !== undefined && changed.has(lead.key)) return true;
      if (!lead || before === undefined || !known?.has(specifier)) return false;
      return production.leads(specifier, before)?.url === lead.url;
    });
  });
  return isSo;
}
