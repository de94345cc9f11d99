// Watched sources: a folder kept in step file by file, one key each (import-maps.md, section 2, 3).
import { invalid } from '../../platform/errors.js';
import { keyOf } from '../domain/map-key.js';
import type { MapWarning } from '../stages/map-warning.js';
import type { BlobStore, StagedBlob } from './blob-store.js';
import type { Form, FormFile } from './form.js';
import { moduleUrl } from './file-names.js';
import { isScript } from './file-types.js';
import { findImports, isRelative, specifiersOf } from './module-scan.js';
import { rewriteSource, sourceSpecifier } from './source-rewrite.js';
import type { UploadFields } from './upload-fields.js';
import { checkedSpecifier, type PlannedModule, refuseRepeats, type UploadPlan } from './upload-plan.js';

/** @param discarding gets the staged blobs that are replaced by rewritten ones */
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
  const [modules, files, warnings]: [PlannedModule[], StagedBlob[], MapWarning[]] = [[], [], []];
  for (const file of form.files) {
    const specifier = checkedSpecifier(sourceSpecifier(project, file.path));
    const { blob, imports } = isScript(file.path)
      ? await rewritten(file, await textOf(file), project, store, maps)
      : { blob: file.blob, imports: [] };
    const url = moduleUrl(blob.hash, file.path.slice(file.path.lastIndexOf('/') + 1));
    modules.push({ specifier, scope, url, integrity: blob.integrity, size: blob.size, imports });
    files.push(blob);
    warnings.push(...imports.filter(isRelative).map((one) => outsideWarning(keyOf(specifier, scope), file.path, one)));
  }
  const deleted = deletes.map((path) => ({ specifier: checkedSpecifier(sourceSpecifier(project, path)), scope }));
  refuseRepeats([...modules, ...deleted]);
  return { modules, deleted, files, trees: [], warnings };
}

async function rewritten(
  file: FormFile,
  text: string,
  project: string,
  store: BlobStore,
  maps: ReadonlyMap<string, string>,
): Promise<{ blob: StagedBlob; imports: string[] }> {
  const found = await findImports(file.path, text);
  const result = rewriteSource({ path: file.path, text, imports: found }, project, (path) => maps.get(path));
  if (result.text === text) return { blob: file.blob, imports: specifiersOf(found) };
  const blob = await store.put([Buffer.from(result.text)]);
  return { blob, imports: [...new Set(result.specifiers)].sort() };
}

const outsideWarning = (key: string, path: string, imported: string): MapWarning => ({
  code: 'dangling',
  key,
  message: `${path} imports ${imported.slice(0, 200)}, which lies outside the uploaded folder. Upload the folder above, or import it by a specifier of its own.`,
});
