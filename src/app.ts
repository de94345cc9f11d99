// From the platform to an HTTP application: Fastify under Nest, guards, bodies, errors, documentation.
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { authenticateRequests, type Doors } from './access/authenticate.js';
import { TokensCache } from './access/tokens-cache.js';
import { EndRevokedStreams } from './access/end-revoked-streams.js';
import { ProjectGate } from './access/project-gate.js';
import { RateLimits } from './access/rate-limits.js';
import { AppModule } from './app.module.js';
import { serveDocs } from './openapi.js';
import { FreeSpace } from './platform/free-space.js';
import { renewCertificate } from './platform/http/certificate.js';
import { ErrorReplyFilter } from './platform/http/error-reply.js';
import { readJsonBodies } from './platform/http/json-body.js';
import { closeQueuedReplies } from './platform/http/queued-replies.js';
import { admitPlainClients } from './platform/http/plain-clients.js';
import { refuseWhenFull } from './platform/http/refuse-when-full.js';
import { logRequests } from './platform/http/request-log.js';
import { guardRequests } from './platform/http/request-guards.js';
import { shareRequests } from './platform/http/request-shares.js';
import { serverOptions } from './platform/http/server-options.js';
import { secureReplies } from './platform/http/security-headers.js';
import { cutStalledReplies } from './platform/http/stalled-replies.js';
import { measureRequests } from './platform/metrics.controller.js';
import type { Platform } from './platform/platform.module.js';
import { answerRepeats } from './rest/http/answer-repeats.js';
import { readTables } from './rest/reading/columns.js';
import { Idempotency } from './rest/writing/idempotency.js';
import { keepRoomForLargeAnswers } from './rest/http/room-for-large-answers.js';
import { ListsRoom } from './rest/http/lists-room.js';

export async function createApp(
  platform: Platform,
  options: { preview?: boolean } = {},
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter(serverOptions(platform.config, platform.log));
  const server = adapter.getInstance<FastifyInstance>();
  secureReplies(server, platform.config);
  guardRequests(server, platform.config);
  const doors = (): Doors => ({
    tokens: app.get(TokensCache),
    projects: app.get(ProjectGate),
    open: app.get(EndRevokedStreams),
    limits: platform.config.access.required ? app.get(RateLimits) : undefined,
  });
  authenticateRequests(server, platform.config.access, doors);
  shareRequests(server, platform.config.shares);
  closeQueuedReplies(server.server);
  cutStalledReplies(server.server, platform.config.stalledMs);
  refuseWhenFull(server, () => app.get(FreeSpace));
  measureRequests(server);
  logRequests(server, platform.log);
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    AppModule.of(platform),
    adapter,
    {
      bodyParser: false,
      logger: false,
      abortOnError: false,
      preview: options.preview ?? false,
    },
  );
  readJsonBodies(server);
  admitPlainClients(server);
  answerRepeats(server, () => app.get(Idempotency));
  keepRoomForLargeAnswers(server, () => app.get(ListsRoom));
  app.useGlobalFilters(new ErrorReplyFilter(platform.log));
  if (options.preview) return app;
  readTables(platform.dataSource);
  serveDocs(app);
  if (platform.config.tls) renewCertificate(server, platform.config.tls, platform.log);
  await app.init();
  await server.ready();
  return app;
}
