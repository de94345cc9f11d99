// What a step of the database's clock does to tokens: none lives longer than it was given, by true time, nor beyond the end that
// it was told. Where a step back ended it earlier by the clock, a step forth gives that back.
import { Injectable } from '@nestjs/common';
import { type ClockFollower, DatabaseClock } from '../platform/database/database-clock.js';
import type { Tx } from '../platform/database/db.js';
import { tellTokens } from './access-tokens.js';

@Injectable()
export class TokenClock implements ClockFollower {
  constructor(clock: DatabaseClock) {
    clock.follow(this);
  }

  async stepped(tx: Tx, seconds: number): Promise<void> {
    // Those that counted before a step forth: what had ended stays so.
    await tx.run({
      text: `UPDATE access_token SET clock_shift = clock_shift + $1::float8,
          expires_at = expires_at + make_interval(secs => LEAST(0, clock_shift + $1::float8) - LEAST(0, clock_shift))
        WHERE revoked_at IS NULL AND expires_at > clock_timestamp() - make_interval(secs => GREATEST(0, $1::float8))`,
      values: [seconds],
    });
    await tellTokens(tx, '');
  }
}
