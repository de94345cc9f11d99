// The one place where errors become HTTP: the status of each kind, Tastypie's bodies, or RFC 9457 where a client asks.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Logger } from 'pino';
import { asDomainError } from '../database/database-error.js';
import { DomainError, type ErrorKind } from '../errors.js';
import { errorForLog } from '../error-for-log.js';
import { toldTo } from '../principal.js';
import { redacted } from '../redact.js';
import { sendJsonText } from './json-reply.js';
import { isSafe } from './safe-methods.js';
import { TOKEN_PAGE } from './token-page.js';

export const STATUS: Readonly<Record<ErrorKind, number>> = {
  not_found: 404,
  invalid: 400,
  conflict: 409,
  unauthenticated: 401,
  forbidden: 403,
  precondition: 412,
  precondition_required: 428,
  unprocessable: 422,
  not_acceptable: 406,
  unsupported_media_type: 415,
  method_not_allowed: 405,
  expectation: 417,
  misdirected: 421,
  uri_too_long: 414,
  too_large: 413,
  timeout: 408,
  too_many: 429,
  unavailable: 503,
  broken: 500,
};

const SORRY = 'Sorry, this request could not be processed. Please try again later.';

const CUT = new DomainError('invalid', 'body.cut', 'The length of the body differs from Content-Length.');

const KILOBYTE = 1024;

/** `100 kB`, `32 MB`. */
const sizeText = (bytes: number): string =>
  bytes < KILOBYTE ** 2 ? `${bytes / KILOBYTE} kB` : `${bytes / KILOBYTE ** 2} MB`;

/** What Fastify itself refuses, before a handler sees it. */
function fromFastify(
  error: { code?: string; statusCode?: number; message?: string },
  request: FastifyRequest,
): DomainError | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DomainError(
        'too_large',
        'body.too_large',
        `The body is too large for this URL: ${sizeText(request.routeOptions.bodyLimit)} at most.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new DomainError(
        'unsupported_media_type',
        'body.not_json',
        'Send the body as JSON, with Content-Type: application/json.',
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return CUT;
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_ASYNC_CONSTRAINT':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new DomainError('not_found', 'not_found', 'There is nothing at this URL.');
    default:
      return error.statusCode && error.statusCode >= 400 && error.statusCode < 500
        ? new DomainError('invalid', 'request.invalid', error.message ?? 'The request is not valid.')
        : undefined;
  }
}

/** Nest hands on what Fastify refused as an exception of its own. */
const unwrapped = (error: unknown): unknown => (error instanceof HttpException && error.cause ? error.cause : error);

function toDomainError(given: unknown, request: FastifyRequest): DomainError {
  const error = asDomainError(unwrapped(given));
  if (error instanceof DomainError) return error;
  if (error instanceof HttpException) {
    return error.getStatus() === 404
      ? new DomainError('not_found', 'not_found', 'There is nothing at this URL.')
      : new DomainError('invalid', 'request.invalid', error.message);
  }
  const refused = typeof error === 'object' && error !== null ? fromFastify(error, request) : undefined;
  return refused ?? new DomainError('broken', 'internal', SORRY, { cause: error });
}

function tastypieBody(error: DomainError): object {
  const { resource, fields, part } = error.details;
  const where = part ? { part } : {};
  if (resource && fields) return { [resource]: fields, ...where };
  return error.kind === 'not_found' || error.kind === 'broken'
    ? { error_message: error.message }
    : { error: error.message, ...where };
}

function problemBody(error: DomainError, status: number): object {
  return {
    // RFC 9457, 4.2.1: with this type the title is the status's own.
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: error.message,
    ...(error.details.part ? { part: error.details.part } : {}),
    ...(error.details.fields ? { errors: error.details.fields } : {}),
  };
}

const BEARER = 'Bearer realm="stampline"';
/** A browser that is asked for Basic asks its user, on every page: so only where clients know nothing else. */
const OR_BASIC = `Basic realm="stampline", charset="UTF-8", ${BEARER}`;

/** What a client has to send for the answer to be another one. */
function challenge(reply: FastifyReply, { kind }: DomainError, schemes = BEARER): void {
  if (kind === 'unauthenticated') void reply.header('www-authenticate', schemes);
}

/** The same as text, for clients that show it as it is. */
export function sendErrorText(reply: FastifyReply, error: DomainError, status = STATUS[error.kind]): void {
  if (error.details.retryAfter) void reply.header('retry-after', String(error.details.retryAfter));
  challenge(reply, error, OR_BASIC);
  void reply
    .code(status)
    .header('cache-control', 'no-cache')
    .header('content-type', 'text/plain; charset=utf-8')
    .send(`${error.message}\n`);
}

/** Headers that describe the reply that was to be sent, and say nothing of the error that is sent instead. */
const OF_THE_BODY = [
  'etag',
  'location',
  'last-modified',
  'content-length',
  'content-encoding',
  'content-range',
  'content-disposition',
  'accept-ranges',
];

/** In an `onSend` hook, where a reply can't be sent any more: makes it an error's, and answers what to send as its body. */
export function turnIntoError(request: FastifyRequest, reply: FastifyReply, error: DomainError): string {
  for (const name of OF_THE_BODY) reply.removeHeader(name);
  const { text, type } = errorBody(request, reply, error);
  void reply.header('content-type', type);
  return text;
}

/** Writes an error's reply. Used by the filter and by the hooks that refuse before any handler. */
export function sendError(request: FastifyRequest, reply: FastifyReply, given: DomainError): void {
  const error = toldTo(request.principal?.reach, given);
  // An URL that couldn't be read has no route.
  const route = request.routeOptions as typeof request.routeOptions | undefined;
  if (route?.config?.plainErrors) return sendErrorText(reply, error);
  const { text, type } = errorBody(request, reply, error);
  sendJsonText(reply, text, type);
}

interface ErrorBody {
  readonly text: string;
  readonly type: string;
}

/** Sets the reply's status and headers, but for its type. */
function errorBody(request: FastifyRequest, reply: FastifyReply, error: DomainError): ErrorBody {
  const status = STATUS[error.kind];
  const accept = String(request.headers.accept ?? '');
  const wantsProblem = accept.includes('application/problem+json');
  const body = wantsProblem ? problemBody(error, status) : tastypieBody(error);
  const vary = [reply.getHeader('vary'), 'Accept'].flat().filter(Boolean).join(', ');
  void reply.code(status).header('vary', vary).header('cache-control', 'no-cache');
  if (error.details.retryAfter) void reply.header('retry-after', String(error.details.retryAfter));
  challenge(reply, error);
  if (error.details.allow) void reply.header('allow', error.details.allow.join(','));
  if (error.kind === 'unauthenticated' && isSafe(request.method) && accept.includes('text/html'))
    return { text: TOKEN_PAGE, type: 'text/html; charset=utf-8' };
  const text = JSON.stringify({ ...error.details.data, ...body, code: error.code, request_id: request.id });
  return { text, type: wantsProblem ? 'application/problem+json' : 'application/json' };
}

@Catch()
export class ErrorReplyFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // A client that left in the middle of its body looks like any other connection that was reset.
    const refusal = request.raw.readableAborted ? CUT : toDomainError(error, request);
    this.tell(refusal, request.id, request.url);
    if (reply.sent) return;
    for (const name of OF_THE_BODY) reply.removeHeader(name);
    sendError(request, reply, refusal);
  }

  private tell({ kind, code, details }: DomainError, id: string, url: string): void {
    if (kind !== 'broken' && kind !== 'unavailable') return;
    const entry = { err: errorForLog(details.cause), request_id: id, code, path: redacted(url.split('?', 1)[0] ?? '') };
    if (kind === 'broken') this.log.error(entry, 'request failed');
    else this.log.warn(entry, 'unavailable');
  }
}
