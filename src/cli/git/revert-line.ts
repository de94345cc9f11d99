// `git revert` lines that a server answers, before a person pastes them.
import { isCommit } from '../../platform/git-facts.js';
import { shell, words } from '../../platform/shell-quote.js';

/** As the server makes it; undefined for anything else: what another may have sent is not for a shell. */
export function checkedRevert(line: string): string | undefined {
  const steps = line.split(' && ').map((step) => {
    const [, merge, commits = ''] = /^git revert (-m 1 )?([0-9a-f ]+)$/.exec(step) ?? [];
    const names = commits.split(' ');
    if (!names.every(isCommit)) return undefined;
    return merge ? shell`git revert -m 1 ${words(names)}` : shell`git revert ${words(names)}`;
  });
  return steps.includes(undefined) ? undefined : steps.join(' && ');
}
