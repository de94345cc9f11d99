// Addresses of this server's own modules in what a client sends: what is there stays there, with the integrity of its bytes.
import { Inject, Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import type { Change } from '../domain/delta.js';
import { keyWithOtherIntegrity } from '../domain/integrity.js';
import { wireKey } from '../domain/map-key.js';
import type { ImportMap, Target } from '../domain/import-map.js';
import { isOwnPath } from '../domain/url-like.js';
import { BlobLedger } from '../../files/blob-ledger.js';
import { type BlobStore, MODULE_BLOBS } from '../../files/blob-store.js';
import { partsOfModuleUrl } from '../../files/file-names.js';
import { PackageTrees } from '../../files/package-trees.js';
import { quoted } from '../../platform/redact.js';

export interface Settled<Changes> {
  readonly changes: Changes;
  /** Of every blob that the changes lead to: for a file of a package folder all of the folder's. */
  readonly blobs: readonly string[];
}

interface Place {
  /** The folder's list, and its files; or the one file. */
  readonly hashes: readonly string[];
  /** The file's own; undefined for a folder. */
  readonly file: string | undefined;
}

@Injectable()
export class HostedModules {
  constructor(
    private readonly ledger: BlobLedger,
    readonly trees: PackageTrees,
    @Inject(MODULE_BLOBS) private readonly store: BlobStore,
  ) {}

  /**
   * Holds what the changes lead to until the transaction's end, and says the integrity where a client didn't. Rejects with
   * unprocessable `upload.no_such_module`, `integrity.differs`.
   */
  async settle<One extends Change>(tx: Tx, changes: readonly One[]): Promise<Settled<One[]>> {
    const places = new Map<string, Place>();
    for (const { set } of changes) if (set && isOwnPath(set.url)) places.set(set.url, await this.placeOf(set.url));
    const blobs = [...new Set([...places.values()].flatMap(({ hashes }) => hashes))];
    const kept = blobs.length > 0 ? await this.ledger.hold(tx, blobs) : new Map<string, string>();
    for (const [url, { hashes }] of places) if (!hashes.every((hash) => kept.has(hash))) throw notHere(url);
    const settled = changes.map((change) => {
      const integrity = kept.get((change.set && places.get(change.set.url)?.file) ?? '');
      return integrity === undefined ? change : withIntegrity(change, integrity);
    });
    return { changes: settled, blobs };
  }

  private async placeOf(url: string): Promise<Place> {
    const parts = partsOfModuleUrl(url);
    if (!parts) throw notHere(url);
    const { hash, path } = parts;
    const tree = await this.trees.read(hash);
    if (tree) {
      const hashes = [hash, ...[...tree.values()].map((file) => file.hash)];
      if (path === '' || path.endsWith('/')) return { hashes, file: undefined };
      const file = tree.get(path)?.hash;
      if (file !== undefined) return { hashes, file };
    } else if (!path.includes('/') && (await this.store.has(hash))) {
      // import-map-deployer's clients set the folder of each file, too, whatever is in it.
      return { hashes: [hash], file: path === '' ? undefined : hash };
    }
    throw notHere(url);
  }
}

/** A URL has one integrity in a map, so one that is wrong would keep everybody else's keys from loading. */
function withIntegrity<One extends Change>(change: One, integrity: string): One {
  const { set } = change;
  if (!set || set.integrity === integrity) return change;
  if (set.integrity !== undefined)
    throw differs(
      `The file at ${quoted(set.url, 200)} has the integrity ${integrity}. Send that, or leave integrity out.`,
    );
  return { ...change, set: { ...set, integrity } };
}

/** The same for what lies elsewhere, beside a map that is there. Throws unprocessable `integrity.differs`. */
export function requireOneIntegrity(changes: readonly Change[], map: ImportMap): void {
  const key = keyWithOtherIntegrity(changes, map);
  if (key === undefined) return;
  const { url, integrity } = map.get(key) as Target;
  throw differs(
    `${wireKey(key)} has the same URL ${quoted(url, 200)}, with the integrity ${integrity}. Send that, or another URL.`,
  );
}

const differs = (message: string): DomainError => new DomainError('unprocessable', 'integrity.differs', message);

const notHere = (url: string): DomainError =>
  new DomainError(
    'unprocessable',
    'upload.no_such_module',
    `There is nothing at ${quoted(url, 200)}. Upload the file, or use the URL in the reply to its upload.`,
  );
