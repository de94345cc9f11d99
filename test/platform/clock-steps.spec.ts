// The database's clock steps an hour back, forth, and there and back again: what must hold of everything that has an end. Two
// servers see each step, and take note of it once. Ages are in clock-ages.spec.ts; test/stream/archive.spec.ts has retention,
// test/access/rate-limits.spec.ts minutes of limits, clock-places.spec.ts every place that asks for the time.
import { AccessTokens } from '../../src/access/access-tokens.js';
import { Db } from '../../src/platform/database/db.js';
import { OPERATOR } from '../../src/platform/principal.js';
import { bearer } from '../access/world.js';
import { aStampedTicket } from '../builders/stamped-ticket.js';
import { step as stepClock } from '../setup/stepping-clock.js';
import { guarded, HOUR, noted, server, startBoth, step, stopBoth } from './stepping-servers.js';

/** Nobody knows of a step within so many seconds before it (database-clock.ts), and it takes one or two to see it. */
const UNKNOWN = 15;

beforeAll(startBoth, 60_000);
afterAll(stopBoth);

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
    expect(await left(rotated.id)).toBeLessThan(24 * HOUR + 60);
  });

  it('that were rotated while it was a month ahead have their day, not a month', async () => {
    const [giver, rotated] = [await aToken(90), await aToken(90)];
    await step(30 * 24 * HOUR);
    await guarded.http
      .post(`/api/v1/token/${rotated.id}/rotate/`)
      .set(...bearer(giver.token))
      .expect(200);
    await step(-30 * 24 * HOUR);
    // A step is measured with an error of milliseconds.
    expect(await left(rotated.id)).toBeLessThan(24 * HOUR + 60);
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
