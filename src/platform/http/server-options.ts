// What the HTTP server is made with: time limits, request ids, and replies where no hook of ours is asked.
import { randomUUID } from 'node:crypto';
import type { FastifyHttpOptions, FastifyReply, FastifyRequest } from 'fastify';
import type { Server } from 'node:http';
import { answerUnread } from './unread-reply.js';
import { notFound } from '../errors.js';
import { sendError } from './error-reply.js';

/** Slow clients are cut: headers within 10 s, the whole request within 30 s, looked at twice a second. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 500 };

/** The router can't read the path (`%ff`), so it doesn't get as far as the hooks. */
function answerUnroutable(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  sendError(request, reply, notFound('There is nothing at this URL.'));
}

export const SERVER_OPTIONS: FastifyHttpOptions<Server> = {
  // A request without a Host is refused by our guard, which says why; Node would refuse it without a word.
  http: { ...TIMEOUTS, requireHostHeader: false },
  requestTimeout: TIMEOUTS.requestTimeout,
  genReqId: () => randomUUID(),
  forceCloseConnections: 'idle',
  return503OnClosing: false,
  routerOptions: { ignoreTrailingSlash: true, maxParamLength: 8192 },
  clientErrorHandler: answerUnread,
  frameworkErrors: answerUnroutable,
};
