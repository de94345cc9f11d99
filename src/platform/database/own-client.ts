// A connection of one's own beside the pool, for what belongs to a session: LISTEN, or an advisory lock.
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { answerMs } from './connection.js';
import { steadyNow } from '../steady-clock.js';
import type { Sql, Statement } from './statement.js';
import { WHOLE_NUMBERS } from './int8-numbers.js';

const CONNECT_MS = 2000;
/** How long an end may take before the socket is closed: what is at its other end may not answer. */
const END_MS = 1000;

/** What data-source.ts makes of a connection. */
interface Where {
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly database?: string;
}

/** Where a data source connects to, as pg's own clients and pools take it. */
export function addressOf(dataSource: DataSource): pg.ClientConfig {
  const { url, host, port, username, password, database } = dataSource.options as Where;
  const parts = { host, port, user: username, password, database };
  const known = Object.entries(parts).filter(([, value]) => value !== undefined);
  return url ? { connectionString: url } : Object.fromEntries(known);
}

/** Statements run one after the other, in the order in which they were given. */
export class OwnClient implements Sql {
  private readonly client: pg.Client;
  private last: Promise<unknown> = Promise.resolve();
  private lost = false;
  private dropped = false;
  private asked = -Infinity;
  private readonly lostListeners: (() => void)[] = [];

  /** `answerMs`: how long the client waits for an answer. */
  constructor(dataSource: DataSource, name: string, answerMs: number) {
    this.client = new pg.Client({
      ...addressOf(dataSource),
      ...WHOLE_NUMBERS,
      application_name: name,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: answerMs,
    });
    // Without a listener, the loss of this connection would end the process.
    for (const event of ['error', 'end'] as const) this.client.on(event, () => this.lose());
  }

  get isLost(): boolean {
    return this.lost;
  }

  /** When the last question that was answered had been asked (steadyNow): what was said before that has arrived. */
  get saidAt(): number {
    return this.asked;
  }

  onLost(listener: () => void): void {
    this.lostListeners.push(listener);
  }

  onNotification(listener: (channel: string, payload: string) => void): void {
    this.client.on('notification', ({ channel, payload }) => listener(channel, payload ?? ''));
  }

  /** Connects and runs `settings`, plain statements with `;` between them. */
  async connect(settings: string): Promise<void> {
    await this.client.connect();
    await this.plain(settings);
  }

  /** Statements without values, with `;` between them, in one go. */
  async plain(text: string): Promise<void> {
    await this.next(() => this.client.query(text));
  }

  /** A limit of a statement's own is the client's here: what Postgres allows it is the session's setting (`connect`). */
  async run<Row>({ name, text, values, limitMs }: Statement): Promise<Row[]> {
    const query_timeout = limitMs === undefined ? undefined : answerMs(limitMs);
    const query = { name, text, values: values as unknown[], query_timeout };
    const result = await this.next(() => this.client.query(query));
    return result.rows as Row[];
  }

  /** Ends it without waiting. */
  drop(): void {
    this.lose();
    if (this.dropped) return;
    this.dropped = true;
    this.client.end().catch(() => undefined);
    const { stream } = (this.client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    setTimeout(() => stream.destroy(), END_MS).unref();
  }

  private next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(() => this.answered(work));
    this.last = done.catch(() => undefined);
    return done;
  }

  private async answered<T>(work: () => Promise<T>): Promise<T> {
    const now = steadyNow();
    const answer = await work();
    this.asked = now;
    return answer;
  }

  private lose(): void {
    if (this.lost) return;
    this.lost = true;
    for (const listener of this.lostListeners) listener();
  }
}

/** A pause of whoever keeps such a connection; it can be cut short. */
export class Pause {
  private wake: () => void = () => undefined;

  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  end(): void {
    this.wake();
  }
}
