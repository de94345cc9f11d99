// A lander's day: a change from its upload to Complete, with a build that fails and a retry, as its scripts see it.
import { aTicket, anUploadOf, type BuiltSubticket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket, ticketOf, positionOf, historyOf } = workflowCalls(() => server);

it('carries a ticket from its first upload through a failure to Complete', async () => {
  const ticket = await aTicket(server).withSubticket('openssl').withSubticket('curl');
  const [openssl, curl] = ticket.subtickets as [BuiltSubticket, BuiltSubticket];
  expect(await positionOf(ticket.id)).toBe('100/000');

  await patchSubticket(openssl.id, { current_workflow_step: '200', status: '100' }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/000');
  await patchSubticket(openssl.id, { status: '1000' }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/000');

  const log = 'http://ci.example/logs/7.txt';
  await patchSubticket(curl.id, { current_workflow_step: 999, status: 999, reason: 'debian/rules failed', log }).expect(
    202,
  );
  expect(await ticketOf(ticket.id)).toMatchObject({
    current_workflow_step: '999',
    status: '999',
    failed_at_step: '200',
    failure: { cause: 'roll_up', subticket: curl.id, summary: 'debian/rules failed', log },
  });
  const failed = await server.http.get('/api/v1/ticketstatus/?current_workflow_step=999').expect(200);
  expect(failed.body.objects.map((one: { id: number }) => one.id)).toEqual([ticket.id]);
  expect((await server.http.get('/api/v1/opentickets/').expect(200)).body.objects).toEqual([]);

  const retry = await anUploadOf(server, ticket, 'curl');
  expect(await positionOf(ticket.id)).toBe('200/000');
  await patchSubticket(retry.id, { current_workflow_step: 200, status: 1000 }).expect(202);
  expect(await positionOf(ticket.id)).toBe('200/1000');

  for (const step of ['300', '400', '500']) {
    await patch(ticket.id, { current_workflow_step: step, status: '000' }).expect(202);
    await patch(ticket.id, { status: '1000' }).expect(202);
  }
  await patch(ticket.id, { current_workflow_step: '1000', status: '1000' }).expect(202);
  expect(await ticketOf(ticket.id)).toMatchObject({
    current_workflow_step: '1000',
    failed_at_step: null,
    failure: null,
    closed_at: null,
  });

  const own = (await historyOf(ticket.id)).filter((row) => row.subticket === null);
  expect(own.map((row) => row.version)).toEqual(own.map((_row, index) => index + 1));
  expect(own.map((row) => row.line)).toEqual([
    `Ticket ${ticket.key} created: A ticket`,
    `${ticket.key} moved 100 → 200 (Package Building), status 000`,
    `${ticket.key} moved 200 → 999 (Failed), status 999: debian/rules failed`,
    `${ticket.key} moved 999 → 200 (Package Building), status 000`,
    `${ticket.key} at 200 (Package Building): status 1000`,
    `${ticket.key} moved 200 → 300 (Image Building), status 000`,
    `${ticket.key} at 300 (Image Building): status 1000`,
    `${ticket.key} moved 300 → 400 (Image Testing), status 000`,
    `${ticket.key} at 400 (Image Testing): status 1000`,
    `${ticket.key} moved 400 → 500 (Package Publishing), status 000`,
    `${ticket.key} at 500 (Package Publishing): status 1000`,
    `${ticket.key} moved 500 → 1000 (Complete), status 1000`,
  ]);
});
