// promises.md, "Bad input": whoever doesn't read its replies is cut, and keeps nothing open here; whoever reads slowly is not.
import fs from 'node:fs/promises';
import type net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { upload } from '../builders/modules.js';
import { connectTo, requestText } from '../setup/raw-http.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const STALLED_MS = 1000;
/** More than the system's own buffers hold for a connection. */
const LARGE = 24 * 1024 * 1024;

let server: TestServer;
let moduleUrl: string;
beforeAll(async () => {
  server = await startTestServer({ stalledMs: STALLED_MS });
  const ticket = await server.http.post('/api/v1/ticket/').send({ title: 'large' }).expect(201);
  const { body } = await upload(
    server,
    ticket.body.id,
    { specifier: 'large' },
    { 'large.js': Buffer.alloc(LARGE, '// 3\n') },
  );
  moduleUrl = new URL(body.modules[0].url).pathname;
  await server.http.post('/api/v1/ticket/').send({ title: 'listed', description: 'x'.repeat(60_000) });
}, 60_000);
afterAll(() => server.stop());

const keepAlive = (line: string, headers: Record<string, string> = {}, body = ''): string =>
  requestText(line, { Connection: 'keep-alive', ...headers }, body);

const metric = async (name: string): Promise<number> => {
  const { text } = await server.http.get('/metrics').expect(200);
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(text)?.[1] ?? 0);
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

/** How many times this process has a module's file open. */
async function modulesOpen(): Promise<number> {
  const links = (await fs.readdir('/proc/self/fd')).map((one) => fs.readlink(`/proc/self/fd/${one}`).catch(() => ''));
  return (await Promise.all(links)).filter((place) => place.startsWith(path.join(server.dataFolder, 'blobs'))).length;
}

/** Writes requests until neither side takes any more, and reads nothing. Resolves when the server has cut the connection. */
async function sendAndNeverRead(text: string): Promise<net.Socket> {
  const socket = connectTo(server.base);
  socket.on('error', () => undefined);
  socket.pause();
  const batch = Buffer.from(text.repeat(Math.ceil(16_384 / text.length)), 'latin1');
  const more = (): void => {
    while (!socket.destroyed && socket.write(batch));
  };
  socket.on('drain', more);
  more();
  // Nothing is read, so nothing tells of the other end's close: what is written after it does.
  const probe = setInterval(() => socket.write('\r\n'), 200);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(probe);
  return socket;
}

const EMPTY = { 'Content-Type': 'application/json', 'Content-Length': '2' };

describe('a client that never reads is cut, whatever it asked for', () => {
  const kinds: readonly (readonly [string, () => string])[] = [
    ['a module', () => keepAlive(`GET ${moduleUrl}`)],
    ['a part of a module', () => keepAlive(`GET ${moduleUrl}`, { Range: 'bytes=1-20000000' })],
    ['a list', () => keepAlive('GET /api/v1/ticket/')],
    ['stamp.js', () => keepAlive('GET /stamp.js')],
    ['the command', () => keepAlive('GET /cli/stamp.mjs')],
    ['a file of the documentation', () => keepAlive('GET /docs/swagger-ui-bundle.js')],
    ['a page', () => keepAlive('GET /', { Accept: 'text/html' })],
    ['what is not there', () => keepAlive('GET /nothing')],
    ['a refused write', () => keepAlive('POST /api/v1/ticket/', EMPTY, '{}')],
    ['a refused host', () => keepAlive('GET /livez', { Host: 'elsewhere.example' })],
  ];

  it.each(kinds)(
    '%s',
    async (_name, text) => {
      const before = await metric('stampline_http_cut_replies_total');
      // A busy machine may be slower to fill its buffers than a connection's own end takes to come.
      for (let time = 0; time < 3 && (await metric('stampline_http_cut_replies_total')) === before; time++)
        await sendAndNeverRead(text());
      expect(await metric('stampline_http_cut_replies_total')).toBeGreaterThan(before);
    },
    120_000,
  );
});

it('requests that wait for the one before them leave nothing behind either', async () => {
  await until(async () => (await metric('stampline_http_open')) === 0);
  const before = await modulesOpen();
  await sendAndNeverRead(keepAlive(`GET ${moduleUrl}`));
  await until(async () => (await modulesOpen()) === before && (await metric('stampline_http_open')) === 0);
});

it('60 readers of a large module that never read leave no descriptor behind', async () => {
  const before = await modulesOpen();
  const sockets = Array.from({ length: 60 }, () => connectTo(server.base));
  for (const socket of sockets) {
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(keepAlive(`GET ${moduleUrl}`));
  }
  await until(async () => (await modulesOpen()) === before + 60);
  await until(async () => (await modulesOpen()) === before && (await metric('stampline_http_open')) === 0);
  for (const socket of sockets) socket.destroy();
}, 60_000);

it('a client that reads slowly gets everything', async () => {
  const socket = connectTo(server.base);
  socket.write(requestText(`GET ${moduleUrl}`));
  const began = performance.now();
  let size = 0;
  for await (const chunk of socket) {
    size += (chunk as Buffer).length;
    // About four times as long as a client may take nothing.
    const ahead = (size / LARGE) * 4 * STALLED_MS - (performance.now() - began);
    if (ahead > 50) await sleep(ahead);
  }
  expect(size).toBeGreaterThan(LARGE);
  expect(performance.now() - began).toBeGreaterThan(3 * STALLED_MS);
}, 60_000);

it('a client that waits for its answer, or between two requests, is not cut', async () => {
  const { body } = await server.http.get('/api/v1/ticket/1/?wait=3&until=step>=500').expect(200);
  expect(body.id).toBe(1);
  const socket = connectTo(server.base);
  for (let turn = 0; turn < 2; turn += 1) {
    socket.write(keepAlive('GET /livez'));
    const [chunk] = await new Promise<Buffer[]>((resolve) => socket.once('data', (data: Buffer) => resolve([data])));
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 200/);
    await sleep(2.5 * STALLED_MS);
  }
  socket.destroy();
}, 30_000);
