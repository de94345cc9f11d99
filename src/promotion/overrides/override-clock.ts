// What a step of the database's clock does to overrides: none lasts longer than it was given, by true time, nor beyond the end that
// it was told; as with tokens.
import { Injectable } from '@nestjs/common';
import { moveEnds } from '../../platform/database/clock-steps.js';
import { type ClockFollower, DatabaseClock } from '../../platform/database/database-clock.js';
import type { Tx } from '../../platform/database/db.js';

@Injectable()
export class OverrideClock implements ClockFollower {
  constructor(clock: DatabaseClock) {
    clock.follow(this);
  }

  async stepped(tx: Tx, seconds: number): Promise<void> {
    const ends = {
      table: 'policy_override',
      column: 'until',
      where: 'withdrawn_at IS NULL',
      lasts: 'at_most',
    } as const;
    await moveEnds(tx, ends, seconds);
  }
}
