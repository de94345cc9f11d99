// Which repository a folder is in, and whether git can read it. One that git can't read is an error: what it would keep out
// of a ticket isn't known.
import fs from 'node:fs';
import { shell } from '../../platform/shell-quote.js';
import { CliError } from '../words/cli-error.js';
import { gitIn, isInstalled, repositoryAround } from './git.js';

export type Found =
  | { readonly kind: 'none' }
  /** `root` is its work tree's, without links. */
  | { readonly kind: 'readable'; readonly root: string }
  /** `why` ends with the next step. */
  | { readonly kind: 'unreadable'; readonly root: string; readonly why: string };

/** `folder` has to be there. */
export async function repositoryOf(folder: string): Promise<Found> {
  const real = fs.realpathSync(folder);
  const root = repositoryAround(real);
  if (root === undefined) return { kind: 'none' };
  const unreadable = (why: string): Found => ({ kind: 'unreadable', root, why });
  if (!(await isInstalled()))
    return unreadable(`${root} is a git repository, but git can't be started: install git, or add it to the PATH.`);
  const { code, stdout, stderr } = await gitIn(real).run(['rev-parse', '--show-toplevel']);
  if (code !== 0) return unreadable(whyNot(root, stderr));
  if (isSame(root, stdout.replace(/\r?\n$/, ''))) return { kind: 'readable', root };
  // git passes over a `.git` that is none, and would answer for a repository above.
  return unreadable(`${root} can't be read by git: its .git is broken. Clone it again, or delete its .git.`);
}

/** Undefined outside of a repository. Rejects with CliError where git can't read it. */
export async function requireReadable(folder: string): Promise<string | undefined> {
  const found = await repositoryOf(folder);
  if (found.kind === 'unreadable') throw new CliError(`${found.why} Nothing is sent.`);
  return found.kind === 'readable' ? found.root : undefined;
}

/** The name of the setting stands in git's answer in every language. */
function whyNot(root: string, stderr: string): string {
  if (stderr.includes('safe.directory'))
    return `${root} belongs to another user, so git refuses to read it. If you trust it: ${shell`git config --global --add safe.directory ${root}`}.`;
  const [why = ''] = stderr.split('\n');
  return `${root} can't be read by git: ${why.replace(/^fatal: /, '')}. Fix what 'git status' reports there, or clone it again.`;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((folder) => fs.statSync(folder, { throwIfNoEntry: false, bigint: true }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
