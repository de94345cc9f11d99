// One line for each request at level info; nothing that a request carries is logged but its method and path.
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { redacted } from '../redact.js';

export function logRequests(server: FastifyInstance, log: Logger): void {
  if (!log.isLevelEnabled('info')) return;
  server.addHook('onResponse', (request, reply, done) => {
    const { method, url, id } = request;
    log.info(
      {
        request_id: id,
        method,
        path: redacted(url.split('?', 1)[0] ?? ''),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 100) / 100,
      },
      'request',
    );
    done();
  });
}
