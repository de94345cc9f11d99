// promises.md, 8: SIGTERM says no at /readyz first, then lets everybody finish; SIGINT doesn't wait. No Postgres stays. How the
// stream ends is in test/stream/processes.spec.ts, that a proxy fails no request in rolling-restart.spec.ts.
import { closedBy, connectTo, requestText } from '../setup/raw-http.js';
import {
  call,
  endAll,
  eventually,
  LOOPBACKS,
  newFolder,
  PROCESS_MS,
  postgresOf,
  type ServerProcess,
  startServer,
} from './server-process.js';

afterAll(endAll);

/** The client that never ends its request is waited for 15 s: meanwhile the other tests run. */
let stuck: Promise<{ readonly end: number | string; readonly ms: number; readonly folder: string }>;
beforeAll(async () => {
  const { server, folder, ticket } = await started();
  const client = connectTo(server.base);
  client.on('error', () => undefined);
  client.write(requestText(`PATCH /api/v1/updateticketstatus/${ticket}/`, { 'Content-Length': '1000000' }, '{'));
  // A drop now and then, so that it isn't cut for being slow.
  const drip = setInterval(() => client.write(' '), 200);
  await call(server.base, 'GET', '/livez');
  const asked = performance.now();
  server.kill('SIGTERM');
  stuck = server.ended.then((end) => {
    clearInterval(drip);
    return { end, ms: performance.now() - asked, folder };
  });
}, PROCESS_MS);

async function started(): Promise<{ server: ServerProcess; folder: string; ticket: number }> {
  const folder = newFolder();
  const server = startServer({ STAMPLINE_DATA: folder });
  await server.ready;
  const { body } = await call(server.base, 'POST', '/api/v1/ticket/', { title: 'waited for' });
  return { server, folder, ticket: body.id as number };
}

it(
  'SIGTERM: /readyz turns 503 while requests are answered, those in flight finish, and all ends with 0',
  async () => {
    const { server, folder, ticket } = await started();
    const other = LOOPBACKS.includes('::1') ? `http://[::1]:${server.port}` : server.base;
    // In flight: one that waits for a ticket, and over ::1 one whose body comes slowly. Slow headers are no request.
    const waiting = call(server.base, 'GET', `/api/v1/ticket/${ticket}/?wait=30&until=complete`);
    const text = '{"status": 7}';
    const slow = connectTo(other);
    slow.write(
      requestText(
        `PATCH /api/v1/updateticketstatus/${ticket}/`,
        { 'Content-Length': String(text.length) },
        text.slice(0, 5),
      ),
    );
    const slowReply = closedBy(slow);
    const silent = connectTo(server.base);
    silent.write('GET / HTTP/1.1\r\nX-Never: ');
    const silentEnd = closedBy(silent);
    await call(server.base, 'GET', '/livez');
    const asked = performance.now();
    server.kill('SIGTERM');

    const refused = await eventually('/readyz says no', async () => {
      const reply = await call(server.base, 'GET', '/readyz');
      return reply.status === 503 ? reply : undefined;
    });
    expect(refused.body).toMatchObject({ code: 'not_ready.shutting_down' });
    expect((await call(server.base, 'GET', '/livez')).status).toBe(200);
    expect((await call(server.base, 'PATCH', `/api/v1/updateticketstatus/${ticket}/`, { status: 3 })).status).toBe(202);
    expect(await waiting).toMatchObject({ status: 200, body: { id: ticket } });
    // Nobody new gets in, but the one who is in still ends what was begun.
    await eventually('the port is closed', async () => (await call(server.base, 'GET', '/livez')).status === 0);
    expect(performance.now() - asked).toBeGreaterThan(1490);
    slow.write(text.slice(5));
    const finished = await slowReply;
    expect(finished.status).toBe(202);
    expect(finished.headers).toMatch(/^connection: close\r?$/im);
    await silentEnd;
    expect(await server.ended).toBe(0);
    expect(postgresOf(folder)).toBeUndefined();
  },
  PROCESS_MS,
);

it(
  'SIGINT, twice as npm passes it on: ends without a drain, with 0',
  async () => {
    const { server, folder, ticket } = await started();
    const waiting = call(server.base, 'GET', `/api/v1/ticket/${ticket}/?wait=30&until=complete`);
    await call(server.base, 'GET', '/livez');
    server.kill('SIGINT');
    server.kill('SIGINT');
    expect(await server.ended).toBe(0);
    expect((await waiting).status).toBe(200);
    expect(postgresOf(folder)).toBeUndefined();
  },
  PROCESS_MS,
);

it(
  'a second signal waits for nobody, and still takes Postgres along',
  async () => {
    const { server, folder, ticket } = await started();
    const stuck = connectTo(server.base);
    stuck.write(requestText(`PATCH /api/v1/updateticketstatus/${ticket}/`, { 'Content-Length': '20' }, '{'));
    const cut = closedBy(stuck);
    await call(server.base, 'GET', '/livez');
    server.kill('SIGTERM');
    await eventually('the port is closed', async () => (await call(server.base, 'GET', '/livez')).status === 0);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    await cut;
    expect(postgresOf(folder)).toBeUndefined();
  },
  PROCESS_MS,
);

it(
  'a client that never ends its request keeps it for less than 30 s',
  async () => {
    const { end, ms, folder } = await stuck;
    expect(end).toBe(0);
    expect(ms).toBeLessThan(30_000);
    expect(postgresOf(folder)).toBeUndefined();
  },
  PROCESS_MS,
);
