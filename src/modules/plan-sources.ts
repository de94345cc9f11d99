// Watched sources: a folder kept in step file by file, one key each (import-maps.md, section 2, 3).
import { invalid } from '../platform/errors.js';
import { keyOf } from '../import-maps/domain/map-key.js';
import type { MapWarning } from '../import-maps/stages/map-warning.js';
import type { BlobStore, StagedBlob } from '../files/blob-store.js';
import type { Form, FormFile } from '../files/form.js';
import { moduleUrl } from '../files/file-names.js';
import { isScript } from './file-types.js';
import { inParallel } from '../files/in-parallel.js';
import { isRelative, tooManyImports } from './module-scan.js';
import type { ScriptImports } from '../files/script-imports.js';
import { importsOf, type ScriptRead } from './read-script.js';
import type { ScriptReader } from './script-reader.js';
import { sourceSpecifier } from './source-rewrite.js';
import { basesSaid, marksAt } from './source-fields.js';
import type { UploadFields } from './upload-fields.js';
import { checkedSpecifier, type PlannedModule, refuseRepeats, type UploadPlan } from './upload-plan.js';
import { quoted } from '../platform/redact.js';

/** Files that are rewritten at the same time. */
const AT_ONCE = 4;

/** A file as it is kept. */
interface KeptSource {
  readonly file: FormFile;
  readonly blob: StagedBlob;
  /** Undefined for what is no script. */
  readonly read?: ScriptRead;
}

/** Leaves nothing staged where it rejects. */
export async function planSources(
  form: Form,
  { scope, deletes, sources }: UploadFields,
  project: string,
  scripts: ScriptReader,
  { store, mostImports }: { readonly store: BlobStore; readonly mostImports: number },
): Promise<UploadPlan> {
  if (form.files.length + deletes.length + sources.bases.size + sources.unchanged.length === 0)
    throw invalid('upload.no_files', 'The request has neither files nor paths to delete (delete=<path>).');
  const byPath = new Map(form.files.map((file) => [file.path, file]));
  const deleted = deletes.map((path) => ({
    specifier: checkedSpecifier(sourceSpecifier(project, path)),
    scope,
    ...marksAt(sources, path),
  }));
  const said = basesSaid(sources, { project, scope, came: new Set([...byPath.keys(), ...deletes]) });
  refuseRepeats([...form.files.map(({ path }) => ({ specifier: sourceSpecifier(project, path), scope })), ...deleted]);
  const made: StagedBlob[] = [];
  const kept = await inParallel(form.files, AT_ONCE, async (file): Promise<KeptSource> => {
    if (!isScript(file.path)) return { file, blob: file.blob };
    const read = await scripts.rewrite(file, { project }, byPath);
    if (read.text === undefined) return { file, blob: file.blob, read };
    const blob = await store.put([Buffer.from(read.text)]);
    made.push(blob);
    return { file, blob, read };
  }).catch(async (error: unknown) => {
    await store.discard(made);
    throw error;
  });
  const count = kept.reduce((sum, { read }) => sum + (read?.imports.length ?? 0), 0);
  if (count > mostImports) {
    await store.discard(made);
    throw tooManyImports('The upload', count, mostImports);
  }
  const [modules, files, warnings]: [PlannedModule[], StagedBlob[], MapWarning[]] = [[], [], []];
  const imported = new Map<string, ScriptImports>();
  for (const { file, blob, read } of kept) {
    const imports = read?.imports ?? [];
    if (read) imported.set(blob.hash, importsOf(read));
    const specifier = checkedSpecifier(sourceSpecifier(project, file.path));
    const url = moduleUrl(blob.hash, file.path.slice(file.path.lastIndexOf('/') + 1));
    const source = sources.ids.get(file.path);
    const { integrity, size } = blob;
    modules.push({ specifier, scope, url, integrity, size, imports, source, ...marksAt(sources, file.path) });
    files.push(blob);
    warnings.push(
      ...(read?.unsure ?? []).map((message) => ({ code: 'dynamic' as const, key: keyOf(specifier, scope), message })),
    );
    warnings.push(...imports.filter(isRelative).map((one) => outsideWarning(keyOf(specifier, scope), file.path, one)));
  }
  return { modules, deleted, files, trees: [], scripts: imported, warnings, watched: true, ...(said && { said }) };
}

const outsideWarning = (key: string, path: string, imported: string): MapWarning => ({
  code: 'outside',
  key,
  message: `${path} imports ${quoted(imported, 200)}, which is outside the uploaded folder. Upload the parent folder, or import it by a specifier of its own.`,
});
