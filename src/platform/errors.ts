// What can go wrong, told without HTTP. platform/http/error-reply.ts is the one place that turns it into a reply.
import type { ErrorKind } from './error-kind.js';
import type { CodeOf, RefusalCode } from './refusals/refusals.js';

export type { ErrorKind };

export interface ErrorDetails {
  /** The resource whose fields are at fault, with the texts per field. */
  readonly resource?: string;
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** The part of the body at fault: `objects[1]`. */
  readonly part?: string;
  /** Seconds after which a repeat may succeed. */
  readonly retryAfter?: number;
  /** The verbs that the URL answers to. */
  readonly allow?: readonly string[];
  /** More members for the reply's body, such as what stands in the way. The body's own members win over them. */
  readonly data?: Readonly<Record<string, unknown>>;
  /**
   * The message for somebody who reaches only these projects, by name: without what it says of others. `toldTo` in principal.ts
   * makes use of it.
   */
  readonly narrowed?: (reached: ReadonlySet<string>) => string;
  readonly cause?: unknown;
}

/**
 * A refusal that the caller can act on. `code` is stable, dotted (`ticket.closed`) and declared in refusals/; `message` says
 * what was wrong and what to do, and goes to the client as it is; `cause` stays in the log.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly code: RefusalCode;
  readonly details: ErrorDetails;

  constructor(...[kind, code, message, details = {}]: Refusing) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.code = code;
    this.details = details;
  }

  /** One that came from another thread. */
  static received({ kind, code, message, part }: Received): DomainError {
    return new DomainError(...([kind, code, message, part === undefined ? {} : { part }] as Refusing));
  }

  /** The same refusal, said in other words or answered in another way. */
  saying(message: string, details: ErrorDetails = this.details, kind: ErrorKind = this.kind): DomainError {
    return new DomainError(...([kind, this.code, message, details] as Refusing));
  }
}

interface Received {
  readonly kind: ErrorKind;
  readonly code: RefusalCode;
  readonly message: string;
  readonly part: string | undefined;
}

/** A kind goes with the codes that are declared for it. */
type Refusing = {
  [Kind in ErrorKind]: [kind: Kind, code: CodeOf<Kind>, message: string, details?: ErrorDetails];
}[ErrorKind];

export const invalid = (code: CodeOf<'invalid'>, message: string): DomainError =>
  new DomainError('invalid', code, message);

/** A bad field of a body: `{"ticket": {"title": ["…"]}}` on the wire. */
export function invalidFields(resource: string, fields: Record<string, string[]>): DomainError {
  const text = Object.entries(fields)
    .map(([name, texts]) => `${name}: ${texts.join(' ')}`)
    .join('; ');
  return new DomainError('invalid', 'body.invalid_field', text, { resource, fields });
}

export const notFound = (message: string): DomainError => new DomainError('not_found', 'not_found', message);

/** True for a refusal because something isn't there. */
export const isGone = (error: unknown): boolean => error instanceof DomainError && error.kind === 'not_found';

export const conflict = (code: CodeOf<'conflict'>, message: string, details?: ErrorDetails): DomainError =>
  new DomainError('conflict', code, message, details);
