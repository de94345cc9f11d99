// From a request's body to a row's values: what is unknown or read-only is left out, the rest is brought to its type and
// validated by the body class. Bad fields answer `{"<resource>": {"<field>": ["…"]}}`.
import { validateSync } from 'class-validator';
import { DomainError, invalid, invalidFields } from '../../platform/errors.js';
import { parseStatus, parseStep } from '../../workflow/steps.js';
import type { Field, FieldKind } from '../fields/field.js';
import type { FoundKeys } from '../reading/key-reader.js';
import type { FieldValues, Resource } from '../resource.js';
import { didYouMean } from './did-you-mean.js';
import { parseReference } from './reference.js';
import { isKeepable } from '../../platform/keepable.js';
import { quoted } from '../../platform/redact.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The top level of a write's body: an object, or a 400 that says what came instead. */
export function asObject(body: unknown): JsonObject {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as JsonObject;
  const got =
    body === undefined ? 'nothing' : body === null ? 'null' : Array.isArray(body) ? 'an array' : `a ${typeof body}`;
  throw invalid('body.not_an_object', `The body must be a JSON object; it was ${got}.`);
}

/** The same, of these members and no others: a typo may matter. Throws invalid `body.unknown_member`. */
export function objectOf(body: unknown, members: readonly string[]): JsonObject {
  const given = asObject(body);
  const unknown = Object.keys(given).find((name) => !members.includes(name));
  if (unknown !== undefined) throw unknownMember(unknown, members);
  return given;
}

export const unknownMember = (name: string, members: readonly string[]): DomainError =>
  invalid('body.unknown_member', `Unknown member '${quoted(name, 100)}'. Known: ${members.join(', ')}.`);

/** The ticket keys that a body names in its references. */
export function keysIn(resource: Resource, body: JsonObject): string[] {
  return resource.writable
    .filter(({ kind, name }) => (kind === 'reference' || kind === 'references') && Object.hasOwn(body, name))
    .flatMap(({ name, target = '' }) => {
      const given = body[name];
      const listed = Array.isArray(given) ? given.slice(0, MOST_READ) : [given];
      return listed.map((one) => parseReference(one, target)).filter((one) => typeof one === 'string');
    });
}

/**
 * The values that a body gives to a resource's fields. `complete` asks for the required ones too (POST, PUT of a new id);
 * then what has an initial value and isn't given gets it. `known` has the keys of `keysIn`.
 */
export function readBody(resource: Resource, body: JsonObject, complete: boolean, known: FoundKeys): FieldValues {
  requireOneOf(resource, body);
  const values: Record<string, unknown> = {};
  const faults: Record<string, string[]> = {};
  for (const field of resource.writable) {
    const given = Object.hasOwn(body, field.name) ? body[field.name] : undefined;
    if (given === undefined) {
      if (complete && field.required)
        faults[field.name] = [`The '${field.name}' field has no data and doesn't allow a default or null value.`];
      else if (complete && field.initial !== undefined) values[field.name] = field.initial;
    } else if (given === null && !field.nullable) {
      faults[field.name] = [`The '${field.name}' field doesn't allow a null value.`];
    } else {
      values[field.name] = given === null ? null : convert(field, given, known);
    }
  }
  addFaults(resource, values, faults);
  if (Object.keys(faults).length > 0) throw invalidFields(resource.name, faults);
  return values;
}

/** A status update that names no status is a typo, and must not look as if it had worked. */
function requireOneOf({ oneOf }: Resource, body: JsonObject): void {
  if (!oneOf || oneOf.some((name) => Object.hasOwn(body, name))) return;
  const given = Object.keys(body);
  const typo = given.map((word) => [word, didYouMean(word, oneOf)] as const).find(([, meant]) => meant !== undefined);
  const hint = typo
    ? ` Did '${typo[0]}' mean '${typo[1]}'?`
    : given.length > 0
      ? ` The body has ${given.slice(0, 10).join(', ')}.`
      : '';
  throw invalid(
    'body.names_no_field',
    `The body names neither ${oneOf.join(' nor ')}, so nothing would change.${hint}`,
  );
}

export const UNKEEPABLE = "This text has a NUL character or half a surrogate pair, which can't be stored.";

function addFaults(resource: Resource, values: Record<string, unknown>, faults: Record<string, string[]>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' && !isKeepable(value)) {
      faults[name] = [UNKEEPABLE];
      delete values[name];
    }
  }
  if (resource.writable.every((field) => isReadAlready(field, values[field.name]))) return;
  const object = Object.assign(new resource.body(), values);
  for (const error of validateSync(object, { forbidUnknownValues: false })) {
    faults[error.property] = [...new Set(Object.values(error.constraints ?? { unknown: 'This value is not valid.' }))];
  }
}

/** True where the conversion was the whole rule, as for steps and statuses: a plain status update needs no validator. */
function isReadAlready({ kind }: Field, value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'number') return false;
  return (kind === 'step' && parseStep(value) !== undefined) || (kind === 'status' && parseStatus(value) !== undefined);
}

/** Brings a value to its field's type where scripts send another that means the same; the rest is left to validation. */
function convert(field: Field, given: unknown, known: FoundKeys): unknown {
  if (field.kind === 'reference') return convertReference(field, given, known);
  if (field.kind === 'references') return convertReferences(field, given, known);
  if (typeof given !== 'string' && typeof given !== 'number') return given;
  return CONVERSIONS[field.kind]?.(given) ?? given;
}

/** From the texts and numbers that scripts send; undefined for what is none of the kind. */
const CONVERSIONS: Partial<Record<FieldKind, (given: string | number) => unknown>> = {
  boolean: (given) => BOOLEANS.get(String(given)),
  step: parseStep,
  status: parseStatus,
  integer: (given) => (/^-?\d{1,10}$/.test(String(given).trim()) ? Number(given) : undefined),
  text: String,
};

const BOOLEANS = new Map<string, boolean>([
  ['true', true],
  ['True', true],
  ['1', true],
  ['false', false],
  ['False', false],
  ['0', false],
]);

function convertReference(field: Field, given: unknown, known: FoundKeys): number {
  const reference = parseReference(given, field.target ?? '');
  if (typeof reference === 'number') return reference;
  const id = reference === undefined ? undefined : known.idOf(reference);
  if (id === undefined) throw badReference(given, field.name);
  return id;
}

/** Beyond that a list is not read any more, and is too long for validation, repeats or not. */
export const MOST_READ = 1000;

/** Each once, in the order of the ids: a list of references is a set. */
function convertReferences(field: Field, given: unknown, known: FoundKeys): unknown {
  if (!Array.isArray(given) || given.length > MOST_READ) return given;
  const ids = given.map((one) => convertReference(field, one, known));
  return [...new Set(ids)].sort((one, other) => one - other);
}

/** A reference that leads nowhere, or is none; Tastypie's words. `field` is where the body has it. */
export function badReference(given: unknown, field?: string): DomainError {
  const shown = typeof given === 'string' || typeof given === 'number' ? String(given) : JSON.stringify(given);
  const text = shown.length > 200 ? `${quoted(shown, 200)}…` : shown;
  const message = `Could not find the provided object via resource URI '${text}'.`;
  return new DomainError('invalid', 'reference.not_found', message, field === undefined ? {} : { part: field });
}
