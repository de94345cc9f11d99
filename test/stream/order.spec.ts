// stream.md, "The log": numbers extend each ticket's version order, and "A was acknowledged before B began", however long
// transactions take and whatever stands still; and numbering doesn't read again what it has numbered.
import fc from 'fast-check';
import pg from 'pg';
import type { RelaySql } from '../../src/stream/number-events.js';
import { RELAY_SESSION } from '../../src/stream/number-events.js';
import { NumberLog } from '../../src/stream/number-log.js';
import { untilNumbered } from '../builders/numbered.js';
import { createTestDatabase, startTestServer, type TestServer } from '../setup/test-server.js';
import { sqlOn } from './relay-scene.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const APPEND = `INSERT INTO event (type, subject, actor, line) SELECT 'a', 'order/1', 'c', $1 FROM generate_series(1, $2::int)`;

/** One that was committed, by the line of its events. */
interface Done {
  readonly line: string;
  readonly start: number;
  readonly end: number;
}

/** What began after something was acknowledged and has a lower number. */
async function disordered(sql: TestServer['sql'], all: readonly Done[]): Promise<string[]> {
  const rows = await sql<{ line: string; first: number; last: number }>(
    "SELECT line, min(seq)::int AS first, max(seq)::int AS last FROM event WHERE subject = 'order/1' GROUP BY line",
  );
  const numbers = new Map(rows.map((row) => [row.line, row]));
  const byEnd = all.toSorted((one, other) => one.end - other.end);
  let [next, highest, of] = [0, 0, ''];
  return all
    .toSorted((one, other) => one.start - other.start)
    .flatMap(({ line, start }) => {
      for (let done = byEnd[next]; done && done.end < start; done = byEnd[++next]) {
        const last = numbers.get(done.line)?.last ?? Infinity;
        if (last > highest) [highest, of] = [last, done.line];
      }
      const first = numbers.get(line)?.first ?? Infinity;
      return first > highest ? [] : [`${line} is ${first}, after ${of} was ${highest}`];
    });
}

const clients: pg.Client[] = [];
async function clientOf(connection: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

describe('beside a server', () => {
  let server: TestServer;
  let connection: TestServer['connection'];
  beforeAll(async () => {
    connection = await createTestDatabase();
    server = await startTestServer({}, connection);
  });
  afterAll(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    await server.stop();
  });

  it('a transaction, and a backend that stands still in one, held for 3, 6 and 12 s among fast writers', async () => {
    const all: Done[] = [];
    let over = false;
    const write = async (client: pg.Client, line: string): Promise<void> => {
      const start = performance.now();
      await client.query(APPEND, [line, 1]);
      all.push({ line, start, end: performance.now() });
    };
    const quick = [0, 1, 2].map(async (writer) => {
      const client = await clientOf(connection);
      for (let turn = 0; !over; turn += 1) {
        await write(client, `quick ${writer}/${turn}`);
        await pause(2);
      }
    });
    const hold = async (ms: number, stops: boolean): Promise<void> => {
      const [client, after] = [await clientOf(connection), await clientOf(connection)];
      const [row] = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
      const line = `held ${ms} ${String(stops)}`;
      const start = performance.now();
      await client.query('BEGIN');
      await client.query(APPEND, [line, 3]);
      if (stops) process.kill(row?.pid as number, 'SIGSTOP');
      await pause(ms);
      if (stops) process.kill(row?.pid as number, 'SIGCONT');
      await client.query(APPEND, [line, 3]);
      await client.query('COMMIT');
      all.push({ line, start, end: performance.now() });
      for (let turn = 0; turn < 20; turn += 1) await write(after, `after ${line} ${turn}`);
    };
    await Promise.all([3000, 6000, 12_000].flatMap((ms) => [hold(ms, false), hold(ms, true)]));
    over = true;
    await Promise.all(quick);
    await untilNumbered(server);
    expect(all.length).toBeGreaterThan(200);
    expect(await disordered((text) => server.sql(text), all)).toEqual([]);
  }, 60_000);

  it('a list of 1900 tickets that is changed beside changes of each', async () => {
    const made = await server.sql<{ id: number }>(
      `INSERT INTO ticket (id, project_id, key, normal_key, title)
        SELECT id, 1, 'TKT-' || id, 'TKT-' || id, 'listed' FROM (SELECT nextval('ticket_id_seq')::int AS id FROM generate_series(1, 1910)) n RETURNING id`,
    );
    const ids = made.map(({ id }) => Number(id)).slice(0, 1900);
    const others = made.map(({ id }) => Number(id)).slice(1900);
    const patch = (path: string, body: object): Promise<Response> =>
      fetch(`${server.base}${path}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    let over = false;
    // Some wait for the list, and some go on all the time.
    const single = [ids, ids, others, others].map(async (own) => {
      for (let turn = 0; !over; turn += 1) {
        const reply = await patch(`/api/v1/ticket/${own[turn % own.length]}/`, { description: `one ${turn}` });
        // Who waits for the list too long is told to come back.
        expect([202, 503]).toContain(reply.status);
        await reply.text();
      }
    });
    try {
      const reply = await patch('/api/v1/ticket/', {
        objects: ids.map((id) => ({ resource_uri: `/api/v1/ticket/${id}/`, title: 'x' })),
      });
      expect({ status: reply.status, body: reply.ok ? '' : await reply.text() }).toEqual({ status: 202, body: '' });
      await reply.arrayBuffer();
      // Those that waited for it have their turn.
      await pause(500);
    } finally {
      over = true;
      await Promise.all(single);
    }
    await untilNumbered(server);
    const wrong = await server.sql(
      `SELECT subject, version, seq FROM (SELECT subject, version, seq, lag(seq) OVER (PARTITION BY subject ORDER BY version) AS before
        FROM event WHERE version IS NOT NULL) e WHERE seq < before`,
    );
    expect(wrong).toEqual([]);
  }, 120_000);
});

describe('with a relay of the test', () => {
  let connection: pg.ClientConfig;
  beforeAll(async () => {
    connection = await createTestDatabase();
  });
  afterAll(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });

  const relayOn = async (before: () => Promise<void> = async () => undefined): Promise<NumberLog> => {
    const client = await clientOf(connection);
    await client.query(RELAY_SESSION.replace(/SET idle\w+ = '5s';?/g, ''));
    const sql = sqlOn(client);
    const watched: RelaySql = {
      run: async (statement) => (await before(), sql.run(statement)),
      plain: async (text) => (await before(), sql.plain(text)),
    };
    return new NumberLog(watched, () => false);
  };

  const step = fc.record({
    writer: fc.nat(3),
    does: fc.constantFrom('append', 'append', 'take', 'commit', 'commit', 'rollback', 'undo'),
    count: fc.constantFrom(1, 1, 3, 700),
  });

  it('whatever writers do between its statements, in any interleaving', async () => {
    const writers = await Promise.all([0, 1, 2, 3].map(() => clientOf(connection)));
    const looker = await clientOf(connection);
    const sql = async <Row extends pg.QueryResultRow>(text: string): Promise<Row[]> =>
      (await looker.query<Row>(text)).rows;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 60 }),
        fc.infiniteStream(fc.nat(2)),
        async (steps, pace) => {
          await looker.query("DELETE FROM event WHERE subject = 'order/1'");
          await looker.query('DELETE FROM stream_mark; UPDATE stream_head SET seq = 0');
          const scene = new Scene(writers, steps);
          const relay = await relayOn(async () => {
            for (let n = pace.next().value as number; n > 0; n -= 1) await scene.act();
          });
          for (let now = 0; !scene.isOver; now += 100) await relay.pass(now);
          await scene.end();
          for (let now = 1e6; now < 1e6 + 600; now += 200) await relay.pass(now);
          await clients.pop()?.end();
          const [left] = await sql<{ count: number }>('SELECT count(*)::int AS count FROM event WHERE seq IS NULL');
          expect(left).toEqual({ count: 0 });
          expect(await disordered(sql as TestServer['sql'], scene.done)).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
  }, 120_000);

  it('an old snapshot elsewhere: each entry of the index is read about once', async () => {
    connection = await createTestDatabase();
    const [writer, old, relay] = [await clientOf(connection), await clientOf(connection), await relayOn()];
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await old.query('SELECT count(*) FROM event');
    const EVENTS = 40_000;
    const read = async (): Promise<number> => {
      await writer.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await writer.query<{ read: string }>(
        "SELECT idx_tup_read AS read FROM pg_stat_user_indexes WHERE indexrelname IN ('event_unnumbered_idx')",
      );
      return Number(rows[0]?.read);
    };
    await writer.query(APPEND, ['backlog', EVENTS]);
    await relay.pass(0);
    for (let now = 1000; now < 40_000; now += 100) {
      await writer.query(APPEND, ['one by one', 1]);
      await relay.pass(now);
    }
    await writer.query('SELECT 1');
    // What a connection counted is told after a second of quiet, or when it ends.
    await clients.splice(clients.length - 1, 1)[0]?.end();
    await pause(100);
    expect(await read()).toBeGreaterThan(EVENTS);
    expect(await read()).toBeLessThan(EVENTS * 3);
    await old.query('COMMIT');
  }, 60_000);
});

interface Step {
  readonly writer: number;
  readonly does: string;
  readonly count: number;
}

/** Writers whose steps are taken one by one. */
class Scene {
  readonly done: Done[] = [];
  private readonly open = new Map<number, { line: string; start: number; taken: number[] }>();
  private next = 0;

  constructor(
    private readonly writers: readonly pg.Client[],
    private readonly steps: readonly Step[],
  ) {}

  get isOver(): boolean {
    return this.next >= this.steps.length;
  }

  async act(): Promise<void> {
    const step = this.steps[this.next++];
    if (step) await this.take(step);
  }

  async end(): Promise<void> {
    for (const writer of this.open.keys()) await this.take({ writer, does: 'commit', count: 0 });
  }

  private async take({ writer, does, count }: Step): Promise<void> {
    const client = this.writers[writer] as pg.Client;
    const own = this.open.get(writer) ?? { line: `${writer}/${this.next}`, start: performance.now(), taken: [] };
    if (!this.open.has(writer)) await client.query('BEGIN');
    this.open.set(writer, own);
    if (does === 'append') return void (await client.query(APPEND, [own.line, count]));
    if (does === 'undo') {
      await client.query('SAVEPOINT s');
      await client.query(APPEND, [own.line, count]);
      return void (await client.query('ROLLBACK TO SAVEPOINT s'));
    }
    if (does === 'take') return this.takeId(client, own.taken);
    for (const id of own.taken)
      await client.query(
        "INSERT INTO event (id, type, subject, actor, line) OVERRIDING SYSTEM VALUE VALUES ($1, 'a', 'order/1', 'c', $2)",
        [id, own.line],
      );
    this.open.delete(writer);
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM event WHERE line = $1', [
      own.line,
    ]);
    await client.query(does);
    if (does === 'commit' && (rows[0]?.count ?? 0) > 0)
      this.done.push({ line: own.line, start: own.start, end: performance.now() });
  }

  /** As a backend that is stopped within INSERT: the table's lock and an id, and no number of a transaction. */
  private async takeId(client: pg.Client, taken: number[]): Promise<void> {
    await client.query('LOCK TABLE event IN ROW EXCLUSIVE MODE');
    const { rows } = await client.query<{ id: string }>("SELECT nextval('event_id_seq') AS id");
    taken.push(Number(rows[0]?.id));
  }
}
