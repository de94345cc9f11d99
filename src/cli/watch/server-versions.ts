// Which versions of files production and the ticket have, as the server says it.
import type { operations } from '../../client/schema.js';
import { Refusal, type Server } from '../../client/server.js';

export type ServerSources = operations['ticket_sources']['responses'][200]['content']['application/json'];
export type TicketChange = ServerSources['changes'][string];
export type LastChange = ServerSources['changed'][string];

/** Paths of which one request tells who changed them last. */
const MOST_CHANGED = 20;

/** `under`: what the names of the folder's files begin with. Undefined where the server is older than that question. */
export async function readSources(server: Server, ticket: string, under: string): Promise<ServerSources | undefined> {
  try {
    return await ask(server, ticket, { under });
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  }
}

/** Who changed some paths last in production: of the first ones. */
async function lastChanges(
  server: Server,
  ticket: string,
  names: readonly string[],
  most = 5 * MOST_CHANGED,
): Promise<ReadonlyMap<string, LastChange>> {
  const found = new Map<string, LastChange>();
  for (let from = 0; from < Math.min(names.length, most); from += MOST_CHANGED) {
    const some = names.slice(from, from + MOST_CHANGED);
    // What it is asked under begins with no file's name: only who changed them is wanted.
    const { changed } = await ask(server, ticket, { under: '/', changed: some });
    for (const [name, change] of Object.entries(changed)) found.set(name, change);
  }
  return found;
}

/** Files of which it is asked who released them last: the first ones. */
const MOST_ASKED = 2000;

/** The same, asked once for each release of production. */
export class LastChanges {
  private release: number | undefined;
  private readonly asked = new Map<string, LastChange | undefined>();

  constructor(
    private readonly server: Server,
    private readonly ticket: string,
  ) {}

  /** `release`: the one that production is at. */
  async ask(names: readonly string[], release: number): Promise<void> {
    if (this.release !== release) this.asked.clear();
    this.release = release;
    const fresh = names.filter((name) => !this.asked.has(name)).slice(0, MOST_ASKED);
    const found = await lastChanges(this.server, this.ticket, fresh, MOST_ASKED);
    for (const name of fresh) this.asked.set(name, found.get(name));
  }

  /** Undefined where nobody changed it, too. */
  of(name: string): LastChange | undefined {
    return this.asked.get(name);
  }

  wasAsked(name: string): boolean {
    return this.asked.has(name);
  }

  all(): readonly LastChange[] {
    return [...this.asked.values()].filter((last) => last !== undefined);
  }
}

const ask = (server: Server, id: string, query: { under: string; changed?: string[] }): Promise<ServerSources> =>
  server.of(server.api.GET('/api/v1/ticket/{id}/sources/', { params: { path: { id }, query } }));
