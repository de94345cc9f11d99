// What a step of the database's clock does to overrides: none lasts longer than it was given, by true time, nor beyond the end that
// it was told; as with tokens.
import { Injectable } from '@nestjs/common';
import { type ClockFollower, DatabaseClock } from '../../platform/database/database-clock.js';
import type { Tx } from '../../platform/database/db.js';

@Injectable()
export class OverrideClock implements ClockFollower {
  constructor(clock: DatabaseClock) {
    clock.follow(this);
  }

  async stepped(tx: Tx, seconds: number): Promise<void> {
    // Those that were in force before a step forth: what had ended stays so.
    await tx.run({
      text: `UPDATE policy_override SET clock_shift = clock_shift + $1::float8,
          until = until + make_interval(secs => LEAST(0, clock_shift + $1::float8) - LEAST(0, clock_shift))
        WHERE withdrawn_at IS NULL AND until > clock_timestamp() - make_interval(secs => GREATEST(0, $1::float8))`,
      values: [seconds],
    });
  }
}
