// A server with a stream, events that nobody's write makes, and readers that are gone after each test.
import { EventFeed } from '../../src/stream/event-feed.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { StreamReader } from './stream-reader.js';

export class StreamWorld {
  private readers: StreamReader[] = [];

  private constructor(readonly server: TestServer) {}

  static async start(): Promise<StreamWorld> {
    const world = new StreamWorld(await startTestServer());
    await world.feed.started;
    return world;
  }

  get feed(): EventFeed {
    return this.server.app.get(EventFeed);
  }

  /** Connected. */
  async reader(path = '/stream', headers: Record<string, string> = {}): Promise<StreamReader> {
    const made = new StreamReader(() => this.server.base, path, headers);
    this.readers.push(made);
    return made.connect();
  }

  /** Appends events in one transaction; what `set` leaves out is as small as it may be. */
  async append(count: number, set: Record<string, unknown> = {}): Promise<void> {
    const facts = { type: 'test.made', severity: 'info', subject: 'test/1', ...set };
    await this.server.sql(
      `INSERT INTO event (type, subject, severity, actor, project_id, ticket_id, stage, line)
        SELECT f.type, f.subject, f.severity, 'test', f.project_id, f.ticket_id, f.stage, f.type || ' ' || n
        FROM jsonb_to_record($2) AS f(type text, subject text, severity text, project_id int, ticket_id int, stage text), generate_series(1, $1::int) n`,
      [count, JSON.stringify(facts)],
    );
  }

  /** Waits until everything that is committed has its number and was told; answers the last number. */
  async settled(): Promise<number> {
    for (;;) {
      const [row] = await this.server.sql<{ waits: boolean; seq: string }>(
        'SELECT EXISTS (SELECT 1 FROM event WHERE seq IS NULL) AS waits, seq FROM stream_head',
      );
      if (!row?.waits && this.feed.last === Number(row?.seq)) return this.feed.last;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  closeReaders(): void {
    for (const one of this.readers.splice(0)) one.close();
  }
}

export const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
