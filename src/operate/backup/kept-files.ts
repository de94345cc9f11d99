// The files of a backup on their way into a data folder: staged beside their places, put there before the commit, and taken
// away again where that doesn't come. What a crash leaves has no row, and goes with the next clean-up.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SafeBlob, SetAside } from '../../files/blob-store.js';
import { BLOB_FOLDERS, DiskBlobs } from '../../files/disk-blobs.js';
import { placeOnce } from '../../platform/place-once.js';
import { OperationError } from '../operation.js';
import { sha256Of } from '../stored-files.js';
import { BackupError } from './format.js';

const FOLDERS: readonly string[] = Object.values(BLOB_FOLDERS);
const ARCHIVE = 'archive';

interface Staged {
  readonly folder: string;
  readonly blob: SafeBlob;
}

/** As blobs have it (blob-store.ts): gone for good, or back. */
type Aside = Pick<SetAside, 'drop' | 'putBack'>;

interface Archive {
  readonly draft: string;
  readonly place: string;
}

export class KeptFiles {
  private readonly staged: Staged[] = [];
  private readonly archives: Archive[] = [];
  /** What sets aside again what was put into its place. */
  private readonly placed: (() => Promise<Aside | undefined>)[] = [];

  constructor(private readonly dataFolder: string) {}

  async take(folder: string, name: string, content: AsyncIterable<Buffer>): Promise<void> {
    if (FOLDERS.includes(folder)) return this.blob(folder, name, content);
    if (folder === ARCHIVE && name === path.basename(name) && name !== '' && !name.startsWith('.'))
      return this.archive(name, content);
    throw new BackupError(`It has a file in an unknown place: ${folder}/${name}.`);
  }

  private async blob(folder: string, name: string, content: AsyncIterable<Buffer>): Promise<void> {
    const staged = await this.store(folder).put(content);
    const [blob] = await this.store(folder).secure([staged]);
    this.staged.push({ folder, blob: blob as SafeBlob });
    if (staged.hash !== name) throw new BackupError(`The bytes of ${folder}/${name} do not match its name.`);
  }

  private async archive(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    const place = path.join(this.dataFolder, ARCHIVE, name);
    const draft = draftOf(place);
    await fs.promises.mkdir(path.dirname(place), { recursive: true });
    this.archives.push({ draft, place });
    await pipeline(Readable.from(content), fs.createWriteStream(draft, { mode: 0o600, flush: true }));
    if (fs.existsSync(place)) await requireSame(place, draft);
  }

  /** What is there already has the same bytes, and stays whatever happens. */
  async place(): Promise<void> {
    for (const { folder, blob } of this.staged) {
      const store = this.store(folder);
      if (!(await store.has(blob.hash))) this.placed.push(() => store.setAside(blob.hash));
      await store.keep([blob]);
    }
    for (const { draft, place } of this.archives) {
      if (fs.existsSync(place)) await requireSame(place, draft);
      if (await placeOnce(draft, place)) this.placed.push(() => setAside(place));
    }
  }

  /**
   * As if nothing had come, where `isAlone` still says so when everything is aside: somebody else may have restored the same
   * files in between. Where it doesn't they go back, and the servers' clean-up deletes those that nobody needs.
   */
  async takeBack(isAlone: () => Promise<boolean>): Promise<void> {
    for (const { folder, blob } of this.staged) await this.store(folder).discard([blob]);
    for (const { draft } of this.archives) await fs.promises.rm(draft, { force: true });
    const aside: Aside[] = [];
    try {
      for (const take of this.placed) {
        const one = await take();
        if (one) aside.push(one);
      }
    } finally {
      const mayGo = await isAlone();
      for (const one of aside) await (mayGo ? one.drop() : one.putBack());
    }
  }

  private store(folder: string): DiskBlobs {
    return new DiskBlobs(path.join(this.dataFolder, folder));
  }
}

/** A name that nobody else has: two that restore at once write to two files. */
const draftOf = (place: string): string => `${place}.${randomUUID()}.draft`;

async function setAside(place: string): Promise<Aside> {
  const aside = draftOf(place);
  await fs.promises.rename(place, aside);
  return {
    drop: () => fs.promises.rm(aside, { force: true }),
    putBack: async () => void (await placeOnce(aside, place)),
  };
}

/** Rejects with OperationError. */
async function requireSame(place: string, draft: string): Promise<void> {
  const [there, coming] = [await sha256Of(fs.createReadStream(place)), await sha256Of(fs.createReadStream(draft))];
  if (there === coming) return;
  throw new OperationError(
    `${place} exists already, and differs from the backup. Set STAMPLINE_DATA to another folder.`,
  );
}
