// What the dialect knows of a field. A body class's decorators (field-decorators.ts) write it; everything else reads it:
// validation, SQL, filters, /schema/ and OpenAPI.

/** A scope that a field may need of its own. */
export type FieldScope = 'ticket:write' | 'status:write' | 'artifact:write' | 'event:write' | 'admin';

export type FieldKind =
  'id' | 'text' | 'integer' | 'boolean' | 'time' | 'reference' | 'references' | 'json' | 'step' | 'status';

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** One sentence for people: OpenAPI's description and /schema/'s help_text. */
  readonly help: string;
  readonly example: unknown;
  /** Must be in the body of a POST. */
  readonly required: boolean;
  readonly nullable: boolean;
  /** Never written by a body; ignored there. */
  readonly readonly: boolean;
  /** Written but not part of the object: it has no column and no place in the view. */
  readonly writeOnly: boolean;
  readonly unique: boolean;
  /** The scope that a body needs besides its operation's to change this; see rest/writing/field-scopes.ts. */
  readonly scope?: FieldScope;
  /** What a new object has anyway, which needs no scope. */
  readonly usual?: unknown;
  /** What it is when a POST leaves it out; undefined leaves that to the database. */
  readonly initial: unknown;
  readonly maxLength?: number;
  /** JSON Schema's pattern, where a member of an operation's body has one. */
  readonly pattern?: string;
  readonly choices?: readonly string[];
  /** `email`, `uri`, `date-time`: JSON Schema's format. */
  readonly format?: string;
  /** The resource that a reference leads to. */
  readonly target?: string;
  /** JSON Schema of a json field's value, where it is known. */
  readonly shape?: Readonly<Record<string, unknown>>;
  /** False where it makes no sense to filter or order by it. */
  readonly filterable: boolean;
  readonly orderable: boolean;
}

export type BodyClass = new () => object;

const KEY = Symbol('stampline:fields');

/** Adds a field to a body class; decorators run in the order of the properties, which is the order of the view. */
export function declareField(target: object, field: Field): void {
  const fields = (Reflect.getOwnMetadata(KEY, target) as Field[] | undefined) ?? [];
  Reflect.defineMetadata(KEY, [...fields, field], target);
}

/** The fields of a body class, with those of the classes that it extends first. */
export function fieldsOf(body: BodyClass): Field[] {
  const chain: Field[][] = [];
  for (
    let proto = body.prototype as object | null;
    proto && proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto) as object | null
  ) {
    chain.unshift((Reflect.getOwnMetadata(KEY, proto) as Field[] | undefined) ?? []);
  }
  return chain.flat();
}
