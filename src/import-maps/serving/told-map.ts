// How a map or a script is sent: what its status says in the moment of answering, and how long who gets it may keep it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isKnown } from '../../rest/http/entity-tag.js';
import type { Wanted } from './map-answers.js';
import type { ServedBytes } from './served-bytes-cache.js';

/** What X-Stamp-Status says in the moment of answering: what was found may have become old since. */
export function statusNow({ wait }: Wanted, status: string | undefined): string | undefined {
  if (!wait.isOld || status?.includes('stale')) return status;
  return status === undefined ? 'stale' : `${status}; stale`;
}

interface Told {
  readonly stamp: ServedBytes;
  /** X-Stamp-Status, where there is anything to say. */
  readonly status: string | undefined;
  readonly type: string;
  readonly isPreview: boolean;
  /** X-Stamp-Shows: what of the query is in the map, so that whoever asks knows an answer to another query. */
  readonly shows?: string | undefined;
}

export function sendTold(
  request: FastifyRequest,
  reply: FastifyReply,
  { stamp, status, type, isPreview, shows }: Told,
): void {
  if (shows !== undefined) void reply.header('x-stamp-shows', shows);
  const kept = isPreview ? 'private, ' : '';
  if (status === undefined) return send(request, reply, stamp, type, `${kept}no-cache`);
  // Not to be kept: a browser that revalidates it later would take over the status of then.
  void reply.header('x-stamp-status', status).header('cache-control', `${kept}no-store`);
  void reply.header('etag', stamp.etag).header('content-type', type).send(stamp.body);
}

export function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, etag }: ServedBytes,
  type: string,
  caching: string,
): void {
  void reply.header('cache-control', caching).header('etag', etag);
  if (isKnown(request.headers['if-none-match'], etag)) void reply.code(304).send();
  else void reply.header('content-type', type).send(body);
}
