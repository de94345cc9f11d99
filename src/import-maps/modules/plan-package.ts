// A package folder under one hash, so that relative imports inside it work; its name leads to the entry, `name/` to the
// folder, and subpaths that its `exports` has elsewhere to their files (import-maps.md, section 2, 2).
import { DomainError, invalid } from '../../platform/errors.js';
import { keyOf } from '../domain/map-key.js';
import type { MapWarning } from '../stages/map-warning.js';
import type { Form, FormFile } from './form.js';
import { checkPath, moduleUrl, resolveWithin } from '../blobs/file-names.js';
import { isScript } from './file-types.js';
import { inParallel } from '../blobs/in-parallel.js';
import { isRelative, specifiersOf, tooManyImports } from './module-scan.js';
import { MOST_SUBPATHS, type PackagePlaces, packagePlaces } from './package-entry.js';
import type { PackageTrees, Tree } from '../blobs/package-trees.js';
import { importsOf, type ScriptRead } from './read-script.js';
import type { ScriptReader } from './script-reader.js';
import type { UploadFields } from './upload-fields.js';
import { checkedSpecifier, type PlannedModule, type UploadPlan } from './upload-plan.js';

/** Scripts that are read at the same time. */
const AT_ONCE = 4;

export async function planPackage(
  form: Form,
  { name: given, scope, entry: asked }: UploadFields,
  scripts: ScriptReader,
  { trees, mostImports }: { readonly trees: PackageTrees; readonly mostImports: number },
): Promise<UploadPlan> {
  const name = checkedSpecifier(given ?? '');
  if (name.endsWith('/'))
    throw invalid('upload.bad_package_name', `Give the package's name without the slash: ${name}`);
  if (form.files.length === 0) throw invalid('upload.no_files', 'A package has files: none came.');
  const files = new Map(form.files.map((file) => [file.path, file]));
  const description = files.get('package.json');
  const places = packagePlaces(
    new Set(files.keys()),
    asked === undefined ? undefined : checkPath(asked.replace(/^\.\//, '')),
    description && (await descriptionOf(description, scripts)),
  );
  const read = await readAll(form.files, scripts);
  const imports = new Map([...read].map(([path, one]) => [path, one.imports]));
  const tree: Tree = new Map(form.files.map(({ path, blob }) => [path, { hash: blob.hash, size: blob.size }]));
  const list = await trees.put(tree);
  const outside = specifiersOf([...imports.values()].flat().filter((one) => !isRelative(one)));
  if (outside.length > mostImports) throw tooManyImports(`The package ${name}`, outside.length, mostImports);
  const folder = { specifier: `${name}/`, scope, url: moduleUrl(list.hash, ''), integrity: null, size: null };
  const modules = placedModules(name, places).map(({ specifier, path }): PlannedModule => {
    const { blob } = files.get(path) as FormFile;
    const { integrity, size } = blob;
    const own = (imports.get(path) ?? []).filter((one) => !isRelative(one));
    return { specifier, scope, url: moduleUrl(list.hash, path), integrity, size, imports: own };
  });
  // The name first, its folder next.
  const at = places.entry === undefined ? 0 : 1;
  return {
    modules: [...modules.slice(0, at), { ...folder, imports: outside }, ...modules.slice(at)],
    deleted: [],
    files: form.files.map((file) => file.blob),
    trees: [list],
    scripts: new Map([...read].map(([path, one]) => [(files.get(path) as FormFile).blob.hash, importsOf(one)])),
    warnings: [...missing(keyOf(name, scope), imports, files), ...leftOver(keyOf(name, scope), places)],
  };
}

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

async function readAll(files: readonly FormFile[], scripts: ScriptReader): Promise<Map<string, ScriptRead>> {
  const readable = files.filter(({ path }) => isScript(path));
  // A few at a time: all at once a large package would be in memory as a whole.
  return new Map(
    await inParallel(readable, AT_ONCE, async (file): Promise<[string, ScriptRead]> => {
      return [file.path, await scripts.imports(file)];
    }),
  );
}

/** A description that people wrote has some kilobytes. */
const MOST_DESCRIPTION_BYTES = 1024 * 1024;

function descriptionOf(file: FormFile, scripts: ScriptReader): Promise<string> {
  if (file.blob.size <= MOST_DESCRIPTION_BYTES) return scripts.textOf(file);
  throw new DomainError(
    'unprocessable',
    'upload.bad_package_json',
    'package.json is larger than 1 MB. Take out what was generated.',
    { part: 'package.json' },
  );
}

/** Relative imports of files that aren't there. */
function missing(
  key: string,
  imports: ReadonlyMap<string, readonly string[]>,
  files: ReadonlyMap<string, unknown>,
): MapWarning[] {
  return [...imports].flatMap(([path, specifiers]) =>
    specifiers
      .filter((one) => isRelative(one) && !files.has(resolveWithin(path, one) ?? ''))
      .map((one) => ({
        code: 'dangling',
        key,
        message: `${path} imports ${one.slice(0, 200)}, which is not among the files of the package. Upload it too; browsers need the whole file name.`,
      })),
  );
}
