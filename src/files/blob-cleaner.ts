// Deletes blobs that nobody needs, a day after they came (import-maps.md, section 2; promise 11).
import { Inject, Injectable } from '@nestjs/common';
import { noneOfTheFuture, olderThan } from '../platform/database/clock-steps.js';
import { Db, type Tx } from '../platform/database/db.js';
import { deleteInBatches } from '../platform/database/delete-in-batches.js';
import { Recurring } from '../platform/recurring.js';
import { countMissed, countOut, countOutUnused, filesCountedTooMuch, type Looked } from '../quotas/file-quota.js';
import { BlobLedger } from './blob-ledger.js';
import { type BlobStore, FILE_BLOBS, type IsLeft, MODULE_BLOBS, type SetAside, TREE_BLOBS } from './blob-store.js';

const KEEP_HOURS = 24;
const CLEAN_EVERY_MS = 60 * 60_000;
const AT_ONCE = 500;
/** Old files that are remembered until the next time; more are left to later times. */
const MOST_OLD = 100_000;

const UNNEEDED = `b.created_at < ${olderThan(KEEP_HOURS)} AND NOT EXISTS (SELECT 1 FROM blob_use u WHERE u.hash = b.hash)`;

/** Owners that are gone for good: a deleted ticket takes its revisions along, a deleted upload its files. */
const GONE_OWNERS = [
  "t.owner LIKE 'ticket/%' AND NOT EXISTS (SELECT 1 FROM ticket k WHERE 'ticket/' || k.id = t.owner)",
  "t.owner LIKE 'revision/%' AND NOT EXISTS (SELECT 1 FROM map_revision r WHERE 'revision/' || r.id = t.owner)",
  "t.owner LIKE 'spu_file/%' AND NOT EXISTS (SELECT 1 FROM spu_file f WHERE 'spu_file/' || f.id = t.owner)",
];

/** Minutes that are long over, and keys of tickets that are gone. */
const STALE_USES = [
  "t.what = 'events' AND t.ends_at < now() - interval '1 hour'",
  "t.what = 'keys' AND NOT EXISTS (SELECT 1 FROM ticket k WHERE 'ticket/' || k.id = t.scope)",
];

/** Asked between two batches. */
type IsLeaving = () => boolean;

/** Asked under the lock. */
type MayGo = (tx: Tx, hash: string) => Promise<boolean>;

@Injectable()
export class BlobCleaner {
  private readonly stores: readonly BlobStore[];
  /** Files that were old at the clean-up before. */
  private old = new Set<string>();

  constructor(
    private readonly db: Db,
    private readonly ledger: BlobLedger,
    @Inject(MODULE_BLOBS) modules: BlobStore,
    @Inject(TREE_BLOBS) trees: BlobStore,
    @Inject(FILE_BLOBS) files: BlobStore,
  ) {
    this.stores = [modules, trees, files];
  }

  /** Ends after the batch at which the signal aborts: what is left is for the next time. */
  @Recurring({ name: 'files.clean', everyMs: CLEAN_EVERY_MS, alone: true })
  async clean(signal?: AbortSignal): Promise<void> {
    const isLeaving = (): boolean => signal?.aborted ?? false;
    for (const store of this.stores) await this.settleAside(store);
    for (const where of GONE_OWNERS)
      await deleteInBatches(this.db, { table: 'blob_use', where, limitMs: 60_000, isLeaving });
    await this.countAnew(isLeaving);
    await noneOfTheFuture(this.db, 'blob', 'created_at');
    await this.deleteUnneeded(isLeaving);
    if (!isLeaving()) await this.deleteLeft(isLeaving);
  }

  /**
   * Files without a row, left by uploads that crashed or were refused: those that were as old an hour ago, too, at the clean-up
   * before this one. A clock that stepped forth would take uploads for old that are coming in.
   */
  private async deleteLeft(isLeaving: IsLeaving): Promise<void> {
    // eslint-disable-next-line no-restricted-syntax -- compared with what the same machine's disk says of its files
    const before = Date.now() - KEEP_HOURS * 60 * 60_000;
    const known = this.old;
    this.old = new Set();
    const isLeft = (name: string, modified: number): boolean => {
      if (modified >= before || isLeaving()) return false;
      if (this.old.size < MOST_OLD) this.old.add(name);
      return known.has(name);
    };
    for (const store of this.stores) {
      await this.deleteUnknown(store, isLeft);
      await store.deleteStaged(isLeft);
    }
  }

  /** What projects use of their quotas: files that they use no more, and what an older server wrote beside this one. */
  private async countAnew(isLeaving: IsLeaving): Promise<void> {
    let above: string | undefined = '';
    while (above !== undefined && !isLeaving()) {
      const { found, last }: Looked<string[]> = await filesCountedTooMuch(this.db, above, AT_ONCE);
      for (const hash of found) {
        await this.db.transaction(async (tx) => {
          if (await this.ledger.lockAlone(tx, hash)) await countOutUnused(tx, hash);
        });
      }
      above = last;
    }
    let from: string | undefined = '';
    while (from !== undefined && !isLeaving()) {
      const next: string = from;
      const { last }: Looked<number> = await this.db.transaction((tx) => countMissed(tx, next, AT_ONCE));
      from = last;
    }
    for (const where of STALE_USES)
      await deleteInBatches(this.db, { table: 'quota_use', where, limitMs: 60_000, isLeaving });
  }

  private async deleteUnneeded(isLeaving: IsLeaving): Promise<void> {
    let last = '';
    while (!isLeaving()) {
      const rows = await this.db.run<{ hash: string }>({
        text: `SELECT b.hash FROM blob b WHERE b.hash > $1 AND ${UNNEEDED} ORDER BY b.hash LIMIT ${AT_ONCE}`,
        values: [last],
      });
      for (const { hash } of rows) await this.take(this.stores, hash, deleteRow);
      last = rows.at(-1)?.hash ?? '';
      if (rows.length < AT_ONCE) return;
    }
  }

  /**
   * Deletes what has no owner: looks again under the lock, and sets the files aside. They go when the COMMIT was answered, since
   * the lock was held until then; where it wasn't (its session ended, and the bytes may have been uploaded again), they go back.
   */
  private async take(stores: readonly BlobStore[], hash: string, mayGo: MayGo): Promise<void> {
    const aside: SetAside[] = [];
    let isCommitted = false;
    try {
      await this.db.transaction(async (tx) => {
        if (!(await this.ledger.lockAlone(tx, hash)) || !(await mayGo(tx, hash))) return;
        for (const store of stores) {
          const one = await store.setAside(hash);
          if (one) aside.push(one);
        }
        tx.afterCommit(() => {
          isCommitted = true;
        });
      });
    } finally {
      for (const one of aside) await (isCommitted ? one.drop() : one.putBack());
    }
  }

  /** What processes set aside that were killed over it: those that have a row go back, whatever lies in their place. */
  private async settleAside(store: BlobStore): Promise<void> {
    for (const one of await store.listAside()) {
      await this.db.transaction(async (tx) => {
        // One that somebody is at work on is settled by them, or the next time.
        if (!(await this.ledger.lockAlone(tx, one.hash))) return;
        await ((await hasNoRow(tx, one.hash)) ? one.drop() : one.putBack());
      });
    }
  }

  private async deleteUnknown(store: BlobStore, isLeft: IsLeft): Promise<void> {
    let batch: string[] = [];
    for await (const { hash, modified } of store.list()) {
      if (!isLeft(hash, modified)) continue;
      batch.push(hash);
      if (batch.length < AT_ONCE) continue;
      await this.deleteRowless(store, batch);
      batch = [];
    }
    await this.deleteRowless(store, batch);
  }

  private async deleteRowless(store: BlobStore, hashes: readonly string[]): Promise<void> {
    const unknown = await this.db.run<{ hash: string }>({
      text: 'SELECT h.hash FROM unnest($1::text[]) h(hash) WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.hash = h.hash)',
      values: [hashes],
    });
    for (const { hash } of unknown) await this.take([store], hash, hasNoRow);
  }
}

async function deleteRow(tx: Tx, hash: string): Promise<boolean> {
  const [unneeded] = await tx.run({ text: `SELECT 1 FROM blob b WHERE b.hash = $1 AND ${UNNEEDED}`, values: [hash] });
  if (!unneeded) return false;
  await countOut(tx, hash);
  const gone = await tx.run({
    text: `DELETE FROM blob b WHERE b.hash = $1 AND ${UNNEEDED} RETURNING 1`,
    values: [hash],
  });
  return gone.length > 0;
}

async function hasNoRow(tx: Tx, hash: string): Promise<boolean> {
  return (await tx.run({ text: 'SELECT 1 FROM blob WHERE hash = $1', values: [hash] })).length === 0;
}
