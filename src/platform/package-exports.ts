// Which files of an npm package its name and its subpaths lead to in a browser, by the `exports` of its package.json, and what
// the names that only its own files know stand for, by `imports`. Server and `stamp` must agree on it, so it stands here. How
// much a package may say is in package-limits.ts.
//
// The algorithm is Node's (https://nodejs.org/api/esm.html#resolution-algorithm-specification), to which a test holds it. It is
// our own because the libraries differ where it matters: resolve.exports 2.0.4 makes regular expressions of what a package says,
// resolve-pkg-maps 1.0.0 stops at the first condition that holds, and neither lists what a pattern comes to.
import { Entries, pathsOf, starsOf, withStar } from './package-targets.js';

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

/** Subpaths that are tried; no package has more. */
const MOST_CANDIDATES = 20_000;

/** What `exports` gives to browsers, of a package with which package-limits.ts finds no fault. */
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
    const finding = this.findingSubpaths(paths);
    for (;;) {
      const { done, value } = finding.next();
      if (done) return value;
    }
  }

  /** The same with pauses: a package may have 5000 files and 50 patterns. */
  *findingSubpaths(paths: ReadonlySet<string>): Generator<undefined, Subpath[]> {
    const { names, patterns } = this.entries;
    const candidates = new Set(names.slice(0, MOST_CANDIDATES));
    for (const key of patterns) {
      if (candidates.size >= MOST_CANDIDATES) break;
      for (const target of this.entries.targets(key) ?? []) {
        yield;
        for (const star of starsOf(target, paths)) {
          const subpath = withStar(key, star);
          if (subpath !== undefined) candidates.add(subpath);
        }
      }
    }
    const found: Subpath[] = [];
    let count = 0;
    for (const subpath of [...candidates].sort()) {
      if (++count % STEPS === 0) yield;
      const path = this.pathsOf(subpath).find((one) => paths.has(one));
      if (path !== undefined) found.push({ subpath, path });
    }
    return found;
  }
}

/** After as many a long work pauses. */
const STEPS = 256;

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
      return name === undefined || /^[./#]|^[a-z][a-z0-9+.-]*:|^$/i.test(name) ? [] : [{ name }];
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
  const whole = name.startsWith('./') ? [name, name.slice(2)] : [name];
  const stems = name.startsWith('./') ? whole.map((one) => one.replace(/\.js$/, '')) : [];
  const found = [...whole, ...stems].find((key) => Object.hasOwn(browser, key));
  const target: unknown = found === undefined ? undefined : (browser as Record<string, unknown>)[found];
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
