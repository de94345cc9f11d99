// A subticket for an upload: the source package and the upload are made where they aren't there.
import type { components } from '../../client/schema.d.js';
import type { Server } from '../../client/server.js';

export type Subticket = components['schemas']['Subticket'];

export interface NewSubticket {
  /** The ticket's id. */
  readonly ticket: number;
  readonly sourcepackage: string;
  readonly version: string;
  /** Empty for nobody. */
  readonly assignee: string;
}

/** Supersedes the one there is for the same source package. Rejects with Refusal. */
export async function addSubticket(server: Server, asked: NewSubticket): Promise<Subticket> {
  // A package that is there already is what the same POST answers.
  const { id } = await server.of(server.api.POST('/api/v1/sourcepackage/', { body: { name: asked.sourcepackage } }));
  const upload = await findOrMakeUpload(server, id, asked.version);
  const body = { ticket: asked.ticket, source_package_upload: upload, assignee: asked.assignee };
  return server.of(server.api.POST('/api/v1/subticket/', { body }));
}

/** Its id. */
async function findOrMakeUpload(server: Server, sourcepackage: number, version: string): Promise<number> {
  const query = { sourcepackage: String(sourcepackage), version, order_by: '-id', limit: 1 };
  const { objects } = await server.of(server.api.GET('/api/v1/spu/', { params: { query } }));
  const [found] = objects;
  if (found) return found.id;
  const made = await server.of(server.api.POST('/api/v1/spu/', { body: { sourcepackage, version } }));
  return made.id;
}
