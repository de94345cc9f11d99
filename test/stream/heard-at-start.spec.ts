// A server that starts while others write hears of events before it has compared what it knows with the log; whoever follows the
// stream there is told all the same.
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { type Hearer, Listener } from '../../src/platform/database/listener.js';
import type { Sql } from '../../src/platform/database/statement.js';
import { EventFeed } from '../../src/stream/event-feed.js';
import { StreamLimits } from '../../src/stream/limits.js';
import { EVENT_CHANNEL } from '../../src/stream/number-events.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let link: Listener;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => link.onModuleDestroy());
afterAll(() => server.stop());

const SILENT = pino({ level: 'silent' });

/** Compares once a notification has come: on a server of many writes, one always does. */
class Slow implements Hearer {
  readonly channel = EVENT_CHANNEL;
  private come: () => void = () => undefined;
  private readonly heardOne = new Promise<void>((resolve) => (this.come = resolve));

  heard(): void {
    this.come();
  }

  async compare(sql: Sql): Promise<void> {
    await server.sql(`NOTIFY ${EVENT_CHANNEL}, '1'`);
    await sql.run({ text: 'SELECT 1' });
    await this.heardOne;
    // What the others read because of it is answered before this.
    await sql.run({ text: 'SELECT 1' });
  }
}

it.each([
  ['while nobody follows', () => false],
  ['while somebody follows', () => true],
])(
  'starts %s',
  async (_when, isFollowed) => {
    link = new Listener(server.app.get(DataSource), SILENT);
    link.add(new Slow());
    const feed = new EventFeed(link, new StreamLimits(), SILENT);
    const told: number[] = [];
    feed.subscribe((events) => told.push(...events.map(({ seq }) => seq)), isFollowed);
    link.onApplicationBootstrap();
    await feed.started;
    const before = feed.last ?? 0;
    await server.http.post('/api/v1/ticket/').send({ title: 'written meanwhile' }).expect(201);
    while ((feed.last ?? 0) <= before) await new Promise((resolve) => setTimeout(resolve, 20));
    if (isFollowed()) expect(told).toEqual([before + 1]);
    link.onModuleDestroy();
  },
  30_000,
);
