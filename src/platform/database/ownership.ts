// Who may use an embedded database, and so may stop its Postgres: one server at a time.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { StartError } from './start-error.js';

/** An arbitrary number that stands for "the server of this embedded database". */
const OWNER_LOCK = 7_825_510_001;

const CONNECT_MS = 5000;
/** How often the owner asks whether its session is alive; and how long the answer may take. */
const ASK_EVERY_MS = 2000;
const ANSWER_MS = 4000;
const TRY_AGAIN_MS = 250;
const NOBODY = '';
const SERVER = 'stampline owner';
export const VISITOR = 'stampline visitor';

/** The name of the session that holds the lock; empty where none does. */
const HOLDER = `SELECT coalesce((SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.classid = ($1::bigint >> 32)::bigint::oid AND l.objid = ($1::bigint & 4294967295)::oid), '') AS name`;

/** What is owned: it is stopped by who owns it, and left running by who doesn't. */
export interface Owned {
  stop(): Promise<void>;
  release(): void;
}

/**
 * A session advisory lock tells whether another server uses this embedded database: it goes with its holder, however that
 * ends. Only the holder may stop Postgres, and only while it holds the lock. Who finds the lock with another server has lost
 * the database to it: `onTaken` is called, once.
 */
export class Ownership {
  private released = false;
  private onTaken: () => void = () => undefined;
  /** Names the sessions of this one among others: one that Postgres has not ended yet is no other server's. */
  private readonly name: string;
  private client: pg.Client | undefined;
  private asking: NodeJS.Timeout | undefined;

  private constructor(
    private readonly connection: pg.ClientConfig,
    role: string,
  ) {
    this.name = `${role} ${randomUUID()}`;
  }

  /** Rejects with StartError where another server has it. `role`: SERVER, or VISITOR for who has it for a moment only. */
  static async take(connection: pg.ClientConfig, dataFolder: string, role = SERVER): Promise<Ownership> {
    const ownership = new Ownership(connection, role);
    if (await ownership.lock()) return ownership;
    throw new StartError(
      `Another Stampline server uses the data in ${dataFolder}. Stop it, or set STAMPLINE_DATA to another folder for this one.`,
    );
  }

  /** Calls `onTaken` when another server has taken the database while this one was paused or cut off from it. */
  watch(onTaken: () => void): void {
    this.onTaken = onTaken;
  }

  /** False where another session has the lock: this owner's own, or another server's. */
  private async lock(): Promise<boolean> {
    const client = new pg.Client({
      ...this.connection,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      application_name: this.name,
    });
    client.on('error', () => undefined); // Its end is what matters.
    try {
      await client.connect();
      const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [OWNER_LOCK]);
      const taken = rows[0]?.taken ?? false;
      if (taken) this.keep(client);
      else await client.end();
      return taken;
    } catch (error) {
      cut(client);
      throw error;
    }
  }

  private keep(client: pg.Client): void {
    this.client = client;
    client.once('end', () => this.lost(client));
    // A connection that is dead without having said so is found out by asking.
    this.asking = setInterval(() => {
      client.query('SELECT 1').catch(() => {
        cut(client);
        this.lost(client);
      });
    }, ASK_EVERY_MS).unref();
  }

  private lost(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    clearInterval(this.asking);
    if (!this.released) void this.retake();
  }

  /** When Postgres was restarted under this server, the lock is taken again as soon as it answers. */
  private async retake(): Promise<void> {
    while (!this.released && !this.client) {
      const holder = await this.lockOrHolder().catch(() => NOBODY);
      if (this.released) return this.client && this.end();
      if (this.client) return;
      if (holder.startsWith(SERVER) && holder !== this.name) {
        this.released = true;
        return this.onTaken();
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS).unref());
    }
  }

  /** Takes the lock, or says whose it is; NOBODY's where its holder has just let go of it. Rejects where Postgres doesn't answer. */
  private async lockOrHolder(): Promise<string> {
    return (await this.lock()) ? this.name : this.holder();
  }

  private async holder(): Promise<string> {
    const client = new pg.Client({ ...this.connection, connectionTimeoutMillis: CONNECT_MS, query_timeout: ANSWER_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ name: string }>(HOLDER, [OWNER_LOCK]);
      return rows[0]?.name ?? NOBODY;
    } finally {
      cut(client);
    }
  }

  /**
   * Gives the database up: stops Postgres while the lock is held, so that no other server has it then; where another server
   * has the lock, Postgres is left to that one. Asked now: this process may have been paused for any time before.
   */
  async leave(postgres: Owned): Promise<void> {
    this.released = true;
    clearInterval(this.asking);
    if (await this.mayStop()) await postgres.stop();
    else postgres.release();
    await this.end();
  }

  private async mayStop(): Promise<boolean> {
    try {
      const holder = await this.holder();
      return holder === this.name || (holder === NOBODY && (await this.lock()));
    } catch (error) {
      // No answer: a session that has not ended still has its lock. Without one, only a Postgres that is down is nobody's.
      return (
        this.client !== undefined || ['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')
      );
    }
  }

  /** Gives the lock up, and leaves Postgres as it is. */
  async release(): Promise<void> {
    this.released = true;
    clearInterval(this.asking);
    await this.end();
  }

  private async end(): Promise<void> {
    await this.client?.end().catch(() => undefined); // It may have ended with Postgres.
  }
}

/** Ends a connection without a word to its other end, which may not answer. */
function cut(client: pg.Client): void {
  client.end().catch(() => undefined);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
