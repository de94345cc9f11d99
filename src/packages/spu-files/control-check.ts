// The control files of a source package upload against all of its files. What one lists is read once, in slices, and remembered by its
// hash; and the check is made before the transaction, so that in it only what came meanwhile is read.
import { LRUCache } from 'lru-cache';
import { inSlices } from '../../platform/in-slices.js';
import { type BlobStore, bytesOf, type StagedBlob } from '../../files/blob-store.js';
import { badControl, isControlFile, type ListedFile, listedFiles, MOST_CONTROL_BYTES } from './debian-control.js';
import type { FormFile } from '../../files/form.js';
import { ListedSums, type SizedFile } from './listed-sums.js';

/** What control files list, by their hashes. */
export class KnownLists {
  readonly byHash = new LRUCache<string, readonly ListedFile[]>({
    maxSize: MOST_LISTED,
    sizeCalculation: (listed) => listed.length,
  });
}

/** Files that are listed in all that is remembered: some 20 MB. */
const MOST_LISTED = 100_000;
/** Of one upload; a real one has a .dsc, and a .changes for each architecture. */
const MOST_CONTROLS = 32;

interface NamedFile extends SizedFile {
  readonly name: string;
}

/** Of one request: what it has read and compared isn't read again. */
export class ControlCheck {
  private readonly staged: ReadonlyMap<string, StagedBlob>;
  private readonly sums: ListedSums;

  constructor(
    private readonly store: BlobStore,
    private readonly lists: KnownLists,
    sent: readonly FormFile[],
  ) {
    this.staged = new Map(sent.map(({ blob }) => [blob.hash, blob]));
    this.sums = new ListedSums(store, this.staged);
  }

  /**
   * Each control file, of now or before, against all files; those of before were checked when they came. Answers the names that are
   * listed and not there. `afterReading` is called where a file had to be read. Rejects with unprocessable `spu.bad_control`,
   * `spu.checksum`.
   */
  async missing(
    fresh: readonly FormFile[],
    known: readonly NamedFile[],
    afterReading: () => Promise<unknown> = async () => undefined,
  ): Promise<string[]> {
    const all = new Map<string, SizedFile>(known.map(({ name, size, sha256 }) => [name, { size, sha256 }]));
    for (const { path, blob } of fresh) all.set(path, { size: blob.size, sha256: blob.hash });
    const isFresh = new Set(fresh.map(({ path }) => path));
    const missing = new Set<string>();
    for (const [control, file] of controlsIn(all, isFresh)) {
      for (const listed of await this.listedIn(control, file)) {
        const found = all.get(listed.name);
        if (!found) missing.add(listed.name);
        else if (isFresh.has(control) || isFresh.has(listed.name))
          if (await this.sums.require(control, listed, found)) await afterReading();
      }
    }
    return [...missing].sort();
  }

  private async listedIn(control: string, { sha256 }: SizedFile): Promise<readonly ListedFile[]> {
    const known = this.lists.byHash.get(sha256);
    if (known) return known;
    const staged = this.staged.get(sha256);
    const bytes = (await bytesOf(this.store, sha256)) ?? (staged && (await this.store.read(staged)));
    const listed = await inSlices(listedFiles(control, bytes?.toString() ?? ''));
    this.lists.byHash.set(sha256, listed);
    return listed;
  }
}

function controlsIn(all: ReadonlyMap<string, SizedFile>, isFresh: ReadonlySet<string>): [string, SizedFile][] {
  const controls = [...all].filter(([name, { size }]) => isControlFile(name) && size <= MOST_CONTROL_BYTES);
  const added = controls.findLast(([name]) => isFresh.has(name));
  if (controls.length > MOST_CONTROLS && added)
    throw badControl(
      added[0],
      `with it the upload has ${controls.length} .dsc and .changes files, and it may have ${MOST_CONTROLS}`,
    );
  return controls;
}
