// What a ticket takes away that others may import: keys that it deletes, and files that a new version of a folder hasn't.
import { missingSince, type PackageTrees } from '../../files/package-trees.js';
import { leadTo } from '../domain/dangling.js';
import { type Delta, type DeltaEntry, entryKey } from '../domain/delta.js';
import { PAGE } from '../domain/import-walk.js';
import type { ImportMap } from '../domain/import-map.js';

/** Files that are named one by one, by an index; of a folder that lacks more, whoever imports from it at all is asked. */
const MOST_FILES = 2000;

/** As specifiers, each once; one that ends in a slash stands for all below it. */
export async function goneIn(delta: Delta, production: ImportMap, trees: PackageTrees): Promise<string[]> {
  const deleted = delta.filter(({ set }) => !set).map(({ specifier }) => specifier);
  const files: string[] = [];
  const folders: string[] = [];
  for (const operation of delta) {
    const [before, now] = [folderBefore(operation, production), operation.set?.url];
    if (!before || !now || before === now) continue;
    const missing = await missingSince(trees, before, now);
    if (files.length + missing.length > MOST_FILES) folders.push(operation.specifier);
    else for (const path of missing) files.push(operation.specifier + path);
  }
  return [...new Set([...deleted, ...files, ...folders])];
}

/** Where imports below a folder's key lead without the operation: by the key itself, or by that of a folder around it. */
function folderBefore(operation: DeltaEntry, production: ImportMap): string | undefined {
  const { specifier, scope } = operation;
  if (!specifier.endsWith('/')) return undefined;
  return (production.get(entryKey(operation)) ?? leadTo(production, specifier, scope ?? PAGE))?.url;
}
