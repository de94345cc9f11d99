// The body of a direct write to production: an import map to lay over it, or operations key by key.
import { reasonIn } from '../../rest/operations/reason.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { asObject, objectOf, type JsonObject } from '../../rest/writing/body.js';
import { inSlices } from '../../platform/in-slices.js';
import { acceptMap, layOver } from '../domain/accepted-map.js';
import { type AddressRules, checkEntry, checkScope, checkSpecifier, type Fault, isFault } from '../domain/admission.js';
import type { Change } from '../domain/delta.js';
import type { ImportMap } from '../domain/import-map.js';
import { faultError } from './fault-error.js';
import { leftOut } from './lenient.js';
import type { MapWarning } from './map-warning.js';

const SECTIONS = ['imports', 'scopes', 'integrity'];
const MEMBERS = [...SECTIONS, 'operations', 'reason'];

export interface DirectBody {
  readonly reason: string | undefined;
  readonly decide: (production: ImportMap) => Promise<readonly Change[]>;
  /** What was left out, where `lenient` asked for that. */
  readonly warnings: readonly MapWarning[];
}

type Written = Omit<DirectBody, 'reason'>;

/**
 * Rejects with invalid, unprocessable (what the standard refuses or ignores), forbidden (outside the safe-list). `lenient`
 * leaves out what the standard ignores.
 */
export function directBody(given: unknown, rules: AddressRules, lenient: boolean): DirectBody {
  const body = objectOf(given, MEMBERS);
  const hasMap = SECTIONS.some((name) => body[name] !== undefined);
  if (hasMap === (body.operations !== undefined))
    throw invalid(
      'body.map_or_operations',
      'Send an import map ({"imports": {…}}) or {"operations": […]}: one of the two.',
    );
  const read = hasMap ? mapChanges : operationChanges;
  return { reason: reasonIn(body), ...read(body, rules, lenient) };
}

function mapChanges(body: JsonObject, rules: AddressRules, lenient: boolean): Written {
  const sections = Object.fromEntries(
    SECTIONS.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  );
  const accepted = acceptMap(JSON.stringify(sections), rules, lenient);
  if ('faults' in accepted) throw faultError(accepted.faults[0] as Fault);
  const { map, warnings } = accepted;
  return {
    decide: (production) => inSlices(layOver(map, production)),
    warnings: warnings.map(({ key, message }) => leftOut(key, message)),
  };
}

function operationChanges({ operations }: JsonObject, rules: AddressRules, lenient: boolean): Written {
  if (!Array.isArray(operations) || operations.length > MOST_OPERATIONS)
    throw invalid('operations.not_a_list', `operations must be a list of at most ${MOST_OPERATIONS} objects.`);
  const [changes, warnings]: [Change[], MapWarning[]] = [[], []];
  for (const [index, one] of operations.entries()) {
    const part = `operations[${index}]`;
    const change = operationOf(one, rules, part);
    if (!isFault(change)) changes.push(change);
    else if (lenient && change.kind === 'invalid')
      warnings.push(leftOut(String((one as JsonObject).specifier), change.message));
    else throw faultError(change, part);
  }
  return { decide: () => Promise.resolve(changes), warnings };
}

const MOST_OPERATIONS = 10_000;

function operationOf(given: unknown, rules: AddressRules, part: string): Change | Fault {
  const { specifier, scope = null, url, integrity } = asObject(given);
  const texts = [specifier, ...(scope === null ? [] : [scope]), ...(url === null ? [] : [url])];
  if (texts.some((text) => typeof text !== 'string') || (integrity !== undefined && typeof integrity !== 'string'))
    throw new DomainError(
      'invalid',
      'operation.invalid',
      `${part}: specifier must be a string, url a string or null, and scope and integrity strings or left out.`,
      { part },
    );
  const entry = { specifier: specifier as string, scope: scope as string | null };
  if (url === null) return deletion(entry, rules);
  return setting({ ...entry, url: url as string, ...(integrity === undefined ? {} : { integrity }) }, rules);
}

function deletion({ scope, specifier }: Pick<Change, 'scope' | 'specifier'>, rules: AddressRules): Change | Fault {
  const unnamed = checkSpecifier(specifier);
  if (unnamed) return unnamed;
  const checked = scope === null ? { scope } : checkScope(scope, rules);
  return isFault(checked) ? checked : { specifier, ...checked, set: null };
}

function setting(entry: Parameters<typeof checkEntry>[0], rules: AddressRules): Change | Fault {
  const checked = checkEntry(entry, rules);
  if (isFault(checked)) return checked;
  const { scope, specifier, url, integrity } = checked;
  return { scope, specifier, set: { url, ...(integrity === undefined ? {} : { integrity }) } };
}
