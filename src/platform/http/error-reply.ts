// The one place where errors become HTTP: the status of each kind, Tastypie's bodies, or RFC 9457 where a client asks.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { asDomainError } from '../database/database-error.js';
import { DomainError, type ErrorKind } from '../errors.js';
import { sendJsonText } from './json-reply.js';

const STATUS: Readonly<Record<ErrorKind, number>> = {
  not_found: 404,
  invalid: 400,
  conflict: 409,
  forbidden: 403,
  precondition: 412,
  precondition_required: 428,
  unprocessable: 422,
  not_acceptable: 406,
  unsupported_media_type: 415,
  method_not_allowed: 405,
  misdirected: 421,
  uri_too_long: 414,
  too_large: 413,
  timeout: 408,
  unavailable: 503,
  broken: 500,
};

const SORRY = 'Sorry, this request could not be processed. Please try again later.';

/** What Fastify itself refuses, before a handler sees it. */
function fromFastify(error: { code?: string; statusCode?: number; message?: string }): DomainError | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DomainError('too_large', 'body.too_large', 'The body is larger than this URL takes (100 kB).');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new DomainError('unsupported_media_type', 'body.not_json', 'Send the body as JSON, with Content-Type: application/json.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new DomainError('invalid', 'body.cut', 'The body is not as long as Content-Length says.');
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

function toDomainError(error: unknown): DomainError {
  const known = asDomainError(error);
  if (known instanceof DomainError) return known;
  if (known instanceof HttpException) {
    return known.getStatus() === 404
      ? new DomainError('not_found', 'not_found', 'There is nothing at this URL.')
      : new DomainError('invalid', 'request.invalid', known.message);
  }
  const refused = typeof known === 'object' && known !== null ? fromFastify(known) : undefined;
  return refused ?? new DomainError('broken', 'internal', SORRY, { cause: error });
}

function tastypieBody(error: DomainError): object {
  const { resource, fields, part } = error.details;
  if (resource && fields) return { [resource]: fields, ...(part ? { part } : {}) };
  return error.kind === 'not_found' || error.kind === 'broken' ? { error_message: error.message } : { error: error.message };
}

function problemBody(error: DomainError, status: number): object {
  return { type: 'about:blank', title: error.code, status, detail: error.message, ...(error.details.fields ? { errors: error.details.fields } : {}) };
}

/** Writes an error's reply. Used by the filter and by the hooks that refuse before any handler. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: DomainError): void {
  const status = STATUS[error.kind];
  const wantsProblem = String(request.headers.accept ?? '').includes('application/problem+json');
  const body = wantsProblem ? problemBody(error, status) : tastypieBody(error);
  void reply.code(status).header('vary', 'Accept').header('cache-control', 'no-cache');
  if (error.details.retryAfter) void reply.header('retry-after', String(error.details.retryAfter));
  if (error.details.allow) void reply.header('allow', error.details.allow.join(','));
  const text = JSON.stringify({ ...body, code: error.code, request_id: request.id });
  sendJsonText(reply, text, wantsProblem ? 'application/problem+json' : undefined);
}

@Catch()
export class ErrorReplyFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refusal = toDomainError(error);
    const cause = refusal.details.cause;
    if (refusal.kind === 'broken') this.log.error({ err: cause ?? error, request_id: request.id, url: request.url }, 'request failed');
    else if (refusal.kind === 'unavailable') this.log.warn({ err: cause, request_id: request.id, code: refusal.code }, 'unavailable');
    if (reply.sent) return;
    for (const name of ['etag', 'location']) reply.removeHeader(name);
    sendError(request, reply, refusal);
  }
}
