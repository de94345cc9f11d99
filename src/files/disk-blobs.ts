// Blobs as files: `<folder>/ab/<hash>`, and `<folder>/tmp/…` for those that are on their way in. A file is written under a
// temporary name, fsynced, renamed, and its folder fsynced, before its row commits (import-maps.md, section 2).
import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { sync, syncFolder } from '../platform/sync.js';
import type {
  BlobStore,
  ByteRange,
  IsLeft,
  KnownBlob,
  OpenBlob,
  SafeBlob,
  SetAside,
  StagedBlob,
} from './blob-store.js';
import { DiskAside } from './disk-aside.js';
import { isAbsent, onDisk } from './disk-error.js';
import { inParallel } from './in-parallel.js';

/** Folders of the data folder. Modules are read by anybody who knows their hash; the API's files stay behind the API. */
export const BLOB_FOLDERS = { modules: 'blobs', trees: 'trees', files: 'files' } as const;

/** Node has four threads for the disk; the rest waits at hand. */
const AT_ONCE = 16;

const HASH = /^[\da-f]{64}$/;

export class DiskBlobs implements BlobStore {
  private readonly staging: string;
  private readonly aside: DiskAside;

  constructor(private readonly folder: string) {
    this.staging = path.join(folder, 'tmp');
    this.aside = new DiskAside(folder, (hash) => this.placeOf(hash));
  }

  async put(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StagedBlob> {
    const place = path.join(this.staging, randomUUID());
    const file = await onDisk(() => this.newFile(place));
    const [hash, integrity] = [createHash('sha256'), createHash('sha384')];
    let size = 0;
    try {
      for await (const chunk of source) {
        hash.update(chunk);
        integrity.update(chunk);
        size += chunk.length;
        await onDisk(() => file.writeFile(chunk));
      }
    } catch (error) {
      await fs.rm(place, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    return { hash: hash.digest('hex'), integrity: `sha384-${integrity.digest('base64')}`, size, place };
  }

  /** The folder is there but for the first time. */
  private async newFile(place: string): Promise<fs.FileHandle> {
    try {
      return await fs.open(place, 'wx');
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await fs.mkdir(this.staging, { recursive: true });
      for (const folder of [this.folder, path.dirname(this.folder)]) await syncFolder(folder);
      return fs.open(place, 'wx');
    }
  }

  read({ place }: StagedBlob): Promise<Buffer> {
    return onDisk(() => fs.readFile(place));
  }

  async stream({ place }: StagedBlob): Promise<Readable> {
    return (await onDisk(() => fs.open(place, 'r'))).createReadStream();
  }

  async secure(staged: readonly StagedBlob[]): Promise<readonly SafeBlob[]> {
    await inParallel(staged, AT_ONCE, ({ place }) => onDisk(() => sync(place, 'r+')));
    return staged as readonly SafeBlob[];
  }

  async keep(staged: readonly SafeBlob[]): Promise<void> {
    if (staged.length === 0) return;
    const folders = [...new Set(staged.map(({ hash }) => path.dirname(this.placeOf(hash))))];
    const made = await inParallel(folders, AT_ONCE, (folder) => onDisk(() => fs.mkdir(folder, { recursive: true })));
    await inParallel(staged, AT_ONCE, ({ hash, place }) => onDisk(() => renameOnce(place, this.placeOf(hash))));
    // A folder that is new is safe from a crash when the one above it is.
    const changed = made.some((one) => one !== undefined) ? [...folders, this.folder] : folders;
    await inParallel(changed, AT_ONCE, (folder) => onDisk(() => syncFolder(folder)));
  }

  async discard(staged: readonly StagedBlob[]): Promise<void> {
    await inParallel(staged, AT_ONCE, ({ place }) => onDisk(() => fs.rm(place, { force: true })));
  }

  async open(hash: string): Promise<OpenBlob | undefined> {
    if (!HASH.test(hash)) return undefined;
    const file = await this.find(hash, (place) => fs.open(place, 'r'));
    if (!file) return undefined;
    const { size } = await onDisk(() => file.stat());
    return {
      size,
      stream: (range?: ByteRange) => file.createReadStream(range ?? {}),
      close: () => file.close(),
    };
  }

  async has(hash: string): Promise<boolean> {
    return (await this.find(hash, (place) => fs.stat(place))) !== undefined;
  }

  /** In its place, or aside; and in its place again, where it was just being put back. */
  private async find<Found>(hash: string, look: (place: string) => Promise<Found>): Promise<Found | undefined> {
    const place = this.placeOf(hash);
    const lookAt = (one: string): Promise<Found | undefined> => onDisk(() => look(one).catch(ifAbsent(undefined)));
    const found = await lookAt(place);
    if (found) return found;
    for (const one of [...(await this.aside.placesOf(hash)), place]) {
      const again = await lookAt(one);
      if (again) return again;
    }
    return undefined;
  }

  async *list(): AsyncIterable<KnownBlob> {
    for (const name of await onDisk(() => fs.readdir(this.folder).catch(ifAbsent([])))) {
      if (!/^[\da-f]{2}$/.test(name)) continue;
      for (const hash of await onDisk(() => fs.readdir(path.join(this.folder, name)))) {
        const stat = await onDisk(() => fs.stat(this.placeOf(hash)).catch(ifAbsent(undefined)));
        if (stat && HASH.test(hash)) yield { hash, modified: stat.mtimeMs };
      }
    }
  }

  setAside(hash: string): Promise<SetAside | undefined> {
    return this.aside.take(hash);
  }

  listAside(): Promise<readonly SetAside[]> {
    return this.aside.list();
  }

  async deleteStaged(isLeft: IsLeft): Promise<void> {
    for (const name of await onDisk(() => fs.readdir(this.staging).catch(ifAbsent([])))) {
      const place = path.join(this.staging, name);
      const stat = await onDisk(() => fs.stat(place).catch(ifAbsent(undefined)));
      if (stat && isLeft(name, stat.mtimeMs)) await onDisk(() => fs.rm(place, { force: true }));
    }
  }

  private placeOf(hash: string): string {
    return path.join(this.folder, hash.slice(0, 2), hash);
  }
}

const ifAbsent =
  <Value>(value: Value) =>
  (error: unknown): Value => {
    if (isAbsent(error)) return value;
    throw error;
  };

/** A transaction that runs again finds its blobs renamed already. What was there under the hash has the same bytes. */
async function renameOnce(place: string, target: string): Promise<void> {
  try {
    await fs.rename(place, target);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    await fs.stat(target);
  }
}
