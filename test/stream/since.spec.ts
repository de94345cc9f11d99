// `since=` begins at the lowest number that fits, however the database's clock went: held against a look at every event, and
// found between two marks, so that its cost doesn't grow with the log.
import fc from 'fast-check';
import { Replay } from '../../src/stream/replay.js';
import { StreamWorld } from './stream-world.js';

const EVENTS = 6000;
const EPOCH = Date.parse('2026-01-01T00:00:00Z');

let world: StreamWorld;
beforeAll(async () => {
  world = await StreamWorld.start();
  // A second each; now and then an hour back, and now and then a day on.
  await world.server.sql(
    `INSERT INTO event (type, subject, actor, line, time)
      SELECT 'test.made', 'test/1', 'test', 'x', '2026-01-01T00:00:00Z'::timestamptz + make_interval(secs => n - 3600 * (n / 700) + 86400 * (n / 2500))
      FROM generate_series(1, $1::int) n`,
    [EVENTS],
  );
  await world.settled();
}, 60_000);
afterAll(() => world.server.stop());

it('is the lowest number whose event is of that time or later', async () => {
  const replay = world.server.app.get(Replay);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: -10_000, max: 4 * 86_400 }), async (seconds) => {
      const time = new Date(EPOCH + seconds * 1000).toISOString();
      const [row] = await world.server.sql<{ seq: number | null }>(
        'SELECT min(seq) - 1 AS seq FROM event WHERE time >= $1::timestamptz',
        [time],
      );
      expect([time, (await replay.before(time)) ?? null]).toEqual([time, row?.seq ?? null]);
    }),
    { numRuns: 60 },
  );
});

it('is looked for among two thousand numbers at most', async () => {
  const marks = await world.server.sql<{ seq: number; gap: number; falls: boolean }>(
    `SELECT seq, seq - COALESCE(lag(seq) OVER w, 0) AS gap, latest < lag(latest) OVER w AS falls FROM stream_mark WINDOW w AS (ORDER BY seq)`,
  );
  expect(marks.length).toBeGreaterThanOrEqual(3);
  expect(marks.filter(({ gap, falls }) => gap > 2000 || falls)).toEqual([]);
  expect(EVENTS - (marks.at(-1)?.seq ?? 0)).toBeLessThan(2000);
});
