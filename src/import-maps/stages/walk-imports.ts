// Walks what pages load under a map: what modules import is read level by level, and none of them is parsed again.
import type { Sql } from '../../platform/database/statement.js';
import { inSlices } from '../../platform/in-slices.js';
import { partsOfModuleUrl } from '../../files/file-names.js';
import type { PackageTrees, Tree } from '../../files/package-trees.js';
import type { Leads } from '../domain/dangling.js';
import { type ImportsAt, ImportWalk, type Root, type Walked, type WalkLimits } from '../domain/import-walk.js';
import { forEach, type Sliced } from '../../platform/sliced.js';
import type { BlobImports } from '../store/blob-imports.js';

/** A page that loads more is a bundle that nobody made; the verdict says where it stopped. */
const WALK_LIMITS: WalkLimits = { modules: 5000, imports: 50_000, levels: 200 };

/** Where certain edges are looked for: what the one walk came to early the other may come to late. */
const SEARCH_LIMITS: WalkLimits = { modules: 20_000, imports: 200_000, levels: 400 };

/** Where it is known what modules import. */
export interface Kept {
  readonly trees: PackageTrees;
  readonly imports: BlobImports;
}

/** From these roots on, as a page would import them. `watched`: edges of which it is asked whether they lead somewhere. */
export async function walkImports(
  sql: Sql,
  kept: Kept,
  { roots, leads }: { readonly roots: readonly Root[]; readonly leads: Leads },
  watched?: ReadonlySet<string>,
): Promise<Walked> {
  const walk = new ImportWalk(roots, leads, watched ? SEARCH_LIMITS : WALK_LIMITS, watched);
  for (;;) {
    const urls = await inSlices(walk.arrive(await withinFolders(kept.trees, walk.reached)));
    if (urls.length === 0) return walk.walked;
    const at = await importsOf(sql, kept, urls);
    await inSlices(walk.look(at));
  }
}

/** Whether a file is in the folder that its URL names. What is relative to a module that stands alone is nowhere. */
async function withinFolders(trees: PackageTrees, urls: readonly string[]): Promise<(url: string) => boolean> {
  const folders = new Map<string, Tree | undefined>();
  for (const hash of await inSlices(foldersOf(urls))) folders.set(hash, await trees.read(hash));
  return (url) => {
    const { hash, path } = placeOf(url) ?? {};
    return hash === undefined || path === undefined || (folders.get(hash)?.has(path) ?? false);
  };
}

function* foldersOf(urls: readonly string[]): Sliced<ReadonlySet<string>> {
  const folders = new Set<string>();
  yield* forEach(urls, (url) => {
    const { hash } = placeOf(url) ?? {};
    if (hash !== undefined) folders.add(hash);
  });
  return folders;
}

/** A URL's hash is that of a script, which is known more often, or of the folder that has it. */
async function importsOf(sql: Sql, { trees, imports }: Kept, urls: readonly string[]): Promise<ImportsAt> {
  const alone = urls.flatMap((url) => {
    const { hash } = placeOf(url) ?? {};
    return hash === undefined || trees.peek(hash) ? [] : [hash];
  });
  const byHash = await imports.of(sql, alone);
  const hashes = new Map<string, string>();
  for (const url of urls) {
    const { hash, path } = placeOf(url) ?? {};
    if (hash === undefined || path === undefined) continue;
    const file = byHash.has(hash) ? hash : (await trees.read(hash))?.get(path)?.hash;
    if (file !== undefined) hashes.set(url, file);
  }
  const inFolders = await imports.of(
    sql,
    [...hashes.values()].filter((hash) => !byHash.has(hash)),
  );
  return (url) => {
    const hash = hashes.get(url) ?? '';
    return isScriptUrl(url) ? (byHash.get(hash) ?? inFolders.get(hash)) : null;
  };
}

/** The parts of an address of ours, without what follows the path; undefined for what is elsewhere. */
const placeOf = (url: string): ReturnType<typeof partsOfModuleUrl> => partsOfModuleUrl(url.replace(/[?#].*$/s, ''));

/** What else a page imports (JSON, CSS, WebAssembly) imports nothing that a map decides. */
const isScriptUrl = (url: string): boolean => !/\.(?:json|css|wasm|map|txt)(?:[?#].*)?$/s.test(url);
