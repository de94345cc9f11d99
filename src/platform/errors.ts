// What can go wrong, told without HTTP. platform/http/error-reply.ts is the one place that turns it into a reply.

export type ErrorKind =
  | 'not_found'
  | 'invalid'
  | 'unauthenticated'
  | 'conflict'
  | 'forbidden'
  | 'precondition'
  | 'precondition_required'
  | 'unprocessable'
  | 'not_acceptable'
  | 'unsupported_media_type'
  | 'method_not_allowed'
  | 'expectation'
  | 'misdirected'
  | 'uri_too_long'
  | 'too_large'
  | 'timeout'
  | 'too_many'
  | 'unavailable'
  | 'broken';

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
 * A refusal that the caller can act on. `code` is stable and dotted (`ticket.closed`); `message` says what was wrong and
 * what to do, and goes to the client as it is; `cause` stays in the log.
 */
export class DomainError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
  }
}

export const invalid = (code: string, message: string): DomainError => new DomainError('invalid', code, message);

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

export const conflict = (code: string, message: string, details?: ErrorDetails): DomainError =>
  new DomainError('conflict', code, message, details);
