// The branch that everything is released from, as this clone knows it.
import fs from 'node:fs';
import path from 'node:path';
import type { Git } from './git.js';

export interface Trunk {
  /** As one says it to git: `origin/main`. */
  readonly name: string;
  readonly commit: string;
  /** Its branch: `main`. */
  readonly branch: string;
  /** Whose branch it is as somebody fetched it; undefined of a local one. */
  readonly remote: string | undefined;
}

const REMOTES = 'refs/remotes/';
const USUAL = ['main', 'master'];

/**
 * The remote that the trunk is of: the one that its name begins with, else `origin`, else the one that a local branch of its name follows,
 * else the only one. Undefined where there is none, or several and none of these.
 */
export async function trunkRemote(git: Git, named: string | undefined): Promise<string | undefined> {
  const remotes = await remotesOf(git);
  const said = named === undefined ? undefined : remoteIn(named, remotes);
  if (said !== undefined) return said;
  if (remotes.length <= 1 || remotes.includes('origin')) return remotes.includes('origin') ? 'origin' : remotes[0];
  for (const branch of named === undefined ? USUAL : [named]) {
    const followed = await git.read(['config', '--get'], { names: [`branch.${branch}.remote`] });
    if (followed !== undefined && remotes.includes(followed)) return followed;
  }
  return undefined;
}

export async function remotesOf(git: Git): Promise<string[]> {
  return ((await git.read(['remote'])) ?? '').split('\n').filter(Boolean);
}

/** A remote's name may have slashes, too. */
const remoteIn = (name: string, remotes: readonly string[]): string | undefined =>
  remotes.filter((remote) => name.startsWith(`${remote}/`)).sort((one, other) => other.length - one.length)[0];

/**
 * The named one, else what the remote calls its head, else main or master; what the remote had is preferred to a local
 * branch, which may lag behind. Undefined where there is none.
 */
export async function findTrunk(git: Git, named: string | undefined): Promise<Trunk | undefined> {
  const [remotes, of = 'origin'] = await Promise.all([remotesOf(git), trunkRemote(git, named)]);
  const head = await git.read(['symbolic-ref', '--quiet'], { names: [`${REMOTES}${of}/HEAD`] });
  // `main`, and `upstream/main` of another remote.
  const refsOf = (name: string): string[] => [`${REMOTES}${of}/${name}`, `${REMOTES}${name}`, `refs/heads/${name}`];
  const candidates = named === undefined ? [...(head ? [head] : []), ...USUAL.flatMap(refsOf)] : refsOf(named);
  const refs = named === undefined ? remotesFirst(candidates) : [...candidates, named];
  for (const ref of refs) {
    const commit = await git.read(['rev-parse', '--verify', '--quiet'], { names: [`${ref}^{commit}`] });
    if (!commit) continue;
    const name = ref.replace(/^refs\/(remotes|heads)\//, '');
    const remote = ref.startsWith(REMOTES) ? (remoteIn(name, remotes) ?? name.split('/')[0]) : undefined;
    return { name, commit, remote, branch: remote === undefined ? name : name.slice(remote.length + 1) };
  }
  return undefined;
}

const remotesFirst = (refs: readonly string[]): string[] => [
  ...refs.filter((ref) => ref.startsWith(REMOTES)),
  ...refs.filter((ref) => !ref.startsWith(REMOTES)),
];

/** Milliseconds since a remote's branch was heard of: by a fetch, a push or the clone. Undefined where git keeps no note of it. */
export async function heardAgo(
  git: Git,
  cwd: string,
  { name, remote = '' }: Trunk,
  now: number,
): Promise<number | undefined> {
  const folders = await Promise.all([
    git.read(['rev-parse', '--git-dir']),
    git.read(['rev-parse', '--git-common-dir']),
  ]);
  const notes = ['FETCH_HEAD', `logs/${REMOTES}${name}`, `logs/${REMOTES}${remote}/HEAD`];
  const files = folders.flatMap((folder) => notes.map((note) => path.resolve(cwd, folder ?? '.git', note)));
  const times = files.filter((file) => fs.existsSync(file)).map((file) => fs.statSync(file).mtimeMs);
  return times.length > 0 ? now - Math.max(...times) : undefined;
}
