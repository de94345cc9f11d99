// A package folder under one hash: which file of it is which blob. The list is content-addressed itself.
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { partsOfModuleUrl } from './file-names.js';
import { type BlobStore, bytesOf, type StagedBlob, TREE_BLOBS } from './blob-store.js';

export interface TreeFile {
  readonly hash: string;
  readonly size: number;
}

/** By path within the folder. */
export type Tree = ReadonlyMap<string, TreeFile>;

/** Part of what is hashed, so that no file can have a folder's hash by accident. */
const FIRST_LINE = 'stampline package folder 1\n';
/** Of all folders that are kept in memory; a path may have a thousand. */
const MOST_BYTES = 32 * 1024 * 1024;
const FILE_BYTES = 200;

@Injectable()
export class PackageTrees {
  private readonly known = new LRUCache<string, Tree>({
    maxSize: MOST_BYTES,
    sizeCalculation: (tree) => [...tree.keys()].reduce((sum, path) => sum + FILE_BYTES + path.length, FILE_BYTES),
  });

  constructor(@Inject(TREE_BLOBS) private readonly store: BlobStore) {}

  /** The same files at the same paths have the same hash. */
  put(tree: Tree): Promise<StagedBlob> {
    const entries = [...tree].sort(([one], [other]) => (one < other ? -1 : 1));
    const lines = entries.map(([path, { hash, size }]) => JSON.stringify([path, hash, size]));
    return this.store.put([Buffer.from(`${FIRST_LINE}${lines.join('\n')}\n`)]);
  }

  /** Of those that are in memory. */
  peek(hash: string): Tree | undefined {
    return this.known.get(hash);
  }

  async read(hash: string): Promise<Tree | undefined> {
    const known = this.known.get(hash);
    if (known) return known;
    const bytes = await bytesOf(this.store, hash);
    if (!bytes) return undefined;
    const lines = bytes.toString().slice(FIRST_LINE.length).split('\n').filter(Boolean);
    const tree = new Map(lines.map((line) => entryOf(line)));
    this.known.set(hash, tree);
    return tree;
  }
}

/** Whether something is at a URL, as far as that can be known: false only for a path that a package folder of ours doesn't have. */
export type IsThere = (url: string) => boolean;

/** isThere for these URLs, of which the folders that they name are read; any other is taken to be there. */
export async function knownToBeThere(trees: PackageTrees, urls: Iterable<string>): Promise<IsThere> {
  const hashes = new Set([...urls].flatMap((url) => folderPath(url)?.hash ?? []));
  const folders = new Map<string, Tree>();
  for (const hash of hashes) {
    const tree = await trees.read(hash);
    if (tree) folders.set(hash, tree);
  }
  return (url) => {
    const { hash, path } = folderPath(url) ?? {};
    const tree = hash === undefined ? undefined : folders.get(hash);
    return !tree || path === undefined || tree.has(path);
  };
}

/** The paths below one folder of ours that another hasn't; none where either is elsewhere. */
export async function missingSince(trees: PackageTrees, before: string, now: string): Promise<string[]> {
  const [old, next] = await Promise.all([before, now].map((url) => pathsBelow(trees, url)));
  return old && next ? [...old].filter((path) => !next.has(path)) : [];
}

async function pathsBelow(trees: PackageTrees, url: string): Promise<ReadonlySet<string> | undefined> {
  const { hash, path = '' } = partsOfModuleUrl(url) ?? {};
  const tree = hash === undefined ? undefined : await trees.read(hash);
  if (!tree) return undefined;
  const below = [...tree.keys()].filter((one) => one.startsWith(path));
  return new Set(below.map((one) => one.slice(path.length)));
}

/** The parts of an address in a folder of ours; what follows the path decides nothing. */
function folderPath(url: string): { readonly hash: string; readonly path: string } | undefined {
  const parts = partsOfModuleUrl(url.replace(/[?#].*$/s, ''));
  return parts && parts.path !== '' ? parts : undefined;
}

function entryOf(line: string): [string, TreeFile] {
  const [path, hash, size] = JSON.parse(line) as [string, string, number];
  return [path, { hash, size }];
}
