// examples/events: each runs as it stands, and what it sends is in the stream and in the history of the ticket that it names.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { historyOf } = workflowCalls(() => server);

const run = async (env: Record<string, string>): Promise<string> =>
  (
    await promisify(execFile)('sh', ['examples/events/all.sh'], {
      env: { PATH: process.env.PATH ?? '', STAMP_URL: server.base, ...env },
    })
  ).stdout;

it('sends one of each kind without a ticket', async () => {
  expect(await run({})).toContain('All 7 are in the stream');
});

it('sends one of each kind for a ticket, into its history', async () => {
  const { id, key } = await aTicket(server);
  expect(await run({ TICKET: key })).toContain('All 7 are in the stream');
  expect((await historyOf(id)).map(({ type }) => type)).toEqual([
    'ticket.created',
    'commit.pushed',
    'testrun.finished',
    'deployment.finished',
    'error.raised',
    'alert.fired',
    'defect.reported',
    'message',
  ]);
});

it('fails when the server refuses', async () => {
  await expect(run({ TICKET: 'TKT-99999' })).rejects.toThrow(/unknown_ticket/);
});
