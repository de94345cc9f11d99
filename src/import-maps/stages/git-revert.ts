// What takes a released change back in git, too: a line for the shell, from the commits that its layer has and from nothing else.
import { isCommit } from '../../platform/git-facts.js';
import { shell, words } from '../../platform/shell-quote.js';
import type { TicketLayer } from '../store/layers.js';

/**
 * `git revert <newest> <older>`, and `git revert -m 1 <merge>` for merges, in their order; null where the commits that made the
 * change are not known: `git_commit` says where it is, and may be anyone's. Undefined where the change is not from git, or names what
 * is no commit.
 */
export function gitRevertOf(layer: TicketLayer): string | null | undefined {
  const { git_commits: commits, git_merges: merges, git_commit: commit } = layer;
  if (commits.length > 0) return revertLine(commits, new Set(merges));
  return commit === null ? undefined : null;
}

/** Undefined where one of them is no commit. */
export function revertLine(commits: readonly string[], merges: ReadonlySet<string>): string | undefined {
  if (!commits.every(isCommit)) return undefined;
  const runs: { readonly isMerge: boolean; readonly commits: string[] }[] = [];
  for (const commit of commits) {
    const isMerge = merges.has(commit);
    const last = runs.at(-1);
    if (last?.isMerge === isMerge) last.commits.push(commit);
    else runs.push({ isMerge, commits: [commit] });
  }
  return runs
    .map(({ isMerge, commits: some }) =>
      isMerge ? shell`git revert -m 1 ${words(some)}` : shell`git revert ${words(some)}`,
    )
    .join(' && ');
}
