// Numbers the log pass by pass, over one connection; outbox.ts says what a pass is, and why its order is right.
import { idHolders, lookAt, numberEvents, type RelaySql } from './number-events.js';
import { BATCH, Outbox } from './outbox.js';

/** How often it is asked who may have taken ids and has not ended: what isn't decided is looked at again each time. */
const SETTLE_MS = 200;

export class NumberLog {
  private readonly outbox = new Outbox();
  private nextSettle = 0;

  /** `isOver`: whether to stop between two batches. */
  constructor(
    private readonly sql: RelaySql,
    private readonly isOver: () => boolean,
  ) {}

  /** `now` in milliseconds, of a clock that only goes forward. Answers whether there may be more to number at once. */
  async pass(now: number): Promise<boolean> {
    const { outbox, sql } = this;
    const isNarrow = outbox.isNarrow;
    const { upTo, waits } = await lookAt(sql, isNarrow ? outbox.pieces : []);
    outbox.begin(upTo);
    const settles = outbox.isUndecided && now >= this.nextSettle;
    if (settles) {
      outbox.settle(await idHolders(sql));
      this.nextSettle = now + SETTLE_MS;
    }
    return waits || settles || !isNarrow ? this.walk() : false;
  }

  private async walk(): Promise<boolean> {
    const { outbox, sql } = this;
    let mayBeMore = false;
    for (let part = outbox.next(); part.length > 0; part = outbox.next()) {
      if (this.isOver()) return false;
      const ids = await numberEvents(sql, part);
      outbox.took(part, ids);
      mayBeMore ||= ids.length === BATCH;
    }
    outbox.end();
    return mayBeMore;
  }
}
