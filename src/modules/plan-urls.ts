// Modules that are somewhere already: a URL on a CDN, or one of ours; and keys that a ticket deletes (import-maps.md, 2).
import { DomainError, invalid } from '../platform/errors.js';
import { asObject, type JsonObject } from '../rest/writing/body.js';
import { checkEntry, type Fault, isFault } from '../import-maps/domain/admission.js';
import type { Sliced } from '../platform/sliced.js';
import { faultError } from '../import-maps/stages/fault-error.js';
import { leftOut } from '../import-maps/stages/lenient.js';
import type { MapWarning } from '../import-maps/stages/map-warning.js';
import { tooMany } from '../files/form.js';
import { scopeOf } from './upload-fields.js';
import {
  checkedSpecifier,
  type PlannedModule,
  refuseRepeats,
  type UploadPlan,
  type UploadTarget,
} from './upload-plan.js';
import type { CodeOf } from '../platform/refusals/refusals.js';

interface Named {
  readonly specifier: string;
  readonly scope: string | null;
}

const GIT = ['git_remote', 'git_branch', 'git_commit'];

/** So many are read before others have a turn. */
const AT_A_TIME = 100;

/** In slices. `lenient` leaves out entries that the standard ignores, but not all of them. `most`: entries at once. */
export function* planUrls(
  body: unknown,
  target: UploadTarget,
  { lenient, most }: { readonly lenient: boolean; readonly most: number },
): Sliced<UploadPlan> {
  const [modules, deleted, warnings]: [PlannedModule[], Named[], MapWarning[]] = [[], [], []];
  let ignored: DomainError | undefined;
  for (const [count, [at, entry]] of entriesOf(asObject(body), most).entries()) {
    if (count % AT_A_TIME === AT_A_TIME - 1) yield;
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
  return { modules, deleted, files: [], trees: [], scripts: new Map(), warnings };
}

/** One entry, or `{modules: [...]}`; each with where it stands for errors. */
function entriesOf(body: JsonObject, most: number): [string | undefined, JsonObject][] {
  if (!('modules' in body)) {
    const { git_remote: _remote, git_branch: _branch, git_commit: _commit, ...entry } = body;
    return [[undefined, entry]];
  }
  const { modules, ...others } = body;
  const unknown = Object.keys(others).find((name) => !GIT.includes(name));
  if (unknown !== undefined) throw unknownMember(unknown);
  if (!Array.isArray(modules) || modules.length === 0)
    throw invalid('upload.no_modules', 'modules must be a list of one entry or more.');
  if (modules.length > most) throw tooMany('modules', most);
  return modules.map((entry, index) => {
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry))
      return [`modules[${index}]`, entry as JsonObject];
    throw invalid('upload.bad_entry', `modules[${index}] must be an object.`);
  });
}

function planEntry(entry: JsonObject, at: string | undefined, target: UploadTarget): PlannedModule | Named | Fault {
  const { delete: isDeleted, ...others } = entry;
  const { specifier, url, integrity, scope } = textsOf(others, at);
  if (isDeleted === true && url === undefined && integrity === undefined)
    return { specifier: checkedSpecifier(specifier), scope: scopeOf(scope, target) };
  if ((isDeleted ?? false) !== false || url === undefined)
    throw inEntry('upload.bad_entry', 'An entry must have a url, or "delete": true and no url.', at);
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
    else if (value !== null) throw inEntry('upload.bad_entry', `${name} must be a string.`, at);
  }
  const specifier = texts.get('specifier');
  if (specifier === undefined) throw inEntry('upload.bad_entry', 'An entry must have a specifier.', at);
  return { ...Object.fromEntries(texts), specifier };
}

const inEntry = (code: CodeOf<'invalid'>, message: string, at: string | undefined): DomainError =>
  new DomainError('invalid', code, message, at === undefined ? {} : { part: at });

const unknownMember = (name: string, at?: string): DomainError =>
  inEntry(
    'upload.unknown_field',
    `Unknown member ${JSON.stringify(name.slice(0, 100))}. Known in an entry: specifier, scope, url, integrity, delete; beside modules: ${GIT.join(', ')}.`,
    at,
  );
