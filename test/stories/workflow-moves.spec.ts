// Moves over HTTP: jumps, repeats, going back, what is refused and how, and the four ways to write a step.
import { aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket, ticketOf, positionOf, historyOf } = workflowCalls(() => server);

it('jumps forward, goes back, and reopens a complete ticket by PATCH', async () => {
  const { id } = await aTicket(server);
  for (const step of [500, 200, 1000, 100]) {
    const { body } = await patch(id, { current_workflow_step: step }).expect(202);
    expect(body.current_workflow_step).toBe(String(step));
  }
  expect((await historyOf(id)).map((row) => row.data.after?.current_workflow_step)).toEqual([
    '100',
    '500',
    '200',
    '1000',
    '100',
  ]);
});

it('answers a repeat with 202 and appends nothing', async () => {
  const { id } = await aTicket(server).at(300, 100);
  const before = await ticketOf(id);
  for (const body of [
    { current_workflow_step: '300' },
    { status: '100' },
    { current_workflow_step: 300, status: 100 },
  ]) {
    const reply = await patch(id, body).expect(202);
    expect(reply.headers.etag).toBe(`"${before.version}"`);
  }
  await patch(id, { status: 100 }, { 'Idempotency-Key': 'repeat-1' }).expect(202);
  await server.http.patch(`/api/v1/ticket/${id}/`).send({ current_workflow_step: 300, status: '100' }).expect(202);
  expect(await ticketOf(id)).toEqual(before);
  expect(await historyOf(id)).toHaveLength(2);
});

it('takes steps and statuses as texts and as numbers, and shows texts', async () => {
  const { id } = await aTicket(server);
  const { body } = await patch(id, { current_workflow_step: 200, status: 7 }).expect(202);
  expect(body).toMatchObject({ current_workflow_step: '200', status: '007' });
  expect((await patch(id, { status: '1000' }).expect(202)).body.status).toBe('1000');
  expect((await patch(id, { status: 0 }).expect(202)).body.status).toBe('000');
});

it('knows a ticket by its key, without the last slash, and ignores other fields', async () => {
  const { id, key } = await aTicket(server);
  await server.http
    .patch(`/api/v1/updateticketstatus/${key.toLowerCase()}`)
    .send({ status: 5, title: 'Other', id: 1, owner: 3 })
    .expect(202);
  expect(await ticketOf(id)).toMatchObject({ status: '005', title: 'A ticket' });
});

it.each([
  [{ curent_workflow_step: 200 }, "Did 'curent_workflow_step' mean 'current_workflow_step'?"],
  [{ stauts: '100' }, "Did 'stauts' mean 'status'?"],
  [{ title: 'x' }, 'The body has title.'],
  [{}, 'names neither current_workflow_step nor status'],
])('refuses %j with a hint', async (body, hint) => {
  const ticket = await aTicket(server).withSubticket('vim');
  for (const reply of [await patch(ticket.id, body), await patchSubticket(ticket.subtickets[0]!.id, body)]) {
    expect(reply.status).toBe(400);
    expect(reply.body.error).toContain(hint);
  }
});

it.each([
  [{ current_workflow_step: '150' }, 'current_workflow_step', '100 (Queued), 200 (Package Building)'],
  [{ current_workflow_step: [200] }, 'current_workflow_step', '100 (Queued)'],
  [{ status: '1001' }, 'status', '000 to 1000'],
  [{ status: -1 }, 'status', '000 to 1000'],
  [{ status: 'done' }, 'status', '000 to 1000'],
  [{ status: null }, 'status', 'null'],
])('refuses %j and says what is allowed', async (body, field, text) => {
  const { id } = await aTicket(server);
  const update = await patch(id, body).expect(400);
  expect(update.body.updateticketstatus[field].join()).toContain(text);
  const whole = await server.http.patch(`/api/v1/ticket/${id}/`).send(body).expect(400);
  expect(whole.body.ticket[field].join()).toContain(text);
  expect(await historyOf(id)).toHaveLength(1);
});

it('runs the same rules by PATCH and PUT of a ticket and by PATCH of a list', async () => {
  const ticket = await aTicket(server);
  const path = `/api/v1/ticket/${ticket.id}/`;
  await server.http.patch(path).send({ current_workflow_step: 999, title: 'Broken' }).expect(202);
  expect(await ticketOf(ticket.id)).toMatchObject({ failed_at_step: '100', title: 'Broken', failure: { step: '100' } });
  await server.http
    .put(path)
    .send({ ...(await ticketOf(ticket.id)), current_workflow_step: '300' })
    .expect(200);
  expect(await ticketOf(ticket.id)).toMatchObject({ failed_at_step: null, failure: null });
  const objects = [
    { resource_uri: ticket.uri, current_workflow_step: 400, status: 1 },
    { title: 'New', current_workflow_step: '500' },
  ];
  const { body } = await server.http.patch('/api/v1/ticket/').send({ objects }).expect(202);
  expect(body.objects.map((one: Record<string, string>) => one.current_workflow_step)).toEqual(['400', '500']);
  expect((await historyOf(ticket.id)).map((row) => row.type)).toEqual([
    'ticket.created',
    ...Array<string>(3).fill('ticket.step_changed'),
  ]);
  expect((await historyOf(ticket.id)).map((row) => row.version)).toEqual([1, 2, 3, 4]);
});

it('keeps nothing of a list of which one part is refused, and names the part', async () => {
  const [open, closed] = [await aTicket(server), await aTicket(server).closed()];
  const objects = [open, closed].map(({ uri }) => ({ resource_uri: uri, current_workflow_step: 300 }));
  const { body } = await server.http.patch('/api/v1/ticket/').send({ objects }).expect(409);
  expect(body).toMatchObject({ code: 'ticket.closed' });
  expect(JSON.stringify(body)).toContain('objects[1]');
  expect(await positionOf(open.id)).toBe('100/000');
});

it('times the step only when it changes', async () => {
  const { id } = await aTicket(server).at(200);
  const first = await ticketOf(id);
  await patch(id, { status: 50 }).expect(202);
  const second = await ticketOf(id);
  expect(second.step_entered_at).toBe(first.step_entered_at);
  expect(second.updated_at > first.updated_at).toBe(true);
  await patch(id, { current_workflow_step: 300 }).expect(202);
  expect((await ticketOf(id)).step_entered_at > second.updated_at).toBe(true);
});
