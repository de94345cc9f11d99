// The decorators of body classes: each says in one line what a field is, how it is validated (class-validator) and how it
// is documented. The texts of the messages are Django's, which clients of such trackers know.
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ArrayMaxSize,
  IsArray,
  ValidateBy,
} from 'class-validator';
import { listOfSteps, STEPS } from '../../workflow/steps.js';
import { declareField, type Field, type FieldKind, type FieldScope } from './field.js';

export interface FieldOptions {
  readonly help: string;
  readonly example?: unknown;
  readonly required?: boolean;
  readonly nullable?: boolean;
  readonly readonly?: boolean;
  readonly writeOnly?: boolean;
  readonly unique?: boolean;
  readonly initial?: unknown;
  readonly scope?: FieldScope;
  readonly usual?: unknown;
  readonly filterable?: boolean;
  readonly orderable?: boolean;
}

/** Declares a field with the rules of its values; the other decorators are made of it. */
export function field(
  kind: FieldKind,
  options: FieldOptions,
  extra: Partial<Field>,
  rules: PropertyDecorator[],
): PropertyDecorator {
  return (target, property) => {
    const writable = !options.readonly;
    declareField(target, {
      name: String(property),
      kind,
      help: options.help,
      example: options.example,
      required: options.required ?? false,
      nullable: options.nullable ?? false,
      readonly: !writable,
      writeOnly: options.writeOnly ?? false,
      unique: options.unique ?? false,
      initial: options.initial,
      ...(options.scope === undefined ? {} : { scope: options.scope, usual: options.usual }),
      filterable: options.filterable ?? kind !== 'json',
      orderable: options.orderable ?? kind !== 'json',
      ...extra,
    });
    if (!writable) return;
    for (const rule of rules) rule(target, property);
    ValidateIf((_body, value) => value !== undefined && !(options.nullable && value === null))(target, property);
  };
}

export interface TextOptions extends FieldOptions {
  /** Characters at most. */
  readonly max: number;
  readonly pattern?: { readonly regex: RegExp; readonly message: string };
}

const atMost = (max: number): PropertyDecorator =>
  MaxLength(max, { message: `Ensure this value has at most ${max} characters.` });
const aString = IsString({ message: 'Enter a string.' });

export const Text = ({ max, pattern, ...options }: TextOptions): PropertyDecorator =>
  field('text', options, { maxLength: max }, [
    aString,
    atMost(max),
    ...(pattern ? [Matches(pattern.regex, { message: pattern.message })] : []),
  ]);

/** An e-mail address. Empty is accepted where the field is not required. */
export const Email = (options: FieldOptions & { max: number }): PropertyDecorator => {
  const { max, ...rest } = options;
  return field('text', rest, { maxLength: max, format: 'email' }, [
    aString,
    atMost(max),
    emptyOr(
      options,
      IsEmail({ allow_utf8_local_part: true, require_tld: false }, { message: 'Enter a valid e-mail address.' }),
    ),
  ]);
};

/** An http or https URL: nothing that a browser would run. Empty is accepted where the field is not required. */
export const HttpUrl = (options: FieldOptions & { max?: number }): PropertyDecorator => {
  const { max = 4096, ...rest } = options;
  return field('text', rest, { maxLength: max, format: 'uri' }, [
    aString,
    atMost(max),
    emptyOr(
      options,
      IsUrl(
        {
          protocols: ['http', 'https'],
          require_protocol: true,
          require_tld: false,
          require_valid_protocol: true,
          validate_length: false,
        },
        { message: 'Enter a valid http or https URL.' },
      ),
    ),
  ]);
};

export const Choice = (choices: readonly string[], options: FieldOptions): PropertyDecorator =>
  field('text', options, { choices }, [
    IsIn([...choices], { message: `Value is not a valid choice. Use one of ${choices.join(', ')}.` }),
  ]);

export const Flag = (options: FieldOptions): PropertyDecorator =>
  field('boolean', options, {}, [IsBoolean({ message: 'Enter true or false.' })]);

const INTEGER_MAX = 2_147_483_647;

export const Whole = (options: FieldOptions & { min?: number; max?: number }): PropertyDecorator => {
  const { min = -INTEGER_MAX, max = INTEGER_MAX, ...rest } = options;
  return field('integer', rest, {}, [
    IsInt({ message: 'Enter a whole number.' }),
    Min(min, { message: `Ensure this value is greater than or equal to ${min}.` }),
    Max(max, { message: `Ensure this value is less than or equal to ${max}.` }),
  ]);
};

/** An id, or a place in the log; never written by a body. */
export const Id = (options: FieldOptions): PropertyDecorator => field('id', { ...options, readonly: true }, {}, []);

/** A reference to another resource, by the name of that resource. On the wire a URI; in the row a foreign key. */
export const Reference = (target: string, options: FieldOptions): PropertyDecorator =>
  field('reference', options, { target }, [IsInt({ message: `Give the URI of a ${target}, or its id.` })]);

/** What a list of references may hold. */
export const MOST_LISTED = 100;

/** A list of references to another resource. On the wire URIs; in the row an array of ids. */
export const References = (target: string, options: FieldOptions): PropertyDecorator =>
  field('references', { orderable: false, ...options }, { target }, [
    IsArray({ message: `Give a list of URIs of a ${target}, or of ids.` }),
    ArrayMaxSize(MOST_LISTED, { message: `Give at most ${MOST_LISTED} entries.` }),
  ]);

/** A JSON document that `faultsOf` checks: it tells what is wrong, in texts; nothing when all is well. */
export const Document = (
  faultsOf: (given: unknown) => readonly string[],
  { shape, ...options }: FieldOptions & { readonly shape?: Readonly<Record<string, unknown>> },
): PropertyDecorator =>
  field('json', options, shape ? { shape } : {}, [
    ValidateBy({
      name: 'document',
      validator: {
        validate: (given) => faultsOf(given).length === 0,
        defaultMessage: (found) => faultsOf(found?.value).join(' '),
      },
    }),
  ]);

/** A workflow step, `"100"` to `"1000"` on the wire. */
export const Step = (options: FieldOptions): PropertyDecorator =>
  field('step', options, {}, [
    IsIn([...STEPS], { message: `This is not a step of the workflow. The steps are ${listOfSteps()}.` }),
  ]);

/** A workflow status, `"000"` to `"1000"` on the wire. */
export const Status = (options: FieldOptions): PropertyDecorator => {
  const message =
    'The status must be a number from 000 to 1000: 000 waiting, 001–998 running, 999 failed, 1000 complete.';
  return field('status', options, {}, [IsInt({ message }), Min(0, { message }), Max(1000, { message })]);
};

/** A time that the database keeps; never written by a body. */
export const Time = (options: FieldOptions): PropertyDecorator =>
  field('time', { ...options, readonly: true }, { format: 'date-time' }, []);

export interface JsonOptions extends FieldOptions {
  /** JSON Schema of the value; without it: any object. */
  readonly shape?: Readonly<Record<string, unknown>>;
}

/** A JSON document that the server writes. */
export const Json = ({ shape, ...options }: JsonOptions): PropertyDecorator =>
  field('json', { ...options, readonly: true }, shape ? { shape } : {}, []);

/** Applies a rule to values that aren't empty, for fields that may be left empty. */
function emptyOr(options: FieldOptions, rule: PropertyDecorator): PropertyDecorator {
  if (options.required) return rule;
  return (target, property) => {
    ValidateIf((_body, value) => value !== undefined && value !== null && value !== '')(target, property);
    rule(target, property);
  };
}
