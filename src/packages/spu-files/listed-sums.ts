// Files against the control files that list them: sizes, and every sum that is given.
import { createHash } from 'node:crypto';
import { DomainError } from '../../platform/errors.js';
import type { BlobStore, StagedBlob } from '../../files/blob-store.js';
import { type ListedFile, SUM_NAMES, type SumKind, SUMS } from './debian-control.js';

/** A file as it is kept. */
export interface SizedFile {
  readonly size: number;
  readonly sha256: string;
}

/** SHA-1 and MD5 are known of no file: each file is read once, however many control files list it. */
export class ListedSums {
  private readonly read = new Map<string, Promise<Readonly<Record<SumKind, string>>>>();

  /** `staged`: those that may not be kept yet, by their hashes. */
  constructor(
    private readonly store: BlobStore,
    private readonly staged: ReadonlyMap<string, StagedBlob>,
  ) {}

  /** True where the file was read for it. Rejects with unprocessable `spu.checksum` for one that isn't what a control file says. */
  async require(control: string, listed: ListedFile, file: SizedFile): Promise<boolean> {
    const before = this.read.size;
    const wrong = await this.faultOf(listed, file);
    if (wrong === undefined) return this.read.size > before;
    const message = `${listed.name} does not match ${control}: ${wrong}. Nothing was stored.`;
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
    const known = this.read.get(sha256) ?? this.sumsIn(sha256);
    this.read.set(sha256, known);
    return known;
  }

  /** Read as a stream: a file may be larger than what is good to have in memory. */
  private async sumsIn(sha256: string): Promise<Readonly<Record<SumKind, string>>> {
    const [sha1, md5] = [createHash('sha1'), createHash('md5')];
    for await (const chunk of await this.bytesOf(sha256)) {
      sha1.update(chunk as Buffer);
      md5.update(chunk as Buffer);
    }
    return { sha256, sha1: sha1.digest('hex'), md5: md5.digest('hex') };
  }

  private async bytesOf(sha256: string): Promise<AsyncIterable<unknown>> {
    const kept = await this.store.open(sha256);
    if (kept) return kept.stream();
    const staged = this.staged.get(sha256);
    if (staged) return this.store.stream(staged);
    throw new DomainError('unavailable', 'spu.file_lost', `The file with SHA-256 ${sha256} is not in the store.`);
  }
}
