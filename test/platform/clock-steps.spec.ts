// The database's clock steps an hour back, forth, and there and back again: what must hold of everything that has a time. Two
// servers see each step, and take note of it once. What isn't here is in test/stream/archive.spec.ts (retention),
// test/access/rate-limits.spec.ts (minutes of limits) and clock-places.spec.ts (every place that asks for the time).
import pg from 'pg';
import { AccessTokens } from '../../src/access/access-tokens.js';
import { readConfig } from '../../src/config.js';
import { BlobCleaner } from '../../src/import-maps/blobs/blob-cleaner.js';
import { DatabaseClock } from '../../src/platform/database/database-clock.js';
import { Db } from '../../src/platform/database/db.js';
import { OPERATOR } from '../../src/platform/principal.js';
import { Idempotency } from '../../src/rest/writing/idempotency.js';
import { ArchiveEvents } from '../../src/stream/archive/archive-events.js';
import { Replay } from '../../src/stream/replay.js';
import { bearer, UNLIMITED } from '../access/world.js';
import { aStagedProject, aStampedTicket } from '../builders/stamped-ticket.js';
import { eventually } from '../process/server-process.js';
import { createSteppingDatabase, step as stepClock } from '../setup/stepping-clock.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const HOUR = 3600;
/** Nobody knows of a step within so many seconds before it (database-clock.ts), and it takes one or two to see it. */
const UNKNOWN = 15;

let connection: Awaited<ReturnType<typeof createSteppingDatabase>>;
let server: TestServer;
let guarded: TestServer;

async function startBoth(): Promise<void> {
  server = await startTestServer({ quotas: { ...readConfig({}).quotas, events: 5 } }, connection);
  const access = { required: true, publicRead: false };
  guarded = await startTestServer({ limits: UNLIMITED, access }, connection);
  await noted();
}
beforeAll(async () => {
  connection = await createSteppingDatabase();
  await startBoth();
});
afterAll(async () => {
  await guarded.stop();
  await server.stop();
});

/** Both servers have looked at the clock as it is now; what follows is a step for them. They look by themselves, too. */
async function noted(): Promise<void> {
  for (let times = 0; times < 2; times += 1)
    for (const { app } of [server, guarded]) {
      const clock = app.get(DatabaseClock, { strict: false });
      await clock.compare(app.get(Db, { strict: false }));
      await clock.noted;
    }
}

/** Steps the clock, and waits until it is known. */
async function step(seconds: number): Promise<void> {
  await stepClock(server, seconds);
  await noted();
}

async function aToken(days = 1): Promise<{ id: number; token: string }> {
  const wanted = { owner: 'ci', scopes: ['read', 'admin'], purpose: '', days, projects: null };
  return server.app
    .get(Db)
    .transaction((tx) => server.app.get(AccessTokens, { strict: false }).create(tx, wanted, OPERATOR));
}

/** Seconds until a token ends, by the database's clock. */
async function left(id: number): Promise<number> {
  const [row] = await server.sql<{ left: number }>(
    'SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 AS left FROM access_token WHERE id = $1',
    [id],
  );
  return row?.left ?? NaN;
}

const endsIn = (id: number, seconds: number) =>
  server.sql('UPDATE access_token SET expires_at = clock_timestamp() + make_interval(secs => $2) WHERE id = $1', [
    id,
    seconds,
  ]);
const status = async (token: string): Promise<number> =>
  (await guarded.http.get('/api/v1/ticket/').set(...bearer(token))).status;
const around = (seconds: number): [number, number] => [seconds - UNKNOWN - 5, seconds + UNKNOWN];

function expectAround(got: number, wanted: number): void {
  const [least, most] = around(wanted);
  expect(got).toBeGreaterThan(least);
  expect(got).toBeLessThan(most);
}

describe('tokens', () => {
  it('live no longer for a step back, and what has ended or was revoked stays so, at once', async () => {
    const [running, young, ended] = [await aToken(), await aToken(), await aToken()];
    const [revoked, rotated] = [await aToken(), await aToken()];
    await endsIn(running.id, 1800);
    await endsIn(ended.id, -60);
    expect((await guarded.http.delete(`/api/v1/token/${revoked.id}/`).set(...bearer(young.token))).status).toBe(204);
    expect((await guarded.http.post(`/api/v1/token/${rotated.id}/rotate/`).set(...bearer(young.token))).status).toBe(
      200,
    );
    await stepClock(server, -HOUR);
    expect(await status(ended.token)).toBe(401);
    await noted();
    expect([await status(running.token), await status(ended.token), await status(revoked.token)]).toEqual([
      200, 401, 401,
    ]);
    expectAround(await left(running.id), 1800);
    expectAround(await left(young.id), 24 * HOUR);
    expectAround(await left(rotated.id), 24 * HOUR);
    await step(HOUR);
  });

  it('live no longer for a step forth, and as long as before where the clock is put right again', async () => {
    const [short, long] = [await aToken(), await aToken()];
    await endsIn(short.id, 1800);
    await step(HOUR);
    expectAround(await left(long.id), 23 * HOUR);
    expect(await status(short.token)).toBe(401);
    const meanwhile = await aToken();
    await step(-HOUR);
    expectAround(await left(long.id), 24 * HOUR);
    expectAround(await left(short.id), 1800);
    expectAround(await left(meanwhile.id), 24 * HOUR);
  });

  it('of a clock that was a month behind for a moment lose nothing', async () => {
    const token = await aToken(40);
    await step(-30 * 24 * HOUR);
    expectAround(await left(token.id), 40 * 24 * HOUR);
    const rotated = await aToken(40);
    await guarded.http
      .post(`/api/v1/token/${rotated.id}/rotate/`)
      .set(...bearer(token.token))
      .expect(200);
    await step(30 * 24 * HOUR);
    expectAround(await left(token.id), 40 * 24 * HOUR);
    expect(await left(rotated.id)).toBeLessThan(24 * HOUR);
  });

  it('that were rotated while it was a month ahead have their day, not a month', async () => {
    const [giver, rotated] = [await aToken(90), await aToken(90)];
    await step(30 * 24 * HOUR);
    await guarded.http
      .post(`/api/v1/token/${rotated.id}/rotate/`)
      .set(...bearer(giver.token))
      .expect(200);
    await step(-30 * 24 * HOUR);
    expect(await left(rotated.id)).toBeLessThanOrEqual(24 * HOUR);
    expectAround(await left(giver.id), 90 * 24 * HOUR);
  });

  it('a step is written down once, though two servers see it', async () => {
    const steps = () => server.sql('SELECT id FROM clock_step');
    const before = (await steps()).length;
    await step(HOUR);
    await step(-HOUR);
    expect(await steps()).toHaveLength(before + 2);
  });
});

describe('confirmations', () => {
  it('that wait at a step are refused, also when the clock comes there again', async () => {
    const ticket = await aStampedTicket(server).withModule('confirmed').at('qa');
    const ask = async (): Promise<string> => {
      const reply = await server.http
        .post('/api/v1/command/')
        .send({ text: `promote ${ticket.key}` })
        .expect(202);
      return (reply.body as { confirm: { text: string } }).confirm.text;
    };
    const confirm = (text: string) => server.http.post('/api/v1/command/').send({ text });
    const texts = [await ask(), await ask()];
    await server.sql("UPDATE pending_command SET expires_at = expires_at - interval '40 seconds'");
    await step(-HOUR);
    // Had the end not been moved, it were in time again 3590 s later.
    await step(HOUR - 10);
    expect((await confirm(texts[0] ?? '')).status).toBe(409);
    await step(HOUR);
    expect((await confirm(texts[1] ?? '')).status).toBe(409);
    await step(-HOUR + 10);
  });
});

describe('holds', () => {
  it('end no earlier for a step forth, and at their time where it was put right', async () => {
    const ticket = await aStampedTicket(server).withModule('held');
    const held = await server.http.post(`${ticket.url}hold/`).send({ reason: 'notes', until: '30m' }).expect(200);
    const until = Date.parse((held.body as { hold: { until: string } }).hold.until);
    await step(HOUR);
    const [row] = await server.sql<{ left: number }>(LEFT_OF_HOLD, [ticket.id]);
    expectAround(row?.left ?? 0, 1800);
    const refused = await server.http.post(`${ticket.url}promote/?dry_run=1`);
    expect(JSON.stringify(refused.body)).toContain('notes');
    await step(-HOUR);
    const [again] = await server.sql<{ until: Date }>('SELECT until FROM ticket_hold WHERE ticket_id = $1', [
      ticket.id,
    ]);
    expect(Math.abs((again?.until.getTime() ?? 0) - until)).toBeLessThan(UNKNOWN * 1000);
    await step(-HOUR);
    expect(JSON.stringify((await server.http.post(`${ticket.url}promote/?dry_run=1`)).body)).toContain('notes');
    await step(HOUR);
  });
});
const LEFT_OF_HOLD =
  'SELECT extract(epoch FROM until - clock_timestamp())::float8 AS left FROM ticket_hold WHERE ticket_id = $1';

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
    await guarded.stop();
    await server.stop();
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

/** Every event has its number. */
async function all({ sql }: TestServer): Promise<void> {
  await eventually(
    'all have their number',
    async () => (await sql('SELECT 1 FROM event WHERE seq IS NULL')).length === 0,
  );
}

describe('quotas of a minute', () => {
  it('begin anew at a step back', async () => {
    await server.sql('DELETE FROM quota_use');
    const send = (id: string) =>
      server.http
        .post('/events')
        .send([1, 2, 3, 4, 5].map((index) => ({ source: 'ci', id: `${id}${index}`, type: 'ci.done', line: 'x' })));
    await send('a').expect(202);
    await send('b').expect(429);
    await step(-HOUR);
    await send('b').expect(202);
    const refused = await send('c').expect(429);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    await step(HOUR);
  });
});
