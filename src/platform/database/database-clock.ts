// Sees steps of the database's clock, the one that orders everything: by NTP, by hand, by a standby with another clock. Each
// process compares it once a second with one that only goes forward, and with what it said last.
//
// - It stepped back: what has to end is moved by as much, so that nobody's token lives longer for it.
// - It stepped forth: a token may end early; what is deleted by age is counted younger (`olderThan`), and what protects is
//   moved. Time in which no server ran counts as a step for ages only: nobody knows which of the two it was.
// - What has an end of its own keeps how far the clock stepped since (`clock_shift`), so that a clock that is put right moves it
//   back, and ends nothing for good.
//
// Less than STEP_S is no step. Of a step back nobody knows the MARK_EVERY_S before it, nor how long no server ran.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { errorForLog } from '../error-for-log.js';
import { steadyNow } from '../steady-clock.js';
import { LOGGER } from '../injection-tokens.js';
import { writeStep } from './clock-steps.js';
import { Db, type Tx } from './db.js';
import { type Hearer, Listener } from './listener.js';
import type { Sql } from './statement.js';

const STEP_S = 2;
const MARK_EVERY_S = 10;
/** Without a server for less than this was a restart. */
const GAP_S = 30;

/** Nothing where it has stepped back since it was asked. */
const GO_ON = {
  name: 'clock_goes_on',
  text: 'UPDATE database_clock SET mark = clock_timestamp() WHERE mark < clock_timestamp()',
};

/** What a room does about a step that a server saw, in the transaction that takes note of it. */
export interface ClockFollower {
  /** Negative seconds: it went back. */
  stepped(tx: Tx, seconds: number): Promise<void>;
}

/** In seconds since 1970. */
interface Said {
  readonly now: number;
  /** What it said last, to any process. */
  readonly mark: number;
}

@Injectable()
export class DatabaseClock implements Hearer {
  readonly channel = 'stampline_clock';
  private readonly followers: ClockFollower[] = [];
  /** `askedAt` by steadyNow. */
  private last: { readonly now: number; readonly askedAt: number } | undefined;
  private settling: Promise<void> | undefined;

  constructor(
    private readonly db: Db,
    @Inject(LOGGER) private readonly log: Logger,
    link: Listener,
  ) {
    link.add(this);
  }

  /** Before the application has started. */
  follow(follower: ClockFollower): void {
    this.followers.push(follower);
  }

  /** Nobody tells of a step: it is found. */
  heard(): void {
    // Each comparison asks for all of it.
  }

  /** Resolves when what was seen so far is written down, or could not be. */
  get noted(): Promise<void> {
    return this.settling ?? Promise.resolve();
  }

  async compare(sql: Sql): Promise<void> {
    if (this.settling) return;
    const askedAt = steadyNow();
    const said = await ask(sql, '');
    const ahead = this.ahead(said);
    const next = { now: said.now, askedAt };
    if (ahead === 0 && said.now > said.mark - STEP_S && said.now < said.mark + MARK_EVERY_S) {
      this.last = next;
      return;
    }
    // Not waited for: the link's next question must not wait for a connection of the pool.
    this.settling ??= this.settle(said, ahead)
      .then(() => void (this.last = next))
      .catch((error: unknown) =>
        this.log.warn({ err: errorForLog(error) }, "the time of the database's clock was not recorded"),
      )
      .finally(() => (this.settling = undefined));
  }

  /** Seconds that the clock went on and time did not, as far as this process knows; 0 where it is no step. */
  private ahead({ now, mark }: Said): number {
    if (!this.last) return now - mark > GAP_S ? now - mark : 0;
    const passed = (steadyNow() - this.last.askedAt) / 1000;
    const ahead = now - Math.max(mark, this.last.now) - passed;
    return ahead > STEP_S ? ahead : 0;
  }

  /** The mark is locked: of several processes that see a step one takes note of it. */
  private async settle(said: Said, ahead: number): Promise<void> {
    if (ahead === 0 && said.now > said.mark - STEP_S) return void (await this.db.write(GO_ON));
    const isSeen = this.last !== undefined;
    await this.db.transaction(async (tx) => {
      const { now, mark } = await ask(tx, ' FOR UPDATE');
      if (now < mark - STEP_S) await this.stepped(tx, now - mark, true);
      else if (ahead > 0 && mark === said.mark) await this.stepped(tx, ahead, isSeen);
      await tx.run({ name: 'clock_mark', text: 'UPDATE database_clock SET mark = clock_timestamp()' });
    });
  }

  private async stepped(tx: Tx, seconds: number, isSeen: boolean): Promise<void> {
    await writeStep(tx, seconds, isSeen);
    if (!isSeen) return;
    for (const follower of this.followers) await follower.stepped(tx, seconds);
    this.log.warn(
      { seconds },
      "the database's clock stepped: end times were moved, and nothing is deleted early because of it",
    );
  }
}

async function ask(sql: Sql, lock: string): Promise<Said> {
  const [row] = await sql.run<Said>({
    name: lock === '' ? 'clock_ask' : 'clock_lock',
    text: `SELECT extract(epoch FROM clock_timestamp())::float8 AS now, extract(epoch FROM mark)::float8 AS mark FROM database_clock${lock}`,
  });
  if (!row) throw new Error("database_clock is empty: steps of the database's clock can't be seen.");
  return row;
}
