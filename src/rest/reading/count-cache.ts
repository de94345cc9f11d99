// Counts of long lists (rest-api.md, section 2): exact up to 10 000 rows in the request itself; a list known to be longer
// shows a count that is refreshed in the background, so that a list's cost doesn't grow with the table.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Statement } from '../../platform/database/statement.js';
import { Recurring } from '../../platform/recurring.js';
import { SlowLookups } from './slow-lookups.js';

/** The request itself counts no further than this. */
export const EXACT_UP_TO = 10_000;

const REFRESH_MS = 3_000;
/** A list that nobody has asked for that long is forgotten. */
const FORGET_MS = 60_000;
const MOST_ENTRIES = 200;

/** The statement that counts, and whether no index serves it. */
export interface Count extends Statement {
  readonly slow: boolean;
}

interface Entry {
  readonly count: Count;
  total: number;
  asked: number;
}

@Injectable()
export class CountCache {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly db: Db,
    private readonly slow: SlowLookups,
  ) {}

  /** The last count of a list known to be long, a few seconds old at most; undefined when it isn't known to be. */
  known(key: string): number | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    entry.asked = performance.now();
    return entry.total;
  }

  /** Counts a list that turned out to be long, and keeps its count fresh while it is asked for. */
  async count(key: string, count: Count): Promise<number> {
    const total = await this.ask(count);
    if (total > EXACT_UP_TO && this.entries.size < MOST_ENTRIES)
      this.entries.set(key, { count, total, asked: performance.now() });
    return total;
  }

  private async ask({ slow, ...statement }: Count): Promise<number> {
    const [row] = await (slow ? this.slow : this.db).run<{ total: number }>(statement);
    return row?.total ?? 0;
  }

  /** One after the other, so that counting never takes more than one connection. */
  @Recurring({ name: 'counts.refresh', everyMs: REFRESH_MS })
  async refresh(): Promise<void> {
    for (const [key, entry] of [...this.entries]) {
      const total =
        performance.now() - entry.asked > FORGET_MS ? 0 : await this.ask(entry.count).catch(() => entry.total);
      if (total > EXACT_UP_TO) entry.total = total;
      else this.entries.delete(key);
    }
  }
}
