// Modules that are somewhere already: a URL on a CDN, or one of ours; and keys that a ticket deletes (import-maps.md, 2).
import type { Tx } from '../../platform/database/db.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { asObject, type JsonObject } from '../../rest/writing/body.js';
import { checkEntry, type Fault, isFault } from '../domain/admission.js';
import { leftOut } from '../stages/lenient.js';
import type { MapWarning } from '../stages/map-warning.js';
import type { BlobLedger } from './blob-ledger.js';
import type { BlobStore } from './blob-store.js';
import { partsOfModuleUrl } from './file-names.js';
import type { PackageTrees } from './package-trees.js';
import { scopeOf } from './upload-fields.js';
import {
  checkedSpecifier,
  faultError,
  type PlannedModule,
  refuseRepeats,
  type UploadPlan,
  type UploadTarget,
} from './upload-plan.js';

interface Named {
  readonly specifier: string;
  readonly scope: string | null;
}

const MOST_AT_ONCE = 5000;
const GIT = ['git_remote', 'git_branch', 'git_commit'];

/** Where blobs are that URLs of ours name. */
export interface Kept {
  readonly ledger: BlobLedger;
  readonly store: BlobStore;
  readonly trees: PackageTrees;
}

/** `lenient` leaves out entries that the standard ignores, but not all of them. */
export function planUrls(body: unknown, target: UploadTarget, lenient: boolean, kept: Kept): UploadPlan {
  const [modules, deleted, warnings]: [PlannedModule[], Named[], MapWarning[]] = [[], [], []];
  let ignored: DomainError | undefined;
  for (const [at, entry] of entriesOf(asObject(body))) {
    const planned = planEntry(entry, at, target);
    if (isFault(planned)) {
      ignored = faultError(planned, at);
      if (!lenient || planned.kind !== 'invalid') throw ignored;
      warnings.push(leftOut(String(entry.specifier), planned.message));
    } else if ('url' in planned) modules.push(planned);
    else deleted.push(planned);
  }
  if (ignored && modules.length + deleted.length === 0) throw ignored;
  refuseRepeats([...modules, ...deleted]);
  const urls = modules.map(({ url }) => url).filter((url) => url.startsWith('/'));
  const hold = (tx: Tx): Promise<string[]> => holdOwn(tx, urls, kept);
  return { modules, deleted, files: [], trees: [], warnings, hold };
}

/** One entry, or `{modules: [...]}`; each with where it stands for errors. */
function entriesOf(body: JsonObject): [string | undefined, JsonObject][] {
  if (!('modules' in body)) {
    const { git_remote: _remote, git_branch: _branch, git_commit: _commit, ...entry } = body;
    return [[undefined, entry]];
  }
  const { modules, ...others } = body;
  const unknown = Object.keys(others).find((name) => !GIT.includes(name));
  if (unknown !== undefined) throw unknownMember(unknown);
  if (!Array.isArray(modules) || modules.length === 0 || modules.length > MOST_AT_ONCE)
    throw invalid('upload.no_modules', `modules is a list of 1 to ${MOST_AT_ONCE} entries.`);
  return modules.map((entry, index) => {
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry))
      return [`modules[${index}]`, entry as JsonObject];
    throw invalid('upload.bad_entry', `modules[${index}] is no object.`);
  });
}

function planEntry(entry: JsonObject, at: string | undefined, target: UploadTarget): PlannedModule | Named | Fault {
  const { delete: isDeleted, ...others } = entry;
  const { specifier, url, integrity, scope } = textsOf(others, at);
  if (isDeleted === true && url === undefined && integrity === undefined)
    return { specifier: checkedSpecifier(specifier), scope: scopeOf(scope, target.origin) };
  if ((isDeleted ?? false) !== false || url === undefined)
    throw inEntry('upload.bad_entry', 'An entry has a url, or "delete": true without one.', at);
  const given = { specifier, scope: scope ?? null, url };
  const checked = checkEntry(integrity === undefined ? given : { ...given, integrity }, target);
  if (isFault(checked)) return checked;
  return { ...checked, integrity: checked.integrity ?? null, size: null, imports: null };
}

const TEXTS = ['specifier', 'url', 'integrity', 'scope'];

/** The texts of an entry; null is as if it weren't there. */
function textsOf(
  given: JsonObject,
  at: string | undefined,
): { readonly specifier: string; readonly url?: string; readonly integrity?: string; readonly scope?: string } {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    if (!TEXTS.includes(name)) throw unknownMember(name, at);
    if (typeof value === 'string') texts.set(name, value);
    else if (value !== null) throw inEntry('upload.bad_entry', `${name} is a text.`, at);
  }
  const specifier = texts.get('specifier');
  if (specifier === undefined) throw inEntry('upload.bad_entry', 'An entry has a specifier.', at);
  return { ...Object.fromEntries(texts), specifier };
}

const inEntry = (code: string, message: string, at: string | undefined): DomainError =>
  new DomainError('invalid', code, message, at === undefined ? {} : { part: at });

const unknownMember = (name: string, at?: string): DomainError =>
  inEntry(
    'upload.unknown_field',
    `There is no ${JSON.stringify(name.slice(0, 100))}. An entry has specifier, scope, url, integrity, delete; beside modules stand ${GIT.join(', ')}.`,
    at,
  );

/** What URLs of ours lead to is there and stays there. Rejects with unprocessable where it isn't. */
async function holdOwn(tx: Tx, urls: readonly string[], { ledger, store, trees }: Kept): Promise<string[]> {
  const wanted = new Map<string, string[]>();
  for (const url of urls) {
    const parts = partsOfModuleUrl(url);
    if (!parts) throw notHere(url);
    const tree = await trees.read(parts.hash);
    const inTree = tree && (parts.path === '' || parts.path.endsWith('/') || tree.has(parts.path));
    const alone = !tree && !parts.path.includes('/') && parts.path !== '' && (await store.has(parts.hash));
    if (!inTree && !alone) throw notHere(url);
    wanted.set(url, [parts.hash, ...[...(tree?.values() ?? [])].map(({ hash }) => hash)]);
  }
  const hashes = [...new Set([...wanted.values()].flat())];
  const known = await ledger.hold(tx, hashes);
  for (const [url, needed] of wanted) if (!needed.every((hash) => known.has(hash))) throw notHere(url);
  return hashes;
}

const notHere = (url: string): DomainError =>
  new DomainError(
    'unprocessable',
    'upload.no_such_module',
    `There is nothing at ${url.slice(0, 200)}. Upload the file, or give the URL that its upload was answered with.`,
  );
