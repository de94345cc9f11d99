// A ticket with everything that belongs to it.
import type { components } from '../../client/schema.d.js';
import type { Session } from '../session/session.js';

export type FullTicket = components['schemas']['Fullticket'];
export type FullSubticket = FullTicket['subtickets'][number];

/** Rejects with Refusal 404 where there is none. */
export const readFull = ({ server }: Session, name: string): Promise<FullTicket> =>
  server.of(server.api.GET('/api/v1/fullticket/{id}/', { params: { path: { id: name } } }));

/** What a ticket's page shows: `why` is what stands between it and its next stage. */
export async function readWhole(session: Session, name: string) {
  const { server } = session;
  const ticket = await readFull(session, name);
  const params = { params: { query: { ticket: String(ticket.id), limit: 0 } } };
  const path = { id: String(ticket.id) };
  const [links, components, why, preview] = await Promise.all([
    server.of(server.api.GET('/api/v1/ticketlink/', params)),
    server.of(server.api.GET('/api/v1/ticketcomponent/', params)),
    server.of(server.api.GET('/api/v1/ticket/{id}/why/', { params: { path } })),
    server.of(server.api.GET('/api/v1/ticket/{id}/preview/', { params: { path } })),
  ]);
  // The application's page where the project names one, else the import map.
  const shown = { ...preview.links, ...preview.pages };
  return { ...ticket, links: links.objects, components: components.objects, why, preview: shown };
}

export type WholeTicket = Awaited<ReturnType<typeof readWhole>>;

/** `curl 8.11.0-1`, or the merge proposal that it tracks. */
export function uploadText({ source_package_upload, merge_proposal }: FullSubticket): string {
  if (source_package_upload) return `${source_package_upload.sourcepackage.name} ${source_package_upload.version}`;
  return merge_proposal?.resource_uri ?? '';
}

/** Those that count: none of them superseded. */
export const liveSubtickets = ({ subtickets }: FullTicket): readonly FullSubticket[] =>
  subtickets.filter((one) => one.superseded_by === null);
