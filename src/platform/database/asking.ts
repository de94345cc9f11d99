// Asks one connection, as statements need it: several in one write, with the asker's stack, with a limit of their own.
import type { Socket } from 'node:net';
import pg, { type PoolClient } from 'pg';
import type { DomainError } from '../errors.js';
import { answerMs, limitStatements } from './connection.js';
import { isConnectionLost } from './database-error.js';
import type { Statement } from './statement.js';

const corked = new WeakSet<Socket>();

/**
 * What is asked at once goes out in one write: a write wakes Postgres, and takes longer than most statements. The stream's own
 * cork() of each statement nests within this one.
 */
export function sendTogether(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  if (corked.has(stream)) return;
  corked.add(stream);
  stream.cork();
  process.nextTick(() => {
    corked.delete(stream);
    stream.uncork();
  });
}

/** With a stack that leads to who asked, and not to the socket. */
export async function askFrom(client: PoolClient, statement: Statement): Promise<unknown[]> {
  try {
    return await ask(client, statement);
  } catch (error) {
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

/**
 * One statement on a connection that goes back to its pool with the answer.
 * @param lost what to throw where the connection was lost
 */
export async function askAndRelease<Row>(
  client: PoolClient,
  statement: Statement,
  lost: (cause: unknown) => DomainError,
): Promise<Row[]> {
  try {
    const rows = await askFrom(client, statement);
    client.release();
    return rows as Row[];
  } catch (error) {
    const gone = isConnectionLost(error);
    client.release(gone);
    throw gone ? lost(error) : error;
  }
}

/** A statement with a limit of its own, between the two that set it and set it back; all three go out at once. */
export async function askWithin(client: PoolClient, statement: Statement): Promise<unknown[]> {
  const { limitMs } = statement;
  const limiting = askFrom(client, { text: limitStatements(limitMs) });
  const asked = askFrom(client, statement);
  const settingBack = askFrom(client, { text: limitStatements(), limitMs });
  const [limited, answer] = await Promise.allSettled([limiting, asked, settingBack]);
  if (limited.status === 'rejected') throw limited.reason;
  // Where the statement failed, its transaction has failed, and the limit goes with it.
  if (answer.status === 'rejected') throw answer.reason;
  return answer.value;
}

/**
 * As client.query() does it, without its copy of the statement, property by property, and its second promise: those took
 * a twentieth of a read.
 */
function ask(client: PoolClient, { name, text, values, limitMs }: Statement): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(text, values as unknown[] | undefined);
    const callback = (error: Error | null, result: { rows: unknown[] }): void =>
      error ? reject(error) : resolve(result.rows);
    const query_timeout = limitMs === undefined ? undefined : answerMs(limitMs);
    client.query(Object.assign(query, { name, callback, query_timeout }));
  });
}
