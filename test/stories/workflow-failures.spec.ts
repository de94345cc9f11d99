// Failures over HTTP: where it failed, why, whose it was, and the log that goes with it.
import { aTicket, type BuiltSubticket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket, ticketOf, subticketOf, positionOf, historyOf } = workflowCalls(() => server);
const LOG = 'http://ci.example/logs/1.txt';

const artifactsOf = async (kind: 'ticket' | 'subticket', id: number): Promise<Record<string, string>[]> =>
  (await server.http.get(`/api/v1/${kind}artifact/?${kind}=${id}`).expect(200)).body.objects;

it('records at 999 where it failed, and clears it on the way out', async () => {
  const { id } = await aTicket(server).at(300, 70);
  const { body } = await patch(id, { current_workflow_step: '999', status: '999' }).expect(202);
  expect(body).toMatchObject({ failed_at_step: '300', failure: { cause: 'reported', step: '300', code: null } });
  await patch(id, { current_workflow_step: '1000', status: '1000' }).expect(202);
  expect(await ticketOf(id)).toMatchObject({ current_workflow_step: '1000', failed_at_step: null, failure: null });
});

it('knows of no earlier step for a ticket that was created at 999', async () => {
  const { id } = await aTicket(server).with({ current_workflow_step: '999' });
  expect((await ticketOf(id)).failed_at_step).toBeNull();
});

it('stores status 999 at another step and moves nothing', async () => {
  const { id } = await aTicket(server).at(400, 10);
  const { body } = await patch(id, { status: '999', reason: 'image does not boot' }).expect(202);
  expect(body).toMatchObject({
    current_workflow_step: '400',
    status: '999',
    failed_at_step: null,
    failure: { summary: 'image does not boot', step: '400' },
  });
  expect((await historyOf(id)).at(-1)).toMatchObject({
    type: 'ticket.status_changed',
    severity: 'error',
    line: expect.stringContaining('image does not boot'),
  });
  expect((await patch(id, { status: '020' }).expect(202)).body.failure).toBeNull();
});

it('keeps reason, code, kind, log and subticket in one transaction with the move', async () => {
  const ticket = await aTicket(server).withSubticket('gcc').at(200);
  const [{ id: subticket, uri }] = ticket.subtickets as [BuiltSubticket];
  const body = {
    current_workflow_step: 999,
    status: 999,
    reason: 'tests failed',
    code: 'tests',
    kind: 'product',
    log: LOG,
    subticket: uri,
  };
  const before = await ticketOf(ticket.id);
  const reply = await patch(ticket.id, body).expect(202);
  const failure = {
    cause: 'reported',
    code: 'tests',
    kind: 'product',
    summary: 'tests failed',
    step: '200',
    subticket,
    log: LOG,
  };
  expect(reply.body).toMatchObject({ failure, version: before.version + 1 });
  expect(reply.body).not.toHaveProperty('reason');
  expect(await artifactsOf('subticket', subticket)).toMatchObject([{ name: 'tests', type: 'LOGS', reference: LOG }]);
  expect(await artifactsOf('ticket', ticket.id)).toEqual([]);

  const history = await historyOf(ticket.id);
  await patch(ticket.id, body).expect(202);
  expect(await historyOf(ticket.id)).toEqual(history);
});

it('makes one LOGS artifact of a log, however often it is reported', async () => {
  const { id } = await aTicket(server).at(200);
  await patch(id, { current_workflow_step: 999, log: LOG }).expect(202);
  await patch(id, { current_workflow_step: 200, status: 0 }).expect(202);
  await patch(id, { current_workflow_step: 999, log: LOG, reason: 'again' }).expect(202);
  expect(await artifactsOf('ticket', id)).toMatchObject([{ type: 'LOGS', reference: LOG }]);
});

it('does the same for a subticket, whose ticket fails with its reason', async () => {
  const ticket = await aTicket(server).withSubticket('gcc').at(200, 30);
  const { id } = ticket.subtickets[0]!;
  const report = {
    current_workflow_step: 999,
    status: 999,
    reason: 'mirror is down',
    code: 'mirror',
    kind: 'infra',
    log: LOG,
  };
  await patchSubticket(id, report).expect(202);
  expect(await subticketOf(id)).toMatchObject({
    failed_at_step: '100',
    failure: { cause: 'reported', summary: 'mirror is down', step: '100' },
  });
  const failure = {
    cause: 'roll_up',
    code: 'mirror',
    kind: 'infra',
    summary: 'mirror is down',
    step: '200',
    subticket: id,
    log: LOG,
  };
  expect(await ticketOf(ticket.id)).toMatchObject({ failed_at_step: '200', failure });
  expect(await artifactsOf('subticket', id)).toHaveLength(1);
  const last = (await historyOf(ticket.id)).at(-1);
  expect(last).toMatchObject({
    type: 'ticket.step_changed',
    severity: 'error',
    subticket: null,
    data: { cause: 'roll_up' },
  });

  // What is reported later of the same failure shows in the ticket as well.
  await patchSubticket(id, { ...report, reason: 'mirror is down since 3 o\u2019clock' }).expect(202);
  expect((await ticketOf(ticket.id)).failure.summary).toBe('mirror is down since 3 o\u2019clock');
});

it.each([
  ['a log that is no URL', { log: 'javascript:alert(1)' }, 400],
  ['a kind that is none', { kind: 'weather' }, 400],
  ['a reason beyond 500 characters', { reason: 'x'.repeat(501) }, 400],
  ['a subticket that is not there', { subticket: '/api/v1/subticket/999999/' }, 400],
  ['a reference to something else', { subticket: '/api/v1/person/1/' }, 400],
])('refuses %s and keeps nothing', async (_what, report, status) => {
  const { id } = await aTicket(server).at(200);
  await patch(id, { current_workflow_step: 999, ...report }).expect(status);
  expect(await positionOf(id)).toBe('200/000');
  expect(await historyOf(id)).toHaveLength(2);
});

it("refuses another ticket's subticket", async () => {
  const [one, other] = [await aTicket(server), await aTicket(server).withSubticket('gcc')];
  const { body } = await patch(one.id, { current_workflow_step: 999, subticket: other.subtickets[0]!.uri }).expect(400);
  expect(body.code).toBe('subticket.not_of_ticket');
});

it('keeps the log of what did not fail as an artifact too, and makes no failure of it', async () => {
  const { id } = await aTicket(server).at(200);
  const { body } = await patch(id, { status: 1000, log: LOG, reason: 'all well' }).expect(202);
  expect(body).toMatchObject({ status: '1000', failure: null });
  expect(await artifactsOf('ticket', id)).toMatchObject([{ type: 'LOGS', name: 'log', reference: LOG }]);
});
