// From the platform to an HTTP application: Fastify under Nest, guards, bodies, errors, documentation.
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { AppModule } from './app.module.js';
import { serveDocs } from './openapi.js';
import { ErrorReplyFilter } from './platform/http/error-reply.js';
import { readJsonBodies } from './platform/http/json-body.js';
import { logRequests } from './platform/http/request-log.js';
import { guardRequests } from './platform/http/request-guards.js';
import { secureReplies } from './platform/http/security-headers.js';
import { measureRequests } from './platform/metrics.controller.js';
import type { Platform } from './platform/platform.module.js';
import { readTables } from './rest/reading/columns.js';

/** Slow clients are cut: headers within 10 s, the whole request within 30 s, looked at every second. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1000 };

export async function createApp(
  platform: Platform,
  options: { preview?: boolean } = {},
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    http: TIMEOUTS,
    requestTimeout: TIMEOUTS.requestTimeout,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 8192 },
  });
  const server = adapter.getInstance<FastifyInstance>();
  secureReplies(server);
  guardRequests(server, platform.config);
  measureRequests(server);
  logRequests(server, platform.log);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(platform), adapter, {
    bodyParser: false,
    logger: ['error', 'warn'],
    abortOnError: false,
    preview: options.preview ?? false,
  });
  readJsonBodies(server);
  app.useGlobalFilters(new ErrorReplyFilter(platform.log));
  if (options.preview) return app;
  readTables(platform.dataSource);
  serveDocs(app);
  await app.init();
  await server.ready();
  return app;
}
