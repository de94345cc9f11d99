// What the HTTP server is made with: time limits, request ids, and replies where no hook of ours is asked.
import { randomUUID } from 'node:crypto';
import type { Config } from '../../config.js';
import type { FastifyHttpOptions, FastifyReply, FastifyRequest } from 'fastify';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { Networks } from '../networks.js';
import { readCertificate } from './certificate.js';
import { overrideMethod } from './method-override.js';
import { refuseFraming } from './request-framing.js';
import { answerUnread } from './unread-reply.js';
import { notFound } from '../errors.js';
import { sendError } from './error-reply.js';

/** Slow clients are cut: headers within 10 s, the whole request within 30 s, looked at twice a second. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 500 };

/** The router can't read the path (`%ff`), so it doesn't get as far as the hooks. */
function answerUnroutable(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  sendError(request, reply, refuseFraming(request, reply) ?? notFound('There is nothing at this URL.'));
}

/** A request without a Host is refused by our guard, which says why; Node would refuse it without a word. */
const HTTP = { ...TIMEOUTS, requireHostHeader: false };

const OPTIONS = {
  requestTimeout: TIMEOUTS.requestTimeout,
  genReqId: () => randomUUID(),
  forceCloseConnections: 'idle' as const,
  return503OnClosing: false,
  routerOptions: { ignoreTrailingSlash: true, maxParamLength: 8192 },
  frameworkErrors: answerUnroutable,
  rewriteUrl: overrideMethod,
};

/** Rejects with StartError where the certificate can't be used. */
export function serverOptions({ tls, trustedProxies }: Config, log: Logger): FastifyHttpOptions<Server> {
  const clientErrorHandler: FastifyHttpOptions<Server>['clientErrorHandler'] = (error, socket) =>
    answerUnread(error, socket, log);
  const proxies = new Networks(trustedProxies);
  const trust = trustedProxies.length > 0 ? { trustProxy: (address?: string) => proxies.has(address ?? '') } : {};
  if (!tls) return { ...OPTIONS, ...trust, clientErrorHandler, http: HTTP };
  const https = { ...HTTP, handshakeTimeout: TIMEOUTS.headersTimeout, ...readCertificate(tls) };
  // To all that is done with it, an https.Server is an http.Server.
  return { ...OPTIONS, ...trust, clientErrorHandler, https } as unknown as FastifyHttpOptions<Server>;
}
