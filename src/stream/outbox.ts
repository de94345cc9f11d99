// How far down the relay's next look at the log goes. Pure: the clock comes in as milliseconds.

/** How often the whole outbox is looked at, and what share of the time that may take. */
const WHOLE = { everyMs: 1000, share: 0.05 };
const MARK_MS = 2000;

/**
 * Entries of rows that have their number stay in the index until they are vacuumed, and a look reads past all that an old
 * transaction elsewhere keeps there. So most looks begin at what was the highest id some seconds ago; about each second one
 * begins at the bottom, for rows whose transactions took longer than that: they wait a second more, and are never lost.
 */
export class Outbox {
  private marks = { older: '0', newer: '0', at: 0 };
  private highest = '0';
  private nextWhole = 0;
  private began = 0;

  /** The outbox id above which to look. */
  lookAbove(now: number): string {
    this.began = now;
    return now >= this.nextWhole ? '0' : this.marks.older;
  }

  /** What came of it: the highest id that got a number, and whether there may be more where this batch came from. */
  looked(above: string, highest: string, isFull: boolean, now: number): void {
    if (BigInt(highest) > BigInt(this.highest)) this.highest = highest;
    if (now - this.marks.at >= MARK_MS) this.marks = { older: this.marks.newer, newer: this.highest, at: now };
    if (above === '0' && !isFull) this.nextWhole = now + Math.max(WHOLE.everyMs, (now - this.began) / WHOLE.share);
  }
}
