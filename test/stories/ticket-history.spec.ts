// A ticket's history over HTTP: everything that happened to it and its subtickets, oldest first, also when it is gone.
import { aTicket } from '../builders/ticket.builder.js';
import { untilNumbered } from '../builders/numbered.js';
import { type HistoryRow, workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket, historyOf } = workflowCalls(() => server);

const idsOf = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id);

it('shows every row with its fields, oldest first', async () => {
  const { id, key } = await aTicket(server).at(200, 5);
  await untilNumbered(server);
  const reply = await server.http.get(`/api/v1/ticket/${id}/history/`).expect(200);
  expect(reply.body.meta).toEqual({ limit: 20, next: null, offset: 0, previous: null, total_count: 2 });
  expect(reply.body.objects[1]).toEqual({
    id: expect.any(Number),
    seq: expect.any(Number),
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    type: 'ticket.step_changed',
    severity: 'info',
    actor: 'local',
    subticket: null,
    version: 2,
    line: `${key} moved 100 → 200 (Package Building), status 005`,
    data: {
      before: { current_workflow_step: '100', status: '000' },
      after: { current_workflow_step: '200', status: '005' },
    },
  });
  expect(reply.body.objects[0]).toMatchObject({
    type: 'ticket.created',
    version: 1,
    data: { after: { key, status: '000' } },
  });
});

it("holds the subtickets' rows and the artifacts', in the order in which they happened", async () => {
  const ticket = await aTicket(server).withSubticket('gcc');
  const { id } = ticket.subtickets[0]!;
  await patchSubticket(id, { current_workflow_step: 999, log: 'http://ci.example/1' }).expect(202);
  const rows = await historyOf(ticket.id);
  expect(rows.map((row) => [row.type, row.subticket, row.version])).toEqual([
    ['ticket.created', null, 1],
    ['subticket.created', id, 1],
    ['subticket.step_changed', id, 2],
    ['subticketartifact.created', id, null],
    ['ticket.step_changed', null, 2],
  ]);
  expect(idsOf(rows)).toEqual([...idsOf(rows)].sort((one, other) => one - other));
});

it('shows only what changed, before and after', async () => {
  const { id, uri } = await aTicket(server).at(200);
  await patch(id, { status: 7 }).expect(202);
  await patch(id, { current_workflow_step: 999 }).expect(202);
  await server.http.patch(uri).send({ title: 'Other', owner: 'owner@example.com' }).expect(202);
  expect((await historyOf(id)).slice(-3).map((row) => row.data)).toMatchObject([
    { before: { status: '000' }, after: { status: '007' } },
    {
      before: { current_workflow_step: '200', failed_at_step: null, failure: null },
      after: { current_workflow_step: '999', failed_at_step: '200' },
    },
    { before: { title: 'A ticket' }, after: { title: 'Other' } },
  ]);
  const shown = (await historyOf(id)).slice(-3).map((row) => Object.keys(row.data.after ?? {}).sort());
  expect(shown).toEqual([['status'], ['current_workflow_step', 'failed_at_step', 'failure'], ['title']]);
});

it('pages by offset and by key, filters and orders', async () => {
  const { id } = await aTicket(server).at(200).at(300).at(400).at(500);
  await untilNumbered(server);
  const all = await historyOf(id);
  expect(all).toHaveLength(5);
  const pages: HistoryRow[] = [];
  let next: string | null = `/api/v1/ticket/${id}/history/?after=0&limit=2`;
  while (next) {
    const { body }: { body: { objects: HistoryRow[]; meta: { next: string | null } } } = await server.http
      .get(next)
      .expect(200);
    pages.push(...body.objects);
    next = body.meta.next;
  }
  expect(pages).toEqual(all);
  expect(await historyOf(id, 'limit=2&offset=3')).toEqual(all.slice(3));
  expect(await historyOf(id, 'type=ticket.created')).toEqual(all.slice(0, 1));
  expect(await historyOf(id, 'type__endswith=step_changed&version__gt=4')).toEqual(all.slice(4));
  expect(await historyOf(id, 'order_by=-id&limit=1')).toEqual(all.slice(-1));
  await server.http.get(`/api/v1/ticket/${id}/history/?nonsense=1`).expect(400);
});

it('stays readable when the ticket is deleted', async () => {
  const ticket = await aTicket(server).withSubticket('gcc').at(200);
  await untilNumbered(server);
  const before = await historyOf(ticket.id);
  await server.http.delete(ticket.uri).expect(204);
  await server.http.get(ticket.uri).expect(404);
  const after = await historyOf(ticket.id);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.slice(before.length).map((row) => row.type)).toContain('ticket.deleted');
});

it('is reached by key, never mixes tickets, and is 404 for one that never was', async () => {
  const [one, other] = [await aTicket(server), await aTicket(server).at(200)];
  const { body } = await server.http.get(`/api/v1/ticket/${one.key}/history`).expect(200);
  expect(idsOf(body.objects)).toEqual(idsOf(await historyOf(one.id)));
  expect(idsOf(await historyOf(other.id)).some((id) => idsOf(body.objects).includes(id))).toBe(false);
  await server.http.get('/api/v1/ticket/987654/history/').expect(404);
  await server.http.get('/api/v1/ticket/TKT-987654/history/').expect(404);
});
