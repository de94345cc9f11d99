// A project whose workflow is strict: one step forward at a time, and refusals that name what stands in the way.
import { aTicket, anUploadOf } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket, positionOf, ticketOf, setMode } = workflowCalls(() => server);
beforeAll(() => setMode('strict'));

it('goes one step forward at a time and any number back', async () => {
  const { id } = await aTicket(server);
  for (const step of [200, 300, 400, 100, 200]) await patch(id, { current_workflow_step: step }).expect(202);
  const { body } = await patch(id, { current_workflow_step: 400 }).expect(409);
  expect(body).toMatchObject({ code: 'workflow.skips_steps' });
  expect(JSON.stringify(body)).toContain('the next is 300 (Image Building)');
  expect(await positionOf(id)).toBe('200/000');
});

it('runs the same rules for PATCH of a ticket', async () => {
  const { id, uri } = await aTicket(server);
  await server.http.patch(uri).send({ current_workflow_step: 500 }).expect(409);
  await server.http
    .patch('/api/v1/ticket/')
    .send({ objects: [{ resource_uri: uri, current_workflow_step: 500 }] })
    .expect(409);
  expect(await positionOf(id)).toBe('100/000');
});

it('completes when every live subticket is complete, and names those that are not', async () => {
  const ticket = await aTicket(server).withSubticket('bash', 300).withSubticket('zsh', 200, 10);
  for (const step of [300, 400, 500]) await patch(ticket.id, { current_workflow_step: step }).expect(202);
  const open = ticket.subtickets[1]!.id;
  const { body } = await patch(ticket.id, { current_workflow_step: 1000, status: 1000 }).expect(409);
  expect(body.code).toBe('workflow.subtickets_open');
  expect(JSON.stringify(body)).toContain(`subtickets are open: ${open}.`);
  // Superseded ones don't count.
  const retry = await anUploadOf(server, ticket, 'zsh', { current_workflow_step: 200, status: 1000 });
  await patch(ticket.id, { current_workflow_step: 1000, status: 1000 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('1000/1000');
  // A complete ticket isn't moved by roll-up.
  await patchSubticket(retry.id, { current_workflow_step: 999 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('1000/1000');
});

it('leaves 1000 by reopening only', async () => {
  const ticket = await aTicket(server).at(200).at(300).at(400).at(500).at(1000, 1000);
  for (const step of [100, 500, 999]) {
    const { body } = await patch(ticket.id, { current_workflow_step: step }).expect(409);
    expect(body.code).toBe('workflow.complete');
  }
  await patch(ticket.id, { status: 0 }).expect(202);
  await server.http.post(`${ticket.uri}reopen/`).expect(200);
  await patch(ticket.id, { current_workflow_step: 200 }).expect(202);
});

it('fails from anywhere and goes back to where it failed, not beyond', async () => {
  const { id } = await aTicket(server).at(200).at(300);
  await patch(id, { current_workflow_step: 999, status: 999, reason: 'no space left' }).expect(202);
  await patch(id, { current_workflow_step: 400 }).expect(409);
  await patch(id, { current_workflow_step: 300, status: 0 }).expect(202);
  expect(await ticketOf(id)).toMatchObject({ failed_at_step: null, failure: null });
});

it('lets roll-up move the ticket, and subtickets jump', async () => {
  const ticket = await aTicket(server).withSubticket('bash');
  await patchSubticket(ticket.subtickets[0]!.id, { current_workflow_step: 500 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/1000');
});

it('refuses nothing once the project is free again', async () => {
  const { id } = await aTicket(server);
  await setMode('free');
  await patch(id, { current_workflow_step: 500 }).expect(202);
  await setMode('strict');
});
