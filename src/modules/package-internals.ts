// Names that only a package's own files know: `#internal/x`, which its package.json leads somewhere by `imports`. An import map
// of pages can't have them, for each package has its own, so they become what they stand for: a relative path, or another package.
import path from 'node:path';
import {
  descriptionAround,
  type Internal,
  isInternal,
  type PackageDescription,
  PackageImports,
} from '../platform/package-exports.js';
import { inSlices } from '../platform/in-slices.js';
import type { BlobStore, StagedBlob } from '../files/blob-store.js';
import type { MapKey } from '../import-maps/domain/map-key.js';
import { forEach, type Sliced } from '../platform/sliced.js';
import type { MapWarning } from '../import-maps/stages/map-warning.js';
import type { FormFile } from '../files/form.js';
import type { ScriptRead } from './read-script.js';
import type { ScriptReader } from './script-reader.js';
import { quoted } from '../platform/redact.js';

/** What is known of the package. */
export interface PackageForm {
  readonly key: MapKey;
  readonly files: ReadonlyMap<string, FormFile>;
  /** By path: the scripts. */
  readonly read: ReadonlyMap<string, ScriptRead>;
}

export interface Rewritten {
  /** By path: the scripts that were rewritten. */
  readonly files: ReadonlyMap<string, { readonly blob: StagedBlob; readonly read: ScriptRead }>;
  readonly warnings: readonly MapWarning[];
}

/** Keeps what it rewrites in `store` and names each of it to `made` at once, for whoever has to discard it. */
export async function rewriteInternals(
  { key, files, read }: PackageForm,
  describe: (path: string) => Promise<PackageDescription>,
  scripts: ScriptReader,
  { store, made }: { readonly store: BlobStore; readonly made: (blob: StagedBlob) => void },
): Promise<Rewritten> {
  const rewritten = new Map<string, { blob: StagedBlob; read: ScriptRead }>();
  const warnings: MapWarning[] = [];
  for (const [at, importers] of byDescription(read, files)) {
    // One at a time: each may be as large as it may be, and read it takes a multiple of that.
    const said = new PackageImports(at === '' ? {} : await describe(at));
    for (const [file, internals] of importers) {
      const place = { file, at, files };
      const { names, nowhere } = await inSlices(namesFor(internals, said, place));
      warnings.push(...nowhere.map((message) => ({ code: 'dangling' as const, key, message })));
      if (names.size === 0) continue;
      const now = await scripts.rewrite(files.get(file) as FormFile, { names }, files);
      const blob = await store.put([Buffer.from(now.text ?? '')]);
      made(blob);
      rewritten.set(file, { blob, read: now });
    }
  }
  return { files: rewritten, warnings };
}

/** The scripts that import names of their own package, and these names, by the package.json that explains them; '' for none. */
function byDescription(
  read: PackageForm['read'],
  files: PackageForm['files'],
): Map<string, [file: string, internals: readonly string[]][]> {
  const found = new Map<string, [string, readonly string[]][]>();
  for (const [file, { imports }] of read) {
    const internals = imports.filter(isInternal);
    if (internals.length === 0) continue;
    const at = descriptionAround(file, (one) => files.has(one)) ?? '';
    const importers = found.get(at) ?? [];
    importers.push([file, internals]);
    found.set(at, importers);
  }
  return found;
}

/** Where names stand: in a file, explained by the package.json at a path. */
interface Place {
  readonly file: string;
  readonly at: string;
  readonly files: ReadonlyMap<string, FormFile>;
}

/** What names of a package's own become in one of its files, and what to say of those that lead nowhere. */
function* namesFor(
  internals: readonly string[],
  said: PackageImports,
  place: Place,
): Sliced<{ readonly names: ReadonlyMap<string, string>; readonly nowhere: readonly string[] }> {
  const names = new Map<string, string>();
  const nowhere: string[] = [];
  yield* forEach(internals, (one) => {
    const stands = said.of(one);
    const written = writtenAs(stands, place);
    if (written === undefined) nowhere.push(leadsNowhere(place, one, stands));
    else names.set(one, written);
  });
  return { names, nowhere };
}

/** As a specifier in a file; undefined where none of it is there. */
function writtenAs(stands: readonly Internal[], { file, at, files }: Place): string | undefined {
  const home = path.posix.dirname(at);
  for (const one of stands) {
    if ('name' in one) return one.name;
    const target = path.posix.join(home, one.path);
    if (files.has(target)) return relativeName(path.posix.dirname(file), target);
  }
  return undefined;
}

function relativeName(from: string, to: string): string {
  const way = path.posix.relative(from, to).replace(/[?#\s]/g, encodeURIComponent);
  return way.startsWith('../') ? way : `./${way}`;
}

function leadsNowhere({ file, at }: Place, specifier: string, stands: readonly Internal[]): string {
  const what = `${file} imports ${quoted(specifier, 200)}`;
  const [first] = stands;
  if (first && 'path' in first)
    return `${what}, which is ${quoted(first.path, 200)} by ${at}, and that is not among the files of the package. Upload it too.`;
  return at === ''
    ? `${what}, which needs a package.json, and the upload has none. Upload it too.`
    : `${what}, which the "imports" of ${at} does not define for browsers. Add it there, or import the file by its path.`;
}
