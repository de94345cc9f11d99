// What an upload comes to, before anything of it is kept: changes of the ticket's delta, blobs to keep, what to answer.
import { invalid } from '../platform/errors.js';
import { checkSpecifier } from '../import-maps/domain/admission.js';
import type { Change } from '../import-maps/domain/delta.js';
import type { PackageName } from '../import-maps/domain/package-keys.js';
import type { SaidBases } from '../import-maps/store/source-history.js';
import { faultError } from '../import-maps/stages/fault-error.js';
import type { MapWarning } from '../import-maps/stages/map-warning.js';
import type { SourceMarks } from './source-fields.js';
import type { StagedBlob } from '../files/blob-store.js';
import type { ScriptsImports } from '../files/blob-ledger.js';

export interface PlannedModule extends SourceMarks {
  readonly specifier: string;
  readonly scope: string | null;
  /** `/modules/…` for what is kept here. */
  readonly url: string;
  readonly integrity: string | null;
  /** Bytes; null for a folder and for what lies elsewhere. */
  readonly size: number | null;
  /** What it imports; null where nobody looked. */
  readonly imports: readonly string[] | null;
  /** git's id of the file that came, where its sender said it. */
  readonly source?: string | undefined;
}

export interface UploadPlan {
  readonly modules: readonly PlannedModule[];
  readonly deleted: readonly ({ readonly specifier: string; readonly scope: string | null } & SourceMarks)[];
  /** Staged blobs of files, and those of folders' lists. */
  readonly files: readonly StagedBlob[];
  readonly trees: readonly StagedBlob[];
  /** What the scripts among `files` import, by their hashes. */
  readonly scripts: ScriptsImports;
  readonly warnings: readonly MapWarning[];
  /** How many warnings there are beside these, of which nothing is said. */
  readonly untold?: number;
  /** Files of a watched folder, which come whether somebody changed them or not. */
  readonly watched?: boolean;
  /** What its sender's git says of a watched folder. */
  readonly said?: SaidBases;
  /** The package that comes as a whole. */
  readonly replaces?: PackageName;
}

/** Where it goes. */
export interface UploadTarget {
  readonly project: string;
  /** Prefixes that addresses elsewhere must have; empty allows any. */
  readonly safeList: readonly string[];
  /** Whether addresses may be relative to a page. */
  readonly relative?: boolean;
  /** `https://stamp.example`, as the client calls this server. */
  readonly origin: string;
  /** What URLs of modules kept here begin with: `origin`, or a CDN's. */
  readonly modulesUrl: string;
  /** All that they began with; see OwnAddresses. */
  readonly bases: readonly string[];
}

export const changesOf = ({ modules, deleted }: UploadPlan): Change[] => [
  ...modules.map(({ specifier, scope, url, integrity, imports, source, ...marks }) => ({
    specifier,
    scope,
    set: {
      url,
      ...(integrity === null ? {} : { integrity }),
      ...(imports === null ? {} : { imports }),
      ...(source === undefined ? {} : { source }),
    },
    ...marksIn(marks),
  })),
  ...deleted.map(({ specifier, scope, ...marks }) => ({ specifier, scope, set: null, ...marksIn(marks) })),
];

const marksIn = ({ dirty, built }: SourceMarks): SourceMarks => ({
  ...(dirty && { dirty }),
  ...(built !== undefined && { built }),
});

/** Throws what is wrong with a specifier; answers it. */
export function checkedSpecifier(specifier: string): string {
  const fault = checkSpecifier(specifier);
  if (fault) throw faultError(fault);
  return specifier;
}

/** Throws where two parts of a request are at one key. */
export function refuseRepeats(keys: readonly { readonly specifier: string; readonly scope: string | null }[]): void {
  const seen = new Set<string>();
  for (const { specifier, scope } of keys) {
    const key = JSON.stringify([scope, specifier]);
    if (seen.has(key)) throw invalid('upload.repeated_key', `${specifier} is in the request twice. Send it once.`);
    seen.add(key);
  }
}
