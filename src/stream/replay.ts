// Reads what a reader missed, a page at a time. Few do so at once, however many come back together.
import { Injectable } from '@nestjs/common';
import { Db } from '../platform/database/db.js';
import { Values } from '../platform/database/statement.js';
import { type StreamFilter, wantedSql } from './filter.js';
import { StreamLimits } from './limits.js';
import { readEvents, type StreamEvent } from './stream-event.js';

/** Events on a page, and numbers that one statement looks through for them, so that a rare filter takes no long statement. */
const PAGE = 500;
const WINDOW = 20_000;

export interface Head {
  readonly last: number;
  /** The lowest number that is replayed. */
  readonly oldest: number;
}

export interface Page {
  readonly events: readonly StreamEvent[];
  /** Everything that is wanted up to here is on this page or on one before it. */
  readonly upTo: number;
}

@Injectable()
export class Replay {
  private free: number;
  private readonly queue: (() => void)[] = [];

  constructor(
    private readonly db: Db,
    limits: StreamLimits,
  ) {
    this.free = limits.replays;
  }

  head(): Promise<Head> {
    return this.inTurn(async () => {
      const [row] = await this.db.run<{ last: number; oldest: number }>({
        name: 'stream_head',
        text: 'SELECT seq AS last, oldest FROM stream_head',
      });
      return { last: row?.last ?? 0, oldest: row?.oldest ?? 1 };
    });
  }

  /**
   * The number before the lowest whose event is of this time or later; undefined where there is none yet. Numbers decide: where
   * the database's clock stepped back, all that was told after that event follows, whatever its time says.
   */
  before(time: string): Promise<number | undefined> {
    return this.inTurn(async () => {
      const [row] = await this.db.run<{ seq: number }>({
        name: 'stream_since',
        text: `SELECT e.seq FROM event e WHERE e.time >= $1::timestamptz AND e.seq > COALESCE(
            (SELECT m.seq FROM stream_mark m WHERE m.latest < $1::timestamptz ORDER BY m.latest DESC, m.seq DESC LIMIT 1), 0)
          ORDER BY e.seq LIMIT 1`,
        values: [time],
      });
      return row && row.seq - 1;
    });
  }

  /** The next page after `seq`, no further than `last`. */
  page(filter: StreamFilter, seq: number, last: number): Promise<Page> {
    return this.inTurn(async () => {
      const upTo = Math.min(last, seq + WINDOW);
      const values = new Values();
      const add = (value: unknown): string => values.add(value);
      const where = [`t.id > ${add(seq)}::bigint`, `t.id <= ${add(upTo)}::bigint`, ...wantedSql(filter, add)];
      const events = await readEvents(this.db, undefined, where.join(' AND '), values.list, PAGE);
      return { events, upTo: events.length < PAGE ? upTo : (events.at(-1)?.seq ?? upTo) };
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
