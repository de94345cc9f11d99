// A package that browsers can't load as it is (CommonJS, file names without endings, process.env) made into modules by the app's
// own esbuild. Other packages stay imports, so that each is there once.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Internal, isInternal, PackageImports, replacementOf } from '../../platform/package-exports.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { exportedNames } from './exported-names.js';
import type { Installed } from './installed.js';

export interface BuiltFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface BuiltEntry {
  readonly file: string;
  readonly files: ReadonlySet<string>;
  readonly outside: ReadonlySet<string>;
}

export interface Built {
  /** By subpath: the file that it is built to, all that this loads, and the specifiers of other packages among that. */
  readonly entries: ReadonlyMap<string, BuiltEntry>;
  /** Those of the entries, and what these share. */
  readonly files: readonly BuiltFile[];
}

/** The part of esbuild that is used. */
interface Esbuild {
  build(options: object): Promise<{
    readonly outputFiles: readonly { readonly path: string; readonly contents: Uint8Array<ArrayBuffer> }[];
    readonly metafile: {
      readonly outputs: Record<string, { readonly imports: { path: string; external?: boolean }[] }>;
    };
  }>;
}

interface Resolving {
  readonly path: string;
  readonly kind: string;
}

interface Build {
  onResolve(filter: object, done: (asked: Resolving) => object | undefined): void;
  onLoad(filter: object, done: (asked: { readonly path: string }) => object): void;
}

/** Processes that say what CommonJS exports, at the same time. */
const AT_ONCE = 4;

/** Rejects with CliError where the app has no esbuild, or it can't build the package. */
export async function buildPackage(
  installed: Installed,
  entries: readonly { readonly subpath: string; readonly path: string }[],
  cwd: string,
): Promise<Built> {
  const esbuild = await esbuildOf(installed, cwd);
  const nameOf = namesFor(entries.map(({ subpath }) => subpath));
  const sources = new Map<string, string>();
  for (let from = 0; from < entries.length; from += AT_ONCE) {
    const some = entries.slice(from, from + AT_ONCE);
    const made = await Promise.all(some.map((one) => entrySource(installed, one.path)));
    some.forEach(({ subpath }, at) => sources.set(nameOf(subpath), made[at] ?? ''));
  }
  const { outputFiles, metafile } = await esbuild
    .build({
      entryPoints: Object.fromEntries([...sources.keys()].map((name) => [name, `stamp-entry:${name}`])),
      absWorkingDir: installed.home,
      outdir: '/',
      bundle: true,
      splitting: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
      plugins: [{ name: 'stamp', setup: (build: Build) => plugIn(build, sources, installed) }],
    })
    .catch((error: unknown) => {
      const [first = ''] = String((error as Error).message)
        .split('\n')
        .slice(1);
      throw new CliError(`esbuild can't build ${installed.name} ${installed.version}: ${first}`, EXIT.error);
    });
  const found = entries.map(({ subpath }) => {
    const file = `${nameOf(subpath)}.js`;
    return [subpath, { file, ...reachedBy(metafile.outputs, file) }] as const;
  });
  const files = outputFiles.map((one) => ({ path: path.basename(one.path), bytes: one.contents }));
  return { entries: new Map(found), files };
}

/** The package.json of what was built: where its subpaths are. */
export function descriptionOf({ name, version }: Installed, entries: Built['entries']): BuiltFile {
  const exports = Object.fromEntries([...entries].map(([subpath, { file }]) => [subpath, `./${file}`]));
  const json = JSON.stringify({ name, version, type: 'module', exports });
  return { path: 'package.json', bytes: new Uint8Array(Buffer.from(json)) };
}

type Outputs = Awaited<ReturnType<Esbuild['build']>>['metafile']['outputs'];

/** A file with what it shares with others. */
function reachedBy(outputs: Outputs, file: string): Pick<BuiltEntry, 'files' | 'outside'> {
  const byName = new Map(Object.entries(outputs).map(([name, output]) => [path.basename(name), output]));
  const [outside, files] = [new Set<string>(), new Set([file])];
  for (const name of files)
    for (const { path: one, external } of byName.get(name)?.imports ?? []) {
      if (external) outside.add(one);
      else files.add(path.basename(one));
    }
  return { files, outside };
}

/** What each is built to, without its ending: `./jsx-runtime` → `jsx-runtime`. Names that would be one are numbered. */
function namesFor(subpaths: readonly string[]): (subpath: string) => string {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const subpath of subpaths) {
    const plain = plainName(subpath);
    let name = plain;
    // Some file systems, and so some tools, take two names for one that differ in case alone.
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${plain}-${number}`;
    taken.add(name.toLowerCase());
    names.set(subpath, name);
  }
  return (subpath) => names.get(subpath) ?? plainName(subpath);
}

/** Slashes would make folders. */
const plainName = (subpath: string): string =>
  subpath === '.'
    ? 'index'
    : subpath
        .slice(2)
        .replaceAll('/', '__')
        .replace(/\.[cm]?js$/, '');

async function esbuildOf({ name, version }: Installed, cwd: string): Promise<Esbuild> {
  try {
    const file = createRequire(path.join(cwd, 'package.json')).resolve('esbuild');
    const { default: found } = (await import(pathToFileURL(file).href)) as { default: Esbuild };
    return found;
  } catch {
    throw new CliError(
      `${name} ${version} is not built for browsers: it has CommonJS, or imports without file endings. Install esbuild in the app, and stamp builds modules from it: npm install --save-dev esbuild`,
      EXIT.error,
    );
  }
}

/** A module stays; of CommonJS each name is exported that its exports have. */
async function entrySource({ home }: Installed, file: string): Promise<string> {
  const whole = JSON.stringify(path.join(home, file));
  const { isModule, names } = await exportedNames(home, file);
  if (isModule)
    return `export * from ${whole};${names.includes('default') ? ` export { default } from ${whole};` : ''}`;
  const named = names.filter((name) => name !== 'default' && /^[A-Za-z_$][\w$]*$/.test(name));
  const list = named.length > 0 ? `export const { ${named.map((name) => `${name}: $${name}`).join(', ')} } = all;` : '';
  const exported = named.length > 0 ? `export { ${named.map((name) => `$${name} as ${name}`).join(', ')} };` : '';
  // As Node names what `require` gets of a module.
  const required = `const $whole = require(${whole}); export { $whole as "module.exports" };`;
  return `import * as all from ${whole}; ${list.replace('export const', 'const')} ${exported} export default all.default; ${required}`;
}

/** Entries are sources of ours; what isn't the package's stays an import, also where CommonJS requires it. */
function plugIn(build: Build, sources: ReadonlyMap<string, string>, { home, description }: Installed): void {
  const internals = new PackageImports(description);
  build.onResolve({ filter: /^stamp-entry:/ }, ({ path: name }) => ({
    path: name.slice(12),
    namespace: 'stamp-entry',
  }));
  build.onLoad({ filter: /.*/, namespace: 'stamp-entry' }, ({ path: name }) => ({
    contents: sources.get(name),
    resolveDir: home,
  }));
  build.onResolve({ filter: /^stamp-all:/ }, ({ path: name }) => ({ path: name.slice(10), namespace: 'stamp-all' }));
  build.onResolve({ filter: /^[^./]/ }, ({ path: asked, kind }) => {
    if (path.isAbsolute(asked)) return undefined;
    const found = standsFor(asked, description, internals);
    // Of the package's own files esbuild knows by itself what a name stands for.
    if (found === undefined) return undefined;
    if (found === false) return { path: asked, namespace: 'stamp-nothing' };
    if ('path' in found) return { path: path.join(home, found.path) };
    const { name } = found;
    return kind === 'require-call' ? { path: name, namespace: 'stamp-required' } : { path: name, external: true };
  });
  build.onLoad({ filter: /.*/, namespace: 'stamp-nothing' }, () => ({ contents: 'module.exports = {};' }));
  build.onLoad({ filter: /.*/, namespace: 'stamp-required' }, ({ path: name }) => ({
    contents: requiredSource(name),
  }));
  build.onLoad({ filter: /.*/, namespace: 'stamp-all' }, ({ path: name }) => ({
    contents: `import * as all from ${JSON.stringify(name)}; export { all };`,
  }));
}

/**
 * What CommonJS gets of another package: what that says it gets, as CommonJS that was built does; of a module its exports, and
 * where its default has all the others, as of CommonJS that somebody else built, the default.
 */
const requiredSource = (name: string): string => `
  const { all } = require(${JSON.stringify(`stamp-all:${name}`)});
  const names = Object.keys(all).filter((name) => name !== 'default');
  const exported = Object.defineProperty({}, '__esModule', { value: true });
  for (const name of Object.keys(all))
    Object.defineProperty(exported, name, { enumerable: true, get: () => all[name] });
  const isWhole = names.length > 0 && names.every((name) => Object(all.default)[name] === all[name]);
  module.exports = names.includes('module.exports') ? all['module.exports'] : isWhole ? all.default : exported;`;

/** What a name that is no path comes to: another package, a file of this one, false for nothing; undefined: its own `#name`. */
function standsFor(
  asked: string,
  description: Installed['description'],
  internals: PackageImports,
): Internal | false | undefined {
  const [stands] = isInternal(asked) ? internals.of(asked) : [{ name: asked }];
  if (!stands || 'path' in stands) return undefined;
  return replacementOf(description, stands.name) ?? stands;
}
