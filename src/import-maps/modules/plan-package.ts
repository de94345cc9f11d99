// A package folder under one hash, so that relative imports inside it work; its name leads to the entry, `name/` to the
// folder (import-maps.md, section 2, 2).
import { invalid } from '../../platform/errors.js';
import { keyOf } from '../domain/map-key.js';
import type { MapWarning } from '../stages/map-warning.js';
import type { Form, FormFile } from './form.js';
import { checkPath, moduleUrl, resolveWithin } from '../blobs/file-names.js';
import { isScript } from './file-types.js';
import { inParallel } from '../blobs/in-parallel.js';
import { findImports, isRelative, specifiersOf } from './module-scan.js';
import { packageEntry } from './package-entry.js';
import type { PackageTrees, Tree } from '../blobs/package-trees.js';
import type { UploadFields } from './upload-fields.js';
import { checkedSpecifier, type UploadPlan } from './upload-plan.js';

/** Scripts that are read at the same time. */
const AT_ONCE = 4;

export async function planPackage(
  form: Form,
  { name: given, scope, entry: asked }: UploadFields,
  textOf: (file: FormFile) => Promise<string>,
  trees: PackageTrees,
): Promise<UploadPlan> {
  const name = checkedSpecifier(given ?? '');
  if (name.endsWith('/'))
    throw invalid('upload.bad_package_name', `Give the package's name without the slash: ${name}`);
  if (form.files.length === 0) throw invalid('upload.no_files', 'A package has files: none came.');
  const files = new Map(form.files.map((file) => [file.path, file]));
  const description = files.get('package.json');
  const entry = packageEntry(
    new Set(files.keys()),
    asked === undefined ? undefined : checkPath(asked.replace(/^\.\//, '')),
    description && (await textOf(description)),
  );
  const imports = await importsOf(form.files, textOf);
  const tree: Tree = new Map(form.files.map(({ path, blob }) => [path, { hash: blob.hash, size: blob.size }]));
  const list = await trees.put(tree);
  const { blob } = files.get(entry) as FormFile;
  const outside = [...imports.values()].flat().filter((one) => !isRelative(one));
  return {
    modules: [
      {
        specifier: name,
        scope,
        url: moduleUrl(list.hash, entry),
        integrity: blob.integrity,
        size: blob.size,
        imports: (imports.get(entry) ?? []).filter((one) => !isRelative(one)),
      },
      {
        specifier: `${name}/`,
        scope,
        url: moduleUrl(list.hash, ''),
        integrity: null,
        size: null,
        imports: [...new Set(outside)].sort(),
      },
    ],
    deleted: [],
    files: form.files.map((file) => file.blob),
    trees: [list],
    warnings: missing(keyOf(name, scope), imports, files),
  };
}

async function importsOf(
  files: readonly FormFile[],
  textOf: (file: FormFile) => Promise<string>,
): Promise<Map<string, string[]>> {
  const scripts = files.filter(({ path }) => isScript(path));
  // A few at a time: all at once a large package would be in memory as a whole.
  return new Map(
    await inParallel(scripts, AT_ONCE, async (file): Promise<[string, string[]]> => {
      return [file.path, specifiersOf(await findImports(file.path, await textOf(file)))];
    }),
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
      .filter((one) => isRelative(one) && !files.has(resolveWithin(path, one)?.replace(/[?#].*$/s, '') ?? ''))
      .map((one) => ({
        code: 'dangling',
        key,
        message: `${path} imports ${one.slice(0, 200)}, which is not among the files of the package. Upload it too; browsers need the whole file name.`,
      })),
  );
}
