// Blobs that are about to go: renamed to `<folder>/aside/<hash>.<uuid>` under their hash's lock, and deleted when that is
// committed. A rename that comes late, when its lock is long gone, takes nothing away: a reader finds the file here, too, and
// whoever renamed it, or the next clean-up, puts it back.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { placeOnce } from '../platform/place-once.js';
import { syncFolder } from '../platform/sync.js';
import type { SetAside } from './blob-store.js';
import { isAbsent, onDisk } from './disk-error.js';

const NAME = /^([\da-f]{64})\.[\da-f-]{36}$/;

export class DiskAside {
  private readonly folder: string;

  /** `placeOf`: where the blob of a hash has its place, on the same disk. */
  constructor(
    private readonly store: string,
    private readonly placeOf: (hash: string) => string,
  ) {
    this.folder = path.join(store, 'aside');
  }

  /** Undefined where there is no such blob. */
  async take(hash: string): Promise<SetAside | undefined> {
    const aside = path.join(this.folder, `${hash}.${randomUUID()}`);
    return onDisk(async () => {
      if (await fs.mkdir(this.folder, { recursive: true })) await syncFolder(this.store);
      try {
        await fs.rename(this.placeOf(hash), aside);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
      return this.setAside(hash, aside);
    });
  }

  /** All of them, also those of processes that are at work, or were killed. */
  async list(): Promise<SetAside[]> {
    return (await this.names()).map((name) =>
      this.setAside(name.slice(0, name.indexOf('.')), path.join(this.folder, name)),
    );
  }

  /** Where a hash's bytes lie here; several, where it was set aside several times. */
  async placesOf(hash: string): Promise<string[]> {
    return (await this.names())
      .filter((name) => name.startsWith(`${hash}.`))
      .map((name) => path.join(this.folder, name));
  }

  private async names(): Promise<string[]> {
    try {
      return (await onDisk(() => fs.readdir(this.folder))).filter((name) => NAME.test(name));
    } catch (error) {
      if (isAbsent((error as Error).cause)) return [];
      throw error;
    }
  }

  private setAside(hash: string, aside: string): SetAside {
    return {
      hash,
      drop: () => onDisk(() => fs.rm(aside, { force: true })),
      putBack: () => this.putBack(this.placeOf(hash), aside),
    };
  }

  /** What has come to the place meanwhile has the same bytes. What isn't aside any more was put back by somebody else. */
  private putBack(place: string, aside: string): Promise<void> {
    return onDisk(async () => {
      try {
        await placeOnce(aside, place);
        await syncFolder(path.dirname(place));
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    });
  }
}
