// ?wait=…&until=…: scripts wait for a ticket instead of asking again and again.
import http from 'node:http';
import { aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket } = workflowCalls(() => server);

// Far beyond the test's own time: an answer proves that the condition was seen, not that the wait was over.
const wait = (id: number, until: string, seconds: number | string = 60) =>
  server.http.get(`/api/v1/ticket/${id}/`).query({ wait: String(seconds), until });

/** Starts a wait and lets it reach the server before the story goes on. */
async function waiting(id: number, until: string): Promise<{ answer: Promise<{ status: number; body: any }> }> {
  const answer = wait(id, until).then(({ status, body }) => ({ status, body }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { answer };
}

it.each([
  ['step>=200', { current_workflow_step: 200 }, { current_workflow_step: '200' }],
  ['step=300', { current_workflow_step: 300 }, { current_workflow_step: '300' }],
  ['step>900', { current_workflow_step: 999 }, { current_workflow_step: '999' }],
  ['status=1000', { status: 1000 }, { status: '1000' }],
  ['version>1', { status: 5 }, { version: 2 }],
  ['failed', { current_workflow_step: 999 }, { current_workflow_step: '999' }],
  ['failed', { status: 999 }, { status: '999' }],
  ['complete', { current_workflow_step: 1000 }, { current_workflow_step: '1000' }],
])('answers until=%s when another client does %j', async (until, change, found) => {
  const { id } = await aTicket(server);
  const { answer } = await waiting(id, until);
  await patch(id, change).expect(202);
  expect((await answer).body).toMatchObject(found);
});

it('sees closing, and what roll-up does', async () => {
  const ticket = await aTicket(server).withSubticket('gcc');
  const [closed, failed] = [await waiting(ticket.id, 'closed'), await waiting(ticket.id, 'failed')];
  await patchSubticket(ticket.subtickets[0]!.id, { current_workflow_step: 999 }).expect(202);
  expect((await failed.answer).body.failure.cause).toBe('roll_up');
  await server.http.post(`${ticket.uri}close/`).expect(200);
  expect((await closed.answer).body.closed_at).not.toBeNull();
});

it('answers at once when it is so already, and by key', async () => {
  const { id, key } = await aTicket(server).at(500);
  expect((await wait(id, 'step>=500').expect(200)).headers.etag).toBe('"2"');
  await server.http.get(`/api/v1/ticket/${key}/?wait=60&until=step>=500`).expect(200);
});

it('answers after the wait with the ticket as it is', async () => {
  const { id } = await aTicket(server);
  expect((await wait(id, 'step<100', 0.2).expect(200)).body.current_workflow_step).toBe('100');
  expect((await wait(id, 'failed', 0).expect(200)).body.current_workflow_step).toBe('100');
});

it.each([
  ['until=nonsense&wait=1', 'wait.bad_until'],
  ['until=step%3E%3D&wait=1', 'wait.bad_until'],
  ['until=title%3D1&wait=1', 'wait.bad_until'],
  ['until=&wait=1', 'wait.bad_until'],
  ['until=failed&wait=soon', 'wait.bad_seconds'],
  ['until=failed&wait=-1', 'wait.bad_seconds'],
  ['until=failed&wait=', 'wait.bad_seconds'],
  ['until=failed&wait=NaN', 'wait.bad_seconds'],
  ['until=failed', 'wait.incomplete'],
  ['wait=1', 'wait.incomplete'],
])('refuses ?%s', async (query, code) => {
  const { id } = await aTicket(server);
  const { body } = await server.http.get(`/api/v1/ticket/${id}/?${query}`).expect(400);
  expect(body.code).toBe(code);
});

it('is 404 for a ticket that is not there, and when it is deleted meanwhile', async () => {
  await wait(987_654, 'failed').expect(404);
  const { id, uri } = await aTicket(server);
  const { answer } = await waiting(id, 'failed');
  await server.http.delete(uri).expect(204);
  expect((await answer).status).toBe(404);
});

it('lets many wait at once, each for its own', async () => {
  const tickets = [await aTicket(server), await aTicket(server)];
  const waits = await Promise.all(
    Array.from({ length: 60 }, (_, index) => waiting(tickets[index % 2]!.id, index % 4 < 2 ? 'step>=300' : 'failed')),
  );
  for (const { id } of tickets) await patch(id, { current_workflow_step: 999 }).expect(202);
  const answers = await Promise.all(waits.map(({ answer }) => answer));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(answers.map(({ body }) => body.id)).toEqual(answers.map((_answer, index) => tickets[index % 2]!.id));
});

it('goes on when a client leaves', async () => {
  const { id, uri } = await aTicket(server);
  const { answer } = await waiting(id, 'step>=200');
  const gone = http.get(`${server.base}${uri}?wait=60&until=failed`);
  gone.on('error', () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  gone.destroy();
  await patch(id, { current_workflow_step: 200 }).expect(202);
  expect((await answer).status).toBe(200);
});

it('ends every wait when the server is about to leave, and starts no new one', async () => {
  const leaving = await startTestServer({}, server.connection);
  const { id } = await aTicket(server);
  const path = `/api/v1/ticket/${id}/?wait=60&until=failed`;
  const answer = leaving.http.get(path).then(({ status }) => status);
  await new Promise((resolve) => setTimeout(resolve, 50));
  leaving.app.get(Lifecycle).leave();
  expect(await answer).toBe(200);
  await leaving.http.get(path).expect(200);
  await leaving.stop();
});
