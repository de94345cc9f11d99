// Which of many commits a history has: two processes of git, whatever their number.
import type { Git } from './git.js';

/** Those of some commits (git's ids, also shortened) that are `head` or come before it; none of what isn't here. */
export async function commitsWithin(
  git: Git,
  head: string | undefined,
  commits: readonly string[],
): Promise<ReadonlySet<string>> {
  if (head === undefined || commits.length === 0) return new Set();
  const asked = commits.map((commit) => `${commit}^{commit}\n`).join('');
  const answers = ((await git.read(['cat-file', '--batch-check'], { input: asked })) ?? '').split('\n');
  const ids = new Map(commits.map((commit, at) => [commit, /^([0-9a-f]+) commit \d+$/.exec(answers[at] ?? '')?.[1]]));
  const here = [...new Set([...ids.values()].filter((id) => id !== undefined))];
  if (here.length === 0) return new Set();
  const listed = await git.read(['rev-list', '--stdin'], { input: [...here, `^${head}`, ''].join('\n') });
  if (listed === undefined) return new Set();
  const beside = new Set(listed.split('\n'));
  return new Set(commits.filter((commit) => ids.get(commit) !== undefined && !beside.has(ids.get(commit) ?? '')));
}
