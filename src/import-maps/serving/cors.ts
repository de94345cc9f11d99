// Which pages may read what (import-maps.md, section 3): production's map any, a ticket's map those of preview origins only.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isPreviewOrigin } from '../../projects/preview-origins.js';
import type { ServedProject } from './projects-cache.js';
import type { AskedTickets } from './map-request.js';

const EXPOSED = 'ETag, X-Stamp-Status, X-Stamp-Shows';

/** Anonymous: nothing in it depends on who asks. */
export const WITH_ALL = { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };

export function shareWithAll(reply: FastifyReply): void {
  void reply.headers(WITH_ALL);
}

/** With what stamp.js sends the keys of tickets, so that they are in no URL that it asks. */
export const PREVIEW_KEY_HEADER = 'x-stamp-preview-key';

const PREFLIGHT_SECONDS = '7200';

/** The answer to a browser that asks whether a page may send them. */
export function allowKeys(reply: FastifyReply): void {
  void reply
    .header('access-control-allow-methods', 'GET')
    .header('access-control-allow-headers', PREVIEW_KEY_HEADER)
    .header('access-control-max-age', PREFLIGHT_SECONDS);
}

/** A page elsewhere isn't told so: its browser refuses the answer, and stamp.js doesn't ask there at all. */
export function sharePreview(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  project: ServedProject,
  asked: readonly AskedTickets[],
): void {
  const { origin } = headers;
  reply.removeHeader('access-control-allow-origin');
  void reply
    .header('vary', `Origin, Authorization, ${PREVIEW_KEY_HEADER}`)
    .header('access-control-expose-headers', EXPOSED);
  if (origin && asked.every(({ stage }) => isPreviewOrigin(origin, stage, project.previews)))
    void reply.header('access-control-allow-origin', origin);
}
