// Files that are here as the branch began with them, and that production has in a version that neither HEAD's history nor the trunk's has:
// released from elsewhere, or from what was never merged. They are no changes, and stay as they are there; whoever looks at HEAD is
// told, once, that it isn't what is live.
import { gitIn } from '../git/git.js';
import { pathChanges } from '../git/path-changes.js';
import type { GitVersions } from '../git/versions.js';
import { firstNames } from '../words/first-names.js';
import type { Decided, Told } from './judged-file.js';

export class Behind {
  /** Files with production's version of them, of which it was asked. */
  private readonly known = new Set<string>();

  constructor(private readonly git: GitVersions) {}

  /** At most one line, of those that were not looked at before. One log of the trunk, where there are any. */
  async tell(judged: readonly Decided[]): Promise<readonly Told[]> {
    const fresh = judged.filter((one) => this.isForeign(one) && !this.known.has(keyOf(one)));
    if (fresh.length === 0) return [];
    for (const one of fresh) this.known.add(keyOf(one));
    const merged = await this.onTrunk(fresh);
    const foreign = fresh.filter((one) => !merged.has(keyOf(one))).map(({ name }) => name);
    if (foreign.length === 0) return [];
    const [files, their] = foreign.length === 1 ? ['1 file', 'a version'] : [`${foreign.length} files`, 'versions'];
    const message = `Production has ${files} in ${their} that neither HEAD nor the trunk has: ${firstNames(foreign)}. They were not changed here, so they are not sent. Use git fetch to get what was merged; stamp releases shows who released the rest.`;
    return [{ code: 'behind', message }];
  }

  /** What the ticket changes is said otherwise. */
  private isForeign({ decision, ours, live, change, path }: Decided): boolean {
    if (decision.kind !== 'left' || ours === null || change !== undefined) return false;
    return typeof live === 'string' && !this.git.hadOnce(path, live);
  }

  private async onTrunk(files: readonly Decided[]): Promise<ReadonlySet<string>> {
    const [trunk, { head }] = [await this.git.trunkNow(), this.git];
    if (trunk === undefined || head === undefined) return new Set();
    const paths = files.map(({ path }) => path);
    const changes = await pathChanges(gitIn(this.git.root), [trunk, `^${head}`], paths);
    return new Set(changes.map(({ path, to }) => keyOf({ path, live: to })));
  }
}

const keyOf = ({ path, live }: Pick<Decided, 'path' | 'live'>): string => `${live ?? ''} ${path}`;
