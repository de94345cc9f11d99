// What of a package a page loads: the files that its entry and its subpaths reach, and what stands in the way of loading them.
import { init, parse } from 'es-module-lexer/minimal';
import fs from 'node:fs/promises';
import path from 'node:path';
import {
  descriptionAround,
  entryPaths,
  hasExports,
  isInternal,
  type PackageDescription,
  PackageExports,
  PackageImports,
  replacementOf,
} from '../../platform/package-exports.js';
import type { Installed } from './installed.js';

/** A file that was read. */
interface Script {
  readonly imports: readonly string[];
  /** What a browser can't run as it is: CommonJS, or Node's `process`. */
  readonly needsBuild: boolean;
}

/** One entry of a package, `.` or `./hooks`, with all that it reaches. */
export interface ReachedEntry {
  readonly subpath: string;
  readonly path: string;
  readonly files: ReadonlySet<string>;
  /** Specifiers of other packages. */
  readonly outside: ReadonlySet<string>;
  readonly needsBuild: boolean;
}

export interface Entry {
  readonly subpath: string;
  readonly path: string;
}

/** Subpaths of a package that its folder doesn't resolve: the server gives keys to as many. */
const MOST_APART = 2000;

/**
 * The entries of a package: `.` first; empty where browsers get none. `more` are left out, being beyond what gets keys.
 * @param wanted subpaths that somebody imports: without `exports` every file of a package may be
 */
export function entriesOf(
  { description, paths }: Installed,
  wanted: Iterable<string>,
): { readonly entries: Entry[]; readonly more: number } {
  const written = entryPaths(description).flatMap(withEndings);
  const own = [...written, 'index.js'].find((one) => paths.has(one));
  const subpaths = new PackageExports(description).subpaths(paths);
  const scripts = subpaths.filter((one) => one.subpath !== '.' && isScript(one.path));
  const apart = scripts.filter(({ subpath, path: file }) => subpath !== `./${file}`);
  const left = new Set(apart.slice(MOST_APART));
  const isOpen = subpaths.length === 0;
  return {
    entries: [
      ...(own !== undefined && (isOpen || written.includes(own)) ? [{ subpath: '.', path: own }] : []),
      ...scripts.filter((one) => !left.has(one)),
      ...(hasExports(description) ? [] : deepEntries(wanted, paths)),
    ],
    more: left.size,
  };
}

/** `lodash/debounce` is debounce.js, as Node finds it. */
function deepEntries(wanted: Iterable<string>, paths: ReadonlySet<string>): Entry[] {
  return [...wanted].flatMap((subpath) => {
    const file = withEndings(subpath.slice(2)).find((one) => paths.has(one));
    return file === undefined || subpath === '.' ? [] : [{ subpath, path: file }];
  });
}

const withEndings = (file: string): string[] => [file, `${file}.js`, `${file}/index.js`];

const isScript = (file: string): boolean => /\.[cm]?js$/.test(file);

/** Reads each file of a package once. */
export class PackageFiles {
  private readonly scripts = new Map<string, Promise<Script>>();

  constructor(private readonly installed: Installed) {}

  async reach({ subpath, path: entry }: Entry): Promise<ReachedEntry> {
    const files = new Set([entry]);
    const outside = new Set<string>();
    let needsBuild = false;
    for (const file of files) {
      if (!isScript(file)) continue;
      if (this.isReplaced(`./${file}`)) {
        needsBuild = true;
        continue;
      }
      const script = await this.read(file);
      needsBuild ||= script.needsBuild;
      for (const specifier of script.imports) {
        if (!isRelative(specifier) && this.isReplaced(specifier)) needsBuild = true;
        else if (isInternal(specifier)) await this.follow(file, specifier, { files, outside });
        else if (!isRelative(specifier)) outside.add(specifier);
        else if (this.isThere(file, specifier)) files.add(within(file, specifier));
        else needsBuild = true;
      }
    }
    return { subpath, path: entry, files, outside, needsBuild };
  }

  /** What a name of the package's own stands for; what it gives to no browser the server tells. */
  private async follow(
    file: string,
    specifier: string,
    { files, outside }: { readonly files: Set<string>; readonly outside: Set<string> },
  ): Promise<void> {
    const { paths } = this.installed;
    const at = descriptionAround(file, (one) => paths.has(one)) ?? 'package.json';
    const home = path.posix.dirname(at);
    for (const one of (await this.importsAt(at)).of(specifier)) {
      if ('name' in one) outside.add(one.name);
      else if (paths.has(path.posix.join(home, one.path))) files.add(at).add(path.posix.join(home, one.path));
      else continue;
      return;
    }
  }

  private async importsAt(at: string): Promise<PackageImports> {
    if (at === 'package.json') return new PackageImports(this.installed.description);
    const json = await fs.readFile(path.join(this.installed.home, at), 'utf8');
    return new PackageImports(descriptionIn(json));
  }

  /** What it loads by `new URL('./x.wasm', import.meta.url)`, of what is there. */
  private besideIt(file: string, source: string): string[] {
    const names = source.split('import.meta.url').slice(0, -1).flatMap(urlBefore);
    return names.filter((name) => this.isThere(file, name));
  }

  /** A browser gets something else, which esbuild puts in its place. */
  private isReplaced(name: string): boolean {
    return replacementOf(this.installed.description, name) !== undefined;
  }

  private isThere(file: string, specifier: string): boolean {
    return this.installed.paths.has(within(file, specifier));
  }

  private read(file: string): Promise<Script> {
    const known = this.scripts.get(file) ?? this.look(file);
    this.scripts.set(file, known);
    return known;
  }

  private async look(file: string): Promise<Script> {
    const source = await fs.readFile(path.join(this.installed.home, file), 'utf8');
    await init();
    try {
      const [imports, exports] = parse(source, file);
      const isModule = exports.length > 0 || imports.some(({ d }) => d === -1 || d === -2) || /^export\b/m.test(source);
      const specifiers = [...imports.flatMap(({ n }) => n ?? []), ...this.besideIt(file, source)];
      return { imports: specifiers, needsBuild: (!isModule && COMMON.test(source)) || /\bprocess\.env\b/.test(source) };
    } catch {
      return { imports: [], needsBuild: true };
    }
  }
}

/** So far before `import.meta.url` a `new URL(` is looked for. */
const MOST_BEFORE = 600;

/** The relative name in `new URL('./x.wasm', ` at the end of a text. */
function urlBefore(text: string): string[] {
  const tail = text.slice(-MOST_BEFORE).trimEnd();
  const at = tail.lastIndexOf('new URL(');
  if (at < 0 || !tail.endsWith(',')) return [];
  const literal = tail.slice(at + 'new URL('.length, -1).trim();
  const name = literal.slice(1, -1);
  const isLiteral = `'"\``.includes(literal.charAt(0)) && literal.endsWith(literal.charAt(0)) && !/['"`\n$]/.test(name);
  return isLiteral && isRelative(name) ? [name] : [];
}

/** A script that has neither these nor imports and exports, a polyfill say, does as a module what it does. */
const COMMON = /\b(?:require\(|module\.exports\b|exports[.[])/;

/** One that is no JSON says nothing, and the server refuses it. */
function descriptionIn(json: string): PackageDescription {
  try {
    return Object(JSON.parse(json)) as PackageDescription;
  } catch {
    return {};
  }
}

const isRelative = (specifier: string): boolean => /^\.{1,2}\//.test(specifier);

/** What a relative specifier leads to within the package, as a browser sees it; what leads out of it begins with `..`. */
const within = (file: string, specifier: string): string =>
  path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier.replace(/[?#].*$/s, '')));
