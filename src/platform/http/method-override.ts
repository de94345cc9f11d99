// X-HTTP-Method-Override on a POST below /api/v1/, as Tastypie's clients behind old proxies send it: it is the request's method
// before anything else looks at it, so that scopes, guards and Idempotency-Keys see what is meant.
import type { IncomingMessage } from 'node:http';
import { type DomainError, invalid } from '../errors.js';

const HEADER = 'x-http-method-override';
const METHODS = new Set(['GET', 'PUT', 'PATCH', 'DELETE']);

type Head = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** What a POST of the dialect says that it means; undefined where it says nothing. */
const meant = ({ method, url = '/', headers }: Head): string | undefined =>
  headers[HEADER] !== undefined && method === 'POST' && url.startsWith('/api/v1/')
    ? String(headers[HEADER]).trim().toUpperCase()
    : undefined;

/** Fastify's `rewriteUrl`, the first that sees a request: the URL stays as it is. */
export function overrideMethod(request: IncomingMessage): string {
  const method = meant(request);
  if (method !== undefined && METHODS.has(method)) request.method = method;
  return request.url ?? '/';
}

/** A POST that means another method, and none that there is, would make what it was to change. */
export function refuseOverride(request: Head): DomainError | undefined {
  const method = meant(request);
  if (method === undefined || method === 'POST') return undefined;
  return invalid('method.override_unknown', `X-HTTP-Method-Override must be one of ${[...METHODS].join(', ')}.`);
}
