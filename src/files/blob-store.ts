// Where the bytes of uploads are kept, by their hashes: what a store must do. disk-blobs.ts does it with files.
import type { Readable } from 'node:stream';

/** Bytes that came in whole and that nobody can see yet. */
export interface StagedBlob {
  /** SHA-256, 64 hexadecimal digits. */
  readonly hash: string;
  /** `sha384-…`, as browsers check it. */
  readonly integrity: string;
  readonly size: number;
  /** Where the store has them; its own business. */
  readonly place: string;
}

declare const safe: unique symbol;

/** Only BlobStore.secure makes one, so what a crash could take can't be kept. */
export interface SafeBlob extends StagedBlob {
  readonly [safe]: true;
}

/** The first and the last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** To be streamed or closed, one of the two. */
export interface OpenBlob {
  readonly size: number;
  stream(range?: ByteRange): Readable;
  close(): Promise<void>;
}

export interface KnownBlob {
  readonly hash: string;
  /** Milliseconds since 1970, by the store's clock. */
  readonly modified: number;
}

/**
 * A blob that is out of its place, and still found by readers. Both are safe whenever they come, also late, after others have
 * kept the same blob again: neither touches what lies in its place.
 */
export interface SetAside {
  readonly hash: string;
  /** Deletes it for good: when the transaction that held the hash's lock alone is known to be committed. */
  drop(): Promise<void>;
  /** Into its place again, unless the same bytes are there already. */
  putBack(): Promise<void>;
}

/** Whether a file that changed last then (milliseconds, by the store's clock) is nobody's any more. */
export type IsLeft = (name: string, modified: number) => boolean;

/** Everything rejects with DomainError `unavailable` where the store can't do its work (a full disk). */
export interface BlobStore {
  /** Takes bytes in; nothing is left of them where `source` fails. */
  put(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StagedBlob>;

  /** The whole of a staged blob. */
  read(staged: StagedBlob): Promise<Buffer>;

  /** The same as a stream, for what may be large. */
  stream(staged: StagedBlob): Promise<Readable>;

  /** Makes the bytes of staged blobs safe from a crash. That waits for the disk: before a transaction, not in it. */
  secure(staged: readonly StagedBlob[]): Promise<readonly SafeBlob[]>;

  /**
   * Makes staged blobs what their hashes lead to, safe from a crash; again is no error. The caller holds their locks
   * (blob-ledger.ts) and commits their rows afterwards.
   */
  keep(staged: readonly SafeBlob[]): Promise<void>;

  /** Forgets staged blobs that weren't kept; for those that were it does nothing. */
  discard(staged: readonly StagedBlob[]): Promise<void>;

  /** Undefined where there is none. */
  open(hash: string): Promise<OpenBlob | undefined>;

  has(hash: string): Promise<boolean>;

  /** All that are kept, in no order. */
  list(): AsyncIterable<KnownBlob>;

  /**
   * The first half of a deletion: the caller holds the hash's lock alone, as far as it knows, drops what it gets here when its
   * transaction is committed, and puts it back in any other case. Undefined where there is none.
   */
  setAside(hash: string): Promise<SetAside | undefined>;

  /** All that are aside: the caller finds out, under the hash's lock, what their processes didn't come to. */
  listAside(): Promise<readonly SetAside[]>;

  /** Deletes what was staged and neither kept nor discarded, as `isLeft` judges: its server crashed. */
  deleteStaged(isLeft: IsLeft): Promise<void>;
}

/** Three stores, alike but for who may read: modules for anybody, lists of packages' files, files of the API. */
export const MODULE_BLOBS = Symbol('stampline:module-blobs');
export const TREE_BLOBS = Symbol('stampline:tree-blobs');
export const FILE_BLOBS = Symbol('stampline:file-blobs');

/** The whole of a blob that is known to be small enough. */
export async function bytesOf(store: BlobStore, hash: string): Promise<Buffer | undefined> {
  const blob = await store.open(hash);
  if (!blob) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of blob.stream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
