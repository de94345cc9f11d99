// Which versions the files of a work tree are, as git would store them; and which ones it can't store, since a filter that it requires
// fails: such as Git LFS where that isn't installed. Nobody knows of these whether they were changed.
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Git } from './git.js';

export interface Hashed {
  /** By path: git's ids; those that it can't read are left out. */
  readonly ids: ReadonlyMap<string, string>;
  /** By path: the filter's name. */
  readonly unfiltered: ReadonlyMap<string, string>;
}

/** A filter that failed so often is not tried for the rest: in a row, and in all. */
const MOST_FAILURES = { inARow: 3, inAll: 30 };

interface Asking {
  readonly git: Git;
  readonly ids: Map<string, string>;
  readonly unfiltered: Map<string, string>;
  readonly failures: Map<string, { inARow: number; inAll: number }>;
  /** By path: the filter that git requires for it; undefined before that is asked. */
  filters: ReadonlyMap<string, string> | undefined;
}

/**
 * `root`: of the work tree, as git has it; `isRaw`: as they are, without filters. A few processes of git, whatever the number of files
 * and of those that fail.
 */
export async function hashedFiles(git: Git, root: string, paths: readonly string[], isRaw: boolean): Promise<Hashed> {
  const asking: Asking = { git, ids: new Map(), unfiltered: new Map(), failures: new Map(), filters: undefined };
  const verb = ['hash-object', '--stdin-paths', ...(isRaw ? ['--no-filters'] : [])] as const;
  // One path a line, and a quote at the beginning is git's own.
  let left: readonly string[] = paths.filter((one) => !/^"|[\n\r]/.test(one));
  while (left.length > 0) {
    const { code, stdout } = await git.run(verb, { input: `${left.join('\n')}\n` });
    const ids = stdout.split('\n').filter(Boolean);
    ids.forEach((id, at) => asking.ids.set(left[at] ?? '', id));
    if (code === 0) break;
    // It ends at the first one that it can't read.
    left = await afterFailure(asking, { root, isRaw, left, done: ids.length });
  }
  return asking;
}

interface Failure {
  readonly root: string;
  readonly isRaw: boolean;
  readonly left: readonly string[];
  readonly done: number;
}

/** What is still to be asked. */
async function afterFailure(asking: Asking, { root, isRaw, left, done }: Failure): Promise<readonly string[]> {
  const [failed = '', ...rest] = left.slice(done);
  const isFirst = asking.filters === undefined;
  const filters = (asking.filters ??= isRaw ? new Map<string, string>() : await requiredFilters(asking.git, left));
  const readable = isFirst ? await readableOf(root, [failed, ...rest]) : new Set(left);
  const others = rest.filter((one) => readable.has(one));
  for (const one of left.slice(0, done)) {
    const known = asking.failures.get(filters.get(one) ?? '');
    if (known) known.inARow = 0;
  }
  const filter = filters.get(failed);
  if (filter === undefined || !readable.has(failed)) return others;
  asking.unfiltered.set(failed, filter);
  const known = asking.failures.get(filter) ?? { inARow: 0, inAll: 0 };
  asking.failures.set(filter, known);
  known.inARow++;
  known.inAll++;
  if (known.inARow < MOST_FAILURES.inARow && known.inAll < MOST_FAILURES.inAll) return others;
  for (const one of others) if (filters.get(one) === filter) asking.unfiltered.set(one, filter);
  return others.filter((one) => filters.get(one) !== filter);
}

async function readableOf(root: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    paths.map((one) =>
      fs.access(path.join(root, one), fs.constants.R_OK).then(
        () => one,
        () => undefined,
      ),
    ),
  );
  return new Set(found.filter((one) => one !== undefined));
}

/** Those of some paths that git stores through a filter, without which it doesn't store them at all. */
async function requiredFilters(git: Git, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const [settings, said] = await Promise.all([
    git.read(['config', '-z', '--type=bool', '--get-regexp', '^filter\\..*\\.required$']),
    git.read(['check-attr', '-z', '--stdin', 'filter'], { input: `${paths.join('\0')}\0` }),
  ]);
  const required = new Set<string>();
  // The last one counts.
  for (const setting of (settings ?? '').split('\0')) {
    const [, name = '', value] = /^filter\.(.*)\.required\n(.*)$/s.exec(setting) ?? [];
    if (value === 'true') required.add(name);
    else required.delete(name);
  }
  const words = (said ?? '').split('\0');
  const found = new Map<string, string>();
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [name, value] = [words[at] ?? '', words[at + 2] ?? ''];
    if (required.has(value)) found.set(name, value);
  }
  return found;
}
