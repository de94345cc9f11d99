// stream.md, "The log": whatever happens to relays, every committed event gets one number, dense and in order, and every
// reader gets each once. STAMPLINE_SCENE_EVENTS=100000 plays the same scene for longer; docs/PERFORMANCE.md has a run of it.
import pg from 'pg';
import { numberEvents, RELAY_SESSION, type RelaySql } from '../../src/stream/number-events.js';
import { ALL_IDS } from '../../src/stream/outbox.js';
import { Relay } from '../../src/stream/relay.js';
import { createTestDatabase, startTestServer, type TestServer } from '../setup/test-server.js';
import { faultsOf, sqlOn, writeAll } from './relay-scene.js';
import { StreamReader } from './stream-reader.js';

const EVENTS = Number(process.env.STAMPLINE_SCENE_EVENTS ?? 4800);
const SCENE_MS = 30_000 + EVENTS * 10;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const gotBy = (reader: StreamReader): { seq: number; line: string }[] =>
  reader.messages.map((message) => ({ seq: Number(message.id), line: String(message.data.line) }));

it(
  'two processes, relays killed again and again: readers of both miss nothing, get nothing twice, and all in order',
  async () => {
    const connection = await createTestDatabase();
    const servers = [await startTestServer({}, connection), await startTestServer({}, connection)];
    const readers = servers.map((server) => new StreamReader(() => server.base, '/stream?earliest'));
    const stops = readers.map((reader) => reader.follow());
    const led = new Set<TestServer>();
    let over = false;
    let kills = 0;
    const killing = (async () => {
      while (!over) {
        await pause(100 + Math.random() * 300);
        for (const server of servers) if (server.app.get(Relay).isLeading) led.add(server);
        // At any moment: before, in or after a numbering, with the NOTIFY sent or not.
        const victims = Math.random() < 0.3 ? "'stampline relay', 'stampline listener'" : "'stampline relay'";
        kills += 1;
        await servers[0]?.sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name IN (${victims})`,
        );
      }
    })();
    try {
      const written = await writeAll(connection, EVENTS);
      over = true;
      await killing;
      await Promise.all(
        readers.map((reader) => reader.until(() => reader.seqs.length >= written.marks.length, SCENE_MS)),
      );
      await pause(200);
      for (const reader of readers) expect(faultsOf(written, gotBy(reader), 1)).toEqual([]);
      // Both have led, so the lock went from one to the other.
      expect(led.size).toBe(2);
      if (process.env.STAMPLINE_SCENE_EVENTS)
        console.log(`${written.marks.length} events, relays killed ${kills} times, each reader had each once.`);
      expectToBeFound(written.marks, gotBy(readers[0] as StreamReader));
    } finally {
      over = true;
      for (const stop of stops) stop();
      for (const server of servers) await server.stop();
    }
  },
  SCENE_MS,
);

/** The checker must be able to fail. */
function expectToBeFound(marks: readonly string[], got: { seq: number; line: string }[]): void {
  const [first, second, ...rest] = got as [(typeof got)[0], (typeof got)[0]];
  expect(faultsOf({ marks }, got.slice(1), 2)).toEqual(['1 missed']);
  expect(faultsOf({ marks }, [...got, { seq: got.length + 1, line: first.line }], 1)).toContain('1 twice');
  const swapped = [{ ...second, seq: 1 }, { ...first, seq: 2 }, ...rest];
  if (first.line.split('/')[0] === second.line.split('/')[0])
    expect(faultsOf({ marks }, swapped, 1)).toContain('1 out of order');
  expect(faultsOf({ marks }, [{ ...first, seq: 2 }, { ...second, seq: 1 }, ...rest], 1)).not.toEqual([]);
}

describe('numbering', () => {
  let connection: pg.ClientConfig;
  const clients: pg.Client[] = [];
  beforeEach(async () => {
    connection = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });

  async function client(): Promise<pg.Client> {
    const made = new pg.Client(connection);
    made.on('error', () => undefined);
    await made.connect();
    clients.push(made);
    return made;
  }

  const append = (on: pg.Client, line: string): Promise<unknown> =>
    on.query("INSERT INTO event (type, subject, actor, line) VALUES ('a', 'b/1', 'c', $1)", [line]);

  const numbered = async (on: pg.Client): Promise<string[]> =>
    (
      await on.query<{ one: string }>("SELECT seq || ' ' || line AS one FROM event WHERE seq IS NOT NULL ORDER BY seq")
    ).rows.map((row) => row.one);

  it('a row whose transaction ends later than that of a higher id gets the later number, and holds nobody up', async () => {
    const [slow, quick, relay] = [await client(), await client(), await client()];
    await slow.query('BEGIN');
    await append(slow, 'first id, last commit');
    await append(quick, 'second id');
    expect(await numberEvents(sqlOn(relay), [ALL_IDS])).toHaveLength(1);
    await slow.query('COMMIT');
    expect(await numberEvents(sqlOn(relay), [ALL_IDS])).toHaveLength(1);
    expect(await numberEvents(sqlOn(relay), [ALL_IDS])).toHaveLength(0);
    expect(await numbered(relay)).toEqual(['1 second id', '2 first id, last commit']);
  });

  it('by any number of relays at once, lock or no lock: each row once, dense, one notification a batch', async () => {
    const [writer, ear, ...relays] = await Promise.all(Array.from({ length: 6 }, () => client()));
    const heard: string[] = [];
    ear?.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await ear?.query('LISTEN stampline_events');
    let batches = 0;
    let done = 0;
    const relaying = relays.map(async (relay) => {
      const sql = sqlOn(relay);
      await relay.query(RELAY_SESSION);
      while (done < 600) {
        const count = (await numberEvents(sql, [ALL_IDS])).length;
        if (count > 0) batches += 1;
        done += count;
      }
    });
    for (let turn = 0; turn < 600; turn += 1) await append(writer as pg.Client, String(turn));
    await Promise.all(relaying);
    await ear?.query('SELECT 1');
    expect(await numbered(writer as pg.Client)).toEqual(
      Array.from({ length: 600 }, (_, turn) => `${turn + 1} ${turn}`),
    );
    expect(heard).toHaveLength(batches);
    expect(heard.at(-1)).toBe('600');
  });

  it('that is not committed has not been: neither numbers nor a notification', async () => {
    const [writer, ear, relay] = [await client(), await client(), await client()];
    const heard: string[] = [];
    ear.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await ear.query('LISTEN stampline_events');
    await append(writer, 'one');
    const [row] = (await relay.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    const sql = sqlOn(relay);
    const dying: RelaySql = {
      ...sql,
      plain: async (text) => {
        if (text === 'COMMIT') await writer.query('SELECT pg_terminate_backend($1, 2000)', [row?.pid]);
        await sql.plain(text);
      },
    };
    await expect(numberEvents(dying, [ALL_IDS])).rejects.toThrow();
    expect(await numbered(writer)).toEqual([]);
    const next = await client();
    expect(await numberEvents(sqlOn(next), [ALL_IDS])).toHaveLength(1);
    await ear.query('SELECT 1');
    expect(await numbered(writer)).toEqual(['1 one']);
    expect(heard).toEqual(['1']);
  });

  it('goes on where another one is stopped: Postgres ends its session', async () => {
    const [writer, relay] = [await client(), await client()];
    await relay.query(RELAY_SESSION.replace(/idle_session_timeout = '5s'/, "idle_session_timeout = '200ms'"));
    await relay.query('SELECT pg_advisory_lock(7825510003)');
    await pause(400);
    const { rows } = await writer.query<{ taken: boolean }>('SELECT pg_try_advisory_lock(7825510003) AS taken');
    expect(rows).toEqual([{ taken: true }]);
  });
});
