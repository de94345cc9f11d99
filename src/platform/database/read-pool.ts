// A few connections of their own for reads that must not be in the way of others, nor others in theirs: bounded in number, in
// who waits and in time, like the pool of the API (db.ts).
import pg, { type PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import type { DomainError } from '../errors.js';
import { askAndRelease } from './asking.js';
import { poolSettings } from './connection.js';
import { unavailable } from './database-error.js';
import { addressOf } from './own-client.js';
import type { Sql, Statement } from './statement.js';

export interface ReadPoolRules {
  /** As Postgres shows it in pg_stat_activity. */
  readonly name: string;
  readonly connections: number;
  /** Statements that may wait for a connection; one more is refused at once. */
  readonly waiting: number;
  /** How long Postgres works on a statement, at most. */
  readonly statementMs: number;
  /** How long a statement waits for a connection, at most. */
  readonly connectMs: number;
  /** What to throw where too many wait, or one waited too long. */
  readonly full: () => DomainError;
}

/** Connects when it is first asked, and lets go of connections that nobody has used for ten seconds. */
export class ReadPool implements Sql {
  private readonly pool: pg.Pool;

  constructor(
    dataSource: DataSource,
    private readonly rules: ReadPoolRules,
  ) {
    this.pool = new pg.Pool({
      ...addressOf(dataSource),
      ...poolSettings(rules.statementMs),
      application_name: rules.name,
      max: rules.connections,
      connectionTimeoutMillis: rules.connectMs,
    });
    // One that is lost while idle is replaced; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Rejects with `full()`, or unavailable where the connection was lost. */
  async run<Row>(statement: Statement): Promise<Row[]> {
    return askAndRelease<Row>(await this.connect(), statement, unavailable);
  }

  private async connect(): Promise<PoolClient> {
    if (this.pool.waitingCount >= this.rules.waiting) throw this.rules.full();
    const taken = this.pool.totalCount - this.pool.idleCount;
    try {
      return await this.pool.connect();
    } catch (error) {
      // All were at work when this one came, so it waited for them and not for the database.
      throw taken >= this.rules.connections ? this.rules.full() : unavailable(error);
    }
  }

  /** Waits for the statements that are under way. */
  end(): Promise<void> {
    return this.pool.end();
  }
}
