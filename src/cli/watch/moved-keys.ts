// Files that a ticket or production still has under the name that they had when files were named from the current folder.
// Neither name is sent until somebody says which counts: two keys of one file would be two modules on a page.
import path from 'node:path';
import fs from 'node:fs';
import { shell } from '../../platform/shell-quote.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { RC_FILE } from '../session/settings.js';
import { isWithin, type Place, slashed } from './key-names.js';
import type { SourceFolder } from './source-files.js';

export interface Moved {
  /** As it is called there. */
  readonly earlier: string;
  readonly name: string;
}

/** `names`: what the ticket shows. A file in the place of the earlier name has that name for its own, in a repository of several packages. */
export function movedFiles(source: SourceFolder, files: Iterable<string>, names: ReadonlySet<string>): Moved[] {
  const { base, earlier } = source.names;
  if (earlier === undefined) return [];
  return [...files]
    .map((file) => ({ earlier: earlier + file, name: source.nameOf(file) }))
    .filter((one) => names.has(one.earlier) && !names.has(one.name))
    .filter((one) => !fs.existsSync(path.join(base, one.earlier)));
}

/** Names of a refusal. */
const MOST = 3;

/** `moved` has one at least. */
export function movedRefusal(place: Place, source: SourceFolder, ticket: string, moved: readonly Moved[]): CliError {
  const some = moved.slice(0, MOST).map((one) => `${one.earlier} is ${one.name} now`);
  const more = moved.length > MOST ? `, and ${moved.length - MOST} more` : '';
  return new CliError(
    `${ticket} or production has ${moved.length === 1 ? 'a file' : `${moved.length} files`} under an earlier name: ${some.join(', ')}${more}. ` +
      `Nothing was sent. To rename, add --move-keys. ${keeping(place, source)}`,
    EXIT.refused,
  );
}

/** The lines for .stamprc.json. Names that no folder would give can only be left. */
function keeping({ cwd, projectFolder }: Place, { names }: SourceFolder): string {
  const { base, prefix, earlier = '' } = names;
  const folder = projectFolder ?? cwd;
  const rootFrom = (root: string): string => JSON.stringify(slashed(path.relative(folder, root)) || '.');
  const file = slashed(path.relative(cwd, path.join(folder, RC_FILE)));
  const own = `If those names belong to other files, set "root": ${rootFrom(base)} there.`;
  if (!prefix.endsWith(earlier) || !isWithin(base, folder)) return own.replace('there', `in ${file}`);
  const root = rootFrom(path.join(base, prefix.slice(0, prefix.length - earlier.length)));
  const how =
    projectFolder === undefined ? shell`echo ${`{"root": ${root}}`} > .stamprc.json` : `add "root": ${root} to ${file}`;
  return `To keep the earlier names: ${how}. ${own}`;
}
