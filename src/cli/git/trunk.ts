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
  const head = await git.read(['symbolic-ref', '--quiet'], { names: ['refs/remotes/origin/HEAD'] });
  const candidates =
    named === undefined ? [...(head ? [head] : []), ...['main', 'master'].flatMap(refsOf)] : refsOf(named);
  const refs = named === undefined ? remotesFirst(candidates) : [...candidates, named];
  for (const ref of refs) {
    const commit = await git.read(['rev-parse', '--verify', '--quiet'], { names: [`${ref}^{commit}`] });
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

/** Milliseconds since a remote's branch was heard of: by a fetch, a push or the clone. Undefined where git keeps no note of it. */
export async function heardAgo(git: Git, cwd: string, { name }: Trunk, now: number): Promise<number | undefined> {
  const folders = await Promise.all([
    git.read(['rev-parse', '--git-dir']),
    git.read(['rev-parse', '--git-common-dir']),
  ]);
  const notes = ['FETCH_HEAD', `logs/${REMOTES}${name}`, `logs/${REMOTES}${name.split('/')[0]}/HEAD`];
  const files = folders.flatMap((folder) => notes.map((note) => path.resolve(cwd, folder ?? '.git', note)));
  const times = files.filter((file) => fs.existsSync(file)).map((file) => fs.statSync(file).mtimeMs);
  return times.length > 0 ? now - Math.max(...times) : undefined;
}
