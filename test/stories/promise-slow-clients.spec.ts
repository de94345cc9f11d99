// promises.md, "Bad input": whoever sends slowly is cut on time and told so, and costs the others nothing.
import type { Server } from 'node:http';
import { closedBy, connectTo, requestText } from '../setup/raw-http.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Requests that have to arrive sooner than by default, for as long as the work takes. */
async function withRequestsIn(ms: number, work: () => Promise<void>): Promise<void> {
  const { requestTimeout, headersTimeout } = http();
  Object.assign(http(), { requestTimeout: ms, headersTimeout: ms });
  await work().finally(() => Object.assign(http(), { requestTimeout, headersTimeout }));
}

const http = (): Server => server.app.getHttpServer();

it('cuts 300 connections that send their headers byte by byte, while others are served', async () => {
  const began = Date.now();
  const slow = Array.from({ length: 300 }, () => connectTo(server.base));
  const ends = slow.map((socket) => closedBy(socket));
  const drip = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('a')), 900);
  for (const socket of slow) socket.write('GET /api/v1/ticket/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  let all = false;
  const replies = Promise.all(ends).finally(() => (all = true));
  let served = 0;
  while (!all) {
    await server.http.get('/api/v1/ticket/').expect(200);
    served += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  clearInterval(drip);
  for (const reply of await replies) {
    expect(reply.status).toBe(408);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'request.too_slow', request_id: expect.any(String) });
  }
  expect(served).toBeGreaterThan(50);
  // The promise is 11 s; a machine that runs other suites beside may notice later.
  expect(Date.now() - began).toBeLessThan(15_000);
}, 30_000);

it('cuts a body that does not arrive, and makes nothing of it', async () => {
  expect(http().requestTimeout).toBe(30_000);
  await withRequestsIn(1000, async () => {
    const socket = connectTo(server.base);
    socket.write(requestText('POST /api/v1/ticket/', { 'Content-Length': '20' }, '{"title": '));
    const reply = await closedBy(socket);
    expect(reply.status).toBe(408);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'request.too_slow' });
  });
  expect(await server.sql('SELECT id FROM ticket')).toEqual([]);
});

it('leaves a connection alone that waits for its answer', async () => {
  const { body } = await server.http.post('/api/v1/ticket/').send({ title: 'x' }).expect(201);
  await withRequestsIn(500, async () => {
    const waited = await server.http.get(`/api/v1/ticket/${body.id}/?wait=2&until=step>=500`).expect(200);
    expect(waited.body.current_workflow_step).toBe('100');
  });
});
