// What was numbered, as it comes: every process hears of it, keeps the latest in memory and tells those who follow. Nobody
// who follows misses one, gets one twice, or gets them in another order.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { type Hearer, Listener } from '../platform/database/listener.js';
import type { Sql } from '../platform/database/statement.js';
import { errorForLog } from '../platform/error-for-log.js';
import { LOGGER } from '../platform/injection-tokens.js';
import { EVENT_CHANNEL } from './number-events.js';
import { StreamLimits } from './limits.js';
import { readEvents, type StreamEvent } from './stream-event.js';

/** Called with the next events, in their order. It must not throw, and not wait. */
export type Follower = (events: readonly StreamEvent[]) => void;

const PAGE = 1000;

@Injectable()
export class EventFeed implements Hearer {
  readonly channel = EVENT_CHANNEL;
  /** Resolves when it knows where the log stands. */
  readonly started: Promise<void>;
  /** Each with whether anybody waits for what it tells. */
  private readonly followers = new Map<Follower, () => boolean>();
  private begin: () => void = () => undefined;
  /** Every event after `from` up to `last`. */
  private ring: StreamEvent[] = [];
  private from = 0;
  private at: number | undefined;
  private reading: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(
    listener: Listener,
    private readonly limits: StreamLimits,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.started = new Promise((resolve) => (this.begin = resolve));
    listener.add(this);
  }

  /** The number that was told last; undefined before it has started. */
  get last(): number | undefined {
    return this.at;
  }

  /**
   * Tells of every event from now on, while `isWanted`. Answers how to stop that. Who begins to want them knows where the
   * log stood (`last`), and finds what came since by `after`, or in the database.
   */
  subscribe(follower: Follower, isWanted: () => boolean = () => true): () => void {
    this.followers.set(follower, isWanted);
    return () => void this.followers.delete(follower);
  }

  /** At most `limit` events after `seq`, all of them where that is fewer; undefined where memory doesn't reach back to it. */
  after(seq: number, limit: number): readonly StreamEvent[] | undefined {
    if (this.at === undefined || seq < this.from) return undefined;
    const place = this.place(seq);
    return this.ring.slice(place, place + limit);
  }

  heard(_payload: string, sql: Sql): void {
    // What can't be read now is read at the next look, or on the next connection.
    this.catchUp(sql).catch((error: unknown) =>
      this.log.debug({ err: errorForLog(error) }, 'events could not be read'),
    );
  }

  async compare(sql: Sql): Promise<void> {
    if (this.at === undefined) this.skipTo(await headOf(sql));
    await this.catchUp(sql);
  }

  /** Reads and tells what is new. All who ask while somebody reads share one read after that one. */
  private catchUp(sql: Sql): Promise<void> {
    if (!this.reading) {
      this.reading = this.readAll(sql).finally(() => (this.reading = undefined));
      return this.reading;
    }
    this.next ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.catchUp(sql);
      });
    return this.next;
  }

  private get isFollowed(): boolean {
    return [...this.followers.values()].some((isWanted) => isWanted());
  }

  /** While nobody follows, what comes isn't read: that would cost every write as much as a read. */
  private async readAll(sql: Sql): Promise<void> {
    const head = this.isFollowed ? undefined : await headOf(sql);
    // Somebody may have come meanwhile, who knows the log as it was before.
    if (head !== undefined && !this.isFollowed) return this.skipTo(head);
    for (let count = PAGE; count === PAGE && this.at !== undefined;) {
      const events = await readEvents(sql, 'feed_read', 't.id > $1::bigint', [this.at], PAGE);
      count = events.length;
      if (count > 0) this.take(events);
    }
  }

  /** Starts it, too: a notification may come before the first comparison. */
  private skipTo(head: number): void {
    this.ring = [];
    this.from = this.at = Math.max(head, this.at ?? 0);
    this.begin();
  }

  private take(events: readonly StreamEvent[]): void {
    this.at = events.at(-1)?.seq;
    this.ring.push(...events);
    // Trimmed now and then, not for each event.
    if (this.ring.length > this.limits.ring * 1.25) {
      const gone = this.ring.splice(0, this.ring.length - this.limits.ring);
      this.from = gone.at(-1)?.seq ?? this.from;
    }
    for (const follower of this.followers.keys()) follower(events);
  }

  /** The place of the first event after `seq`, by halving. */
  private place(seq: number): number {
    let [low, high] = [0, this.ring.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ring[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

async function headOf(sql: Sql): Promise<number> {
  const [head] = await sql.run<{ seq: number }>({ name: 'feed_head', text: 'SELECT seq FROM stream_head' });
  return Number(head?.seq ?? 0);
}
