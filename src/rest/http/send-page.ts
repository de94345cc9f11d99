// A page of objects that are no resource of the dialect, in the dialect's list shape.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listBody } from './list-reply.js';
import { sendJson } from './reply.js';
import type { Page } from '../reading/list-query.js';

/** @param objects those of the page; `total` counts all */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { limit, offset }: Page,
  objects: readonly object[],
  total: number,
): void {
  const [path = '', ...search] = request.url.split('?');
  const texts = objects.map((one) => JSON.stringify(one)).join(',');
  const page = { limit, offset, after: undefined, objects: texts, rows: objects.length, lastId: null, total };
  sendJson(request, reply, listBody(path.endsWith('/') ? path : `${path}/`, search.join('?'), page));
}
