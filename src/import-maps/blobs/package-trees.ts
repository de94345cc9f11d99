// A package folder under one hash: which file of it is which blob. The list is content-addressed itself.
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
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

function entryOf(line: string): [string, TreeFile] {
  const [path, hash, size] = JSON.parse(line) as [string, string, number];
  return [path, { hash, size }];
}
