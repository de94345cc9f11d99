// Nothing is written to a disk that is nearly full: refused before a body is read, after who asks is known.
import type { FastifyInstance } from 'fastify';
import type { FreeSpace } from '../free-space.js';
import { sendError } from './error-reply.js';
import { isSafe } from './safe-methods.js';

/** `space` is asked for with the first write: the hook is there before the application is. */
export function refuseWhenFull(server: FastifyInstance, space: () => FreeSpace): void {
  let known: FreeSpace | undefined;
  server.addHook('onRequest', (request, reply, done) => {
    if (isSafe(request.method)) return done();
    known ??= space();
    const refusal = known.refusal(Number(request.headers['content-length'] ?? 0));
    return refusal ? sendError(request, reply, refusal) : done();
  });
}
