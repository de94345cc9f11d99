// How often somebody may fail or write in a minute, over all processes together. Each process takes shares of an allowance from
// the database and spends them from memory, so that few writes cost a query more. Asked only where tokens are.
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.js';
import { Db } from '../platform/database/db.js';
import { BATCH } from '../platform/database/delete-in-batches.js';
import { DomainError } from '../platform/errors.js';
import { CONFIG } from '../platform/injection-tokens.js';
import type { CodeOf } from '../platform/refusals/refusals.js';

interface Share {
  left: number;
  /** Nothing more is to be had before the minute ends. */
  readonly isLast: boolean;
  /** By performance.now(). */
  readonly endsAt: number;
}

const MOST_REMEMBERED = 10_000;
/** An allowance is taken in so many shares. */
const SHARES = 50;
/** Minutes that are over are swept away once in so many questions. */
const SWEEP_EVERY = 200;

/** Its minute is over; so is one that ends later than a minute from now: the database's clock has stepped back since. */
const IS_OVER = "(c.ends_at <= clock_timestamp() OR c.ends_at > clock_timestamp() + interval '1 minute')";

@Injectable()
export class RateLimits {
  private readonly shares = new LRUCache<string, Share>({ max: MOST_REMEMBERED });
  private readonly asking = new Map<string, Promise<Share>>();
  private asked = 0;

  constructor(
    private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Rejects with too_many `rate.failures` when an address offered too many tokens or preview keys that don't count. */
  async failed(address: string): Promise<void> {
    const most = this.config.limits.failures;
    const seconds = await this.spend(`failure ${address}`, most);
    if (seconds > 0)
      throw exceeded(
        'rate.failures',
        `More than ${most} tokens and preview keys a minute from ${address} were not valid.`,
        seconds,
      );
  }

  /** Rejects with too_many `rate.writes` when somebody wrote too often. */
  async wrote(owner: string): Promise<void> {
    const most = this.config.limits.writes;
    const seconds = await this.spend(`write ${owner}`, most);
    if (seconds > 0) throw exceeded('rate.writes', `${owner} wrote more than ${most} times in a minute.`, seconds);
  }

  /** 0, or the seconds until there is more. */
  private async spend(bucket: string, most: number): Promise<number> {
    for (;;) {
      const share = this.shares.get(bucket);
      const waits = (share?.endsAt ?? 0) - performance.now();
      if (share && waits > 0 && share.left > 0) {
        share.left -= 1;
        return 0;
      }
      if (share && waits > 0 && share.isLast) return Math.ceil(waits / 1000);
      await this.more(bucket, most);
    }
  }

  /** One question at a time for each bucket. */
  private more(bucket: string, most: number): Promise<Share> {
    const known = this.asking.get(bucket);
    if (known) return known;
    const asking = this.take(bucket, most).finally(() => this.asking.delete(bucket));
    this.asking.set(bucket, asking);
    return asking;
  }

  private async sweep(): Promise<void> {
    await this.db.run({
      name: 'rate_sweep',
      text: `DELETE FROM rate_count WHERE ctid = ANY(ARRAY(
        SELECT t.ctid FROM rate_count t WHERE t.ends_at < clock_timestamp() OR t.ends_at > clock_timestamp() + interval '1 minute' LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))`,
    });
  }

  private async take(bucket: string, most: number): Promise<Share> {
    const wanted = Math.max(1, Math.floor(most / SHARES));
    if (this.asked++ % SWEEP_EVERY === 0)
      // Once a batch: a request waits for it.
      await this.sweep();
    const [row] = await this.db.run<{ used: number; ms: number }>({
      name: 'rate_take',
      text: `INSERT INTO rate_count AS c (bucket, ends_at, used) VALUES ($1, clock_timestamp() + interval '1 minute', $2)
        ON CONFLICT (bucket) DO UPDATE SET
          used = CASE WHEN ${IS_OVER} THEN EXCLUDED.used ELSE LEAST(c.used, 1000000000) + EXCLUDED.used END,
          ends_at = CASE WHEN ${IS_OVER} THEN EXCLUDED.ends_at ELSE c.ends_at END
        RETURNING used, greatest(1, extract(epoch FROM ends_at - clock_timestamp()) * 1000)::int AS ms`,
      values: [bucket, wanted],
    });
    const { used, ms } = row ?? { used: 0, ms: 1 };
    const left = Math.min(wanted, Math.max(0, most - (used - wanted)));
    const share = { left, isLast: left < wanted, endsAt: performance.now() + ms };
    this.shares.set(bucket, share);
    return share;
  }
}

const exceeded = (code: CodeOf<'too_many'>, what: string, seconds: number): DomainError =>
  new DomainError('too_many', code, `${what} Try again in ${seconds} s.`, { retryAfter: seconds });
