// What a ticket takes away that others may import: keys that it deletes, and files that a new version of a folder hasn't.
import { missingSince, type PackageTrees } from '../blobs/package-trees.js';
import { type Delta, operationKey } from '../domain/delta.js';
import type { StampedMap } from '../domain/stamped-map.js';

/** Files of folders that are asked for. */
const MOST_FILES = 2000;

/** As specifiers, each once. */
export async function goneIn(delta: Delta, production: StampedMap, trees: PackageTrees): Promise<string[]> {
  const deleted = delta.filter(({ set }) => !set).map(({ specifier }) => specifier);
  const files: string[] = [];
  for (const operation of delta) {
    const [before, now] = [production.get(operationKey(operation))?.url, operation.set?.url];
    if (!operation.specifier.endsWith('/') || !before || !now || before === now) continue;
    for (const path of await missingSince(trees, before, now)) files.push(operation.specifier + path);
  }
  return [...new Set([...deleted, ...files.slice(0, MOST_FILES)])];
}
