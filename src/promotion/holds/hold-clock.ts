// What a step of the database's clock does to holds and locks: none ends earlier by true time, nor before the end that it was
// told. After a step back it ends when the clock says so, or when somebody lifts it.
import { Injectable } from '@nestjs/common';
import { moveEnds } from '../../platform/database/clock-steps.js';
import { type ClockFollower, DatabaseClock } from '../../platform/database/database-clock.js';
import type { Tx } from '../../platform/database/db.js';

@Injectable()
export class HoldClock implements ClockFollower {
  constructor(clock: DatabaseClock) {
    clock.follow(this);
  }

  async stepped(tx: Tx, seconds: number): Promise<void> {
    for (const table of ['ticket_hold', 'stage_lock'])
      await moveEnds(tx, { table, column: 'until', lasts: 'at_least' }, seconds);
  }
}
