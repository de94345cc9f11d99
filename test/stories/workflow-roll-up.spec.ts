// Roll-up over HTTP: subtickets move their ticket, in every direction that the rules know.
import { aTicket, type BuiltSubticket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket, ticketOf, subticketOf, positionOf, historyOf } = workflowCalls(() => server);
const FAIL = { current_workflow_step: 999, status: 999 };

it('starts a queued ticket with the first at 200, and completes 200 with the last', async () => {
  const ticket = await aTicket(server).withSubticket('a').withSubticket('b');
  const [a, b] = ticket.subtickets as [BuiltSubticket, BuiltSubticket];
  await patchSubticket(a.id, { status: 50 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('100/000');
  await patchSubticket(a.id, { current_workflow_step: 200 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/000');
  await patchSubticket(a.id, { status: 1000 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/000');
  await patchSubticket(b.id, { current_workflow_step: 300, status: 0 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/1000');
});

it('follows a subticket that is created further on, or already failed', async () => {
  expect(await positionOf((await aTicket(server).withSubticket('a', 200)).id)).toBe('200/000');
  expect(await positionOf((await aTicket(server).withSubticket('a', 1000)).id)).toBe('200/1000');
  expect(await positionOf((await aTicket(server).withSubticket('a', 999)).id)).toBe('999/999');
});

it('follows PATCH and PUT of a subticket and PATCH of a list like updatesubticketstatus', async () => {
  const ticket = await aTicket(server).withSubticket('a').withSubticket('b').withSubticket('c');
  const [a, b, c] = ticket.subtickets as [BuiltSubticket, BuiltSubticket, BuiltSubticket];
  await server.http.patch(a.uri).send({ current_workflow_step: 200 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/000');
  await server.http
    .put(a.uri)
    .send({ ...(await subticketOf(a.id)), status: 1000 })
    .expect(200);
  const objects = [b, c].map(({ uri }) => ({ resource_uri: uri, current_workflow_step: 1000 }));
  await server.http.patch('/api/v1/subticket/').send({ objects }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/1000');
});

it.each([300, 400, 500])('moves a ticket at %d to 999 and back, and nothing else', async (step) => {
  const ticket = await aTicket(server).withSubticket('a', 200).at(step, 42);
  const { id } = ticket.subtickets[0]!;
  await patchSubticket(id, { status: 1000 }).expect(202);
  expect(await positionOf(ticket.id)).toBe(`${step}/042`);
  await patchSubticket(id, { status: 999 }).expect(202);
  expect(await ticketOf(ticket.id)).toMatchObject({ current_workflow_step: '999', failed_at_step: String(step) });
  await patchSubticket(id, { status: 1000 }).expect(202);
  expect(await positionOf(ticket.id)).toBe(`${step}/042`);
  expect(await ticketOf(ticket.id)).toMatchObject({ failed_at_step: null, failure: null });
});

it('never undoes a failure that was reported', async () => {
  const ticket = await aTicket(server).withSubticket('a', 200).at(999, 999);
  await patchSubticket(ticket.subtickets[0]!.id, FAIL).expect(202);
  await patchSubticket(ticket.subtickets[0]!.id, { current_workflow_step: 1000, status: 0 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('999/999');
});

it('never moves a complete ticket', async () => {
  const ticket = await aTicket(server).withSubticket('a', 200).at(1000, 1000);
  await patchSubticket(ticket.subtickets[0]!.id, FAIL).expect(202);
  expect(await positionOf(ticket.id)).toBe('1000/1000');
});

it('stays failed until the last failed one has recovered, and names the one in the way', async () => {
  const ticket = await aTicket(server).withSubticket('a', 200).withSubticket('b', 200).at(200, 33);
  const [a, b] = ticket.subtickets as [BuiltSubticket, BuiltSubticket];
  await patchSubticket(a.id, FAIL).expect(202);
  await patchSubticket(b.id, FAIL).expect(202);
  expect((await ticketOf(ticket.id)).failure.subticket).toBe(a.id);
  await patchSubticket(a.id, { current_workflow_step: 200, status: 0 }).expect(202);
  expect(await ticketOf(ticket.id)).toMatchObject({ current_workflow_step: '999', failure: { subticket: b.id } });
  await patchSubticket(b.id, { current_workflow_step: 200, status: 0 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/033');
});

it('rolls up on the next change what happened while the ticket was closed', async () => {
  const ticket = await aTicket(server).withSubticket('a').withSubticket('b').closed();
  const [a, b] = ticket.subtickets as [BuiltSubticket, BuiltSubticket];
  await patchSubticket(a.id, { current_workflow_step: 300 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('100/000');
  await server.http.post(`${ticket.uri}reopen/`).expect(200);
  await patchSubticket(b.id, { current_workflow_step: 300 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/1000');
});

it('gives the ticket one version and one history row for each roll-up', async () => {
  const ticket = await aTicket(server).withSubticket('a');
  await patchSubticket(ticket.subtickets[0]!.id, { current_workflow_step: 1000 }).expect(202);
  await patch(ticket.id, { status: 5 }).expect(202);
  const own = (await historyOf(ticket.id)).filter((row) => row.subticket === null);
  expect(own.map(({ version, data }) => [version, data.cause])).toEqual([
    [1, undefined],
    [2, 'roll_up'],
    [3, undefined],
  ]);
});
