// The relay: one process of all numbers the log, whoever holds an advisory lock; every process tries (stream.md, "The log").
// The lock and the numbering share a connection, so who lost the one can't do the other.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { OwnClient, Pause } from '../platform/database/own-client.js';
import { errorForLog } from '../platform/error-for-log.js';
import { LOGGER } from '../platform/injection-tokens.js';
import { RELAY_SESSION } from './number-events.js';
import { NumberLog } from './number-log.js';

/** An arbitrary number that stands for "numbering Stampline's log". */
const RELAY_LOCK = 7_825_510_003;

/**
 * Between two looks at the log. Commit to subscriber has 60 ms in all; looking twice as often while rows come costs a status
 * PATCH three hundredths of its rate.
 */
const LOOK_MS = 30;
/** How often who doesn't hold the lock tries for it. */
const TRY_MS = 1000;
const AGAIN_MS = { first: 50, longest: 1000 };
/** An answer that takes longer counts as a lost connection. */
const ANSWER_MS = 8000;
/** How long shutting down waits for the batch at hand. */
const LEAVE_MS = 1000;

@Injectable()
export class Relay implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly pause = new Pause();
  private leaving = false;
  private leads = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** True while this process numbers the log. */
  get isLeading(): boolean {
    return this.leads;
  }

  onApplicationBootstrap(): void {
    this.work = this.keep();
  }

  async onModuleDestroy(): Promise<void> {
    this.leaving = true;
    this.pause.end();
    const late = new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref());
    await Promise.race([this.work, late]);
  }

  private async keep(): Promise<void> {
    for (let again = AGAIN_MS.first; !this.leaving; again = Math.min(again * 2, AGAIN_MS.longest)) {
      const client = new OwnClient(this.dataSource, 'stampline relay', ANSWER_MS);
      client.onLost(() => this.pause.end());
      try {
        await client.connect(RELAY_SESSION);
        await this.take(client);
        again = AGAIN_MS.first;
        await this.lead(client);
      } catch (error) {
        if (!this.leaving) this.log.warn({ err: errorForLog(error) }, 'this process is not numbering events');
      }
      this.leads = false;
      client.drop();
      if (!this.leaving) await this.pause.for(again);
    }
  }

  /** Until the lock is ours, the connection is lost or the server leaves. */
  private async take(client: OwnClient): Promise<void> {
    while (!this.leaving && !client.isLost) {
      const [row] = await client.run<{ taken: boolean }>({
        name: 'relay_lock',
        text: 'SELECT pg_try_advisory_lock($1) AS taken',
        values: [RELAY_LOCK],
      });
      if (row?.taken) return;
      await this.pause.for(TRY_MS);
    }
  }

  private async lead(client: OwnClient): Promise<void> {
    const numbers = new NumberLog(client, () => this.leaving || client.isLost);
    this.leads = !this.leaving && !client.isLost;
    while (!this.leaving && !client.isLost) {
      const mayBeMore = await numbers.pass(performance.now());
      if (!mayBeMore) await this.pause.for(LOOK_MS);
    }
  }
}
