// The way past the framework for what every page load asks: `default`'s map and stamp.js, without a query. An answer that was
// sent the long way, so past the guards, is kept as bytes for its URL and Host and sent again as long as nothing changed.
// Routing, hooks and handlers took twice as long as answering does.
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { isForwarded } from '../../platform/http/request-guards.js';
import { SHARED, transportHeaders } from '../../platform/http/security-headers.js';
import { observeRequest } from '../../platform/metrics.controller.js';
import { LOGGER } from '../../platform/injection-tokens.js';
import { isKnown } from '../../rest/http/entity-tag.js';
import { FreshMaps, type Live } from './fresh-maps.js';
import type { ServedBytes } from './served-bytes-cache.js';

/** URLs that take it; all are of the project `default`. */
const PATHS = new Set(['/import-map.json', '/stamp.js']);
const PROJECT = 'default';
const MOST_HOSTS = 100;
/** A map names its host in each URL, so every host has bytes of its own. */
const MOST_BYTES = 64 * 1024 * 1024;

interface Kept extends ServedBytes {
  readonly live: Live;
  /** Names and values in turn, as writeHead takes them, without the last value: the request's id. */
  readonly full: readonly string[];
  /** Of a 304. */
  readonly bare: readonly string[];
}

@Injectable()
export class Shortcut implements OnApplicationBootstrap {
  private readonly kept = new LRUCache<string, Kept>({
    max: MOST_HOSTS * PATHS.size,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body }) => body.length + 1000,
  });

  constructor(
    private readonly fresh: FreshMaps,
    private readonly host: HttpAdapterHost,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Where each request is logged, none takes it. */
  onApplicationBootstrap(): void {
    if (this.log.isLevelEnabled('info')) return;
    const server = this.host.httpAdapter.getHttpServer() as Server;
    const handlers = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.method === 'GET' && PATHS.has(request.url ?? '') && this.answer(request, response)) return;
      for (const handler of handlers) handler.call(server, request, response);
    });
  }

  /**
   * With an answer of the long way: `stamp` is what the request's URL answers as long as all of `live` is as it is. Not where a
   * proxy says by which name it was called: that isn't in the URL.
   */
  keep(
    { url, headers, protocol }: FastifyRequest,
    live: Live,
    stamp: ServedBytes,
    told: Readonly<Record<string, string>>,
  ): void {
    if (!PATHS.has(url) || live.project.name !== PROJECT || Object.keys(headers).some(isForwarded)) return;
    const all = Object.entries({ ...SHARED, ...transportHeaders(protocol), ...told, etag: stamp.etag });
    const full = [...all.flat(), 'content-length', String(stamp.body.length), 'x-request-id'];
    const bare = [...all.filter(([name]) => name !== 'content-type').flat(), 'x-request-id'];
    this.kept.set(`${url} ${headers.host}`, { ...stamp, live, full, bare });
  }

  private answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { headers, url = '' } = request;
    const kept = this.kept.get(`${url} ${headers.host}`);
    if (!kept || !this.fresh.isLive(kept.live)) return false;
    for (const name in headers) if (isForwarded(name)) return false;
    const known = headers['if-none-match'];
    const status = known !== undefined && isKnown(known, kept.etag) ? 304 : 200;
    const head = (status === 304 ? kept.bare : kept.full).concat(randomUUID());
    response.writeHead(status, head).end(status === 304 ? undefined : kept.body);
    observeRequest('GET', url, status, 0);
    return true;
  }
}
