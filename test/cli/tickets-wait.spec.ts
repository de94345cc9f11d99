// --wait: until a ticket is where a script needs it; 5 when it failed, 8 when the time is over; over a restart of the server.
import net, { type AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { call, endAll, eventually, newFolder, PROCESS_MS, startServer } from '../process/server-process.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { onTerminal } from './on-terminal.js';
import { type Ended, stamp } from './stamp.js';

let server: TestServer;
const gates: net.Server[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  await endAll();
  for (const gate of gates) gate.close();
});

const { patch } = workflowCalls(() => server);
const run = (line: string): Promise<Ended> => stamp(line, { url: server.base });

interface Gate {
  readonly url: string;
  /** How many times a wait was asked for. */
  asked(): number;
}

/** Stands before a server, so that the suite knows when a command has asked. A server that is away is away here, too. */
async function gateTo(port: number): Promise<Gate> {
  let asked = 0;
  const gate = net.createServer((client) => {
    const behind = net.connect(port, '127.0.0.1');
    client.on('data', (chunk) => (asked += chunk.toString().match(/^GET \S*[?&]wait=/gm)?.length ?? 0));
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  gates.push(gate);
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`, asked: () => asked };
}

/** Starts to wait, and goes on when the server has been asked, for the condition and for a failure. */
async function waiting(line: string): Promise<Promise<Ended>[]> {
  const gate = await gateTo(Number(new URL(server.base).port));
  const ended = stamp(line, { url: gate.url });
  await eventually('it asks', () => gate.asked() >= 2);
  return [ended];
}

test('is woken when it is so, and shows the ticket as it is then', async () => {
  const { key, id } = await aTicket(server).at(300);
  const [ended] = await waiting(`status ${key} --wait step>=400 --timeout 30s`);
  await patch(id, { current_workflow_step: '400' }).expect(202);
  expect(await ended).toEqual({ code: 0, stdout: `${key}\t400\t000\tImage Testing\n`, stderr: '' });
});

test('5 when it fails meanwhile: what was waited for will not come', async () => {
  const { key, id } = await aTicket(server).at(300);
  const [ended] = await waiting(`status ${key} --wait --timeout 30s`);
  await patch(id, { current_workflow_step: '999', status: '999', reason: 'It does not boot' }).expect(202);
  expect(await ended).toEqual({
    code: 5,
    stdout: `${key}\t999\t999\tFailed\n`,
    stderr: `stamp: ${key} failed at 300: It does not boot\n`,
  });
});

test('8 when the time is over, with the ticket as it is', async () => {
  const { key } = await aTicket(server).at(200, 100);
  const ended = await run(`show ${key} --wait image-building --timeout 0 --json=status`);
  expect(ended).toEqual({
    code: 8,
    stdout: '{"status":"100"}\n',
    stderr: expect.stringMatching(
      `^stamp: After 0 s of waiting for step>=300, ${key} is at 200 Package Building, status 100\\.`,
    ),
  });
});

test('moves it, then waits for what comes of it', async () => {
  const { key, id } = await aTicket(server);
  const ended = run(`status ${key} 200 --wait status=1000 --timeout 30s`);
  await eventually(
    'it was moved',
    async () => (await server.http.get(`/api/v1/ticket/${id}/`)).body.current_workflow_step === '200',
  );
  await patch(id, { status: '1000' }).expect(202);
  expect(await ended).toMatchObject({ code: 0, stdout: `${key}\t200\t1000\tPackage Building\n` });
});

test('a failure may be what is waited for', async () => {
  const { key } = await aTicket(server).at(999, 999);
  expect(await run(`show ${key} --wait failed --timeout 30s --json=status`)).toMatchObject({ code: 0 });
  expect(await run(`show ${key} --wait closed --timeout 0 --json=status`)).toMatchObject({ code: 8 });
});

test.each([
  ['status TKT-1 --wait soon', 2, 'is not a condition to wait for'],
  ['status TKT-1 --wait complete --timeout soon', 2, '--timeout must be a time'],
  ['status TKT-999 --wait complete', 7, 'There is no ticket'],
])('%s ends with %i', async (line, code, words) => {
  expect(await run(line)).toEqual({ code, stdout: '', stderr: expect.stringContaining(words) });
});

test('a terminal sees where it is and how long it may take', async () => {
  const { key } = await aTicket(server).at(200, 100);
  const { code, screen } = await onTerminal(['status', key, '--wait', 'complete', '--timeout', '1s'], {
    url: server.base,
  });
  const seen = stripVTControlCharacters(screen);
  expect(code).toBe(8);
  expect(seen).toContain(`${key} is at 200 Package Building, status 100, waiting for complete: `);
  expect(seen).toMatch(/of 1 s/);
});

test(
  'waits on while the server is restarted',
  async () => {
    const env = { STAMPLINE_DATA: newFolder() };
    const first = startServer(env);
    await first.ready;
    const { body } = await call(first.base, 'POST', '/api/v1/ticket/', { title: 'Waited for' });
    const gate = await gateTo(first.port);
    const line = `status ${body.key} --wait step>=400 --timeout 60s`;
    const ended = stamp(line, { url: gate.url, timeoutMs: PROCESS_MS });
    await eventually('it waits', () => gate.asked() >= 2);
    first.kill('SIGTERM');
    await first.ended;
    const second = startServer(env, first.port);
    await second.ready;
    await eventually('it waits again', () => gate.asked() >= 4);
    await call(second.base, 'PATCH', `/api/v1/updateticketstatus/${body.id}/`, { current_workflow_step: '400' });
    const { code, stdout } = await ended;
    expect([code, stdout]).toEqual([0, `${body.key}\t400\t000\tImage Testing\n`]);
  },
  2 * PROCESS_MS,
);
