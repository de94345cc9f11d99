// The tickets that clients write to, and the operations on them: few and shared, so that writers meet.
import { versionOf } from './call.mjs';

const SHARED = 6;
/** A ticket that is new joins the others until there are so many. */
const MOST = 30;
/** Statuses of writers: 0, 999 and 1000 have meanings, and roll-up sets them. */
const STATUSES = 990;
/** Tickets of one list, some of them the same. */
const LISTED = 12;

/** @typedef {{id: number, version: number, statuses: number, subtickets: {id: number, statuses: number}[]}} Ticket */

export class Tickets {
  /** @type {Ticket[]} */
  all = [];
  #uploads = [];
  #marks = 0;

  mark(kind) {
    return `${kind}-${++this.#marks}`;
  }

  /** Makes what writers need: a few tickets, and uploads for their subtickets. @param {import('./client.mjs').Client} client */
  async prepare(client) {
    for (let n = 1; n <= 4; n += 1) {
      const made = await surely(
        client,
        { kind: 'setup', mark: `package-${n}` },
        { method: 'POST', path: '/api/v1/sourcepackage/', body: { name: `package-${n}` } },
      );
      const upload = await surely(
        client,
        { kind: 'setup', mark: `upload-${n}` },
        { method: 'POST', path: '/api/v1/spu/', body: { sourcepackage: made.body.resource_uri, version: '1' } },
      );
      this.#uploads.push(upload.body.resource_uri);
    }
    while (this.all.length < SHARED) await this.create(client);
  }

  #any(client) {
    return this.all[client.pick(client.random() < 0.6 ? SHARED : this.all.length)];
  }

  async create(client) {
    const title = this.mark('ticket');
    const done = await client.write(
      { kind: 'ticket', mark: title },
      { method: 'POST', path: '/api/v1/ticket/', body: { title } },
    );
    if (!done) return undefined;
    const ticket = { id: done.body.id, version: 1, statuses: 0, subtickets: [] };
    done.write.uri = done.body.resource_uri;
    if (this.all.length < MOST) this.all.push(ticket);
    return ticket;
  }

  async status(client) {
    const ticket = this.#any(client);
    const status = 1 + (ticket.statuses++ % STATUSES);
    const mark = String(status).padStart(3, '0');
    const step = client.random() < 0.2 ? { current_workflow_step: String(200 + 100 * client.pick(4)) } : {};
    const done = await client.write(
      { kind: 'status', subject: `ticket/${ticket.id}`, mark },
      { method: 'PATCH', path: `/api/v1/updateticketstatus/${ticket.id}/`, body: { ...step, status: mark } },
    );
    if (done) see(ticket, done.write.version);
    if (client.random() < 0.4) await this.read(client, ticket);
  }

  async field(client) {
    const ticket = this.#any(client);
    const mark = this.mark('text');
    const ifMatch = client.random() < 0.5 ? ticket.version : undefined;
    const headers = ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` };
    const done = await client.write(
      { kind: 'field', subject: `ticket/${ticket.id}`, mark, ifMatch },
      { method: 'PATCH', path: `/api/v1/ticket/${ticket.id}/`, body: { description: mark }, headers },
    );
    if (done) see(ticket, done.write.version);
  }

  /** One change of many tickets: all of them or none. */
  async list(client) {
    const chosen = new Set(Array.from({ length: LISTED }, () => this.#any(client)));
    const mark = this.mark('text');
    const objects = [...chosen].map(({ id }) => ({ resource_uri: `/api/v1/ticket/${id}/`, description: mark }));
    const subjects = [...chosen].map(({ id }) => `ticket/${id}`);
    await client.writeAll({ kind: 'field', mark }, subjects, {
      method: 'PATCH',
      path: '/api/v1/ticket/',
      body: { objects },
    });
  }

  /** A ticket that others may be writing to; the shared ones stay. */
  async delete(client) {
    const [ticket] = this.#takeAway(client, 1);
    if (!ticket) return void (await this.create(client));
    await client.write(
      { kind: 'delete', subject: `ticket/${ticket.id}`, mark: `delete ticket/${ticket.id}` },
      { method: 'DELETE', path: `/api/v1/ticket/${ticket.id}/` },
    );
  }

  async deleteList(client) {
    const ids = this.#takeAway(client, 3).map(({ id }) => id);
    if (ids.length === 0) return void (await this.create(client));
    const subjects = ids.map((id) => `ticket/${id}`);
    await client.writeAll({ kind: 'delete', mark: `delete ${ids}` }, subjects, {
      method: 'DELETE',
      path: `/api/v1/ticket/?id__in=${ids}`,
    });
  }

  /** Nobody else deletes them. */
  #takeAway(client, most) {
    const from = SHARED + client.pick(Math.max(1, this.all.length - SHARED));
    return this.all.splice(from, most);
  }

  async read(client, ticket = this.#any(client)) {
    const got = await client.read(`/api/v1/ticket/${ticket.id}/`, [404]);
    if (!got) return;
    if (got.reply.status === 404) {
      client.history.reads.push({ subject: `ticket/${ticket.id}`, start: got.start, end: got.end, gone: true });
      return;
    }
    const { status, current_workflow_step, description } = got.body;
    const version = versionOf(got.reply);
    see(ticket, version);
    const state = { status, current_workflow_step, description };
    client.history.reads.push({ subject: `ticket/${ticket.id}`, start: got.start, end: got.end, version, state });
  }

  async subticket(client) {
    const ticket = this.#any(client);
    const assignee = this.mark('subticket');
    const source_package_upload = this.#uploads[client.pick(this.#uploads.length)];
    const body = { source_package_upload, ticket: `/api/v1/ticket/${ticket.id}/`, assignee };
    const done = await client.write(
      { kind: 'subticket', mark: assignee, parent: `ticket/${ticket.id}` },
      { method: 'POST', path: '/api/v1/subticket/', body },
    );
    if (!done) return;
    done.write.uri = done.body.resource_uri;
    ticket.subtickets.push({ id: done.body.id, statuses: 0 });
    if (ticket.subtickets.length > 4) ticket.subtickets.shift();
  }

  async subticketStatus(client) {
    const { id, subtickets } = this.#any(client);
    if (subtickets.length === 0) return this.subticket(client);
    const subticket = subtickets[client.pick(subtickets.length)];
    const mark = String(1 + (subticket.statuses++ % STATUSES)).padStart(3, '0');
    await client.write(
      { kind: 'status', subject: `subticket/${subticket.id}`, mark, parent: `ticket/${id}` },
      {
        method: 'PATCH',
        path: `/api/v1/updatesubticketstatus/${subticket.id}/`,
        body: { current_workflow_step: '200', status: mark },
      },
    );
  }

  async artifact(client) {
    const ticket = this.#any(client);
    const name = this.mark('artifact');
    const body = {
      ticket: `/api/v1/ticket/${ticket.id}/`,
      name,
      type: 'LOGS',
      reference: `https://logs.example/${name}`,
    };
    const done = await client.write(
      { kind: 'artifact', mark: name, parent: `ticket/${ticket.id}` },
      { method: 'POST', path: '/api/v1/ticketartifact/', body },
    );
    if (done) done.write.uri = done.body.resource_uri;
  }

  async event(client) {
    const line = this.mark('event');
    const about = client.random() < 0.5 ? { ticket: String(this.#any(client).id) } : {};
    await client.write({ kind: 'event', mark: line }, { method: 'POST', path: '/events', body: { line, ...about } });
  }
}

/** A write without which nothing can begin. */
async function surely(client, about, request) {
  const done = await client.write(about, request);
  if (done) return done;
  const { refusals, failures } = client.history;
  throw new Error(`${request.path} was refused: ${JSON.stringify([...refusals, ...failures])}`);
}

/** What a client that writes with If-Match next would say. */
function see(ticket, version) {
  if (version > ticket.version) ticket.version = version;
}

/** What a writer does next, by chance: weights in hundredths. */
const MIX = [
  ['status', 46],
  ['field', 14],
  ['read', 20],
  ['event', 5],
  ['subticketStatus', 6],
  ['artifact', 4],
  ['create', 4],
  ['list', 2],
  ['delete', 1],
  ['deleteList', 0.5],
  ['subticket', 2],
];
const TOTAL = MIX.reduce((sum, [, weight]) => sum + weight, 0);

/** @param {Tickets} tickets @param {import('./client.mjs').Client} client */
export async function writeTickets(tickets, client) {
  while (!client.isOver) {
    let left = client.random() * TOTAL;
    const [name] = MIX.find(([, weight]) => (left -= weight) < 0) ?? MIX[0];
    await tickets[name](client);
  }
}
