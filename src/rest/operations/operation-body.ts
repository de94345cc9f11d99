// The bodies of operations that aren't CRUD: few members, each with one rule, and none that the operation doesn't know.
import { validateSync } from 'class-validator';
import { invalid } from '../../platform/errors.js';
import { isKeepable } from '../../platform/keepable.js';
import { type Field, fieldsOf } from '../fields/field.js';
import { jsonBody } from '../http/documented.js';
import { asObject, UNKEEPABLE, unknownMember } from '../writing/body.js';

export interface OperationBody<Body> {
  readonly documented: readonly MethodDecorator[];
  /** Throws invalid for what it doesn't take. */
  read(given: unknown): Body;
}

interface Documented {
  /** What the document says of it. */
  readonly about: string;
  /** Must run as it stands. */
  readonly example?: unknown;
}

/** The members of a body class, all of which may be left out; so may the body, unless one of them is required. */
export function bodyOf<Body extends object>(of: new () => Body, documented: Documented): OperationBody<Partial<Body>> {
  const fields = fieldsOf(of);
  const schema = membersSchema(of, documented.about);
  const required = fields.some((field) => field.required);
  return {
    documented: [jsonBody(schema, documented.example, { required })],
    read: (given) => readMembers(of, fields, given),
  };
}

/** A body with a reader of its own. */
export const bodyBy = <Body>(
  read: (given: unknown) => Body,
  { schema, example, required = true }: { schema: object; example?: unknown; required?: boolean },
): OperationBody<Body> => ({ documented: [jsonBody(schema, example, { required })], read });

/** No body, or an empty object. */
export const NO_BODY: OperationBody<object> = {
  documented: [],
  read: (given) => readMembers(Object, [], given),
};

/**
 * No body at all says nothing; so does null for a member. A member that the operation doesn't have is refused: a typo may
 * matter. That a required one is missing is for the operation to say, with a code of its own.
 */
function readMembers<Body extends object>(of: new () => Body, fields: readonly Field[], body: unknown): Partial<Body> {
  if (body === undefined || body === null || body === '') return {};
  const names = fields.map(({ name }) => name);
  const given = Object.entries(asObject(body)).filter(([, value]) => value !== null && value !== undefined);
  const unknown = given.find(([name]) => !names.includes(name));
  if (unknown) throw unknownMember(unknown[0], names);
  const values = Object.fromEntries(given);
  const fault = memberFault(of, values);
  if (fault !== undefined) throw invalid('body.invalid_member', fault);
  return values as Partial<Body>;
}

/** The first member whose value is not what its field takes; undefined where all are. What isn't given isn't looked at. */
export function memberFault(of: new () => object, given: Readonly<Record<string, unknown>>): string | undefined {
  const unkeepable = Object.entries(given).find(([, value]) => typeof value === 'string' && !isKeepable(value));
  if (unkeepable) return `'${unkeepable[0]}': ${UNKEEPABLE}`;
  const [fault] = validateSync(Object.assign(new of(), given), { forbidUnknownValues: false });
  if (!fault) return undefined;
  const [says = 'This value is not valid.'] = Object.values(fault.constraints ?? {});
  return `'${fault.property}': ${says}`;
}

/** JSON Schema of an object with the members of a class. */
export function membersSchema(of: new () => object, description: string): object {
  const fields = fieldsOf(of);
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const properties = Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)]));
  return { type: 'object', description, properties, ...(required.length > 0 ? { required } : {}) };
}

const TYPES: Partial<Record<Field['kind'], object>> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
};

/** Strict: what a resource's field would convert is refused here. */
const schemaOf = ({ kind, help, maxLength, pattern, shape }: Field): object => ({
  ...(shape ?? TYPES[kind]),
  ...(maxLength === undefined ? {} : { maxLength }),
  ...(pattern === undefined ? {} : { pattern }),
  description: help,
});
