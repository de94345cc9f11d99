// A package folder under one hash, so that relative imports inside it work; its name leads to the entry, `name/` to the
// folder (import-maps.md, section 2, 2).
import { DomainError, invalid } from '../../platform/errors.js';
import { keyOf } from '../domain/map-key.js';
import type { MapWarning } from '../stages/map-warning.js';
import type { Form, FormFile } from './form.js';
import { checkPath, moduleUrl, resolveWithin } from '../blobs/file-names.js';
import { isScript } from './file-types.js';
import { inParallel } from '../blobs/in-parallel.js';
import { isRelative, specifiersOf, tooManyImports } from './module-scan.js';
import { packageEntry } from './package-entry.js';
import type { PackageTrees, Tree } from '../blobs/package-trees.js';
import type { ScriptReader } from './script-reader.js';
import type { UploadFields } from './upload-fields.js';
import { checkedSpecifier, type UploadPlan } from './upload-plan.js';

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
  const entry = packageEntry(
    new Set(files.keys()),
    asked === undefined ? undefined : checkPath(asked.replace(/^\.\//, '')),
    description && (await descriptionOf(description, scripts)),
  );
  const imports = await importsOf(form.files, scripts);
  const tree: Tree = new Map(form.files.map(({ path, blob }) => [path, { hash: blob.hash, size: blob.size }]));
  const list = await trees.put(tree);
  const { blob } = files.get(entry) as FormFile;
  const outside = specifiersOf([...imports.values()].flat().filter((one) => !isRelative(one)));
  if (outside.length > mostImports) throw tooManyImports(`The package ${name}`, outside.length, mostImports);
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
        imports: outside,
      },
    ],
    deleted: [],
    files: form.files.map((file) => file.blob),
    trees: [list],
    warnings: missing(keyOf(name, scope), imports, files),
  };
}

async function importsOf(files: readonly FormFile[], scripts: ScriptReader): Promise<Map<string, readonly string[]>> {
  const readable = files.filter(({ path }) => isScript(path));
  // A few at a time: all at once a large package would be in memory as a whole.
  return new Map(
    await inParallel(readable, AT_ONCE, async (file): Promise<[string, readonly string[]]> => {
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
      .filter((one) => isRelative(one) && !files.has(resolveWithin(path, one)?.replace(/[?#].*$/s, '') ?? ''))
      .map((one) => ({
        code: 'dangling',
        key,
        message: `${path} imports ${one.slice(0, 200)}, which is not among the files of the package. Upload it too; browsers need the whole file name.`,
      })),
  );
}
