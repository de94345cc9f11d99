// /metrics for Prometheus: the process's own figures and the requests by route.
import { Controller, Get, Injectable, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Needs } from './http/required-scope.js';

export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const requests = new Histogram({
  name: 'stampline_http_request_duration_seconds',
  help: 'How long requests took, by method, route and status.',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers: [registry],
});

const freeSpace = new Gauge({
  name: 'stampline_disk_free_bytes',
  help: 'Room on the disks that files and, where it is embedded, Postgres are kept on.',
  labelNames: ['disk'] as const,
  registers: [registry],
});

const freeInodes = new Gauge({
  name: 'stampline_disk_free_inodes',
  help: 'How many more files fit on the same disks; +Inf if a disk has no such limit.',
  labelNames: ['disk'] as const,
  registers: [registry],
});

/** `disk`: what is kept on it. */
export function observeFreeSpace(disk: string, bytes: number, inodes: number): void {
  freeSpace.labels(disk).set(bytes);
  freeInodes.labels(disk).set(inodes);
}

const cutReplies = new Counter({
  name: 'stampline_http_cut_replies_total',
  help: 'Connections that were cut because their client did not read its data.',
  registers: [registry],
});

export const countCutReply = (): void => cutReplies.inc();

const listBytes = new Gauge({
  name: 'stampline_lists_bytes',
  help: 'Memory of lists that are being read or sent; STAMPLINE_LISTS_MB is the limit.',
  registers: [registry],
});

export const observeListBytes = (bytes: number): void => listBytes.set(bytes);

const openRequests = new Gauge({
  name: 'stampline_http_open',
  help: 'Long requests that are open: streams, waits and downloads.',
  labelNames: ['kind'] as const,
  registers: [registry],
});

/** `change`: 1 or -1. */
export const countOpen = (kind: string, change: number): void => openRequests.labels(kind).inc(change);

const refusedRequests = new Counter({
  name: 'stampline_http_over_share_total',
  help: 'Long requests that were refused because an address or a token has its share open already.',
  labelNames: ['kind'] as const,
  registers: [registry],
});

export const countOverShare = (kind: string): void => refusedRequests.labels(kind).inc();

/** The series that have been found already: finding one by its labels costs more than the measuring. Routes are few. */
const known = new Map<string, { observe(seconds: number): void }>();

/** `route`: its pattern, of which there are few. */
export function observeRequest(method: string, route: string, status: number, ms: number): void {
  const key = `${method} ${status} ${route}`;
  let series = known.get(key);
  if (!series) known.set(key, (series = requests.labels(method, route, String(status))));
  series.observe(ms / 1000);
}

/** Measures every request of a server. */
export function measureRequests(server: FastifyInstance): void {
  server.addHook('onResponse', (request, reply, done) => {
    observeRequest(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
    done();
  });
}

/** What a project, an owner or a ticket uses of a quota. */
export interface QuotaFigure {
  readonly quota: string;
  /** `project/3`, `owner/ci`, `ticket/5` */
  readonly scope: string;
  readonly used: number;
  readonly limit: number;
}

/** What is asked for at each scrape, of rooms that know it. */
@Injectable()
export class Metrics {
  /** A few of each quota. */
  quotas: () => Promise<readonly QuotaFigure[]> = () => Promise.resolve([]);

  /** Of their own, since they are of each server and of nobody who may see some projects only. */
  async quotaText(): Promise<string> {
    const own = new Registry();
    const labelNames = ['quota', 'scope'] as const;
    const [used, limit] = [
      { name: 'stampline_quota_used', help: 'Use of quotas, by the largest users of each.' },
      { name: 'stampline_quota_limit', help: 'Their limits: bytes of files, keys, events a minute, streams, waits.' },
    ].map((more) => new Gauge({ ...more, labelNames, registers: [own] }));
    for (const figure of await this.quotas()) {
      used?.labels(figure.quota, figure.scope).set(figure.used);
      limit?.labels(figure.quota, figure.scope).set(figure.limit);
    }
    return own.metrics();
  }
}

@ApiTags('Operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly more: Metrics) {}

  @Get()
  @Needs('read', 'none')
  @ApiOperation({
    operationId: 'metrics',
    summary: 'Figures for Prometheus',
    description:
      'The text format that Prometheus scrapes. Use of quotas is shown to tokens for all projects: of each quota the 20 projects, owners or tickets that use the most of it.',
  })
  @ApiResponse({ status: 200, description: 'The figures.', content: { 'text/plain': { schema: { type: 'string' } } } })
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const quotas = request.principal?.reach ? '' : await this.more.quotaText();
    void reply.header('content-type', registry.contentType).send((await registry.metrics()) + quotas);
  }
}
