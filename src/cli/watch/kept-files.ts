// Files that stay here, each with why and what to do: what a merge left with conflicts, what Git LFS left a pointer of, and what git can't
// store, so that nobody knows whether it was changed.
import { shell } from '../../platform/shell-quote.js';
import { conflictLine } from './conflict-markers.js';
import { isLfsPointer } from './lfs-pointer.js';
import type { SentFile } from './upload-batch.js';

/** A file that was not sent, or that the server did not take: its name for people, the refusal's code, and what to do. */
export interface RefusedFile {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

export interface KeptFile extends RefusedFile {
  /** Below the folder. */
  readonly file: string;
}

/** By what it has in it; undefined of any that may be sent. */
export function unusable({ file, name, bytes }: SentFile): KeptFile | undefined {
  if (isLfsPointer(bytes)) {
    const message = `${name} is a pointer of Git LFS and not the file itself, so it was not sent: ${shell`git lfs pull`} gets the file.`;
    return { file, name, code: 'lfs_pointer', message };
  }
  const line = conflictLine(bytes);
  if (line === undefined) return undefined;
  const message = `${name} has conflict markers at line ${line}, so it was not sent: finish the merge, then save it.`;
  return { file, name, code: 'conflict_markers', message };
}

/** `filter`: the one that git requires for it, and that fails. */
export function unfilteredFile(
  { file, name }: { readonly file: string; readonly name: string },
  filter: string,
): KeptFile {
  const help =
    filter === 'lfs'
      ? `install Git LFS, then ${shell`git lfs install`}.`
      : `${shell`git config --get ${`filter.${filter}.clean`}`} shows the command that must work.`;
  const message = `${name} goes through git's filter ${filter}, which fails here. It is not known whether the file was changed, so it was not sent: ${help}`;
  return { file, name, code: 'filter_failed', message };
}
