// A package folder under one hash, so that relative imports inside it work; its name leads to the entry, `name/` to the
// folder, and subpaths that its `exports` has elsewhere to their files (import-maps.md, section 2, 2). What an earlier version had
// and this one has not goes.
import { DomainError, invalid } from '../platform/errors.js';
import { inSlices } from '../platform/in-slices.js';
import type { PackageDescription } from '../platform/package-exports.js';
import type { BlobStore, StagedBlob } from '../files/blob-store.js';
import { keyOf } from '../import-maps/domain/map-key.js';
import type { MapWarning } from '../import-maps/stages/map-warning.js';
import type { Form, FormFile } from '../files/form.js';
import { checkPath, moduleUrl, resolveWithin } from '../files/file-names.js';
import { isScript } from './file-types.js';
import { inParallel } from '../files/in-parallel.js';
import { ImportsCount } from './imports-count.js';
import { isRelative, specifiersOf, tooManyImports } from './module-scan.js';
import { describedBy, MOST_SUBPATHS, type PackagePlaces, packagePlaces } from './package-entry.js';
import { rewriteInternals } from './package-internals.js';
import type { PackageTrees, Tree, TreeFile } from '../files/package-trees.js';
import { importsOf, type ScriptRead } from './read-script.js';
import type { ScriptReader } from './script-reader.js';
import type { UploadFields } from './upload-fields.js';
import { checkedSpecifier, type PlannedModule, type UploadPlan } from './upload-plan.js';
import { quoted } from '../platform/redact.js';

/** Scripts that are read at the same time. */
const AT_ONCE = 4;

export interface PackageStores {
  readonly trees: PackageTrees;
  readonly files: BlobStore;
  readonly mostImports: number;
}

/** Leaves nothing staged where it rejects. */
export async function planPackage(
  form: Form,
  fields: UploadFields,
  scripts: ScriptReader,
  stores: PackageStores,
): Promise<UploadPlan> {
  const name = checkedSpecifier(fields.name ?? '');
  if (name.endsWith('/'))
    throw invalid('upload.bad_package_name', `Give the package's name without the slash: ${name}`);
  if (form.files.length === 0) throw invalid('upload.no_files', 'A package needs files, and the request has none.');
  const made: StagedBlob[] = [];
  try {
    return await planned(form, { ...fields, name }, scripts, { ...stores, made: (blob) => made.push(blob) });
  } catch (error) {
    await stores.files.discard(made);
    throw error;
  }
}

async function planned(
  form: Form,
  { name, scope, entry: asked, sources }: UploadFields & { readonly name: string },
  scripts: ScriptReader,
  { trees, files: store, mostImports, made }: PackageStores & { readonly made: (blob: StagedBlob) => void },
): Promise<UploadPlan> {
  const files = new Map(form.files.map((file) => [file.path, file]));
  const describe = (path: string): Promise<PackageDescription> => descriptionAt(files.get(path), scripts);
  const wanted = asked === undefined ? undefined : checkPath(asked.replace(/^\.\//, ''));
  const places = await inSlices(packagePlaces(new Set(files.keys()), wanted, await describe('package.json')));
  const key = keyOf(name, scope);
  const came = await readAll(form.files, scripts, new ImportsCount(`The package ${name}`, mostImports));
  const internals = await rewriteInternals({ key, files, read: came }, describe, scripts, { store, made });
  const read = new Map([...came, ...[...internals.files].map(([path, one]) => [path, one.read] as const)]);
  const blobAt = (path: string): StagedBlob => internals.files.get(path)?.blob ?? (files.get(path) as FormFile).blob;
  const imports = new Map([...read].map(([path, one]) => [path, one.imports]));
  const outside = specifiersOf([...imports.values()].flat().filter((one) => !isRelative(one)));
  if (outside.length > mostImports) throw tooManyImports(`The package ${name}`, outside.length, mostImports);
  const absent = missing(key, imports, files);
  const placed = placedModules(name, places);
  const tree: Tree = new Map([...files.keys()].map((path) => [path, treeFile(blobAt(path))]));
  const list = await trees.put(tree);
  const dirty = sources.dirty.size > 0 ? ({ dirty: true } as const) : {};
  const folder = { specifier: `${name}/`, scope, url: moduleUrl(list.hash, ''), integrity: null, size: null, ...dirty };
  const modules = placed.map(({ specifier, path }): PlannedModule => {
    const { integrity, size } = blobAt(path);
    const own = (imports.get(path) ?? []).filter((one) => !isRelative(one));
    return { specifier, scope, url: moduleUrl(list.hash, path), integrity, size, imports: own, ...dirty };
  });
  // The name first, its folder next.
  const at = places.entry === undefined ? 0 : 1;
  return {
    modules: [...modules.slice(0, at), { ...folder, imports: outside }, ...modules.slice(at)],
    deleted: [],
    files: [...files.keys()].map(blobAt),
    trees: [list],
    scripts: new Map([...read].map(([path, one]) => [blobAt(path).hash, importsOf(one)])),
    warnings: [...absent.warnings, ...internals.warnings, ...leftOver(key, places)],
    untold: absent.untold,
    replaces: { name, scope },
  };
}

const treeFile = ({ hash, size }: StagedBlob): TreeFile => ({ hash, size });

/** The keys that lead to files: the name, and the subpaths that its folder doesn't lead to. */
function placedModules(
  name: string,
  { entry, subpaths }: PackagePlaces,
): { readonly specifier: string; readonly path: string }[] {
  return [
    ...(entry === undefined ? [] : [{ specifier: name, path: entry }]),
    ...subpaths.map(({ subpath, path }) => ({ specifier: checkedSpecifier(name + subpath.slice(1)), path })),
  ];
}

function leftOver(key: string, { more }: PackagePlaces): MapWarning[] {
  if (more === 0) return [];
  const message = `package.json exports ${MOST_SUBPATHS + more} subpaths that are not paths of files: the first ${MOST_SUBPATHS} have keys. Import the others by the paths of their files, or upload the package in parts.`;
  return [{ code: 'dangling', key, message }];
}

async function readAll(
  files: readonly FormFile[],
  scripts: ScriptReader,
  count: ImportsCount,
): Promise<Map<string, ScriptRead>> {
  const readable = files.filter(({ path }) => isScript(path));
  // A few at a time: all at once a large package would be in memory as a whole.
  return new Map(
    await inParallel(readable, AT_ONCE, async (file): Promise<[string, ScriptRead]> => {
      const read = await scripts.imports(file);
      count.add(read.imports);
      return [file.path, read];
    }),
  );
}

/** A description that people wrote has some kilobytes. */
const MOST_DESCRIPTION_BYTES = 1024 * 1024;

async function descriptionAt(file: FormFile | undefined, scripts: ScriptReader): Promise<PackageDescription> {
  if (!file) return {};
  if (file.blob.size <= MOST_DESCRIPTION_BYTES) return describedBy(await scripts.textOf(file), file.path);
  const message = `${file.path} is larger than 1 MB. Remove generated parts.`;
  throw new DomainError('unprocessable', 'upload.bad_package_json', message, { part: file.path });
}

/** Of relative imports that lead nowhere so many are named; the answer counts the others. */
const MOST_NAMED = 100;

/** Relative imports of files that aren't there. */
function missing(
  key: string,
  imports: ReadonlyMap<string, readonly string[]>,
  files: ReadonlyMap<string, unknown>,
): { readonly warnings: readonly MapWarning[]; readonly untold: number } {
  const warnings: MapWarning[] = [];
  let untold = 0;
  for (const [path, specifiers] of imports)
    for (const one of specifiers) {
      if (!isRelative(one) || files.has(resolveWithin(path, one) ?? '')) continue;
      if (warnings.length === MOST_NAMED) untold += 1;
      else
        warnings.push({
          code: 'dangling',
          key,
          message: `${path} imports ${quoted(one, 200)}, which is not among the files of the package. Upload it too, or write the whole file name, which browsers need.`,
        });
    }
  return { warnings, untold };
}
