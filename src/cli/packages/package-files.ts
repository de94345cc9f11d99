// What of a package a page loads: the files that its entry and its subpaths reach, and what stands in the way of loading them.
import { init, parse } from 'es-module-lexer/minimal';
import fs from 'node:fs/promises';
import path from 'node:path';
import { entryPaths, PackageExports } from '../../platform/package-exports.js';
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

/** Entries of a package that are followed; the server gives keys to as many. */
const MOST_ENTRIES = 2000;

/** The entries of a package: `.` first. Empty where browsers get none. */
export function entriesOf({ description, paths }: Installed): { readonly subpath: string; readonly path: string }[] {
  const written = entryPaths(description).flatMap((one) => [one, `${one}.js`, `${one}/index.js`]);
  const own = [...written, 'index.js'].find((one) => paths.has(one));
  const subpaths = new PackageExports(description).subpaths(paths);
  const scripts = subpaths.filter((one) => one.subpath !== '.' && isScript(one.path));
  const isOpen = subpaths.length === 0;
  return [
    ...(own !== undefined && (isOpen || written.includes(own)) ? [{ subpath: '.', path: own }] : []),
    ...scripts.slice(0, MOST_ENTRIES),
  ];
}

const isScript = (file: string): boolean => /\.[cm]?js$/.test(file);

/** Reads each file of a package once. */
export class PackageFiles {
  private readonly scripts = new Map<string, Promise<Script>>();

  constructor(private readonly installed: Installed) {}

  async reach({ subpath, path: entry }: { readonly subpath: string; readonly path: string }): Promise<ReachedEntry> {
    const files = new Set([entry]);
    const outside = new Set<string>();
    let needsBuild = false;
    for (const file of files) {
      if (!isScript(file)) continue;
      const script = await this.read(file);
      needsBuild ||= script.needsBuild;
      for (const specifier of script.imports) {
        if (!isRelative(specifier)) outside.add(specifier);
        else if (this.isThere(file, specifier)) files.add(within(file, specifier));
        else needsBuild = true;
      }
    }
    return { subpath, path: entry, files, outside, needsBuild };
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
      const specifiers = imports.flatMap(({ n }) => n ?? []);
      return { imports: specifiers, needsBuild: (!isModule && COMMON.test(source)) || /\bprocess\.env\b/.test(source) };
    } catch {
      return { imports: [], needsBuild: true };
    }
  }
}

/** A script that has neither these nor imports and exports, a polyfill say, does as a module what it does. */
const COMMON = /\b(?:require\(|module\.exports\b|exports[.[])/;

const isRelative = (specifier: string): boolean => /^\.{1,2}\//.test(specifier);

/** What a relative specifier leads to within the package, as a browser sees it; what leads out of it begins with `..`. */
const within = (file: string, specifier: string): string =>
  path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier.replace(/[?#].*$/s, '')));
