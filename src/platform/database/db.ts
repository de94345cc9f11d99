// The way to the database: single statements on TypeORM's own pool, and transactions. Bounded in time and queue everywhere.
import { Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../errors.js';
import { asDomainError, isConnectionLost, isRetryable, outcomeUnknown, unavailable } from './database-error.js';
import type { Sql, Statement } from './statement.js';

declare const open: unique symbol;

/** Only Db.transaction makes one, so a function that takes a Tx cannot run outside it. */
export interface Tx extends Sql {
  readonly manager: EntityManager;
  readonly [open]: true;
}

/** Requests that may wait for a connection; beyond that the answer is 503 at once (promise 10). */
const MAX_WAITING = 200;
const TRANSACTION_TRIES = 4;

@Injectable()
export class Db implements Sql {
  constructor(private readonly dataSource: DataSource) {}

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /** One read-only or repeatable statement. Lost connections are `unavailable`. */
  async run<Row>(statement: Statement): Promise<Row[]> {
    return this.single<Row>(statement, unavailable);
  }

  /** One statement that writes, a transaction of its own. A connection lost after it was sent leaves the outcome unknown. */
  async write<Row>(statement: Statement): Promise<Row[]> {
    return this.single<Row>(statement, outcomeUnknown);
  }

  private async single<Row>(statement: Statement, lost: (cause: unknown) => DomainError): Promise<Row[]> {
    const client = await this.connect();
    try {
      const { rows } = await client.query(statement as { text: string; values: unknown[] });
      client.release();
      return rows as Row[];
    } catch (error) {
      const gone = isConnectionLost(error);
      client.release(gone);
      throw gone ? lost(error) : error;
    }
  }

  private async connect(): Promise<PoolClient> {
    if (this.pool.waitingCount >= MAX_WAITING) throw overloaded();
    try {
      return await this.pool.connect();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /**
   * Runs `work` in one transaction and commits. Deadlocks and serialization failures run it again, a bounded number of
   * times, so `work` must have no effects outside the transaction.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (!isRetryable(error) || attempt === TRANSACTION_TRIES) throw asDomainError(error);
        await new Promise((resolve) => setTimeout(resolve, attempt * 10 * (1 + Math.random())));
      }
    }
  }

  private async once<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.pool.waitingCount >= MAX_WAITING) throw overloaded();
    const runner = this.dataSource.createQueryRunner();
    let client: PoolClient;
    try {
      client = (await runner.connect()) as PoolClient;
    } catch (error) {
      throw unavailable(error);
    }
    let committing = false;
    try {
      await runner.startTransaction();
      const result = await work(asTx(client, runner.manager));
      committing = true;
      await runner.commitTransaction();
      return result;
    } catch (error) {
      if (!isConnectionLost(error)) {
        await runner.rollbackTransaction().catch(() => destroy(client));
        throw error;
      }
      destroy(client);
      throw committing ? outcomeUnknown(error) : unavailable(error);
    } finally {
      await runner.release();
    }
  }
}

function asTx(client: PoolClient, manager: EntityManager): Tx {
  const run = async (statement: Statement): Promise<unknown[]> =>
    (await client.query(statement as { text: string; values: unknown[] })).rows as unknown[];
  return { run, manager } as unknown as Tx;
}

/** A connection that timed out is still busy: ending its socket keeps it from being handed to the next request. */
function destroy(client: PoolClient): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

const overloaded = (): DomainError =>
  new DomainError('unavailable', 'overloaded', 'Too many requests are waiting for the database. Nothing was changed; try again.', {
    retryAfter: 2,
  });
