// Asks whether a ticket's modules import nothing new (domain/nothing-new.ts): one statement at most, and most often none.
import type { Sql } from '../../platform/database/statement.js';
import { inSlices } from '../../platform/in-slices.js';
import { partsOfModuleUrl } from '../../files/file-names.js';
import { knownToBeThere } from '../../files/package-trees.js';
import { importersIn, leadsUnder, leadsWhere, placesInFolders } from '../domain/dangling.js';
import type { Delta } from '../domain/delta.js';
import { PAGE } from '../domain/import-walk.js';
import { importingNothingNew } from '../domain/nothing-new.js';
import type { ImportMap } from '../domain/import-map.js';
import type { Kept } from './walk-imports.js';

/** Of a ticket with more the walk, which goes in slices, takes no longer. */
const MOST_IMPORTS = 2000;

/** False where that isn't sure. `entries`: what pages begin with, where the project says so. */
export async function importsUnchanged(
  sql: Sql,
  kept: Kept,
  { delta, entries }: { readonly delta: Delta; readonly entries: readonly string[] },
  { production, merged }: { readonly production: ImportMap; readonly merged: ImportMap },
): Promise<boolean> {
  const importers = importersIn(delta);
  const isKnown = delta.filter(({ set }) => set !== null).length === importers.length;
  const count = importers.reduce((sum, { imports }) => sum + imports.length, entries.length);
  if (!isKnown || count > MOST_IMPORTS || importers.some(({ key }) => key.endsWith('/'))) return false;
  const leads = leadsUnder(merged);
  const pages = { key: '', url: PAGE, imports: entries };
  const places = placesInFolders(leads, [...importers, pages]);
  const leadsThere = leadsWhere(leads, await knownToBeThere(kept.trees, places));
  if (!entries.every((entry) => leadsThere(entry, PAGE))) return false;
  const importing = importers.filter(({ imports }) => imports.length > 0);
  const urls = importing.flatMap(({ key }) => production.get(key)?.url ?? []);
  return inSlices(
    importingNothingNew(
      importers,
      { map: production, leads: leadsUnder(production) },
      { map: merged, leads: leadsThere },
      await importedAt(sql, kept, urls),
    ),
  );
}

/** Of scripts that stand alone. */
async function importedAt(
  sql: Sql,
  { imports }: Kept,
  urls: readonly string[],
): Promise<(url: string) => ReadonlySet<string> | undefined> {
  const hashes = urls.flatMap((url) => partsOfModuleUrl(url)?.hash ?? []);
  const known = await imports.of(sql, hashes);
  return (url) => {
    const found = known.get(partsOfModuleUrl(url)?.hash ?? '');
    return found && new Set([...found.static, ...found.dynamic]);
  };
}
