// stream.md and promises.md, 8: servers killed with -9 and told to end while readers follow. They come back where they were,
// to the same process or to another, and have each event once.
import pg from 'pg';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { endAll, PROCESS_MS, type ServerProcess, startServer } from '../process/server-process.js';
import { createTestDatabase } from '../setup/test-server.js';
import { faultsOf, writeAll } from './relay-scene.js';
import { StreamReader } from './stream-reader.js';

const EVENTS = Number(process.env.STAMPLINE_SCENE_EVENTS ?? 2400);

let connection: Awaited<ReturnType<typeof createTestDatabase>>;
let env: Record<string, string>;
beforeAll(async () => {
  connection = await createTestDatabase();
  env = { DATABASE_URL: databaseUrl(connection) };
});
afterAll(endAll);

const gotBy = (reader: StreamReader): { seq: number; line: string }[] =>
  reader.messages.map((message) => ({ seq: Number(message.id), line: String(message.data.line) }));

/** How many events there are already: readers start behind them. */
async function lastNumber(): Promise<number> {
  const client = new pg.Client(connection);
  await client.connect();
  const { rows } = await client.query<{ seq: string }>('SELECT seq FROM stream_head');
  await client.end();
  return Number(rows[0]?.seq);
}

it(
  'kill -9 of one process or the other, relay or not: no reader misses an event or gets one twice',
  async () => {
    const servers = [startServer(env), startServer(env)] as [ServerProcess, ServerProcess];
    await Promise.all(servers.map((server) => server.ready));
    const readers = [0, 1].map((index) => new StreamReader(() => servers[index as 0 | 1].base, '/stream?earliest'));
    const stops = readers.map((reader) => reader.follow());
    await Promise.all(readers.map((reader) => reader.until(() => reader.lastId !== '')));
    let over = false;
    let kills = 0;
    const killing = (async () => {
      for (let index: 0 | 1 = 0; !over || kills < 2; index = index === 0 ? 1 : 0) {
        const { port } = servers[index];
        servers[index].kill('SIGKILL');
        await servers[index].ended;
        kills += 1;
        servers[index] = startServer(env, port);
        await servers[index].ready;
      }
    })();
    const written = await writeAll(connection, EVENTS);
    over = true;
    await killing;
    await Promise.all(
      readers.map((reader) => reader.until(() => reader.seqs.length >= written.marks.length, PROCESS_MS)),
    );
    for (const stop of stops) stop();
    for (const reader of readers) {
      expect(faultsOf(written, gotBy(reader), 1)).toEqual([]);
      expect(reader.ends).toBeGreaterThan(0);
    }
    if (process.env.STAMPLINE_SCENE_EVENTS)
      console.log(`${written.marks.length} events, servers killed ${kills} times, each reader had each once.`);
    // SIGTERM: the stream ends at once, saying when to come back; nobody waits for it; the other process has the rest.
    const from = await lastNumber();
    const [leaving, staying] = servers;
    let base = leaving.base;
    const reader = await new StreamReader(() => base, `/stream?last_event_id=${from}`).connect();
    reader.retry = undefined;
    const told = Date.now();
    leaving.kill('SIGTERM');
    await reader.until(() => reader.ends === 1);
    expect(reader.retry).toBe(2000);
    const more = await writeAll(connection, 80);
    base = staying.base;
    await reader.connect();
    await reader.until(() => reader.seqs.length === 80);
    expect(faultsOf(more, gotBy(reader), from + 1)).toEqual([]);
    expect(await leaving.ended).toBe(0);
    expect(Date.now() - told).toBeLessThan(10_000);
    reader.close();
  },
  PROCESS_MS + EVENTS * 10,
);
