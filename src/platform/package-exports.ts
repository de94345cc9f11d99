// Which files of an npm package its name and its subpaths lead to in a browser, by the `exports` of its package.json. Server and
// `stamp` must agree on it, so it stands here, without imports.
//
// The algorithm is Node's (https://nodejs.org/api/esm.html#resolution-algorithm-specification), to which a test holds it. It is
// our own because the libraries differ where it matters: resolve.exports 2.0.4 makes regular expressions of what a package says,
// resolve-pkg-maps 1.0.0 stops at the first condition that holds, and neither lists what a pattern comes to.

/** Conditions that hold in a browser that loads modules. Which of them decides is the package's order. */
const CONDITIONS: ReadonlySet<string> = new Set(['browser', 'module', 'import', 'default']);

/** No package nests its conditions deeper; what goes on is no package's. */
const MOST_DEPTH = 16;

/** What package.json says of it; anything may stand there. */
export interface PackageDescription {
  readonly exports?: unknown;
  readonly module?: unknown;
  readonly main?: unknown;
}

export interface Subpath {
  /** `.` for the package itself, `./hooks` for `preact/hooks`. */
  readonly subpath: string;
  /** The path of the file within the package: `hooks/dist/hooks.module.js`. */
  readonly path: string;
}

/** True where package.json says by `exports` what may be imported. */
export const hasExports = ({ exports }: PackageDescription): boolean => exports !== undefined && exports !== null;

/** Undefined: no condition holds. Null: it says that nobody may have it. */
type Targets = readonly string[] | null | undefined;

/** No package has more of each; they bound what a hostile package.json costs. */
const MOST = { patterns: 50, targets: 4, candidates: 20_000 };

/** What `exports` gives to browsers. Reading it costs as much as it is long; asking it as much as it has patterns. */
export class PackageExports {
  private readonly entries: ReadonlyMap<string, unknown>;
  /** Those that decide first come first; see patternOrder. */
  private readonly patterns: readonly string[];

  constructor({ exports }: PackageDescription) {
    this.entries = entriesOf(exports);
    const patterns = [...this.entries.keys()].filter((key) => key.split('*').length === 2);
    this.patterns = patterns.sort(patternOrder).slice(0, MOST.patterns);
  }

  /**
   * The files that a subpath may lead to, the first that is there counts; each as a path within the package. An empty list for
   * what browsers don't get.
   */
  pathsOf(subpath: string): readonly string[] {
    if (this.entries.has(subpath) && !isPattern(subpath)) return pathsOf(targetsOf(this.entries.get(subpath)));
    for (const key of this.patterns) {
      const star = starIn(subpath, key);
      if (star !== undefined) return pathsOf(targetsOf(this.entries.get(key)), star);
    }
    return [];
  }

  /** Every subpath whose file is there, sorted; patterns stand for all that they match. `.` is among them. */
  subpaths(paths: ReadonlySet<string>): Subpath[] {
    const found = new Set([...this.entries.keys()].filter((key) => !isPattern(key)).slice(0, MOST.candidates));
    for (const key of this.patterns) {
      if (found.size >= MOST.candidates) break;
      for (const star of starsOf(targetsOf(this.entries.get(key)), paths)) found.add(withStar(key, star));
    }
    return [...found].sort().flatMap((subpath) => {
      const path = this.pathsOf(subpath).find((one) => paths.has(one));
      return path === undefined ? [] : [{ subpath, path }];
    });
  }
}

/** What the package's own name may lead to, in order: `exports`, else `module`, else `main`. Paths as they are written. */
export function entryPaths(description: PackageDescription): string[] {
  const legacy = [description.module, description.main].filter((one): one is string => typeof one === 'string');
  const written = legacy.filter((one) => one !== '').map((one) => one.replace(/^\.\//, ''));
  return [...new PackageExports(description).pathsOf('.'), ...written];
}

/** `exports` by subpath: a target alone, or conditions, stand for the package itself. `./x/` is `./x/*` of old. */
function entriesOf(exports: unknown): ReadonlyMap<string, unknown> {
  if (exports === undefined || exports === null) return new Map();
  if (typeof exports !== 'object' || Array.isArray(exports)) return new Map([['.', exports]]);
  const entries = Object.entries(exports);
  if (!entries.some(([key]) => key.startsWith('.'))) return new Map([['.', exports]]);
  const own = entries.filter(([key]) => key === '.' || key.startsWith('./'));
  return new Map(own.map(([key, target]) => (key.endsWith('/') ? [`${key}*`, target] : [key, target])));
}

const isPattern = (key: string): boolean => key.includes('*');

/** Node's PATTERN_KEY_COMPARE: the longest text before the star comes first, then the longest pattern. */
const patternOrder = (one: string, other: string): number =>
  other.indexOf('*') - one.indexOf('*') || other.length - one.length;

/** What the star of a pattern stands for in a subpath; undefined where it doesn't match. */
function starIn(subpath: string, pattern: string): string | undefined {
  const at = pattern.indexOf('*');
  return between(subpath, pattern.slice(0, at), pattern.slice(at + 1));
}

/** What stands between a beginning and an end; undefined where a text hasn't both, or nothing between them. */
const between = (text: string, start: string, end: string): string | undefined =>
  text.length > start.length + end.length && text.startsWith(start) && text.endsWith(end)
    ? text.slice(start.length, text.length - end.length)
    : undefined;

/** By the conditions that hold: a list of targets, null where it is forbidden, undefined where no condition holds. */
function targetsOf(target: unknown, depth = 0): Targets {
  if (target === null) return null;
  if (typeof target === 'string') return [target];
  if (typeof target !== 'object' || depth > MOST_DEPTH) return undefined;
  if (Array.isArray(target)) {
    const lists = target.map((one: unknown) => targetsOf(one, depth + 1)).filter((one) => one !== undefined);
    return lists.length > 0 && lists.every((one) => one === null)
      ? null
      : lists.flatMap((one) => one ?? []).slice(0, MOST.targets);
  }
  for (const [condition, value] of Object.entries(target)) {
    if (!CONDITIONS.has(condition)) continue;
    const found = targetsOf(value, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As paths within the package; what leads out of it, or is no path, isn't one. */
function pathsOf(targets: Targets, star?: string): string[] {
  const paths = (targets ?? []).map((target) => (target.endsWith('/') && star !== undefined ? `${target}*` : target));
  return paths
    .filter((target) => target.startsWith('./'))
    .map((target) => (star === undefined ? target : withStar(target, star)).slice(2))
    .filter((path) => path.split('/').every((part) => !OUTSIDE.has(part)));
}

const OUTSIDE: ReadonlySet<string> = new Set(['', '.', '..', 'node_modules']);

const withStar = (text: string, star: string): string => text.replaceAll('*', () => star);

/** What the star of a target stands for, for each file that it matches: the same wherever it stands in the target. */
function starsOf(targets: Targets, paths: ReadonlySet<string>): string[] {
  return (targets ?? []).flatMap((written) => {
    const target = (written.endsWith('/') ? `${written}*` : written).slice(2);
    const parts = target.split('*');
    const [start = ''] = parts;
    const [stars, fixed] = [parts.length - 1, target.length - (parts.length - 1)];
    if (!written.startsWith('./') || stars === 0) return [];
    const end = parts.at(-1) as string;
    return [...paths].flatMap((path) => {
      if (!path.startsWith(start) || !path.endsWith(end)) return [];
      const star = path.slice(start.length, start.length + Math.floor((path.length - fixed) / stars));
      return path.length > fixed && withStar(target, star) === path ? [star] : [];
    });
  });
}
