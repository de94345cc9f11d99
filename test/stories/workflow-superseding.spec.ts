// Of the subtickets for one package exactly one is live: a new upload replaces the one before it and undoes its failure, and
// deleting the newer one brings the older back.
import { aSpu, aTicket, anUploadOf, type BuiltSubticket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patchSubticket, subticketOf, positionOf, historyOf } = workflowCalls(() => server);
const FAIL = { current_workflow_step: 999, status: 999 };

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
