// The branch that everything is released from, as this clone knows it.
import fs from 'node:fs';
import path from 'node:path';
import type { Git } from './git.js';

export interface Trunk {
  /** As one says it to git: `origin/main`. */
  readonly name: string;
  readonly commit: string;
  /** Where it is what a remote had when somebody fetched. */
  readonly remote: boolean;
}

/**
 * The named one, else what the remote calls its head, else main or master; what the remote had is preferred to a local
 * branch, which may lag behind. Undefined where there is none.
 */
export async function findTrunk(git: Git, named: string | undefined): Promise<Trunk | undefined> {
  const head = await git.read('symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD');
  const candidates = named === undefined ? [...(head ? [head] : []), ...['main', 'master'].flatMap(refsOf)] : refsOf(named);
  const refs = named === undefined ? remotesFirst(candidates) : [...candidates, named];
  for (const ref of refs) {
    const commit = await git.read('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    if (commit) return { name: ref.replace(/^refs\/(remotes|heads)\//, ''), commit, remote: ref.startsWith(REMOTES) };
  }
  return undefined;
}

const REMOTES = 'refs/remotes/';

/** `main`, and `upstream/main` of another remote. */
const refsOf = (name: string): string[] => [`${REMOTES}origin/${name}`, `${REMOTES}${name}`, `refs/heads/${name}`];

const remotesFirst = (refs: readonly string[]): string[] => [
  ...refs.filter((ref) => ref.startsWith(REMOTES)),
  ...refs.filter((ref) => !ref.startsWith(REMOTES)),
];

/** Milliseconds since somebody fetched; undefined where nobody has since the clone. */
export async function fetchedAgo(git: Git, cwd: string, now: number): Promise<number | undefined> {
  const folders = await Promise.all([git.read('rev-parse', '--git-dir'), git.read('rev-parse', '--git-common-dir')]);
  const times = folders.flatMap((folder) => {
    const file = path.resolve(cwd, folder ?? '.git', 'FETCH_HEAD');
    return fs.existsSync(file) ? [fs.statSync(file).mtimeMs] : [];
  });
  return times.length > 0 ? now - Math.max(...times) : undefined;
}
