// Closing and reopening: said by people, never inferred from a step.
import { aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket, ticketOf, positionOf, historyOf } = workflowCalls(() => server);

const close = (id: number, body?: object, headers = {}) =>
  server.http.post(`/api/v1/ticket/${id}/close/`).set(headers).send(body);
const reopen = (id: number, body?: object) => server.http.post(`/api/v1/ticket/${id}/reopen/`).send(body);

it('closes and reopens where it stood, with the reasons in its history', async () => {
  const { id, key } = await aTicket(server).at(300, 20);
  const { body } = await close(id, { reason: 'superseded by TKT-9' }).expect(200);
  expect(body).toMatchObject({ current_workflow_step: '300', status: '020', version: 3 });
  expect(body.closed_at >= body.step_entered_at && body.closed_at <= body.updated_at).toBe(true);
  expect((await reopen(id, { reason: 'TKT-9 was wrong' }).expect(200)).body).toMatchObject({
    closed_at: null,
    version: 4,
    status: '020',
  });
  expect((await historyOf(id)).slice(-2)).toMatchObject([
    {
      type: 'ticket.closed',
      line: `${key} closed: superseded by TKT-9`,
      data: { before: { closed: false }, after: { closed: true }, reason: 'superseded by TKT-9' },
    },
    {
      type: 'ticket.reopened',
      line: `${key} reopened at step 300: TKT-9 was wrong`,
      data: { before: { closed: true }, after: { closed: false } },
    },
  ]);
});

it('makes nothing of closing twice or reopening what is open', async () => {
  const { id } = await aTicket(server);
  await reopen(id).expect(200);
  const { body: first } = await close(id).expect(200);
  expect((await close(id, { reason: 'again' }).expect(200)).body).toEqual(first);
  expect(first.version).toBe(2);
});

it('refuses status updates of a closed ticket, a repeat too, and names the way out', async () => {
  const { id, uri } = await aTicket(server).at(200).closed();
  const refusals = [
    await patch(id, { status: 5 }),
    await patch(id, { current_workflow_step: 200 }),
    await patch(id, { status: 5 }, { 'Idempotency-Key': 'closed-1' }),
    await patch(id, { current_workflow_step: 999, reason: 'late' }),
    await server.http.patch(uri).send({ current_workflow_step: 300 }),
    await server.http.put(uri).send({ title: 'A ticket', status: 8 }),
  ];
  for (const { status, body } of refusals) {
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'ticket.closed' });
    expect(JSON.stringify(body)).toContain('Reopen it first');
  }
  expect(await positionOf(id)).toBe('200/000');
});

it('lets the other fields of a closed ticket be written, by PATCH and by PUT of the whole', async () => {
  const { id, uri } = await aTicket(server).at(200).closed();
  await server.http.patch(uri).send({ title: 'Better' }).expect(202);
  await server.http
    .put(uri)
    .send({ ...(await ticketOf(id)), description: 'In full' })
    .expect(200);
  expect(await ticketOf(id)).toMatchObject({ title: 'Better', description: 'In full', current_workflow_step: '200' });
});

it('leaves a closed ticket where it is, whatever its subtickets do, and takes no new ones', async () => {
  const ticket = await aTicket(server).withSubticket('bash').closed();
  await patchSubticket(ticket.subtickets[0]!.id, { current_workflow_step: 999 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('100/000');
  const { source_package_upload } = (await server.http.get(ticket.subtickets[0]!.uri).expect(200)).body;
  const { body } = await server.http
    .post('/api/v1/subticket/')
    .send({ ticket: ticket.uri, source_package_upload })
    .expect(409);
  expect(body.code).toBe('ticket.closed');
});

it('is not closed by step 1000; reopening a complete ticket puts it back into the queue', async () => {
  const { id } = await aTicket(server).at(1000, 1000);
  expect((await ticketOf(id)).closed_at).toBeNull();
  await reopen(id).expect(200);
  expect(await positionOf(id)).toBe('100/000');
  expect((await historyOf(id)).at(-1)).toMatchObject({
    type: 'ticket.reopened',
    data: {
      before: { current_workflow_step: '1000', status: '1000' },
      after: { current_workflow_step: '100', status: '000' },
    },
  });
});

it('checks If-Match, bodies and ids', async () => {
  const { id } = await aTicket(server).at(200);
  await close(id, undefined, { 'If-Match': '"1"' }).expect(412);
  await close(id, { reason: 7 }).expect(400);
  await close(id, { reason: 'x'.repeat(501) }).expect(400);
  await close(id, []).expect(400);
  await close(987_654).expect(404);
  expect((await ticketOf(id)).closed_at).toBeNull();
  expect((await close(id, undefined, { 'If-Match': '"2"' }).expect(200)).headers.etag).toBe('"3"');
});
