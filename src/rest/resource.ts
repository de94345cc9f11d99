// A resource of the dialect, declared: a table, a body class and a few lines. docs/adding-a-resource.md walks through one.
import type { Type } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import type { Principal, Reach } from '../platform/principal.js';
import type { Severity } from '../log/lines/severity.js';
import type { ObjectJson } from './object-json.js';
import { type BodyClass, type Field, fieldsOf } from './fields/field.js';
import type { CodeOf } from '../platform/refusals/refusals.js';
import type { OwnType } from '../log/lines/event-types.js';

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Field values as the table takes them: ids for references, numbers for steps. Only what was given. */
export type FieldValues = Readonly<Record<string, unknown>>;

/** A row as the rules see it: every column of the table by the field's name, references as ids. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: number };

export interface EventDraft {
  readonly type: OwnType;
  /** What its type has, unless it says another. */
  readonly severity?: Severity;
  readonly line: string;
  /** Where to look, where that is elsewhere than at the object. */
  readonly link?: string;
  readonly data: { before?: FieldValues; after?: FieldValues } & FieldValues;
}

export interface WriteContext {
  readonly actor: string;
  /** The projects that the actor may write to; all without it. */
  readonly reach?: Reach;
  /** True for who holds the scope admin. */
  readonly admin?: boolean;
  /** Whose scopes count for what a body says; undefined for the server's own writes. */
  readonly principal?: Principal;
  /** True for what is made as a part of something larger, whose line tells of it: its event is a detail. */
  readonly isPart?: boolean;
  /** What is made with it, for its line: `openssl, curl`. */
  readonly madeWith?: string | undefined;
  /** True where the client said which state it saw (If-Match). */
  readonly conditional?: boolean;
}

/** What an update comes to: the columns to set (none: nothing happens) and the one event that says so. */
export interface Decision {
  readonly set: FieldValues;
  readonly event: EventDraft;
}

/**
 * The rules of a resource whose writes mean more than their fields: a use case of its room, found through Nest. All run in
 * the write's transaction.
 */
export interface ResourceRules {
  /**
   * An update as one statement, for the common case of a hot path. Undefined: nothing happened, and the update goes the
   * long way, which answers the same.
   */
  inOneStatement?(
    id: number,
    given: FieldValues,
    ifMatch: number | undefined,
    context: WriteContext,
  ): Promise<ObjectJson | undefined>;
  /** Before a row is made: takes locks, looks at the neighbours, may complete the values. */
  beforeCreate?(tx: Tx, values: FieldValues): Promise<FieldValues>;
  /** The row is locked; `given` holds what the body said. Without it: the fields that differ are set. */
  decide?(tx: Tx, before: Row, given: FieldValues, context: WriteContext): Promise<Decision>;
  /** Takes the locks that come before those of these rows (locks go ticket, then subticket), in one order for everybody. */
  lockFirst?(tx: Tx, ids: readonly number[]): Promise<void>;
  /** Before rows that are locked are deleted: what it throws refuses all of it. */
  beforeRemove?(tx: Tx, ids: readonly number[]): Promise<void>;
  /** After a row was made (`before` null), changed, or deleted (`after` null). */
  afterWrite?(tx: Tx, before: Row | null, after: Row | null, given: FieldValues, context: WriteContext): Promise<void>;
  /** The same after a row was deleted only: with `settle`, making one takes a statement more. */
  removed?(tx: Tx, before: Row): Promise<void>;
}

/** A list of objects, or one object, that a view shows inside. */
export interface Nesting {
  /** Children: rows of `resource` whose reference `by` leads here, under `name`. */
  readonly children?: readonly {
    readonly name: string;
    readonly resource: string;
    readonly by: string;
    readonly view?: ViewShape;
  }[];
  /** References shown as whole objects instead of URIs. */
  readonly whole?: Readonly<Record<string, ViewShape>>;
}

export interface ViewShape extends Nesting {
  readonly omit?: readonly string[];
}

export interface ResourceDeclaration {
  /** The endpoint: `/api/v1/<name>/`. */
  readonly name: string;
  /** What people call one: `source package`. */
  readonly noun: string;
  readonly entity: Type;
  readonly body: BodyClass;
  /** What it answers to, in this order in `Allow`. */
  readonly verbs: readonly Verb[];
  /** Operations that the verbs would allow and that it doesn't have. */
  readonly without?: readonly OperationName[];
  /** SQL over alias `t` that every row of this endpoint fulfils. */
  readonly where?: string;
  /** The scope that its writes need; `read` where it has none. */
  readonly scope: 'read' | 'ticket:write' | 'status:write' | 'artifact:write' | 'event:write' | 'admin';
  /** Which fields the view has; all without it. Order as declared. */
  readonly view?: { readonly only?: readonly string[] } & Nesting;
  /** True where another URL shows it: no endpoint, no resource_uri, not in the index. */
  readonly hidden?: boolean;
  /** Fields that are read from something else than their column: a function of the row, `t.whole_operations`. */
  readonly shownAs?: Readonly<Record<string, string>>;
  /** A write must name one of these fields; a body that names none gets the likely typo pointed out. */
  readonly oneOf?: readonly string[];
  /** SQL over alias `t` that names a row in lines: `t.name`. */
  readonly label: string;
  /** SQL over alias `t`: what the line of a new one says besides, and where it leads if not to the object. */
  readonly detail?: string;
  readonly link?: string;
  /** SQL over alias `t`: whose history a change belongs to. */
  readonly belongsTo?: {
    readonly project?: string;
    readonly ticket?: string;
    readonly subticket?: string;
    readonly stage?: string;
  };
  /** True for what belongs to no project and yet has a say in all: making one needs a token for all projects, as changing it does. */
  readonly concernsAll?: boolean;
  /** Of a view, which has no indexes of its own: the fields that an index below it finds few rows by (`readsTheTable`). */
  readonly servedBy?: readonly string[];
  /** `ticket` where ids may be ticket keys. */
  readonly keyed?: boolean;
  /** True where rows carry a version: it is the ETag, and If-Match is checked. */
  readonly versioned?: boolean;
  /** POST of a known value of this unique field answers 201 with the existing object. */
  readonly getOrCreateBy?: string;
  /** `derive`: columns beside the fields that follow from what was given at creation. `computed`: columns made in SQL; `n.id` is the new id, `$field` a given value's placeholder or NULL. */
  readonly derive?: (values: FieldValues) => FieldValues;
  readonly computed?: Readonly<Record<string, (placeholder: (field: string) => string) => string>>;
  /** Texts for a broken check constraint, by its name. */
  readonly checks?: Readonly<Record<string, { readonly code: CodeOf<'invalid'>; readonly message: string }>>;
  readonly rules?: Type<ResourceRules>;
  /** Texts for a broken unique constraint, by its name: field and message. */
  readonly uniques?: Readonly<Record<string, { readonly field: string; readonly message: string }>>;
  /** Where its operations stand in the documentation. */
  readonly docs: ResourceDocs;
}

export interface ResourceDocs {
  readonly tag: string;
  /** One sentence on what it is, shown with every operation. */
  readonly about: string;
  /** An example body for POST. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** Query parameters worth naming in the list's documentation, with an example each. */
  readonly filters?: Readonly<Record<string, string>>;
  /** Operations of "The documented calls": place in a lander's day, title and body. */
  readonly documented?: Partial<Record<OperationName, DocumentedCall>>;
}

export interface DocumentedCall {
  /** Its place in the lander's day. */
  readonly order: number;
  readonly summary: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string>>;
}

export type OperationName = 'list' | 'detail' | 'create' | 'update' | 'replace' | 'remove' | 'patchList' | 'removeList';

export interface Resource extends ResourceDeclaration {
  readonly fields: readonly Field[];
  /** Fields that a body may set. */
  readonly writable: readonly Field[];
}

const registry = new Map<string, Resource>();

/** Declares a resource and makes it known by its name. */
export function defineResource(declaration: ResourceDeclaration): Resource {
  const fields = fieldsOf(declaration.body);
  const resource: Resource = { ...declaration, fields, writable: fields.filter((field) => !field.readonly) };
  registry.set(declaration.name, resource);
  return resource;
}

export function resourceNamed(name: string): Resource {
  const resource = registry.get(name);
  if (!resource) throw new Error(`No resource is called '${name}'.`);
  return resource;
}

/** In the order of their declaration. */
export const allResources = (): Resource[] => [...registry.values()];

export const uriOf = (resource: Resource, id: number | string): string => `/api/v1/${resource.name}/${id}/`;
