// How paths changed, commit by commit: one `git log` for all of them.
import type { Git } from './git.js';
import { areFew, folderOf } from './named-paths.js';

export interface PathChange {
  readonly path: string;
  /** git's ids; null where the path wasn't there, or is gone. */
  readonly from: string | null;
  readonly to: string | null;
  readonly commit: CommitFacts;
}

export interface CommitFacts {
  readonly id: string;
  readonly isMerge: boolean;
  readonly author: string;
  readonly mail: string;
  readonly subject: string;
}

const LOG = [
  ...['log', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-follow', '--no-show-signature', '--no-color'],
  '--format=%x01%H%x00%P%x00%an%x00%ae%x00%s%x00',
] as const;

const WAYS = {
  /** Every version that there was, on any branch that was merged. */
  all: ['-m', '--full-history'],
  /** As the branch itself went on, where a merge is one change. */
  firstParent: ['-m', '--first-parent'],
  /** What was committed, and no merges. */
  own: ['--no-merges'],
} as const;

const NONE = /^0+$/;

/**
 * The newest first; a merge is told for each parent that it differs from. `revisions`: as git reads them; `files`: to the letter, all where
 * there are none. Of many it is their folder's log that is read; whatever its length, no more is held than their changes.
 */
export async function pathChanges(
  git: Git,
  revisions: readonly string[],
  files: readonly string[],
  way: keyof typeof WAYS = 'all',
): Promise<PathChange[]> {
  const wanted = new Set(files);
  const changes: PathChange[] = [];
  const code = await git.each(
    [...LOG, ...WAYS[way]],
    { names: revisions, paths: areFew(files) ? files : folderOf(files) },
    '\u0001',
    (text) => {
      for (const change of changesIn(text)) if (wanted.size === 0 || wanted.has(change.path)) changes.push(change);
    },
  );
  return code === 0 ? changes : [];
}

function changesIn(text: string): PathChange[] {
  const [id = '', parents = '', author = '', mail = '', subject = '', ...rest] = text.split('\0');
  const commit = { id, isMerge: parents.includes(' '), author, mail, subject };
  const changes: PathChange[] = [];
  rest.forEach((token, index) => {
    const [, from = '', to = ''] = /^\n*:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]$/.exec(token) ?? [];
    const path = rest[index + 1];
    if (from === '' || path === undefined) return;
    changes.push({ path, from: NONE.test(from) ? null : from, to: NONE.test(to) ? null : to, commit });
  });
  return changes;
}

/**
 * The versions that a path has on top of one, where it had that last; the newest first. Without those that it had before, too: that they
 * were taken back, and brought in once more, is known here.
 */
export function versionsOnTop(changes: readonly PathChange[], of: string): string[] {
  const at = changes.findIndex(({ to }) => to === of);
  const older = new Set(changes.slice(Math.max(at, 0)).flatMap(({ from, to }) => [from, to]));
  const on = changes.slice(0, Math.max(at, 0)).flatMap(({ to }) => (to === null || older.has(to) ? [] : [to]));
  return [...new Set(on)];
}

export const distinct = (commits: readonly CommitFacts[]): CommitFacts[] => [
  ...new Map(commits.map((commit) => [commit.id, commit])).values(),
];

/** The changes of each path, in their order. */
export function byPath(changes: readonly PathChange[]): ReadonlyMap<string, readonly PathChange[]> {
  const found = new Map<string, PathChange[]>();
  for (const change of changes) {
    const before = found.get(change.path);
    if (before) before.push(change);
    else found.set(change.path, [change]);
  }
  return found;
}
