// Before a promotion: what a build made has to be made from HEAD, with nothing in the work tree that no commit has. Nobody can
// compare a build's files with a commit, so that they are marked with it as they come (watch/build-rule.ts).
import path from 'node:path';
import { isCommit } from '../../platform/git-facts.js';
import { shell } from '../../platform/shell-quote.js';
import { isWithin, slashed } from '../watch/key-names.js';
import type { TicketChange } from '../watch/server-versions.js';
import { refused, SKIP } from './check-work.js';

export interface BuiltSource {
  readonly name: string;
  readonly change: TicketChange;
}

export interface BuiltFrom {
  /** The ticket's. */
  readonly key: string;
  readonly head: string;
  /** Where names begin, and the current folder; absolute. */
  readonly base: string;
  readonly cwd: string;
}

const MOST_NAMED = 2;

/** Rejects with CliError `refused`. */
export function requireBuiltFrom(built: readonly BuiltSource[], about: BuiltFrom): void {
  const dirty = built.filter(({ change }) => change.dirty);
  const other = built.filter(({ change }) => change.built !== about.head);
  const wrong = dirty.length > 0 ? dirty : other;
  const [first] = wrong;
  if (!first) return;
  const { key, head } = about;
  const were = wrong.length === 1 ? 'was' : 'were';
  const send = `Build again, then send it: ${shell`stamp update ${key} ${folderOf(built, about)}`}`;
  if (dirty.length > 0)
    throw refused(`${some(wrong)} of ${key} ${were} built from uncommitted work. ${send} (${SKIP}).`);
  const from = first.change.built ?? '';
  const back = isCommit(from) ? `, or go back to what it was built from: ${shell`git checkout ${from}`}` : '';
  throw refused(
    `${some(wrong)} of ${key} ${were} built from commit ${from.slice(0, 10)}, and HEAD is ${head.slice(0, 10)}. ${send}${back} (${SKIP}).`,
  );
}

const some = (built: readonly BuiltSource[]): string => {
  const names = built.slice(0, MOST_NAMED).map(({ name }) => name);
  const more = built.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(' and ');
};

/** The folder that has them all, as one names it from the current one. */
function folderOf(built: readonly BuiltSource[], { base, cwd }: BuiltFrom): string {
  const folders = built.map(({ name }) => path.resolve(base, path.posix.dirname(name)));
  let [folder = base] = folders;
  while (!folders.every((one) => isWithin(folder, one))) folder = path.dirname(folder);
  return slashed(path.relative(cwd, folder)) || '.';
}
