// An operation that isn't CRUD, declared: where it is, who may call it, what its body has, what it does and answers. Its Nest
// controller, the checks of its body, dry runs, Idempotency-Key, If-Match and the OpenAPI document follow from it.
// docs/adding-a-stage-verb.md walks through one.
import type { Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Tx } from '../../platform/database/db.js';
import type { About, Need } from '../../platform/http/required-scope.js';
import type { Query } from '../reading/list-query.js';
import type { Scope } from '../reading/pieces.js';
import type { Resource, Verb } from '../resource.js';
import type { OperationBody } from './operation-body.js';
import type { OperationContext } from './operation-context.js';
import type { Commit } from './run-operation.js';

export type PlaceRequest = FastifyRequest<{ Params: Readonly<Record<string, string>>; Querystring: Query }>;

/** What the path of an operation names: a ticket, a stage of a project, nothing. */
export interface Place<At, By = unknown> {
  /** Whose projects it is about. */
  readonly about: About;
  /** How the document shows what names it. */
  readonly documented: readonly MethodDecorator[];
  /** Who finds it. */
  readonly by: Type<By>;
  /** Rejects with not_found. */
  find(by: By, request: PlaceRequest): At | Promise<At>;
}

/** What a call says. */
export interface Call<At> {
  /** What the path names. */
  readonly at: At;
  readonly context: OperationContext;
  readonly query: Query;
  readonly request: FastifyRequest;
}

export interface BodyCall<At, Body> extends Call<At> {
  readonly body: Body;
  readonly dryRun: boolean;
}

/** What a write answers: 200 with a body, unless it says otherwise. */
export interface Written {
  readonly status?: number;
  readonly body: object | string | null;
  readonly etag?: string | null;
  readonly location?: string | null;
}

export interface OperationReply {
  readonly status?: number;
  readonly description: string;
  /** Left out where it has no body. */
  readonly schema?: object;
}

interface Declared<Use, At> {
  /** The `operationId`. */
  readonly name: string;
  /** Below `/api/v1/`. */
  readonly route: `${Verb} ${string}`;
  readonly at: Place<At>;
  /** The scope. */
  readonly needs: Need;
  /** The use case, or the reader, found through Nest. */
  readonly use: Type<Use>;
  /** What the query takes, as the document shows it. */
  readonly query?: readonly MethodDecorator[];
  /** The usual one first. */
  readonly reply: OperationReply | readonly OperationReply[];
  /** The statuses of its failures; left out, those that every operation of its kind has. */
  readonly failures?: readonly number[];
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
}

export interface ReadOperation<Use = unknown, At = unknown> extends Declared<Use, At> {
  readonly read: (use: Use, call: Call<At>) => ReadAnswer | Promise<ReadAnswer>;
}

/** The body, as an object or as JSON. Its ETag is its hash. */
export type ReadAnswer = string | object | Tagged;

/** A body with an ETag that says less than the body does, so that a reader is never told that it has it already. */
export class Tagged {
  constructor(
    readonly body: object,
    readonly etag: string,
  ) {}
}

/** A list of the dialect at a URL of its own: with its filters, orders and pages. */
export interface ListOperation<Use = unknown, At = unknown> extends Omit<Declared<Use, At>, 'reply'> {
  readonly list: Resource;
  /** What the document says of a page. */
  readonly page: string;
  /** The rows that it is about; left out, all of them. */
  readonly below?: (use: Use, call: Call<At>) => Scope | Promise<Scope>;
}

export interface WriteOperation<Use = unknown, At = unknown, Body = unknown> extends Declared<Use, At> {
  readonly body?: OperationBody<Body>;
  /** True where `?dry_run=1` does all of it and keeps none. */
  readonly dryRun?: boolean;
  /** `offered`: an If-Match is checked where one is sent. Or how the document shows one that has to be. */
  readonly ifMatch?: 'offered' | MethodDecorator;
  /** False where a repeat must not be answered from what is kept. */
  readonly once?: false;
  /** Where it shares its transaction with others; left out, it has one of its own. */
  readonly commit?: CommitBy<At>;
  /** Checks the call, and answers what is to be done in the transaction. */
  readonly write: (use: Use, call: BodyCall<At, Body>) => WriteWork | Promise<WriteWork>;
}

/** A place that a room declares: `by` is the class that Nest finds. */
export const definePlace = <At, By>(place: Place<At, By>): Place<At> => place;

export type WriteWork = (tx: Tx) => Promise<Written>;

export interface CommitBy<At, By = unknown> {
  readonly by: Type<By>;
  through(by: By, call: Call<At>): Commit;
}

export const commitBy = <At, By>(commit: CommitBy<At, By>): CommitBy<At> => commit;

export type Operation = ReadOperation<never, never> | ListOperation<never, never> | WriteOperation<never, never, never>;

/** A read. */
export const readOperation = <Use, At>(declared: ReadOperation<Use, At>): Operation => declared as unknown as Operation;

/** A list of the dialect. */
export const listOperation = <Use, At>(declared: ListOperation<Use, At>): Operation => declared as unknown as Operation;

/** A write, in one transaction. */
export const writeOperation = <Use, At, Body = undefined>(declared: WriteOperation<Use, At, Body>): Operation =>
  declared as unknown as Operation;
