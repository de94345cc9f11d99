// Roll-up over HTTP: subtickets move their ticket, a retry undoes a failure, and exactly one subticket for a package is live.
import { aSpu, aTicket, anUploadOf, type BuiltSubticket } from '../builders/ticket.builder.js';
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

describe('a new upload of the same package', () => {
  it('supersedes the failed one and undoes the failure', async () => {
    const ticket = await aTicket(server).withSubticket('a', 200, 70).withSubticket('b', 200).at(200, 33);
    const [a] = ticket.subtickets as [BuiltSubticket];
    await patchSubticket(a.id, FAIL).expect(202);
    const retry = await anUploadOf(server, ticket, 'a');
    expect(await subticketOf(a.id)).toMatchObject({ superseded_by: retry.uri, version: 3 });
    expect(await positionOf(ticket.id)).toBe('200/033');
    expect((await historyOf(ticket.id)).slice(-3)).toMatchObject([
      { type: 'subticket.created', subticket: retry.id, version: 1 },
      { type: 'subticket.superseded', subticket: a.id, version: 3, data: { after: { superseded_by: retry.uri } } },
      { type: 'ticket.step_changed', data: { cause: 'roll_up', before: { current_workflow_step: '999' } } },
    ]);
    // What becomes of the superseded one is of no interest any more.
    await patchSubticket(a.id, { status: 999 }).expect(202);
    expect(await positionOf(ticket.id)).toBe('200/033');
  });

  it('leaves those of other packages and other tickets alone, and its superseded_by can not be written', async () => {
    const [one, other] = [
      await aTicket(server).withSubticket('a').withSubticket('b'),
      await aTicket(server).withSubticket('a'),
    ];
    const body = {
      ticket: one.uri,
      source_package_upload: await aSpu(server, 'a'),
      superseded_by: one.subtickets[1]!.uri,
    };
    const { body: made } = await server.http.post('/api/v1/subticket/').send(body).expect(201);
    expect(made.superseded_by).toBeNull();
    expect((await subticketOf(one.subtickets[0]!.id)).superseded_by).toBe(made.resource_uri);
    expect((await subticketOf(one.subtickets[1]!.id)).superseded_by).toBeNull();
    expect((await subticketOf(other.subtickets[0]!.id)).superseded_by).toBeNull();
  });

  it('refuses to become another upload, or to move to another ticket', async () => {
    const [one, other] = [await aTicket(server).withSubticket('a'), await aTicket(server)];
    const [{ uri }] = one.subtickets as [BuiltSubticket];
    for (const change of [{ ticket: other.uri }, { source_package_upload: await aSpu(server, 'a') }]) {
      expect((await server.http.patch(uri).send(change).expect(400)).body.code).toBe('subticket.identity_stays');
    }
  });
});

describe('deleting a subticket', () => {
  it('that failed undoes the failure while another is live', async () => {
    const ticket = await aTicket(server).withSubticket('a', 200).withSubticket('b', 999);
    expect(await positionOf(ticket.id)).toBe('999/999');
    await server.http.delete(ticket.subtickets[1]!.uri).expect(204);
    expect(await positionOf(ticket.id)).toBe('200/000');
  });

  it('that was the last live one leaves the ticket as it is', async () => {
    const ticket = await aTicket(server).withSubticket('a', 999);
    await server.http.delete(ticket.subtickets[0]!.uri).expect(204);
    expect(await positionOf(ticket.id)).toBe('999/999');
  });

  it('that superseded another makes that one live again, with a version and a history row', async () => {
    const ticket = await aTicket(server).withSubticket('a', 200).withSubticket('a', 200, 1000);
    const [first, second] = ticket.subtickets as [BuiltSubticket, BuiltSubticket];
    await server.http.delete(second.uri).expect(204);
    expect(await subticketOf(first.id)).toMatchObject({ superseded_by: null, version: 3 });
    expect((await historyOf(ticket.id)).at(-1)).toMatchObject({
      type: 'subticket.reinstated',
      subticket: first.id,
      version: 3,
    });
  });

  it('in the middle of a row of retries leaves exactly one live', async () => {
    const ticket = await aTicket(server).withSubticket('a').withSubticket('a').withSubticket('a');
    const [first, second, third] = ticket.subtickets as [BuiltSubticket, BuiltSubticket, BuiltSubticket];
    await server.http.delete(second.uri).expect(204);
    expect(await subticketOf(first.id)).toMatchObject({ superseded_by: third.uri, version: 3 });
    expect(await subticketOf(third.id)).toMatchObject({ superseded_by: null, version: 1 });
  });

  it('by a filter does the same for all of them', async () => {
    const ticket = await aTicket(server).withSubticket('a', 200).withSubticket('a', 999).withSubticket('a', 999);
    await server.http.delete(`/api/v1/subticket/?ticket=${ticket.id}&current_workflow_step=999`).expect(204);
    expect(await subticketOf(ticket.subtickets[0]!.id)).toMatchObject({ superseded_by: null });
    expect(await positionOf(ticket.id)).toBe('200/000');
  });
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
