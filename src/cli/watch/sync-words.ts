// What an update's report is made of: counts, names and times as people read them, and what programs get of an outcome.
import { MODULE_KINDS, type Listing } from './source-files.js';
import type { Outcome } from './sync-outcome.js';

/** Names in a line. */
const MOST_NAMES = 3;

export const BUILD = 'Build first, then send the folder with the build: --folder dist.';

/** `Not sent, since only .js … are modules: 3 .ts, 1 .html.` */
export function notSent(others: Listing['others']): string {
  const most = [...others].sort(([, one], [, other]) => other - one);
  const kinds = most
    .slice(0, 4)
    .map(([ending, count]) => `${count} ${ending}`)
    .join(', ');
  const isSource = ['.ts', '.tsx', '.jsx'].some((ending) => others.has(ending));
  return `Not sent, since only ${MODULE_KINDS} are modules: ${kinds}${most.length > 4 ? ' …' : ''}.${isSource ? ` ${BUILD}` : ''}`;
}

/** `… their folder as a whole is not: config/secrets.json.` */
export const allIgnored = (ignored: Listing['ignored']): string =>
  `Nothing was sent. git ignores these files, but not their whole folder: ${names(ignored)}. To send a build, list its folder in .gitignore: dist/.`;

/** Without bytes. `called`: what some files are called. */
export function doneBeside(
  { gone, rebased, withdrawn }: Outcome,
  called: (all: readonly string[]) => string,
): string[] {
  const done: [readonly string[], string][] = [
    [gone, 'deleted'],
    [rebased, 'rebased'],
    [withdrawn, 'as in production again'],
  ];
  return done.flatMap(([all, how]) => (all.length > 0 ? [`${called(all)} ${how}`] : []));
}

export const about = ({ sent, gone, live, rebased, withdrawn }: Outcome): object => ({
  ...{ files: sent, deleted: gone },
  ...(live.length > 0 ? { live } : {}),
  ...(rebased.length > 0 ? { rebased } : {}),
  ...(withdrawn.length > 0 ? { withdrawn } : {}),
});

export const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

export const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** `src/a.js`; `src/a.js, src/b.js`; `7 files: src/a.js, src/b.js, src/c.js …`. */
export function names(all: readonly string[]): string {
  if (all.length <= MOST_NAMES) return all.join(', ');
  return `${files(all.length)}: ${all.slice(0, MOST_NAMES).join(', ')} …`;
}
