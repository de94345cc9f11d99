// The uploaded files that a snapshot's rows name, as they are on the disk.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { BLOB_FOLDERS, DiskBlobs } from '../files/disk-blobs.js';
import type { Sql } from '../platform/database/statement.js';

const AT_ONCE = 1000;

export interface NamedStore {
  /** Its folder in the data folder. */
  readonly name: string;
  readonly store: DiskBlobs;
}

export const blobStoresIn = (dataFolder: string): readonly NamedStore[] =>
  Object.values(BLOB_FOLDERS).map((name) => ({ name, store: new DiskBlobs(path.join(dataFolder, name)) }));

/** The hash of each blob, in order; some at a time are in memory. */
export async function* blobHashes(sql: Sql): AsyncGenerator<string> {
  for (let last = ''; ;) {
    const rows = await sql.run<{ hash: string }>({
      text: `SELECT hash FROM blob WHERE hash > $1 ORDER BY hash LIMIT ${AT_ONCE}`,
      values: [last],
    });
    if (rows.length === 0) return;
    for (const { hash } of rows) yield (last = hash);
  }
}

/** In hex. */
export async function sha256Of(content: AsyncIterable<unknown> | Iterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
