// A day of large events on a machine with little memory: it leaves the database, and what left it is read by those who ask for
// much and by those whose filter finds nothing, while everybody else goes on.
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { newFolder, PROCESS_MS, type ServerProcess, startServer } from './server-process.js';

const EVENTS = 2000;
/** About the largest that comes in. */
const LETTERS = 60_000;

async function connect(folder: string): Promise<pg.Client> {
  const lines = fs.readFileSync(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const password = fs.readFileSync(path.join(folder, 'postgres', 'stampline.password'), 'utf8').trim();
  const [port, host] = [Number(lines[3]), lines[4] ?? ''];
  const client = new pg.Client({ host, port, user: 'stampline', database: 'stampline', password });
  client.on('error', () => undefined); // It ends with its server.
  await client.connect();
  return client;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** At most ten pages: how many events they have, and the bytes of the largest page. */
async function follow(server: ServerProcess, query: string): Promise<{ events: number; most: number }> {
  let [events, pages, most] = [0, 0, 0];
  for (let next: string | null = `/api/v1/event/?archived=1&${query}`; next && pages < 10;) {
    const reply = await fetch(server.base + next);
    const text = await reply.text();
    if (reply.status === 503) {
      await pause(1000 * Number(reply.headers.get('retry-after')));
      continue;
    }
    expect(reply.status).toBe(200);
    const page = JSON.parse(text) as { meta: { next: string | null }; objects: unknown[] };
    [events, pages, most] = [events + page.objects.length, pages + 1, Math.max(most, text.length)];
    next = page.meta.next;
  }
  return { events, most };
}

it(
  'two thousand events of 60 kB go into archives and are read from there, and a server of 96 MB stays alive',
  async () => {
    const folder = newFolder();
    const server = startServer({ STAMPLINE_DATA: folder, NODE_OPTIONS: '--max-old-space-size=96' });
    await server.ready;
    const client = await connect(folder);
    await client.query(
      `INSERT INTO event (time, type, subject, actor, line, data)
        SELECT date_trunc('day', now()) - interval '40 days' + interval '12 hours', 'ci.told', 'from/ci', 'local', 'large', jsonb_build_object('n', n, 'text', repeat(md5(n::text), $2::int / 32))
        FROM generate_series(1, $1::int) n`,
      [EVENTS, LETTERS],
    );
    const archived = async (): Promise<number> => {
      const { rows } = await client.query<{ n: number }>(
        'SELECT COALESCE(sum(events), 0)::int AS n FROM event_archive',
      );
      return rows[0]?.n ?? 0;
    };
    // It archives by itself, a minute after its start.
    while ((await archived()) < EVENTS) {
      expect([server.child.exitCode, server.child.signalCode]).toEqual([null, null]);
      await pause(250);
    }
    const readers = await Promise.all([
      follow(server, 'limit=0'),
      follow(server, 'limit=0'),
      follow(server, 'type=none'),
    ]);
    for (const { events } of readers.slice(0, 2)) expect(events).toBeGreaterThan(500);
    expect(readers[2]?.events).toBe(0);
    expect(Math.max(...readers.map(({ most }) => most))).toBeLessThan(5 * 1024 * 1024);
    expect((await fetch(`${server.base}/readyz`)).status).toBe(200);
    await client.end();
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  },
  8 * PROCESS_MS,
);
