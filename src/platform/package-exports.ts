// Which files of an npm package its name and its subpaths lead to in a browser, by the `exports` of its package.json, and what
// the names that only its own files know stand for, by `imports`. Server and `stamp` must agree on it, so it stands here,
// without imports.
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
  readonly imports?: unknown;
  readonly browser?: unknown;
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
  private readonly entries: Entries;

  constructor({ exports }: PackageDescription) {
    this.entries = new Entries(entriesOf(exports));
  }

  /**
   * The files that a subpath may lead to, the first that is there counts; each as a path within the package. An empty list for
   * what browsers don't get.
   */
  pathsOf(subpath: string): readonly string[] {
    const { targets, star } = this.entries.at(subpath);
    return pathsOf(targets, star);
  }

  /** Every subpath whose file is there, sorted; patterns stand for all that they match. `.` is among them. */
  subpaths(paths: ReadonlySet<string>): Subpath[] {
    const { all, patterns } = this.entries;
    const found = new Set([...all.keys()].filter((key) => !isPattern(key)).slice(0, MOST.candidates));
    for (const key of patterns) {
      if (found.size >= MOST.candidates) break;
      for (const star of starsOf(targetsOf(all.get(key)), paths)) found.add(withStar(key, star));
    }
    return [...found].sort().flatMap((subpath) => {
      const path = this.pathsOf(subpath).find((one) => paths.has(one));
      return path === undefined ? [] : [{ subpath, path }];
    });
  }
}

/** What a name stands for in a package's own files: a file of it, or a name of another package. */
export type Internal = { readonly path: string } | { readonly name: string };

/** What `imports` gives to browsers: https://nodejs.org/api/packages.html#subpath-imports */
export class PackageImports {
  private readonly entries: Entries;

  constructor({ imports }: PackageDescription) {
    const all = typeof imports === 'object' && imports !== null ? Object.entries(imports) : [];
    this.entries = new Entries(new Map(all.filter(([key]) => isInternal(key))));
  }

  /** The first that is there counts; an empty list for what browsers don't get. */
  of(specifier: string): readonly Internal[] {
    const { targets, star } = this.entries.at(specifier);
    return (targets ?? []).flatMap((target): Internal[] => {
      if (target.startsWith('./')) return pathsOf([target], star).map((path) => ({ path }));
      const name = star === undefined ? target : withStar(target, star);
      return /^[./#]|^[a-z][a-z0-9+.-]*:|^$/i.test(name) ? [] : [{ name }];
    });
  }
}

/** A name that a package's `imports` may have. */
export const isInternal = (specifier: string): boolean => specifier.startsWith('#') && specifier.length > 1;

/** The package.json that decides about a file of a package: the nearest one; undefined where there is none. */
export function descriptionAround(file: string, has: (path: string) => boolean): string | undefined {
  for (let end = file.lastIndexOf('/'); ; end = file.lastIndexOf('/', end - 1)) {
    const path = `${file.slice(0, end + 1)}package.json`;
    if (has(path)) return path;
    if (end < 0) return undefined;
  }
}

/**
 * What the package's own name may lead to, in order: `exports`, else `browser`, `module`, `main`, as bundlers read them. Paths as
 * they are written, or what `browser` has in their place.
 */
export function entryPaths(description: PackageDescription): string[] {
  const { browser, module, main } = description;
  const legacy = [browser, module, main].filter((one): one is string => typeof one === 'string' && one !== '');
  const found = legacy.flatMap((one) => {
    const path = one.replace(/^\.\//, '');
    const instead = replacementOf(description, `./${path}`) ?? replacementOf(description, `./${path}.js`);
    if (instead === undefined) return [path];
    return instead && 'path' in instead ? [instead.path] : [];
  });
  return [...new PackageExports(description).pathsOf('.'), ...found];
}

/**
 * What browsers get instead, where the object `browser` says so: false for nothing.
 * @param name a file, `./lib/x.js`, which may stand there without its ending; or the name of another package
 */
export function replacementOf({ browser }: PackageDescription, name: string): Internal | false | undefined {
  if (typeof browser !== 'object' || browser === null) return undefined;
  const entries = new Map<string, unknown>(Object.entries(browser));
  const whole = name.startsWith('./') ? [name, name.slice(2)] : [name];
  const stems = name.startsWith('./') ? whole.map((one) => one.replace(/\.js$/, '')) : [];
  const found = [...whole, ...stems].find((key) => entries.has(key));
  const target = found === undefined ? undefined : entries.get(found);
  if (typeof target !== 'string') return target === false ? false : undefined;
  return target.startsWith('./') ? { path: target.slice(2) } : { name: target };
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

/** Names with their targets, as `exports` and `imports` have them: one decides by itself, else the pattern that comes first. */
class Entries {
  /** Those that decide first come first; see patternOrder. */
  readonly patterns: readonly string[];

  constructor(readonly all: ReadonlyMap<string, unknown>) {
    const patterns = [...all.keys()].filter((key) => key.split('*').length === 2);
    this.patterns = patterns.sort(patternOrder).slice(0, MOST.patterns);
  }

  at(name: string): { readonly targets: Targets; readonly star?: string } {
    if (this.all.has(name) && !isPattern(name)) return { targets: targetsOf(this.all.get(name)) };
    for (const key of this.patterns) {
      const star = starIn(name, key);
      if (star !== undefined) return { targets: targetsOf(this.all.get(key)), star };
    }
    return { targets: undefined };
  }
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
