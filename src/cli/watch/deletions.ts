// Files that somebody says are deleted: what they are called in the ticket. One that is still there, or that neither the ticket
// nor production has, is refused.
import fs from 'node:fs';
import path from 'node:path';
import { shell } from '../../platform/shell-quote.js';
import { usage } from '../words/cli-error.js';
import { nearest } from '../words/suggest.js';
import { baseOf, type Place, slashed } from './key-names.js';

export interface Deletions {
  /** Paths from the current folder, or names of the ticket's; a folder stands for what was in it. */
  readonly files: readonly string[];
  readonly ticket: string;
  /** What the ticket shows. */
  readonly names: ReadonlySet<string>;
}

/** Rejects with usage. */
export async function deletedNames(place: Place, { files, ticket, names }: Deletions): Promise<readonly string[]> {
  const base = await baseOf(place);
  const found = files.map((file) => {
    const here = slashed(path.relative(base, path.resolve(place.cwd, file)));
    const [name = here] = [here, file].filter((one) => namesAt(one, names).length > 0);
    if (fs.lstatSync(path.join(base, name), { throwIfNoEntry: false }))
      throw usage(`${file} still exists: delete it first (${shell`rm -r ${file}`}), then run this again.`);
    const at = namesAt(name, names);
    if (at.length === 0) throw usage(`Neither ${ticket} nor production has ${name}.${closest(name, names)}`);
    return at;
  });
  return [...new Set(found.flat())];
}

/** The file's own, or those of what was in the folder. */
function namesAt(name: string, names: ReadonlySet<string>): readonly string[] {
  if (names.has(name)) return [name];
  const below = `${name.replace(/\/$/, '')}/`;
  return [...names].filter((one) => one.startsWith(below));
}

/** Nearly the same path, else a file of the same name elsewhere. */
function closest(name: string, names: ReadonlySet<string>): string {
  const all = [...names].sort();
  const found = nearest(name, all) ?? all.find((one) => path.posix.basename(one) === path.posix.basename(name));
  return found === undefined ? '' : ` The closest is ${found}.`;
}
