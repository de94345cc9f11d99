// Files against the control files that list them: sizes, and every sum that is given.
import { createHash } from 'node:crypto';
import { DomainError } from '../../platform/errors.js';
import type { BlobStore } from '../../files/blob-store.js';
import { type ListedFile, SUM_NAMES, type SumKind, SUMS } from './debian-control.js';

/** A file as it is kept. */
export interface SizedFile {
  readonly size: number;
  readonly sha256: string;
}

/** SHA-1 and MD5 are known of no file: each file is read once, however many control files list it. */
export class ListedSums {
  private readonly read = new Map<string, Promise<Readonly<Record<SumKind, string>>>>();

  constructor(private readonly store: BlobStore) {}

  /** Rejects with unprocessable `spu.checksum` for a file that isn't what a control file says. */
  async require(control: string, listed: ListedFile, file: SizedFile): Promise<void> {
    const wrong = await this.faultOf(listed, file);
    if (wrong === undefined) return;
    const message = `${listed.name} is not what ${control} says: ${wrong}. Nothing was kept.`;
    throw new DomainError('unprocessable', 'spu.checksum', message, { part: listed.name });
  }

  private async faultOf({ size, sums }: ListedFile, file: SizedFile): Promise<string | undefined> {
    if (size !== file.size) return `it has ${file.size} bytes, not ${size}`;
    for (const kind of SUMS) {
      const said = sums[kind];
      if (said === undefined) continue;
      const is = kind === 'sha256' ? file.sha256 : (await this.sumsOf(file.sha256))[kind];
      if (is !== said) return `its ${SUM_NAMES[kind]} is ${is}, not ${said}`;
    }
    return undefined;
  }

  private sumsOf(sha256: string): Promise<Readonly<Record<SumKind, string>>> {
    const known = this.read.get(sha256) ?? sumsIn(this.store, sha256);
    this.read.set(sha256, known);
    return known;
  }
}

/** Read as a stream: a file may be larger than what is good to have in memory. */
async function sumsIn(store: BlobStore, sha256: string): Promise<Readonly<Record<SumKind, string>>> {
  const [sha1, md5] = [createHash('sha1'), createHash('md5')];
  const blob = await store.open(sha256);
  if (!blob)
    throw new DomainError('unavailable', 'spu.file_lost', `The file with SHA-256 ${sha256} isn't in the store.`);
  for await (const chunk of blob.stream()) {
    sha1.update(chunk as Buffer);
    md5.update(chunk as Buffer);
  }
  return { sha256, sha1: sha1.digest('hex'), md5: md5.digest('hex') };
}
