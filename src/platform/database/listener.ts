// The one connection of a process that hears what others did (LISTEN). Four times a second it also asks something, so that a
// connection that is dead without having said so is found out, and each second what was done, so that a lost notification
// delays and never loses.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { errorForLog } from '../error-for-log.js';
import { steadyNow } from '../steady-clock.js';
import { LOGGER } from '../injection-tokens.js';
import { OwnClient, Pause } from './own-client.js';
import type { Sql } from './statement.js';

/** A question so often keeps the link's last word well below FRESH_MS, and each fourth one compares. */
const BEAT_MS = 250;
const BEATS = 4;
/** What was heard longer ago than this isn't taken for how things are: the link may be cut, or this process was stopped. */
const FRESH_MS = 1000;
/** An answer that takes longer counts as a lost link. */
const ANSWER_MS = 2000;
const AGAIN_MS = { first: 50, longest: 1000 };

/** Who wants to hear of a channel. Statements given to `sql` run one after the other, on the listening connection. */
export interface Hearer {
  /** A name of ours: it stands in the statement as it is. */
  readonly channel: string;
  /** A notification. What it says is a hint; it must not throw. */
  heard(payload: string, sql: Sql): void;
  /** Compares what is kept with the database: at the start of each connection and each second. Rejects where it can't. */
  compare(sql: Sql): Promise<void>;
}

/** Judged at the moment of answering: between a question and its answer a process may have been stopped. */
export const isOld = (saidAt: number): boolean => steadyNow() - saidAt > FRESH_MS;

@Injectable()
export class Listener implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly hearers: Hearer[] = [];
  private readonly pause = new Pause();
  private client: OwnClient | undefined;
  private up = false;
  private leaving = false;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** True while everything that others commit is heard of within a moment. */
  get isUp(): boolean {
    return this.up && !isOld(this.saidAt);
  }

  /** What others had committed by then has been heard of (steadyNow). */
  get saidAt(): number {
    return this.client?.saidAt ?? -Infinity;
  }

  /** Before the application has started. */
  add(hearer: Hearer): void {
    this.hearers.push(hearer);
  }

  onApplicationBootstrap(): void {
    if (this.hearers.length > 0) void this.keep();
  }

  onModuleDestroy(): void {
    this.leaving = true;
    this.lose(this.client);
    this.client?.drop();
  }

  /** Connects, listens, and does so again as long as the server runs. */
  private async keep(): Promise<void> {
    for (let again = AGAIN_MS.first; !this.leaving; again = Math.min(again * 2, AGAIN_MS.longest)) {
      const client = new OwnClient(this.dataSource, 'stampline listener', ANSWER_MS);
      this.client = client;
      try {
        await this.listen(client);
        again = AGAIN_MS.first;
        while (this.up) await this.poll(client);
      } catch (error) {
        if (!this.leaving)
          this.log.warn(
            { err: errorForLog(error) },
            'no connection to the database: notifications from other processes are not received',
          );
      }
      this.up = false;
      client.drop();
      if (!this.leaving) await this.pause.for(again);
    }
  }

  private async listen(client: OwnClient): Promise<void> {
    client.onLost(() => this.lose(client));
    client.onNotification((channel, payload) => {
      for (const hearer of this.hearers) if (hearer.channel === channel) hearer.heard(payload, client);
    });
    const channels = [...new Set(this.hearers.map((hearer) => `LISTEN ${hearer.channel}`))];
    await client.connect(["SET statement_timeout = '5s'", ...channels].join(';'));
    // What was said before is caught up with first.
    await this.compare(client);
    this.up = this.client === client && !client.isLost && !this.leaving;
  }

  /** An answer to any question shows that the link holds; what it should have told is compared once in a while. */
  private async poll(client: OwnClient): Promise<void> {
    for (let beat = 1; beat <= BEATS; beat++) {
      await this.pause.for(BEAT_MS);
      if (!this.up) return;
      if (beat < BEATS) await client.run({ name: 'beat', text: 'SELECT 1' });
    }
    await this.compare(client);
  }

  private async compare(sql: Sql): Promise<void> {
    for (const hearer of this.hearers) await hearer.compare(sql);
  }

  private lose(client: OwnClient | undefined): void {
    if (this.client !== client) return;
    this.up = false;
    this.pause.end();
  }
}
