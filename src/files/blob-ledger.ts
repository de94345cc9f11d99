// The rows of blobs, and the locks that keep the clean-up away from what an upload is about to need.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import { type Bringer, FileQuota } from '../quotas/file-quota.js';
import type { ScriptImports } from './script-imports.js';
import type { BlobStore, SafeBlob } from './blob-store.js';

/** The first number of our advisory locks; the second is the hash's first byte: one lock a hash would fill Postgres' table. */
const LOCK_CLASS = 0x626c6f62;

const bucketOf = (hash: string): number => Number.parseInt(hash.slice(0, 2), 16);

/** For a session that reads many: no clean-up takes any of them while it lasts, and uploads go on. */
export const HOLD_ALL_SQL = `SELECT pg_advisory_lock_shared(${LOCK_CLASS}, bucket) FROM generate_series(0, 255) bucket`;

/** What is to be kept, and in which store. */
export interface Keeping {
  readonly store: BlobStore;
  readonly staged: readonly SafeBlob[];
  /** What the scripts among them import. */
  readonly scripts?: ScriptsImports;
}

/** By hash. */
export type ScriptsImports = ReadonlyMap<string, ScriptImports>;

@Injectable()
export class BlobLedger {
  constructor(private readonly quota: FileQuota) {}

  /**
   * Makes staged blobs durable and writes their rows. Their locks are shared among uploads and held until the transaction
   * ends, when the uses are there too. They come before every other lock: pointer, ticket, subtickets. Rejects with too_large `quota.files`
   * before anything is kept.
   */
  async keep(tx: Tx, keepings: readonly Keeping[], by: Bringer): Promise<void> {
    const blobs = keepings.flatMap(({ staged }) => staged);
    await this.quota.expect(tx, by, blobs);
    await this.lock(
      tx,
      blobs.map(({ hash }) => hash),
    );
    for (const { store, staged } of keepings) await store.keep(staged);
    const scripts = new Map(
      keepings.flatMap((one) => [...(one.scripts ?? [])].map(([hash, found]) => [hash, JSON.stringify(found)])),
    );
    const rows = [...new Map(blobs.map((blob) => [blob.hash, blob])).values()];
    await tx.run({
      name: 'blob_insert',
      text: `INSERT INTO blob (hash, integrity, size, imports)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) ORDER BY 1
        ON CONFLICT (hash) DO UPDATE SET imports = excluded.imports WHERE blob.imports = '' AND excluded.imports <> ''`,
      values: [
        rows.map(({ hash }) => hash),
        rows.map(({ integrity }) => integrity),
        rows.map(({ size }) => size),
        rows.map(({ hash }) => scripts.get(hash) ?? ''),
      ],
    });
  }

  /** Holds blobs that are there already until their new use is written; answers those that are, with their integrity. */
  async hold(tx: Tx, hashes: readonly string[]): Promise<Map<string, string>> {
    await this.lock(tx, hashes);
    const rows = await tx.run<{ hash: string; integrity: string }>({
      name: 'blob_known',
      text: 'SELECT hash, integrity FROM blob WHERE hash = ANY($1::text[])',
      values: [hashes],
    });
    return new Map(rows.map(({ hash, integrity }) => [hash, integrity]));
  }

  private async lock(tx: Tx, hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    const buckets = [...new Set(hashes.map(bucketOf))].sort((one, other) => one - other);
    await tx.run({
      name: 'blob_lock',
      text: 'SELECT pg_advisory_xact_lock_shared($1, bucket) FROM unnest($2::int[]) bucket',
      values: [LOCK_CLASS, buckets],
    });
  }

  /** For the clean-up: alone with a hash until the transaction ends, or false where an upload is at work on one like it. */
  async lockAlone(tx: Tx, hash: string): Promise<boolean> {
    const [row] = await tx.run<{ locked: boolean }>({
      name: 'blob_lock_alone',
      text: 'SELECT pg_try_advisory_xact_lock($1, $2) AS locked',
      values: [LOCK_CLASS, bucketOf(hash)],
    });
    return row?.locked ?? false;
  }
}
