// The way to the database: single statements on TypeORM's own pool, and transactions. Bounded in time and queue everywhere.
import { Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { DomainError } from '../errors.js';
import { askAndRelease, askFrom, askWithin, sendTogether } from './asking.js';
import { asDomainError, isConnectionLost, isRetryable, outcomeUnknown, unavailable } from './database-error.js';
import { FollowUps } from './follow-ups.js';
import type { Sql, Statement } from './statement.js';

declare const open: unique symbol;

/** Only Db.transaction makes one, so a function that takes a Tx cannot run outside it. */
export interface Tx extends Sql {
  readonly [open]: true;
  /**
   * `committed` runs once, when the COMMIT was answered and before `Db.transaction` resolves: never after a rollback, for an
   * attempt that is repeated, or for what a savepoint undid. `unknown` runs instead where the answer was lost: a cache then
   * forgets what the change concerns. Neither may throw or wait.
   */
  afterCommit(committed: () => void, unknown?: () => void): void;
  /** How many statements were sent, or left, that may have changed something. */
  readonly writes: number;
  /**
   * Leaves what can be sent together with what comes: `send` is called by `sendLeft`, and before any other statement of the
   * transaction is sent. Whoever leaves something sees to it that one of them follows.
   */
  leave(send: () => void): void;
  /** Sends what was left. */
  sendLeft(): void;
  /** What is registered for the commit from now on can be forgotten again. */
  mark(): () => void;
  /** Marks what was done so far, so that all that follows can be undone. */
  savepoint(): Promise<Savepoint>;
}

export interface Savepoint {
  /** Undoes what the transaction did since, in the database and among what follows its commit. */
  undo(): Promise<void>;
  /** Keeps it, and forgets the savepoint. */
  release(): Promise<void>;
}

/** Runs at once, or after the commit where `sql` is a transaction: what it read may be its own, and never be committed. */
export function whenCommitted(sql: Sql, done: () => void): void {
  if ('afterCommit' in sql) (sql as Tx).afterCommit(done);
  else done();
}

/** Requests that may wait for a connection; beyond that the answer is 503 at once (promise 10). */
const MAX_WAITING = 200;
const TRANSACTION_TRIES = 4;
/** A ROLLBACK that isn't answered by then is left to the end of its connection. */
const ROLLBACK_MS = 2000;

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
    // A limit of its own is set for a transaction only, so that it can't stay on the connection.
    if (statement.limitMs !== undefined) return this.once((tx) => tx.run<Row>(statement));
    return askAndRelease<Row>(await this.connect(), statement, lost);
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
   * times, so `work` must have no effects outside the transaction but through `tx.afterCommit`.
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

  /** Runs `work` in the transaction that is open, or in one of its own where there is none. */
  within<T>(tx: Tx | undefined, work: (tx: Tx) => Promise<T>): Promise<T> {
    return tx ? work(tx) : this.transaction(work);
  }

  private async once<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.connect();
    const followUps = new FollowUps();
    const life = { isOver: false };
    let committing = false;
    try {
      sendTogether(client);
      const begun = client.query('BEGIN');
      begun.catch(() => undefined);
      const result = await work(txOn(client, begun, followUps, life));
      await begun;
      committing = life.isOver = true;
      const { command } = await client.query('COMMIT');
      if (command !== 'COMMIT') throw new Error('A statement of this transaction failed, and its error was swallowed.');
      client.release();
      followUps.committed();
      return result;
    } catch (error) {
      // What runs beside the statement that failed may ask for more: behind the ROLLBACK it would be outside.
      life.isOver = true;
      const gone = isConnectionLost(error);
      client.release(gone || !(await rolledBack(client)));
      if (!gone) throw error;
      if (!committing) throw unavailable(error);
      followUps.unknown();
      throw outcomeUnknown(error);
    }
  }
}

/**
 * The first reads go out with the BEGIN, in one write: should it alone fail, they have changed nothing. All else waits for its
 * answer, or it could happen outside the transaction.
 */
function txOn(
  client: PoolClient,
  begun: Promise<unknown>,
  followUps: FollowUps,
  life: { readonly isOver: boolean },
): Tx {
  let sendsNow = isRead;
  let writes = 0;
  const send = async <Row>(statement: Statement): Promise<Row[]> => {
    if (life.isOver) throw new Error('The transaction of this statement is over.');
    sendTogether(client);
    return (statement.limitMs === undefined ? askFrom : askWithin)(client, statement) as Promise<Row[]>;
  };
  const opened = begun.then(() => {
    sendsNow = always;
  });
  opened.catch(() => undefined);
  const left: (() => void)[] = [];
  /** They count as writes since they were left, and not as those of whoever makes them go. */
  const sendLeft = (): void => {
    const before = writes;
    for (const sendOne of left.splice(0)) sendOne();
    writes = before;
  };
  const leave = (sendOne: () => void): void => {
    writes += 1;
    left.push(sendOne);
  };
  const run = <Row>(statement: Statement): Promise<Row[]> => {
    if (left.length > 0) sendLeft();
    if (!isRead(statement)) writes += 1;
    if (sendsNow(statement)) return send(statement);
    sendsNow = never;
    return opened.then(() => send(statement));
  };
  const afterCommit = followUps.add.bind(followUps);
  const mark = (): (() => void) => followUps.undoTo.bind(followUps, followUps.mark);
  const tx = { run, leave, sendLeft, afterCommit, mark, savepoint: () => savepoint(run, followUps) };
  return Object.defineProperty(tx, 'writes', { get: () => writes }) as Omit<Tx, typeof open> as Tx;
}

let savepoints = 0;

async function savepoint(run: Tx['run'], followUps: FollowUps): Promise<Savepoint> {
  const [name, mark] = [`s${++savepoints}`, followUps.mark];
  await run({ text: `SAVEPOINT ${name}` });
  return {
    undo: async () => {
      followUps.undoTo(mark);
      await run({ text: `ROLLBACK TO SAVEPOINT ${name}` });
    },
    release: async () => void (await run({ text: `RELEASE SAVEPOINT ${name}` })),
  };
}

const isRead = ({ text, limitMs }: Statement): boolean => limitMs === undefined && text.startsWith('SELECT');
const always = (): boolean => true;
const never = (): boolean => false;

/** False when the connection can't be handed to anybody else: a statement that ran into its time limit is still busy. */
async function rolledBack(client: PoolClient): Promise<boolean> {
  const statement = { text: 'ROLLBACK', query_timeout: ROLLBACK_MS };
  return client.query(statement).then(
    () => true,
    () => false,
  );
}

/** Nobody waits for longer than it makes sense. */
export const overloaded = (): DomainError =>
  new DomainError(
    'unavailable',
    'overloaded',
    'Too many requests are waiting for the database. Nothing was changed; try again.',
    {
      retryAfter: 2,
    },
  );
