// What git knows of all files of a conflict, asked at once: a few processes, whatever the number of files.
import { isCommit } from '../../platform/git-facts.js';
import { gitIn } from '../git/git.js';
import { byPath, type CommitFacts, distinct, type PathChange, pathChanges } from '../git/path-changes.js';
import type { GitVersions } from '../git/versions.js';
import type { LastChange } from './server-versions.js';
import type { Version } from './three-way.js';

export interface ConflictingFile {
  readonly path: string;
  readonly live: Version | undefined;
  readonly last: LastChange | undefined;
}

export interface StaleFacts {
  /** Production's version of it is in the trunk's history, as it is known here. */
  isOnTrunk(path: string): boolean;
  /** HEAD's history has the commit. */
  has(commit: string): boolean;
  /** The commits that changed a path since one that HEAD has, up to where HEAD left the trunk; the newest first, without merges. */
  since(path: string, commit: string): readonly CommitFacts[];
}

/** Commits since which it is asked what changed: the first ones. */
const MOST_SINCE = 20;

export async function staleFacts(git: GitVersions, files: readonly ConflictingFile[]): Promise<StaleFacts> {
  const [onTrunk, here] = [await pathsOnTrunk(git, files), await git.inHistory(distinctCommits(files))];
  const older = files.filter(({ path, last }) => {
    const { commit, taken_back: isTakenBack } = last ?? {};
    return !onTrunk.has(path) && commit && here.has(commit) && !isTakenBack;
  });
  const since = new Map<string, ReadonlyMap<string, readonly PathChange[]>>();
  for (const commit of distinctCommits(older).slice(0, MOST_SINCE)) {
    const paths = older.filter(({ last }) => last?.commit === commit).map(({ path }) => path);
    const changes = git.begun ? await pathChanges(gitIn(git.root), [git.begun, `^${commit}`], paths, 'own') : [];
    since.set(commit, byPath(changes));
  }
  return {
    isOnTrunk: (path) => onTrunk.has(path),
    has: (commit) => here.has(commit),
    since: (path, commit) => distinct((since.get(commit)?.get(path) ?? []).map((change) => change.commit)),
  };
}

async function pathsOnTrunk(git: GitVersions, files: readonly ConflictingFile[]): Promise<ReadonlySet<string>> {
  const live = new Map(files.flatMap(({ path, live: id }) => (typeof id === 'string' ? [[path, id] as const] : [])));
  const trunk = await git.trunkNow();
  if (trunk === undefined || live.size === 0) return new Set();
  const changes = await pathChanges(gitIn(git.root), [trunk], [...live.keys()]);
  return new Set(changes.filter(({ path, to }) => to !== null && to === live.get(path)).map(({ path }) => path));
}

const distinctCommits = (files: readonly ConflictingFile[]): string[] => [
  ...new Set(files.flatMap(({ last }) => (last?.commit && isCommit(last.commit) ? [last.commit] : []))),
];
