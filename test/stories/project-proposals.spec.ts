// Subtickets that track a merge proposal: exactly one of upload and proposal, superseding by branch, roll-up with both.
import { aSpu, aTicket, anUploadOf } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/person/').send({ name: 'p', email: 'p@example.com' }).expect(201);
});
afterAll(() => server.stop());

const { patchSubticket, positionOf, subticketOf, historyOf } = workflowCalls(() => server);
const post = (resource: string, body: object) => server.http.post(`/api/v1/${resource}/`).send(body);
const uriOf = async (resource: string, body: object): Promise<string> =>
  ((await post(resource, body).expect(201)).body as { resource_uri: string }).resource_uri;
const aBranch = (unique_name: string): Promise<string> => uriOf('branch', { unique_name, owner: 1, type: 'regular' });
const aProposal = (branch: string): Promise<string> =>
  uriOf('mergeproposal', { branch, submitter: 1, lp_weblink: 'https://example.com/mp' });
const tracking = async (
  ticket: string,
  merge_proposal: string,
  fields: object = {},
): Promise<{ id: number; uri: string }> => {
  const uri = await uriOf('subticket', { ticket, merge_proposal, ...fields });
  return { uri, id: Number(/(\d+)\/$/.exec(uri)?.[1]) };
};

it('tracks exactly one of an upload and a merge proposal, from POST and from PUT', async () => {
  const { uri: ticket } = await aTicket(server);
  const [merge_proposal, source_package_upload] = [await aProposal(await aBranch('lp:one')), await aSpu(server, 'one')];
  const refused = { code: 'subticket.invalid', error: expect.stringContaining('exactly one') as string };
  const wrong = [
    {},
    { merge_proposal, source_package_upload },
    { merge_proposal: null },
    { merge_proposal: null, source_package_upload: null },
  ];
  for (const body of wrong) {
    expect((await post('subticket', { ticket, ...body }).expect(400)).body).toMatchObject(refused);
    expect(
      (
        await server.http
          .put('/api/v1/subticket/700/')
          .send({ ticket, ...body })
          .expect(400)
      ).body,
    ).toMatchObject(refused);
  }
  const { uri } = await tracking(ticket, merge_proposal, { source_package_upload: null });
  for (const body of [
    { source_package_upload },
    { merge_proposal: null },
    { merge_proposal: null, source_package_upload },
  ]) {
    for (const verb of ['put', 'patch'] as const) {
      expect(
        (
          await server.http[verb](uri)
            .send({ ticket, merge_proposal, ...body })
            .expect(400)
        ).body,
      ).toMatchObject({ code: 'subticket.identity_stays' });
    }
  }
  expect(
    (
      await server.http
        .put(uri)
        .send({ ticket, merge_proposal, source_package_upload: null, assignee: 'x@example.com' })
        .expect(200)
    ).body,
  ).toMatchObject({ merge_proposal, source_package_upload: null, assignee: 'x@example.com' });
  const made = await server.http.put('/api/v1/subticket/701/').send({ ticket, merge_proposal }).expect(201);
  expect(made.body).toMatchObject({ id: 701, merge_proposal, source_package_upload: null });
});

it('is superseded by a later proposal of the same branch in the ticket, not by other branches, packages or tickets', async () => {
  const [one, other] = [await aTicket(server), await aTicket(server)];
  const [branch, elsewhere] = [await aBranch('lp:same'), await aBranch('lp:elsewhere')];
  const first = await tracking(one.uri, await aProposal(branch));
  const upload = await anUploadOf(server, one, 'beside');
  const apart = await tracking(one.uri, await aProposal(elsewhere));
  const away = await tracking(other.uri, await aProposal(branch));
  const second = await tracking(one.uri, await aProposal(branch));
  expect(await subticketOf(first.id)).toMatchObject({ superseded_by: second.uri, version: 2 });
  for (const { id } of [upload, apart, away, second])
    expect(await subticketOf(id)).toMatchObject({ superseded_by: null });
  expect((await historyOf(one.id)).at(-1)).toMatchObject({ type: 'subticket.superseded', subticket: first.id });
  await server.http.delete(second.uri).expect(204);
  expect(await subticketOf(first.id)).toMatchObject({ superseded_by: null });
});

it('is shown in the full ticket with its proposal and branch, and found by them', async () => {
  const ticket = await aTicket(server).withSubticket('full');
  const branch = await aBranch('lp:full');
  const proposal = await aProposal(branch);
  const { id } = await tracking(ticket.uri, proposal);
  const full = (await server.http.get(`/api/v1/fullticket/${ticket.id}/`).expect(200)).body as object;
  expect(full).toMatchObject({
    subtickets: [
      { merge_proposal: null, source_package_upload: { sourcepackage: { name: 'full' } } },
      {
        id,
        source_package_upload: null,
        merge_proposal: {
          resource_uri: proposal,
          submitter: '/api/v1/person/1/',
          branch: { resource_uri: branch, unique_name: 'lp:full' },
        },
      },
    ],
  });
  const found = await server.http.get('/api/v1/subticket/?merge_proposal__branch__unique_name=lp:full').expect(200);
  expect(found.body.objects).toMatchObject([{ id }]);
  const uploads = await server.http
    .get(`/api/v1/subticket/?ticket=${ticket.id}&merge_proposal__isnull=true`)
    .expect(200);
  expect(uploads.body.objects).toHaveLength(1);
});

it('counts in the roll-up like an upload', async () => {
  const ticket = await aTicket(server).withSubticket('roll');
  const proposal = await tracking(ticket.uri, await aProposal(await aBranch('lp:roll')));
  const [upload] = ticket.subtickets;
  await patchSubticket(proposal.id, { current_workflow_step: '200' }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/000');
  await patchSubticket(upload!.id, { current_workflow_step: '200', status: '1000' }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/000');
  await patchSubticket(proposal.id, { status: '999' }).expect(202);
  expect(await positionOf(ticket.id)).toBe('999/999');
  await patchSubticket(proposal.id, { status: '1000' }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/1000');
});

it('keeps its proposal from being deleted, and its branch', async () => {
  const { uri: ticket } = await aTicket(server);
  const branch = await aBranch('lp:kept');
  const proposal = await aProposal(branch);
  const { uri } = await tracking(ticket, proposal);
  expect((await server.http.delete(proposal).expect(409)).body).toMatchObject({
    code: 'mergeproposal.still_referenced',
    error: expect.stringContaining(uri),
  });
  expect((await server.http.delete(branch).expect(409)).body).toMatchObject({
    error: expect.stringContaining(proposal),
  });
  await server.http.delete(ticket).expect(204);
  await server.http.delete(proposal).expect(204);
  await server.http.delete(branch).expect(204);
});
