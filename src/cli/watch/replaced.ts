// Production may be at an earlier version because somebody went back to it: by a git revert that was released, or a flag that was
// switched back. Who has what it replaced, and not that step, would bring it back unseen.
import { versionsOnTop } from '../git/path-changes.js';
import type { GitVersions } from '../git/versions.js';
import type { LastChange } from './server-versions.js';
import type { Version } from './three-way.js';

interface Past {
  readonly path: string;
  readonly live: Version | undefined;
}

/** True where HEAD's history has something on top of production's version: then it is to be asked whether that was released. */
export const hasOnTop = (git: GitVersions, { path, live }: Past): boolean =>
  typeof live === 'string' && git.pastOf(path).findIndex(({ to }) => to === live) > 0;

/**
 * The version that HEAD's history has on top of production's, that was released, and that its last change replaced; undefined where
 * there is none. What a revert or a rollback took out of production is told otherwise (`carries`).
 */
export function replacedVersion(
  git: GitVersions,
  { path, live }: Past,
  last: LastChange | undefined,
): string | undefined {
  if (typeof live !== 'string' || last === undefined || last.taken_back) return undefined;
  return versionsOnTop(git.pastOf(path), live).find((version) => last.before.includes(version));
}
