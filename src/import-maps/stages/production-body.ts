// The body of a direct write to production: an import map to lay over it, or operations key by key.
import { DomainError, invalid } from '../../platform/errors.js';
import type { ErrorKind } from '../../platform/errors.js';
import { asObject, type JsonObject } from '../../rest/writing/body.js';
import { acceptMap, patchChanges } from '../domain/accepted-map.js';
import { type AddressRules, checkEntry, checkScope, checkSpecifier, type Fault, isFault } from '../domain/admission.js';
import type { Change } from '../domain/delta.js';
import type { StampedMap } from '../domain/stamped-map.js';

const SECTIONS = ['imports', 'scopes', 'integrity'];
const MEMBERS = [...SECTIONS, 'operations', 'reason'];
const LONGEST_REASON = 500;

export interface DirectBody {
  readonly reason: string | undefined;
  readonly decide: (production: StampedMap) => readonly Change[];
}

/** Rejects with invalid, unprocessable (what the standard refuses or ignores), forbidden (outside the safe-list). */
export function directBody(given: unknown, rules: AddressRules): DirectBody {
  const body = asObject(given);
  const unknown = Object.keys(body).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined)
    throw invalid(
      'body.unknown_member',
      `There is no '${unknown.slice(0, 100)}' here. There is ${MEMBERS.join(', ')}.`,
    );
  const hasMap = SECTIONS.some((name) => body[name] !== undefined);
  if (hasMap === (body.operations !== undefined))
    throw invalid(
      'body.map_or_operations',
      'Send an import map ({"imports": {…}}) or {"operations": […]}: one of the two.',
    );
  return { reason: reasonOf(body), decide: hasMap ? mapChanges(body, rules) : operationChanges(body, rules) };
}

function mapChanges(body: JsonObject, rules: AddressRules): DirectBody['decide'] {
  const sections = Object.fromEntries(
    SECTIONS.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  );
  const accepted = acceptMap(JSON.stringify(sections), rules);
  if ('faults' in accepted) throw faultError(accepted.faults[0] as Fault);
  return (production) => patchChanges(accepted.map, production);
}

function operationChanges({ operations }: JsonObject, rules: AddressRules): DirectBody['decide'] {
  if (!Array.isArray(operations) || operations.length > MOST_OPERATIONS)
    throw invalid('operations.not_a_list', `operations is a list of at most ${MOST_OPERATIONS} objects.`);
  const changes = operations.map((one, index) => operationOf(one, rules, `operations[${index}]`));
  return () => changes;
}

const MOST_OPERATIONS = 10_000;

function operationOf(given: unknown, rules: AddressRules, part: string): Change {
  const { specifier, scope = null, url, integrity } = asObject(given);
  const texts = [specifier, ...(scope === null ? [] : [scope]), ...(url === null ? [] : [url])];
  if (texts.some((text) => typeof text !== 'string') || (integrity !== undefined && typeof integrity !== 'string'))
    throw new DomainError(
      'invalid',
      'operation.invalid',
      `${part}: specifier is a text, url a text or null, scope and integrity are texts or left out.`,
      { part },
    );
  const entry = { specifier: specifier as string, scope: scope as string | null };
  return url === null
    ? { ...deletion(entry, rules, part), set: null }
    : setting({ ...entry, url: url as string, ...(integrity === undefined ? {} : { integrity }) }, rules, part);
}

function deletion(entry: Pick<Change, 'scope' | 'specifier'>, { origin }: AddressRules, part: string): typeof entry {
  const unnamed = checkSpecifier(entry.specifier);
  if (unnamed) throw faultError(unnamed, part);
  if (entry.scope === null) return entry;
  const scope = checkScope(entry.scope, origin);
  if (isFault(scope)) throw faultError(scope, part);
  return { ...entry, ...scope };
}

function setting(entry: Parameters<typeof checkEntry>[0], rules: AddressRules, part: string): Change {
  const checked = checkEntry(entry, rules);
  if (isFault(checked)) throw faultError(checked, part);
  const { scope, specifier, url, integrity } = checked;
  return { scope, specifier, set: { url, ...(integrity === undefined ? {} : { integrity }) } };
}

function reasonOf({ reason }: JsonObject): string | undefined {
  if (reason === undefined || reason === null) return undefined;
  if (typeof reason === 'string' && reason.length <= LONGEST_REASON && !reason.includes('\0') && reason.isWellFormed())
    return reason;
  throw invalid('reason.invalid', `A reason is a text of at most ${LONGEST_REASON} characters.`);
}

const KINDS: Readonly<Record<Fault['kind'], ErrorKind>> = {
  name: 'invalid',
  scheme: 'invalid',
  invalid: 'unprocessable',
  unsafe: 'forbidden',
};

const faultError = ({ kind, message }: Fault, part?: string): DomainError =>
  new DomainError(KINDS[kind], `module.${kind}`, message, part === undefined ? {} : { part });
