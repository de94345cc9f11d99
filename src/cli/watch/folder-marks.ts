// Whether watched folders are still the ones that a watcher looks at. A folder that is removed and made again, replaced,
// renamed over or mounted has the same path and is another one, of which the system tells the watcher nothing.
import fs from 'node:fs';
import path from 'node:path';

interface Mark {
  readonly id: string;
  /** In nanoseconds: some file systems give a new folder the number of one that was removed. */
  readonly born: bigint;
}

export class FolderMarks {
  private readonly marks = new Map<string, Mark>();
  private readonly knowsBirths: boolean;

  constructor(private readonly root: string) {
    this.knowsBirths = knowsBirths(root);
  }

  /** Keeps what the folder is now. */
  note(folder: string): void {
    const mark = markOf(folder);
    if (mark) this.marks.set(folder, mark);
  }

  forget(folder: string): void {
    if (folder !== this.root) this.marks.delete(folder);
  }

  /** `other` where one of them is not the one that was noted, or isn't there; `gone` where that is the root. */
  async look(): Promise<'same' | 'other' | 'gone'> {
    if (!(await isFolder(this.root))) return 'gone';
    for (const [folder, mark] of this.marks) {
      const found = await fs.promises.lstat(folder, { bigint: true }).catch(() => undefined);
      if (!found?.isDirectory() || !this.isSame(mark, asMark(found))) return 'other';
    }
    return 'same';
  }

  private isSame(one: Mark, other: Mark): boolean {
    return one.id === other.id && (!this.knowsBirths || one.born === other.born);
  }
}

const isFolder = async (folder: string): Promise<boolean> =>
  (await fs.promises.lstat(folder).catch(() => undefined))?.isDirectory() ?? false;

const asMark = ({ dev, ino, birthtimeNs }: fs.BigIntStats): Mark => ({ id: `${dev} ${ino}`, born: birthtimeNs });

function markOf(folder: string): Mark | undefined {
  const found = fs.lstatSync(folder, { bigint: true, throwIfNoEntry: false });
  return found && asMark(found);
}

/** Where the system has no times of birth, Node answers those of the last change: of all folders above, too. */
function knowsBirths(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = fs.statSync(at, { bigint: true, throwIfNoEntry: false });
    if (found && found.birthtimeNs !== found.ctimeNs) return true;
    if (path.dirname(at) === at) return false;
  }
}
