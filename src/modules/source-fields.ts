// What git says of watched sources, as fields of an upload's form: which version each file is and was made from, which are in
// no commit, which a build made from a commit, and which are no change at all.
import { invalid } from '../platform/errors.js';
import { checkPath } from '../files/file-names.js';
import type { DeltaEntry } from '../import-maps/domain/delta.js';
import { keyOf, type MapKey } from '../import-maps/domain/map-key.js';
import type { SaidBases } from '../import-maps/store/source-history.js';
import { sourceSpecifier } from './source-rewrite.js';

export interface SourceFields {
  /** By path: git's id of the file that comes. */
  readonly ids: ReadonlyMap<string, string>;
  /** By path: the id of the version that it was made from; null where there was none. */
  readonly bases: ReadonlyMap<string, string | null>;
  /** Paths that are in the commit otherwise. */
  readonly dirty: ReadonlySet<string>;
  /** By path: the commit that a build made the file from. */
  readonly built: ReadonlyMap<string, string>;
  /** Paths that are no change of the ticket. */
  readonly unchanged: readonly string[];
}

/** `source=<id> <path>`, `base=<id or none> <path>`, `built=<commit> <path>`, `dirty=<path>`, `unchanged=<path>`: each as often as there are files. */
export const SOURCE_FIELDS = ['source', 'base', 'built', 'dirty', 'unchanged'] as const;
type Field = (typeof SOURCE_FIELDS)[number];

const NONE = 'none';
/** SHA-1 and SHA-256. */
const VERSION = /^(?<id>[0-9a-f]{40}|[0-9a-f]{64}|none) (?<path>.+)$/s;
const COMMIT = /^(?<id>[0-9a-f]{7,64}) (?<path>.+)$/s;

/** Throws `upload.bad_source` where a field has another form, `upload.bad_path`, `upload.repeated_source`. */
export function readSources(texts: readonly (readonly [string, string])[]): SourceFields {
  const of = (field: Field): string[] => texts.filter(([name]) => name === field).map(([, text]) => text);
  return {
    ids: versions('source', of('source')) as ReadonlyMap<string, string>,
    bases: versions('base', of('base')),
    built: versions('built', of('built')) as ReadonlyMap<string, string>,
    dirty: new Set(of('dirty').map((path) => checkPath(path))),
    unchanged: of('unchanged').map((path) => checkPath(path)),
  };
}

export const saysAny = ({ ids, bases, built, dirty, unchanged }: SourceFields): boolean =>
  ids.size + bases.size + built.size + dirty.size + unchanged.length > 0;

type OfVersion = 'source' | 'base' | 'built';

function versions(field: OfVersion, texts: readonly string[]): ReadonlyMap<string, string | null> {
  const found = new Map<string, string | null>();
  for (const text of texts) {
    const { id, path: named = '' } = (field === 'built' ? COMMIT : VERSION).exec(text)?.groups ?? {};
    if (id === undefined || (field !== 'base' && id === NONE)) throw badSource(field);
    const path = checkPath(named);
    if (found.has(path))
      throw invalid('upload.repeated_source', `The field ${field} names ${path} twice. Name it once.`);
    found.set(path, id === NONE ? null : id);
  }
  return found;
}

const FORMS: Readonly<Record<OfVersion, string>> = {
  source:
    "The field source must be git's id of a file and its path: source=<40 or 64 hexadecimal digits> <path>, with the id that 'git hash-object <path>' prints.",
  base: "The field base must be git's id of the version that a file was made from and its path: base=<40 or 64 hexadecimal digits> <path>; base=none <path> where there was none.",
  built:
    "The field built must be the commit that a build made a file from and the file's path: built=<7 to 64 hexadecimal digits> <path>, with the commit that 'git rev-parse HEAD' prints.",
};

const badSource = (field: OfVersion): Error => invalid('upload.bad_source', FORMS[field]);

/** What an operation keeps of a path: whether the file is in no commit, and the commit that a build made it from. */
export type SourceMarks = Pick<DeltaEntry, 'dirty' | 'built'>;

export function marksAt({ dirty, built }: SourceFields, path: string): SourceMarks {
  const commit = built.get(path);
  return { ...(dirty.has(path) && { dirty: true }), ...(commit !== undefined && { built: commit }) };
}

/** By key; undefined where nothing was said. Throws where a path is no change and a change. */
export function basesSaid(
  { bases, dirty, built, unchanged }: SourceFields,
  upload: { readonly project: string; readonly scope: string | null; readonly came: ReadonlySet<string> },
): SaidBases | undefined {
  if (bases.size + unchanged.length === 0) return undefined;
  const { project, scope, came } = upload;
  const both = unchanged.find((path) => came.has(path) || bases.has(path));
  if (both !== undefined)
    throw invalid('upload.repeated_source', `${both} is both in unchanged and sent as a change. Send one of the two.`);
  const key = (path: string): MapKey => keyOf(sourceSpecifier(project, path), scope);
  return {
    bases: new Map([...bases].map(([path, base]) => [key(path), base])),
    kept: [...bases.keys()].filter((path) => !came.has(path)).map(key),
    dirty: new Set([...dirty].map(key)),
    built: new Map([...built].map(([path, commit]) => [key(path), commit])),
    unchanged: unchanged.map(key),
  };
}
