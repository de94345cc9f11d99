// Reads bodies: JSON, bounded in size and depth, and kept as they came for the Idempotency-Key's fingerprint. Forms with files
// are let through, unread, where files are taken.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';
import { decode, parseText } from './json-text.js';
import { LARGE_BODIES, readLargeBodiesInTurn } from './large-bodies.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came; of a form with files, what says the same: its fields and its files' hashes. */
    rawBody?: Buffer;
  }
}

const BODY_LIMIT = 100 * 1024;

/** URLs whose bodies may be larger, in bytes. */
const LARGER_BODIES: Readonly<Record<string, number>> = {
  '/api/v1/bundle': 1024 * 1024,
  '/api/v1/package-list': 32 * 1024 * 1024,
  '/api/v1/ticket/:id/modules': 1024 * 1024,
  '/events': 1024 * 1024,
};

/** URLs that take multipart/form-data: their handlers read it as it comes, within the limits of uploads. */
const TAKE_FILES = new Set(['/api/v1/ticket/:id/modules', '/api/v1/spu/:id/files']);

/** URLs that take any type and read the bytes themselves: a shell script says `curl -d`, and of an event the type says what it is. */
const TAKE_ANY_TYPE = new Set(['/events']);

const isJsonType = (type: string | undefined): boolean =>
  type === undefined || /^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(type);

const notJson = (): DomainError =>
  new DomainError(
    'unsupported_media_type',
    'body.not_json',
    'Send the body as JSON, with Content-Type: application/json.',
  );

/** No content type at all is read as JSON; any other than JSON is 415, forms above all (a page elsewhere could send one). */
export function readJsonBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    route.bodyLimit = LARGER_BODIES[route.url] ?? BODY_LIMIT;
    readLargeBodiesInTurn(route);
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('multipart/form-data', (request: FastifyRequest, _stream, done) => {
    if (TAKE_FILES.has(request.routeOptions.url ?? '')) done(null);
    else done(notJson());
  });
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer, done) => {
    try {
      const anyType = TAKE_ANY_TYPE.has(request.routeOptions.url ?? '');
      if (!anyType && !isJsonType(request.headers['content-type'])) throw notJson();
      request.rawBody = body;
      if (anyType || LARGE_BODIES.has(request.routeOptions.url ?? '')) done(null, body);
      else done(null, body.length === 0 ? undefined : parseText(decode(body)));
    } catch (error) {
      done(error as Error);
    }
  });
}
