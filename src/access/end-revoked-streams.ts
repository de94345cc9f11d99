// What was opened with a token ends with it: streams, waits, downloads, uploads that are coming in, whatever is not answered
// yet. On every server within five seconds, as everything else is refused (promises.md, "Who may do what"): the database is
// asked for the tokens of open requests at each word of a change and each second, and a request whose token nobody could ask
// for that long ends, too.
import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Listener } from '../platform/database/listener.js';
import type { Sql } from '../platform/database/statement.js';
import { Recurring } from '../platform/recurring.js';
import { AccessTokens, TOKEN_CHANNEL } from './access-tokens.js';
import { type KnownToken, now } from './tokens-cache.js';

/** Before five seconds are over, with the time between two looks. */
const LONGEST_MS = 4500;
const LOOK_EVERY_MS = 250;

interface Open {
  readonly hash: string;
  /** When the database was asked for what it said last. */
  askedAt: number;
}

@Injectable()
export class EndRevokedStreams {
  readonly channel = TOKEN_CHANNEL;
  private readonly open = new Map<ServerResponse, Open>();

  constructor(
    private readonly tokens: AccessTokens,
    link: Listener,
  ) {
    link.add(this);
  }

  /** Until the answer is over. */
  watch(answer: ServerResponse, { hash, askedAt }: KnownToken): void {
    this.open.set(answer, { hash, askedAt });
    answer.once('close', () => this.open.delete(answer));
  }

  heard(_payload: string, sql: Sql): void {
    // Where it can't be asked now, the link is lost, or the next second asks.
    this.compare(sql).catch(() => undefined);
  }

  async compare(sql: Sql): Promise<void> {
    if (this.open.size === 0) return;
    const asked = [...this.open];
    const askedAt = now();
    const counting = await this.tokens.counting(sql, [...new Set(asked.map(([, { hash }]) => hash))]);
    for (const [answer, one] of asked) {
      if (counting.has(one.hash)) one.askedAt = askedAt;
      else answer.destroy();
    }
  }

  @Recurring({ name: 'requests.end_unchecked', everyMs: LOOK_EVERY_MS })
  endUnchecked(): void {
    const oldest = now() - LONGEST_MS;
    for (const [answer, { askedAt }] of this.open) if (askedAt < oldest) answer.destroy();
  }
}
