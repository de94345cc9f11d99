// What is large on a machine with little memory: a whole archive's list, and pages of large tickets, written and read by several
// at once and by clients that are slow.
import fs from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import { newFolder, PROCESS_MS, startServer } from './server-process.js';

const ENTRIES = 300_000;
const MEGABYTE = 1024 * 1024;

/** Some 30 MB, whose versions differ from those of other lists. */
const listOf = (version: number): string =>
  JSON.stringify(
    Array.from({ length: ENTRIES }, (_, index) => ({
      binary: `lib-some-binary-package-${index}-dev`,
      source: `some-source-${index % 1000}`,
      version: `${version}.${index}-1+b1`,
    })),
  );

/** Bytes of a reply that is read at full speed, or `slowly`: with pauses, a part at a time. It must be JSON to its end. */
async function lengthOf(url: string, slowly: boolean): Promise<number> {
  const [reply] = (await once(http.get(url, { agent: false }), 'response')) as [http.IncomingMessage];
  if (reply.statusCode === 503) {
    // A machine that does much else: come again, as the server says.
    reply.resume();
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(reply.headers['retry-after'])));
    return lengthOf(url, slowly);
  }
  expect(reply.statusCode).toBe(200);
  let [length, last, parts] = [0, '', 0];
  for await (const part of reply) {
    length += (part as Buffer).length;
    last = (part as Buffer).toString('latin1').slice(-1);
    if (slowly && ++parts % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(last).toMatch(/[\]}]/);
  return length;
}

const peakOf = (pid: number | undefined): number =>
  Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

it(
  'four lists of 30 MB at once leave a server of 96 MB alive, and cost about the memory of one',
  async () => {
    const server = startServer({ STAMPLINE_DATA: newFolder(), NODE_OPTIONS: '--max-old-space-size=96' });
    await server.ready;
    const url = `${server.base}/api/v1/package-list/`;
    const put = (body: string) => fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
    await put('[]');
    const before = peakOf(server.child.pid);
    const replies = await Promise.all(
      [1, 2, 3, 4].map(async (version) => {
        const body = listOf(version);
        expect(body.length).toBeGreaterThan(28 * MEGABYTE);
        const { status, headers } = await put(body);
        return { status, retry: headers.get('retry-after') };
      }),
    );
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    for (const { status, retry } of replies)
      expect([status, retry]).toEqual(status === 200 ? [200, null] : [503, '10']);
    expect(peakOf(server.child.pid) - before).toBeLessThan(300 * MEGABYTE);
    const lengths = await Promise.all([1, 2, 3, 4].map((place) => lengthOf(url, place > 2)));
    expect(new Set(lengths).size).toBe(1);
    expect(lengths[0]).toBeGreaterThan(28 * MEGABYTE);
    expect(peakOf(server.child.pid) - before).toBeLessThan(300 * MEGABYTE);
    const { headers } = await fetch(url, { method: 'HEAD' });
    const known = await fetch(url, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect([known.status, await known.text()]).toEqual([304, '']);
    expect((await fetch(`${server.base}/readyz`)).status).toBe(200);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  },
  6 * PROCESS_MS,
);

it(
  'ten lists of large tickets at once, read at full speed and slowly, leave a server of 80 MB alive and its memory small',
  async () => {
    const server = startServer({ STAMPLINE_DATA: newFolder(), NODE_OPTIONS: '--max-old-space-size=80' });
    await server.ready;
    const url = `${server.base}/api/v1/ticket/`;
    const body = JSON.stringify({ title: 'large', description: 'x'.repeat(95_000) });
    const make = () => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    for (let made = 0; made < 300; made += 10)
      for (const { status } of await Promise.all(Array.from({ length: 10 }, make))) expect(status).toBe(201);
    const before = peakOf(server.child.pid);
    const ways = Array.from({ length: 10 }, (_, place) => place % 2 === 0);
    const lengths = await Promise.all(ways.map((slowly) => lengthOf(`${url}?limit=1000`, slowly))).catch(
      (error: unknown) => {
        throw new Error(`The server said:\n${server.output().slice(-5000)}`, { cause: error });
      },
    );
    for (const length of lengths) expect(length).toBeGreaterThan(27 * MEGABYTE);
    expect(peakOf(server.child.pid) - before).toBeLessThan(200 * MEGABYTE);
    expect((await fetch(`${server.base}/readyz`)).status).toBe(200);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  },
  6 * PROCESS_MS,
);
