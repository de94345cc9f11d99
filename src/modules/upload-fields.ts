// The texts of an upload's form, read and checked: what it is, where it goes, where it comes from.
import { invalid } from '../platform/errors.js';
import { GIT_CHECKS } from '../platform/git-facts.js';
import { checkScope, isFault, type OwnAddresses } from '../import-maps/domain/admission.js';
import type { Provenance } from '../import-maps/stages/change-delta.js';
import { checkPath } from '../files/file-names.js';
import { faultError } from '../import-maps/stages/fault-error.js';
import { readSources, saysAny, SOURCE_FIELDS, type SourceFields } from './source-fields.js';

export type UploadMode = 'module' | 'package' | 'sources';

export interface UploadFields {
  readonly mode: UploadMode;
  readonly specifier: string | undefined;
  readonly name: string | undefined;
  readonly scope: string | null;
  readonly entry: string | undefined;
  /** Paths of watched sources that are gone. */
  readonly deletes: readonly string[];
  /** What git says of watched sources; of a package only that some of it is `dirty`. */
  readonly sources: SourceFields;
  readonly provenance: Provenance;
}

const KNOWN = [
  ...['mode', 'specifier', 'name', 'scope', 'entry', 'delete', ...SOURCE_FIELDS],
  ...['git_remote', 'git_branch', 'git_commit'],
];
const NONE: ReadonlySet<string> = new Set();
const MODES: readonly string[] = ['module', 'package', 'sources'];

export function readFields(texts: readonly (readonly [string, string])[], own: OwnAddresses): UploadFields {
  const unknown = texts.find(([name]) => !KNOWN.includes(name));
  if (unknown) {
    const name = JSON.stringify(unknown[0].slice(0, 100).toWellFormed());
    throw invalid('upload.unknown_field', `Unknown field ${name}. Known: ${KNOWN.join(', ')}, and files.`);
  }
  const fields = new Map(texts);
  const given = (name: string): string | undefined => fields.get(name) || undefined;
  const sources = readSources(texts);
  const deletes = texts.filter(([name]) => name === 'delete').map(([, path]) => checkPath(path));
  // A package, too, may come from work that is in no commit.
  const isOfSources =
    deletes.length > 0 || saysAny(given('name') === undefined ? sources : { ...sources, dirty: NONE });
  return {
    mode: modeOf(given('mode'), given('specifier'), given('name'), isOfSources),
    specifier: given('specifier'),
    name: given('name'),
    scope: scopeOf(given('scope'), own),
    entry: given('entry'),
    deletes,
    sources,
    provenance: provenanceOf(Object.fromEntries(fields)),
  };
}

function modeOf(
  asked: string | undefined,
  specifier: string | undefined,
  name: string | undefined,
  deletes: boolean,
): UploadMode {
  const mode =
    asked ?? (specifier !== undefined ? 'module' : name !== undefined ? 'package' : deletes ? 'sources' : '');
  if (!MODES.includes(mode)) {
    throw invalid(
      'upload.unknown_mode',
      'Name what is uploaded: specifier=<specifier> and one file, name=<package> and its files, or mode=sources and files.',
    );
  }
  const wants = { module: specifier, package: name, sources: '' }[mode as UploadMode];
  if (wants === undefined)
    throw invalid(
      'upload.unnamed',
      `Give the field ${mode === 'module' ? 'specifier' : 'name'}: what it is imported by.`,
    );
  const other = { module: name, package: specifier, sources: specifier ?? name }[mode as UploadMode];
  if (other !== undefined || (deletes && mode !== 'sources'))
    throw invalid(
      'upload.mixed',
      'Use only one of these in a request: specifier with one file, name with files, mode=sources.',
    );
  return mode as UploadMode;
}

export function scopeOf(scope: string | undefined | null, own: OwnAddresses): string | null {
  if (scope === undefined || scope === null) return null;
  const checked = checkScope(scope, own);
  if (isFault(checked)) throw faultError(checked);
  return checked.scope;
}

/** Throws where one of them is not what it is called. */
export function provenanceOf(given: Readonly<Record<string, unknown>>): Provenance {
  const read = (name: keyof typeof GIT_CHECKS): string | null => {
    const value = given[name] ?? null;
    if (value === null || value === '') return null;
    const fault = typeof value === 'string' ? GIT_CHECKS[name](value) : `${name} must be a string.`;
    if (fault === undefined) return value as string;
    throw invalid('upload.bad_git', fault);
  };
  return { git_remote: read('git_remote'), git_branch: read('git_branch'), git_commit: read('git_commit') };
}
