// The database's clock steps: what is deleted by its age goes in its time and no earlier, and what is asked for by a time is found
// by numbers.
import pg from 'pg';
import { BlobCleaner } from '../../src/files/blob-cleaner.js';
import { Idempotency } from '../../src/rest/writing/idempotency.js';
import { ArchiveEvents } from '../../src/stream/archive/archive-events.js';
import { Replay } from '../../src/stream/replay.js';
import { aStagedProject, aStampedTicket } from '../builders/stamped-ticket.js';
import { step as stepClock } from '../setup/stepping-clock.js';
import { all, connection, HOUR, server, startBoth, step, stopBoth } from './stepping-servers.js';

beforeAll(startBoth, 60_000);
afterAll(stopBoth);

describe('what is deleted by its age', () => {
  // Each step of the hours before makes it younger, too.
  beforeEach(() => server.sql('DELETE FROM clock_step'));

  const keyed = (key: string) => server.http.post('/api/v1/ticket/').set('Idempotency-Key', key).send({ title: key });
  const clean = async (): Promise<void> => {
    await server.app.get(Idempotency, { strict: false }).clean();
    await server.app.get(BlobCleaner).clean();
  };
  const blobs = () => server.sql<{ hash: string }>('SELECT hash FROM blob ORDER BY hash');
  const aBlob = async (letter: string, hours: number): Promise<string> => {
    await server.sql(
      `INSERT INTO blob (hash, integrity, size, created_at)
        VALUES (repeat($1, 64), 'x', 1, clock_timestamp() - make_interval(secs => $2))`,
      [letter, hours * HOUR],
    );
    return letter.repeat(64);
  };
  const older = (key: string, hours: number) =>
    server.sql('UPDATE idempotency_key SET created_at = created_at - make_interval(secs => $2) WHERE key = $1', [
      key,
      hours * HOUR,
    ]);

  it.each([HOUR, 400 * 24 * HOUR])(
    'is not deleted, and answers, before its time after a step of %i s forth',
    async (seconds) => {
      const key = `forth-${seconds}`;
      const first = await keyed(key).expect(201);
      await older(key, 47.9);
      const hash = await aBlob(seconds === HOUR ? 'a' : 'b', 23.9);
      await step(seconds);
      await clean();
      expect(await blobs()).toContainEqual({ hash });
      const again = await keyed(key).expect(201);
      expect(again.body).toEqual(first.body);
      expect(again.headers['idempotent-replayed']).toBe('true');
      // When their time is over, they go.
      await older(key, 0.2);
      await server.sql("UPDATE blob SET created_at = created_at - interval '12 minutes' WHERE hash = $1", [hash]);
      await clean();
      expect(await blobs()).not.toContainEqual({ hash });
      expect(((await keyed(key).expect(201)).body as { id: number }).id).not.toBe((first.body as { id: number }).id);
      await step(-seconds);
    },
  );

  it('goes in its time after a step back, though it was written later than that', async () => {
    const first = await keyed('back').expect(201);
    const hash = await aBlob('c', 0);
    await step(-400 * 24 * HOUR);
    expect((await keyed('back').expect(201)).body).toEqual(first.body);
    await clean();
    await older('back', 48.1);
    await server.sql("UPDATE blob SET created_at = created_at - interval '25 hours' WHERE hash = $1", [hash]);
    await clean();
    expect(await server.sql("SELECT 1 FROM idempotency_key WHERE key = 'back'")).toEqual([]);
    expect(await blobs()).not.toContainEqual({ hash });
    await step(400 * 24 * HOUR);
  });

  it('stays in the stream, where it went into an archive after its days', async () => {
    await server.http.post('/events').send({ source: 'ci', id: 'old', type: 'ci.done', line: 'x' }).expect(202);
    await all(server);
    const oldest = () => server.sql('SELECT oldest FROM stream_head');
    const before = await oldest();
    await step(40 * 24 * HOUR);
    expect(await server.app.get(ArchiveEvents, { strict: false }).run()).toEqual([]);
    expect(await oldest()).toEqual(before);
    await step(-40 * 24 * HOUR);
  });

  it('is counted younger by the time in which no server ran, which may have been a step', async () => {
    await keyed('gap').expect(201);
    await older('gap', 47.9);
    await stopBoth();
    const client = new pg.Client(connection);
    await client.connect();
    await stepClock({ sql: async (text, values) => (await client.query(text, values)).rows as never }, HOUR);
    await client.end();
    await startBoth();
    await clean();
    expect(await server.sql("SELECT 1 FROM idempotency_key WHERE key = 'gap'")).toHaveLength(1);
    await step(-HOUR);
  });
});

describe('what is asked for by a time', () => {
  it('since= begins at the lowest number that fits, and at= never shows an earlier release for a later time', async () => {
    const project = await aStagedProject(server, 'stepped');
    const promoted = (name: string) =>
      aStampedTicket(server).with({ project: project.uri }).withModule(name).at('prod');
    const time = async (hours: number): Promise<string> => {
      const [row] = await server.sql<{ time: string }>(
        `SELECT to_char((clock_timestamp() + make_interval(secs => $1)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time`,
        [hours * HOUR],
      );
      return row?.time ?? '';
    };
    const shown = async (at: string): Promise<string[]> => {
      const reply = await server.http.get(`/p/stepped/import-map.json?at=${at}`);
      return reply.status === 404 ? [] : Object.keys((reply.body as { imports: object }).imports).sort();
    };
    const start = await time(0);
    await promoted('first');
    const afterFirst = await time(0);
    await step(-HOUR);
    const stepped = await time(0);
    await promoted('second');
    await step(HOUR);
    const afterBoth = await time(0);
    const times = [await time(-1.01), stepped, await time(-0.5), start, afterFirst, afterBoth];
    const maps = [];
    for (const at of times) maps.push(await shown(at));
    const sizes = maps.map(({ length }) => length);
    expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
    expect(maps.at(-1)).toEqual(['first', 'second']);
    expect(maps[2]).toEqual([]);
    const [numbers] = await server.sql<{ first: number }>(
      "SELECT min(seq)::int AS first FROM event WHERE subject = 'ticket/' || (SELECT min(id) FROM ticket WHERE project_id = (SELECT id FROM project WHERE name = 'stepped'))",
    );
    await all(server);
    for (const since of [stepped, times[2] ?? '', start])
      expect(await server.app.get(Replay, { strict: false }).before(since)).toBeLessThan(numbers?.first ?? 0);
  });
});
