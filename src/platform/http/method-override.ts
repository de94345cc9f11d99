// X-HTTP-Method-Override on a POST below /api/v1/, as Tastypie's clients behind old proxies send it: it is the request's method
// before anything else looks at it, so that scopes, guards and Idempotency-Keys see what is meant.
import type { IncomingMessage } from 'node:http';
import { type DomainError, invalid } from '../errors.js';

const HEADER = 'x-http-method-override';
const METHODS = new Set(['GET', 'PUT', 'PATCH', 'DELETE']);

const meant = ({ headers }: Pick<IncomingMessage, 'headers'>): string => String(headers[HEADER]).trim().toUpperCase();

/** Fastify's `rewriteUrl`, the first that sees a request: the URL stays as it is. */
export function overrideMethod(request: IncomingMessage): string {
  const { method, url = '/', headers } = request;
  if (headers[HEADER] !== undefined && method === 'POST' && url.startsWith('/api/v1/') && METHODS.has(meant(request)))
    request.method = meant(request);
  return url;
}

/** A POST that means another method, and no other that there is, would make what it was to change. */
export function refuseOverride({
  method,
  url,
  headers,
}: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): DomainError | undefined {
  if (headers[HEADER] === undefined || method !== 'POST' || !url?.startsWith('/api/v1/')) return undefined;
  if (meant({ headers }) === 'POST') return undefined;
  return invalid('method.override_unknown', `X-HTTP-Method-Override takes ${[...METHODS].join(', ')}.`);
}
