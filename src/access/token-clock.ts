// What a step of the database's clock does to tokens: none lives longer than it was given, by true time, nor beyond the end that
// it was told. Where a step back ended it earlier by the clock, a step forth gives that back.
import { Injectable } from '@nestjs/common';
import { moveEnds } from '../platform/database/clock-steps.js';
import { type ClockFollower, DatabaseClock } from '../platform/database/database-clock.js';
import type { Tx } from '../platform/database/db.js';
import { tellTokens } from './access-tokens.js';

@Injectable()
export class TokenClock implements ClockFollower {
  constructor(clock: DatabaseClock) {
    clock.follow(this);
  }

  async stepped(tx: Tx, seconds: number): Promise<void> {
    const ends = {
      table: 'access_token',
      column: 'expires_at',
      where: 'revoked_at IS NULL',
      lasts: 'at_most',
    } as const;
    await moveEnds(tx, ends, seconds);
    await tellTokens(tx, '');
  }
}
