// Watched sources: a folder kept in step file by file, one key each (import-maps.md, section 2, 3).
import { invalid } from '../../platform/errors.js';
import { keyOf } from '../domain/map-key.js';
import type { MapWarning } from '../stages/map-warning.js';
import type { BlobStore, StagedBlob } from '../blobs/blob-store.js';
import type { Form, FormFile } from './form.js';
import { moduleUrl } from '../blobs/file-names.js';
import { isScript } from './file-types.js';
import { inParallel } from '../blobs/in-parallel.js';
import { findImports, isRelative, specifiersOf } from './module-scan.js';
import { rewriteSource, sourceSpecifier } from './source-rewrite.js';
import type { UploadFields } from './upload-fields.js';
import { checkedSpecifier, type PlannedModule, refuseRepeats, type UploadPlan } from './upload-plan.js';

/** Files that are rewritten at the same time. */
const AT_ONCE = 4;

/** A file as it is kept. */
interface KeptSource {
  readonly file: FormFile;
  readonly blob: StagedBlob;
  readonly imports: readonly string[];
}

/** Leaves nothing staged where it rejects. */
export async function planSources(
  form: Form,
  { scope, deletes }: UploadFields,
  project: string,
  store: BlobStore,
  textOf: (file: FormFile) => Promise<string>,
): Promise<UploadPlan> {
  if (form.files.length + deletes.length === 0)
    throw invalid('upload.no_files', 'Neither files came nor paths to delete (delete=<path>).');
  const maps = new Map<string, string>();
  for (const file of form.files) if (file.path.endsWith('.map')) maps.set(file.path, await textOf(file));
  const deleted = deletes.map((path) => ({ specifier: checkedSpecifier(sourceSpecifier(project, path)), scope }));
  refuseRepeats([...form.files.map(({ path }) => ({ specifier: sourceSpecifier(project, path), scope })), ...deleted]);
  const made: StagedBlob[] = [];
  const kept = await inParallel(form.files, AT_ONCE, async (file): Promise<KeptSource> => {
    if (!isScript(file.path)) return { file, blob: file.blob, imports: [] };
    const script = await rewriteScript(file, await textOf(file), project, maps);
    if (!script.bytes) return { file, blob: file.blob, imports: script.imports };
    const blob = await store.put([script.bytes]);
    made.push(blob);
    return { file, blob, imports: script.imports };
  }).catch(async (error: unknown) => {
    await store.discard(made);
    throw error;
  });
  const [modules, files, warnings]: [PlannedModule[], StagedBlob[], MapWarning[]] = [[], [], []];
  for (const { file, blob, imports } of kept) {
    const specifier = checkedSpecifier(sourceSpecifier(project, file.path));
    const url = moduleUrl(blob.hash, file.path.slice(file.path.lastIndexOf('/') + 1));
    modules.push({ specifier, scope, url, integrity: blob.integrity, size: blob.size, imports });
    files.push(blob);
    warnings.push(...imports.filter(isRelative).map((one) => outsideWarning(keyOf(specifier, scope), file.path, one)));
  }
  return { modules, deleted, files, trees: [], warnings, watched: true };
}

/** No bytes where it stays as it came. */
async function rewriteScript(
  { path }: FormFile,
  text: string,
  project: string,
  maps: ReadonlyMap<string, string>,
): Promise<{ readonly bytes?: Buffer; readonly imports: readonly string[] }> {
  const imports = await findImports(path, text);
  const result = rewriteSource({ path, text, imports }, project, (map) => maps.get(map));
  if (result.text === text) return { imports: specifiersOf(imports) };
  return { bytes: Buffer.from(result.text), imports: [...new Set(result.specifiers)].sort() };
}

const outsideWarning = (key: string, path: string, imported: string): MapWarning => ({
  code: 'dangling',
  key,
  message: `${path} imports ${imported.slice(0, 200)}, which lies outside the uploaded folder. Upload the folder above, or import it by a specifier of its own.`,
});
