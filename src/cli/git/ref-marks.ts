// Whether HEAD or the trunk may have moved since somebody looked: by the few files that git writes then, without starting git.
// A merge, a pull, a rebase, a checkout, a fetch and a commit write one of them, in linked work trees and with packed refs too.
import fs from 'node:fs/promises';
import path from 'node:path';
import { gitIn } from './git.js';
import { findTrunk } from './trunk.js';

interface Place {
  /** Of this work tree; absolute. */
  readonly own: string;
  /** Of all work trees of the repository; absolute. */
  readonly common: string;
  /** `refs/remotes/origin/main`; undefined where there is no trunk. */
  readonly trunk: string | undefined;
}

export class RefMarks {
  private constructor(
    private readonly place: Place,
    private marks: string,
  ) {}

  /** `root`: the work tree's. `named`: the setting `trunk`. */
  static async open(root: string, named: string | undefined): Promise<RefMarks> {
    const git = gitIn(root);
    const [own, common, trunk] = await Promise.all([
      git.read(['rev-parse', '--git-dir']),
      git.read(['rev-parse', '--git-common-dir']),
      findTrunk(git, named),
    ]);
    const place = {
      own: path.resolve(root, own ?? '.git'),
      common: path.resolve(root, common ?? own ?? '.git'),
      trunk: trunk && `refs/${trunk.remote ? 'remotes' : 'heads'}/${trunk.name}`,
    };
    return new RefMarks(place, await marksOf(place));
  }

  /** Since it was asked last, or opened. Costs a few calls of the file system. */
  async haveMoved(): Promise<boolean> {
    const marks = await marksOf(this.place);
    const isOther = marks !== this.marks;
    this.marks = marks;
    return isOther;
  }
}

/** When they were written, and not what they say: a reference that goes and comes back has moved twice. */
async function marksOf({ own, common, trunk }: Place): Promise<string> {
  const head = await fs.readFile(path.join(own, 'HEAD'), 'utf8').catch(() => '');
  const branch = /^ref: (\S+)/.exec(head)?.[1];
  const refs = [branch, trunk].filter((ref) => ref !== undefined);
  const files = [
    path.join(own, 'HEAD'),
    ...refs.map((ref) => path.join(common, ref)),
    path.join(common, 'packed-refs'),
    // Of repositories that keep references in tables.
    ...[own, common].map((folder) => path.join(folder, 'reftable', 'tables.list')),
  ];
  return [head, ...(await Promise.all(files.map(writtenAt)))].join('\n');
}

/** Empty where there is no such file. */
async function writtenAt(file: string): Promise<string> {
  const found = await fs.stat(file, { bigint: true }).catch(() => undefined);
  return found ? `${found.mtimeNs} ${found.size} ${found.ino}` : '';
}
