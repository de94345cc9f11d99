// Tickets that carry modules, for stories: `await aStampedTicket(server).withModule('cart').at('qa')`.
import { ChangeDelta, type DeltaReport } from '../../src/import-maps/stages/change-delta.js';
import type { Change } from '../../src/import-maps/domain/delta.js';
import { wireKey } from '../../src/import-maps/domain/map-key.js';
import { ReleaseReader } from '../../src/import-maps/store/release-reader.js';
import { Db } from '../../src/platform/database/db.js';
import { LOCAL } from '../../src/platform/principal.js';
import type { TestServer } from '../setup/test-server.js';

export interface StampedTicket {
  readonly id: number;
  readonly key: string;
  readonly url: string;
}

/** What a module is set to where a story doesn't care. */
export const moduleUrl = (name: string, version: string | number = 1): string =>
  `https://cdn.example/${name.replace(/\W/g, '-')}@${version}.js`;

/** An address, or null for a deletion. A specifier that ends in a slash gets an address that does. */
export const setTo = (specifier: string, url: string | null, imports?: string[]): Change => ({
  scope: null,
  specifier,
  set: url === null ? null : { url, ...(imports ? { imports } : {}) },
});

/** Changes a ticket's modules as an upload does. */
export async function changeModules(
  server: TestServer,
  ticket: number,
  changes: readonly Change[],
  options: object = {},
): Promise<DeltaReport> {
  const use = server.app.get(ChangeDelta, { strict: false });
  const db = server.app.get(Db, { strict: false });
  return db.transaction((tx) =>
    use.run(tx, ticket, changes, { principal: LOCAL, actor: 'local', ifMatch: undefined, ...options }),
  );
}

/** Awaiting it makes the ticket. */
export class StampedTicketBuilder implements PromiseLike<StampedTicket> {
  private readonly changes: Change[] = [];
  private stage: string | undefined;
  private fields: Record<string, unknown> = { title: 'A ticket with modules' };

  constructor(private readonly server: TestServer) {}

  with(fields: Record<string, unknown>): this {
    this.fields = { ...this.fields, ...fields };
    return this;
  }

  withModule(specifier: string, url: string | null = moduleUrl(specifier), imports?: string[]): this {
    this.changes.push(setTo(specifier, url, imports));
    return this;
  }

  without(specifier: string): this {
    return this.withModule(specifier, null);
  }

  /** Promoted until it is there. */
  at(stage: string): this {
    this.stage = stage;
    return this;
  }

  then<One, Other>(
    done?: ((ticket: StampedTicket) => One | PromiseLike<One>) | null,
    failed?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<One | Other> {
    return this.make().then(done, failed);
  }

  private async make(): Promise<StampedTicket> {
    const { http } = this.server;
    const { body } = await http.post('/api/v1/ticket/').send(this.fields).expect(201);
    const { id, key, resource_uri: url } = body as { id: number; key: string; resource_uri: string };
    let { stage }: { stage: string } = await changeModules(this.server, id, this.changes);
    while (this.stage !== undefined && stage !== this.stage) {
      const reply = await http.post(`${url}promote/`);
      if (reply.status !== 200) throw new Error(`promote: ${reply.status} ${reply.text}`);
      ({ stage } = reply.body as { stage: string });
    }
    return { id, key, url };
  }
}

export const aStampedTicket = (server: TestServer): StampedTicketBuilder => new StampedTicketBuilder(server);

export interface StagedProject {
  readonly name: string;
  readonly uri: string;
}

/** A project of its own, whose production nobody else moves. */
export async function aStagedProject(server: TestServer, name: string, settings: object = {}): Promise<StagedProject> {
  const { body } = await server.http.post('/api/v1/project/').send({ name, settings }).expect(201);
  return { name, uri: (body as { resource_uri: string }).resource_uri };
}

/** Production of a project as releases are compared by: specifier → URL. */
export async function productionOf(server: TestServer, project: string): Promise<Record<string, string>> {
  const [row] = await server.sql<{ id: number; release: number }>(
    'SELECT p.id, m.release FROM project p JOIN map_pointer m ON m.project_id = p.id WHERE p.name = $1',
    [project],
  );
  const map = await server.app.get(ReleaseReader, { strict: false }).mapAt(row?.id ?? 0, row?.release ?? 0);
  return Object.fromEntries(map.keys.map((key) => [wireKey(key), map.get(key)?.url ?? '']));
}
