// Tickets for stories, made over HTTP as clients make them:
// `await aTicket(server).at(200, 100).withSubticket('openssl').withSubticket('curl', 300)`.
import type { TestServer } from '../setup/test-server.js';

export interface BuiltSubticket {
  readonly id: number;
  readonly uri: string;
}

export interface BuiltTicket {
  readonly id: number;
  readonly uri: string;
  readonly key: string;
  /** In the order in which they were asked for. */
  readonly subtickets: BuiltSubticket[];
}

type Step = (server: TestServer, ticket: BuiltTicket) => Promise<void>;

/** Awaiting it makes the ticket. */
export class TicketBuilder implements PromiseLike<BuiltTicket> {
  private readonly steps: Step[] = [];
  private fields: Record<string, unknown> = { title: 'A ticket', owner: 'owner@example.com' };

  constructor(private readonly server: TestServer) {}

  with(fields: Record<string, unknown>): this {
    this.fields = { ...this.fields, ...fields };
    return this;
  }

  /** Where it is when the story begins, set by PATCH after its subtickets are there. */
  at(step: number, status = 0): this {
    const body = { current_workflow_step: step, status };
    this.steps.push((server, { id }) => accepted(server.http.patch(`/api/v1/updateticketstatus/${id}/`).send(body)));
    return this;
  }

  /** A subticket for a new upload of the package, at a step and status of its own. */
  withSubticket(sourcepackage: string, step = 100, status = 0): this {
    this.steps.push(async (server, ticket) => {
      ticket.subtickets.push(await anUploadOf(server, ticket, sourcepackage, { current_workflow_step: step, status }));
    });
    return this;
  }

  closed(): this {
    this.steps.push((server, { id }) => accepted(server.http.post(`/api/v1/ticket/${id}/close/`)));
    return this;
  }

  then<Value, Refused>(
    done?: ((ticket: BuiltTicket) => Value | PromiseLike<Value>) | null,
    failed?: ((reason: unknown) => Refused | PromiseLike<Refused>) | null,
  ): Promise<Value | Refused> {
    return this.build().then(done, failed);
  }

  private async build(): Promise<BuiltTicket> {
    const { body } = await this.server.http.post('/api/v1/ticket/').send(this.fields).expect(201);
    const ticket: BuiltTicket = { id: body.id, uri: body.resource_uri, key: body.key, subtickets: [] };
    for (const step of this.steps) await step(this.server, ticket);
    return ticket;
  }
}

export const aTicket = (server: TestServer): TicketBuilder => new TicketBuilder(server);

let versions = 0;

/** A new upload of a package with its subticket in the ticket: what supersedes an older one. */
export async function anUploadOf(
  server: TestServer,
  ticket: Pick<BuiltTicket, 'uri'>,
  sourcepackage: string,
  fields: Record<string, unknown> = {},
): Promise<BuiltSubticket> {
  const spu = await aSpu(server, sourcepackage);
  const made = await server.http
    .post('/api/v1/subticket/')
    .send({ ticket: ticket.uri, source_package_upload: spu, ...fields })
    .expect(201);
  return { id: made.body.id, uri: made.body.resource_uri };
}

/** The URI of a new upload of a package. */
export async function aSpu(server: TestServer, sourcepackage: string): Promise<string> {
  const known = await server.http.post('/api/v1/sourcepackage/').send({ name: sourcepackage }).expect(201);
  const body = { sourcepackage: known.body.resource_uri, version: `1.${++versions}` };
  return (await server.http.post('/api/v1/spu/').send(body).expect(201)).body.resource_uri as string;
}

async function accepted(request: PromiseLike<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await request;
  if (status >= 300) throw new Error(`The builder's own request was refused: ${status} ${text}`);
}
