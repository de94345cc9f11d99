// stream.md, "The stream": what readers cost at most, and what becomes of them when something is slow, full or cut.
import pg from 'pg';
import { StreamLimits } from '../../src/stream/limits.js';
import { Subscribers } from '../../src/stream/subscribers.js';
import { connectTo, requestText } from '../setup/raw-http.js';
import { StreamWorld, upTo } from './stream-world.js';

let world: StreamWorld;
beforeAll(async () => {
  world = await StreamWorld.start();
});
afterEach(() => world.closeReaders());
afterAll(() => world.server.stop());

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('readers and what they cost', () => {
  it('a comment comes when nothing else does, with the id up to where nothing is missing', async () => {
    const limits = world.server.app.get(StreamLimits);
    const { heartbeatMs } = limits;
    await until(() => world.server.app.get(Subscribers).count === 0);
    limits.heartbeatMs = 50;
    try {
      const one = await world.reader('/stream?type=never');
      await world.append(2);
      const last = await world.settled();
      await one.until(() => one.comments >= 3 && one.lastId === String(last));
      // Also for a client that keeps no id which comes without data.
      expect([one.messages, one.lastDataId]).toEqual([[], String(last)]);
    } finally {
      limits.heartbeatMs = heartbeatMs;
    }
  });

  it('a reader that wants something is told its position as a message only where events passed that it does not want', async () => {
    const limits = world.server.app.get(StreamLimits);
    const { heartbeatMs } = limits;
    await until(() => world.server.app.get(Subscribers).count === 0);
    limits.heartbeatMs = 50;
    try {
      const one = await world.reader('/stream?type=test.made');
      await one.until(() => one.lastDataId !== '');
      await world.append(1);
      await one.until(() => one.messages.length === 1);
      const comments = one.comments;
      await one.until(() => one.comments >= comments + 3);
      expect(one.positions).toBe(1);
      await world.append(1, { type: 'test.other' });
      const last = await world.settled();
      await one.until(() => one.lastDataId === String(last));
      const later = one.comments;
      await one.until(() => one.comments >= later + 3);
      expect(one.positions).toBe(2);
    } finally {
      limits.heartbeatMs = heartbeatMs;
    }
  });

  it.each(['/stream', '/stream?earliest=1', '/stream?since=2026-01-01T00:00:00Z', '/stream?last_event_id=1'])(
    'the first comment after what %s begins with comes within the time that is promised',
    async (path) => {
      const limits = world.server.app.get(StreamLimits);
      const { heartbeatMs } = limits;
      await until(() => world.server.app.get(Subscribers).count === 0);
      limits.heartbeatMs = 1000;
      try {
        const one = await world.reader(path);
        await one.until(() => one.lastId !== '');
        const before = one.comments;
        // A timer of the same process: a machine that is slow makes both late.
        let late = false;
        setTimeout(() => (late = true), 1500);
        await one.until(() => one.comments > before);
        expect(late).toBe(false);
      } finally {
        limits.heartbeatMs = heartbeatMs;
      }
    },
  );

  it('a reader that takes nothing is dropped, and has each event once when it comes back; others notice nothing', async () => {
    const limits = world.server.app.get(StreamLimits);
    const { stalledMs } = limits;
    limits.stalledMs = 1500;
    try {
      const [slow, quick] = [await world.reader(), await world.reader()];
      await slow.until(() => slow.lastId !== '');
      const from = await world.settled();
      slow.stall();
      // More than what the system's own buffers hold.
      for (let turn = 0; turn < 12; turn += 1) await world.append(100, { subject: 'x'.repeat(20_000) });
      await quick.until(() => quick.seqs.length === 1200);
      await until(() => world.server.app.get(Subscribers).count === 1);
      slow.resume();
      await slow.until(() => slow.ends === 1);
      expect(slow.seqs.length).toBeLessThan(1200);
      await slow.connect();
      await slow.until(() => slow.seqs.length >= 1200);
      for (const one of [slow, quick]) expect(one.seqs).toEqual(upTo(from + 1, from + 1200));
    } finally {
      limits.stalledMs = stalledMs;
    }
  });

  it('a reader that is behind but takes what it gets stays, and gets everything once', async () => {
    const limits = world.server.app.get(StreamLimits);
    const { ring } = limits;
    // So little memory that it has to read again from the database.
    limits.ring = 50;
    try {
      const slow = await world.reader();
      await slow.until(() => slow.lastId !== '');
      const from = await world.settled();
      slow.stall();
      for (let turn = 0; turn < 12; turn += 1) await world.append(100, { subject: 'x'.repeat(20_000) });
      await world.settled();
      slow.resume();
      await slow.until(() => slow.seqs.length >= 1200);
      await world.append(1);
      await slow.until(() => slow.seqs.length >= 1201);
      expect(slow.seqs).toEqual(upTo(from + 1, from + 1201));
      expect(slow.ends).toBe(0);
    } finally {
      limits.ring = ring;
    }
  });

  it('there are only so many', async () => {
    const limits = world.server.app.get(StreamLimits);
    const { subscribers } = limits;
    limits.subscribers = 1;
    try {
      const first = await world.reader();
      const reply = await world.server.http.get('/stream').set('Accept', 'text/event-stream').expect(503);
      expect(reply.body.code).toBe('stream.too_many');
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      first.close();
      for (let status = 503; status !== 200;) {
        const next = await world.reader();
        status = next.status;
      }
    } finally {
      limits.subscribers = subscribers;
    }
  });

  it('one that leaves before it is known where it begins is not kept', async () => {
    const subscribers = world.server.app.get(Subscribers);
    await until(() => subscribers.count === 0);
    const holder = new pg.Client(world.server.connection);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE stream_head');
    const socket = connectTo(world.server.base);
    socket.write(requestText('GET /stream?earliest'));
    const waits = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'SELECT seq AS last%'`;
    for (let count = 0; count === 0; count = (await world.server.sql<{ count: number }>(waits))[0]?.count ?? 0);
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await holder.query('COMMIT');
    await holder.end();
    const next = await world.reader();
    await next.until(() => next.lastId !== '');
    expect(subscribers.count).toBe(1);
  });

  it('HEAD answers with the headers alone, and a browser gets a page', async () => {
    const head = await world.server.http.head('/stream').expect(200);
    expect(head.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const page = await world.server.http
      .get('/stream')
      .set('Accept', 'text/html,application/xhtml+xml,*/*;q=0.8')
      .expect(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.headers.vary).toContain('Accept');
  });
});

it('a link to the database that is cut delays and loses nothing', async () => {
  const one = await world.reader();
  await one.until(() => one.lastId !== '');
  const from = await world.settled();
  const cutter = new pg.Client(world.server.connection);
  await cutter.connect();
  for (let turn = 0; turn < 5; turn += 1) {
    // Long enough for both to be back.
    await new Promise((resolve) => setTimeout(resolve, 120));
    await world.append(10);
    await cutter.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name IN ('stampline listener', 'stampline relay')`,
    );
    await world.append(10);
  }
  await cutter.end();
  await one.until(() => one.seqs.length === 100);
  expect(one.seqs).toEqual(upTo(from + 1, from + 100));
});
