// The one connection of this process that hears what others changed. Each second it also asks, so that a lost notification
// delays and never loses, and so that a connection that is dead without having said so is found out.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Sql, Statement } from '../../platform/database/statement.js';
import { loggable } from '../../platform/loggable.js';
import { LOGGER } from '../../platform/tokens.js';
import { MAP_CHANNEL, type MapNews } from '../store/map-pointer.js';

const POLL_MS = 1000;
/** An answer that takes longer counts as a lost link. */
const ANSWER_MS = 1000;
const CONNECT_MS = 2000;
const PAUSE_MS = { first: 50, longest: 1000 };

/** What data-source.ts makes of a connection. */
interface Where {
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly database?: string;
}

/** What hears the news. */
export interface MapListener {
  heard(news: MapNews): void;
  /** Compares what is kept with the database. Rejects where it can't. */
  compare(sql: Sql): Promise<void>;
}

@Injectable()
export class MapLink implements OnApplicationBootstrap, OnModuleDestroy {
  private up = false;
  private leaving = false;
  private client: pg.Client | undefined;
  private listener: MapListener | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** True while everything that others commit is heard of within a moment. */
  get isUp(): boolean {
    return this.up;
  }

  tell(listener: MapListener): void {
    this.listener = listener;
  }

  onApplicationBootstrap(): void {
    void this.keep();
  }

  onModuleDestroy(): void {
    this.leaving = true;
    this.drop();
    this.wake();
  }

  /** Connects, listens, and does so again as long as the server runs. */
  private async keep(): Promise<void> {
    for (let pause = PAUSE_MS.first; !this.leaving; pause = Math.min(pause * 2, PAUSE_MS.longest)) {
      try {
        await this.connect();
        pause = PAUSE_MS.first;
        while (this.up) await this.nextPoll();
      } catch (error) {
        this.log.warn({ err: loggable(error) }, 'no link to the database: maps may be old');
      }
      this.drop();
      if (!this.leaving) await this.pause(pause);
    }
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      ...this.connection(),
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
    });
    this.client = client;
    client.on('error', () => this.lose(client));
    client.on('end', () => this.lose(client));
    client.on('notification', ({ payload }) => this.hear(payload));
    await client.connect();
    await client.query(`SET statement_timeout = '5s'; LISTEN ${MAP_CHANNEL}`);
    // What was said before is caught up with first.
    await this.listener?.compare(sqlOn(client));
    this.up = this.client === client;
  }

  private connection(): pg.ClientConfig {
    const { url, host, port, username, password, database } = this.dataSource.options as Where;
    const where = url ? { connectionString: url } : { host, port, user: username, password, database };
    return { ...where, application_name: 'stampline maps', keepAlive: true };
  }

  private async nextPoll(): Promise<void> {
    await this.pause(POLL_MS);
    if (this.up && this.client) await this.listener?.compare(sqlOn(this.client));
  }

  private hear(payload: string | undefined): void {
    try {
      this.listener?.heard(JSON.parse(payload ?? '') as MapNews);
    } catch (error) {
      this.log.warn({ err: loggable(error) }, 'a notification that is no news');
    }
  }

  private lose(client: pg.Client): void {
    if (this.client !== client) return;
    this.up = false;
    this.wake();
  }

  /** Closes the connection without waiting: what is at its other end may not answer. */
  private drop(): void {
    const { client } = this;
    this.up = false;
    this.client = undefined;
    if (!client) return;
    client.end().catch(() => undefined);
    setTimeout(
      () => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(),
      ANSWER_MS,
    ).unref();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const sqlOn = (client: pg.Client): Sql => ({
  run: async <Row>({ name, text, values }: Statement): Promise<Row[]> =>
    (await client.query({ name, text, values: values as unknown[] })).rows as Row[],
});
