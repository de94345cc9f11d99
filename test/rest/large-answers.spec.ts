// Large answers that are no lists take their share of the memory for lists: beyond that others are told to come again, and what
// is given back when a client has gone is there for the next one.
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { aStampedTicket, changeModules, setTo } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const MEGABYTE = 1024 * 1024;
const KEYS = 20_000;

let server: TestServer;
let url: string;
beforeAll(async () => {
  server = await startTestServer({ listBytes: 8 * MEGABYTE });
  const ticket = await aStampedTicket(server).withModule('first');
  const long = `https://cdn.example/${'long/'.repeat(80)}`;
  const changes = Array.from({ length: KEYS }, (_, index) => setTo(`module-${index}`, `${long}${index}.js`));
  await changeModules(server, ticket.id, changes);
  ({ url } = ticket);
}, 120_000);
afterAll(() => server.stop());

const heldBytes = async (): Promise<number> => {
  const { text } = await server.http.get('/metrics').expect(200);
  return Number(/^stampline_lists_bytes (\d+)/m.exec(text)?.[1]);
};

/** A reply of which only the head was taken so far. */
async function begin(path: string): Promise<http.IncomingMessage> {
  const request = http.get(server.base + path, { agent: false });
  const [reply] = (await once(request, 'response')) as [http.IncomingMessage];
  reply.on('error', () => undefined);
  return reply.pause();
}

it('has one of them in memory where there is room for one', async () => {
  const path = `${url}diff/`;
  const first = await fetch(server.base + path);
  expect([first.status, Buffer.byteLength(await first.text()) > 8 * MEGABYTE]).toEqual([200, true]);
  const replies = await Promise.all(Array.from({ length: 6 }, () => begin(path)));
  const statuses = replies.map(({ statusCode }) => statusCode).toSorted();
  expect(statuses).toEqual([200, 503, 503, 503, 503, 503]);
  expect(await heldBytes()).toBeLessThanOrEqual(8 * MEGABYTE);
  const refused = replies.find(({ statusCode }) => statusCode === 503) as http.IncomingMessage;
  expect(refused.headers).not.toHaveProperty('etag');
  expect(JSON.parse(Buffer.concat(await refused.toArray()).toString())).toMatchObject({ code: 'lists.busy' });
  for (const reply of replies) reply.destroy();
  while ((await heldBytes()) > 0) await sleep(50);
  expect((await fetch(server.base + path)).status).toBe(200);
});
