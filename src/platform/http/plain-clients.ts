// URLs whose clients were written for import-map-deployer: curl -d labels its JSON as a form, so the two PATCH URLs take JSON
// under any label, and errors are plain text. A form that a page elsewhere could send isn't let in by this: browsers ask
// before they PATCH, and the guards refuse foreign origins.
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Errors are answered as text/plain. */
    plainErrors?: boolean;
  }
}

const PLAIN = new Set(['GET /environments', 'PATCH /import-map.json', 'PATCH /services', 'DELETE /services/:name']);
/** A whole map may come at once. */
const BODY_LIMIT = 8 * 1024 * 1024;

/** Called before the routes are there. */
export function admitPlainClients(server: FastifyInstance): void {
  server.addHook('onRoute', (route: RouteOptions) => {
    const url = route.url.replace(/^\/p\/:project\//, '/');
    const methods = [route.method].flat();
    if (!methods.every((method) => PLAIN.has(`${method} ${url}`))) return;
    route.config = { ...route.config, plainErrors: true };
    if (!methods.includes('PATCH')) return;
    route.bodyLimit = BODY_LIMIT;
    route.onRequest = [route.onRequest ?? [], asJson].flat();
  });
}

function asJson(request: FastifyRequest, _reply: unknown, done: () => void): void {
  request.headers['content-type'] = 'application/json';
  done();
}
