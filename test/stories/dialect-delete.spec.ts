// DELETE (rest-api.md, section 3): what goes along, what stands in the way, and what can't be deleted by mistake.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

interface Made {
  id: number;
  resource_uri: string;
}

const made = async (resource: string, body: object): Promise<Made> =>
  (await server.http.post(`/api/v1/${resource}/`).send(body).expect(201)).body as Made;
const total = async (resource: string): Promise<number> =>
  ((await server.http.get(`/api/v1/${resource}/`).expect(200)).body as { meta: { total_count: number } }).meta
    .total_count;

/** A ticket with a subticket, and an artifact of each. */
async function aWholeTicket(name: string): Promise<{ ticket: Made; subticket: Made; spu: Made }> {
  const sourcepackage = await made('sourcepackage', { name });
  const spu = await made('spu', { sourcepackage: sourcepackage.id, version: '1.0' });
  const ticket = await made('ticket', { title: name, owner: `${name}@example.com` });
  const subticket = await made('subticket', { ticket: ticket.id, source_package_upload: spu.id });
  const log = { name: 'log', reference: 'http://x.example/', type: 'LOGS' };
  await made('ticketartifact', { ...log, ticket: ticket.id });
  await made('subticketartifact', { ...log, subticket: subticket.id });
  return { ticket, subticket, spu };
}

it('deletes a ticket with its subtickets and artifacts, and keeps the uploads', async () => {
  const { ticket } = await aWholeTicket('apt');
  await aWholeTicket('zlib');
  await server.http.delete(ticket.resource_uri).expect(204);
  for (const resource of ['ticket', 'subticket', 'ticketartifact', 'subticketartifact'])
    expect(await total(resource)).toBe(1);
  expect(await total('spu')).toBe(2);
  await server.http.get(ticket.resource_uri).expect(404);
  await server.http.delete(ticket.resource_uri).expect(404);
});

it("keeps a deleted ticket's history readable, with all that went along", async () => {
  const { ticket } = await aWholeTicket('apt');
  await server.http.delete(ticket.resource_uri).expect(204);
  const history = (await server.http.get(`${ticket.resource_uri}history/`).expect(200)).body as {
    objects: { type: string; data: { before?: { title?: string } } }[];
  };
  const types = history.objects.map((one) => one.type);
  expect(types.slice(0, 4)).toEqual([
    'ticket.created',
    'subticket.created',
    'ticketartifact.created',
    'subticketartifact.created',
  ]);
  const gone = types.filter((type) => type.endsWith('.deleted'));
  expect([...gone].sort()).toEqual([
    'subticket.deleted',
    'subticketartifact.deleted',
    'ticket.deleted',
    'ticketartifact.deleted',
  ]);
  expect(gone.indexOf('subticketartifact.deleted')).toBeLessThan(gone.indexOf('subticket.deleted'));
  expect(history.objects.at(-1)).toMatchObject({ type: 'ticket.deleted', data: { before: { title: 'apt' } } });
});

it('deletes a subticket with its artifacts', async () => {
  const { subticket } = await aWholeTicket('apt');
  await server.http.delete(subticket.resource_uri).expect(204);
  expect(await total('subticketartifact')).toBe(0);
  expect(await total('ticketartifact')).toBe(1);
});

it('refuses to delete what others refer to, and names the first of them', async () => {
  const { spu } = await aWholeTicket('apt');
  await made('binarypackage', { name: 'libapt', sourcepackage: 1 });
  const reply = await server.http.delete('/api/v1/sourcepackage/1/').expect(409);
  expect((reply.body as { error: string }).error).toMatch(
    /can't be deleted while other objects refer to it: \/api\/v1\/(spu|binarypackage)\/1\//,
  );
  expect(reply.body).toMatchObject({ code: 'sourcepackage.still_referenced' });
  const upload = await server.http.delete(spu.resource_uri).expect(409);
  expect((upload.body as { error: string }).error).toContain('/api/v1/subticket/1/');
  const keyed = await server.http.delete(spu.resource_uri).set('Idempotency-Key', 'delete-spu').expect(409);
  expect((keyed.body as { error: string }).error).toContain('/api/v1/subticket/1/');
  const list = await server.http.delete('/api/v1/spu/?version=1.0').expect(409);
  expect((list.body as { error: string }).error).toContain('/api/v1/subticket/1/');
  expect(await total('spu')).toBe(1);
});

it('answers many refused deletes at once, each on its one connection', async () => {
  const { spu } = await aWholeTicket('apt');
  const replies = await Promise.all(
    Array.from({ length: 30 }, (_, index) => server.http.delete(spu.resource_uri).set('Idempotency-Key', `k${index}`)),
  );
  expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([409]));
});

it('deletes what a filter finds, through relations too', async () => {
  await aWholeTicket('apt');
  await aWholeTicket('zlib');
  await server.http.delete('/api/v1/subticketartifact/?subticket__ticket__owner=zlib@example.com').expect(204);
  expect(await total('subticketartifact')).toBe(1);
  await server.http.delete('/api/v1/ticket/?owner__startswith=apt').expect(204);
  expect(await total('ticket')).toBe(1);
  await server.http.delete('/api/v1/ticket/?owner=nobody@example.com').expect(204);
  expect(await total('ticket')).toBe(1);
  await server.http.delete('/api/v1/ticket/?onwer=zlib@example.com').expect(400);
  expect(await total('ticket')).toBe(1);
});

it('refuses to delete a whole list that no filter narrows, unless that is said', async () => {
  await aWholeTicket('apt');
  for (const query of [
    '',
    '?',
    '?format=json',
    '?_=1',
    '?order_by=id',
    '?confirm=yes',
    '?confirm=',
    '?confirm=all&confirm=no',
  ]) {
    const reply = await server.http.delete(`/api/v1/ticket/${query}`);
    expect([query, reply.status, reply.body]).toEqual([
      query,
      400,
      expect.objectContaining({ code: 'delete.unfiltered' }),
    ]);
  }
  expect(await total('ticket')).toBe(1);
  await server.http.delete('/api/v1/ticket/?confirm=all').expect(204);
  expect(await total('ticket')).toBe(0);
});

it('refuses paging, which would delete more than the page', async () => {
  await aWholeTicket('apt');
  for (const query of ['limit=1', 'offset=5', 'after=0', 'owner=apt@example.com&limit=1', 'confirm=all&limit=1']) {
    const reply = await server.http.delete(`/api/v1/ticket/?${query}`);
    expect([query, reply.status, reply.body]).toEqual([query, 400, expect.objectContaining({ code: 'delete.paged' })]);
  }
  expect(await total('ticket')).toBe(1);
});

it('deletes a thousand at most in one request', async () => {
  await server.sql("INSERT INTO person (name, email) SELECT 'p' || n, 'p@example.com' FROM generate_series(1, 1001) n");
  const reply = await server.http.delete('/api/v1/person/?email=p@example.com').expect(400);
  expect(reply.body).toMatchObject({ code: 'delete.too_many' });
  await server.http.delete('/api/v1/person/?email=p@example.com&id__gt=1').expect(204);
  expect(await total('person')).toBe(1);
});

it('deletes of an endpoint only what it shows', async () => {
  await aWholeTicket('apt');
  await server.http.delete('/api/v1/ticketartifact/2/').expect(404);
  await server.http.delete('/api/v1/ticketartifact/?confirm=all').expect(204);
  expect(await total('ticketartifact')).toBe(0);
  expect(await total('subticketartifact')).toBe(1);
});
