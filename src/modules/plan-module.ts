// One self-contained module: a specifier and a file (import-maps.md, section 2, 1).
import { DomainError, invalid } from '../platform/errors.js';
import { checkSlashes } from '../import-maps/domain/admission.js';
import { keyOf } from '../import-maps/domain/map-key.js';
import type { MapWarning } from '../import-maps/stages/map-warning.js';
import type { Form } from '../files/form.js';
import { moduleUrl } from '../files/file-names.js';
import { isScript, mayStandAlone, STAND_ALONE } from './file-types.js';
import { isRelative } from './module-scan.js';
import type { ScriptReader } from './script-reader.js';
import type { UploadFields } from './upload-fields.js';
import { importsOf } from './read-script.js';
import { faultError } from '../import-maps/stages/fault-error.js';
import { checkedSpecifier, type UploadPlan } from './upload-plan.js';
import { quoted } from '../platform/redact.js';

export async function planModule(
  form: Form,
  { specifier, scope }: UploadFields,
  scripts: ScriptReader,
): Promise<UploadPlan> {
  const [file, other] = form.files;
  if (!file || other)
    throw invalid(
      'upload.one_file',
      'A module is one file. For several files that import each other, use name=<package>.',
    );
  const filename = file.path.slice(file.path.lastIndexOf('/') + 1);
  if (!mayStandAlone(filename)) throw unsupported(filename);
  const url = moduleUrl(file.blob.hash, filename);
  const name = checkedSpecifier(specifier ?? '');
  const slashes = checkSlashes(name, url);
  if (slashes) throw faultError(slashes);
  const read = isScript(filename) ? await scripts.imports(file) : undefined;
  const imports = read?.imports ?? [];
  return {
    modules: [{ specifier: name, scope, url, integrity: file.blob.integrity, size: file.blob.size, imports }],
    deleted: [],
    files: [file.blob],
    trees: [],
    scripts: new Map(read ? [[file.blob.hash, importsOf(read)]] : []),
    warnings: imports.filter(isRelative).map((one) => relativeWarning(name, scope, one)),
  };
}

const unsupported = (filename: string): DomainError =>
  new DomainError(
    'unsupported_media_type',
    'upload.unsupported_type',
    `${filename} can't be a single module: only ${STAND_ALONE} can. Upload it within a package folder (name=<package>), or rename it.`,
    { part: filename },
  );

const relativeWarning = (specifier: string, scope: string | null, imported: string): MapWarning => ({
  code: 'dangling',
  key: keyOf(specifier, scope),
  message: `${specifier} imports ${quoted(imported, 200)}, which is a relative path and was not uploaded with it. Upload both as a package folder (name=<package>) or as sources (mode=sources), or import it by a specifier of its own.`,
});
