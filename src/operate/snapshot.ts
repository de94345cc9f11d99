// One consistent view of the database and its files, beside the servers that go on writing: for backup, export and verify.
import pg from 'pg';
import { HOLD_ALL_SQL } from '../files/blob-ledger.js';
import { clientConfig, type Connection } from '../platform/database/connection.js';
import type { Sql, Statement } from '../platform/database/statement.js';
import { OperationError } from './operation.js';

/** Reading all of it takes as long as it takes; and what the text of a value depends on is the same everywhere. */
export const UNLIMITED = `SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
  SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1`;

/** A connection of its own, without the time limits of the servers' pools. It ends with `work`, and with the signal. */
async function withClient<T>(
  connection: Connection,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const client = new pg.Client({
    ...clientConfig(connection),
    application_name: 'stampline operator',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // What is under way rejects with it.
  await client.connect();
  // Ends what is under way, too: Postgres rolls its transaction back.
  const leave = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', leave);
  try {
    signal.throwIfAborted();
    await client.query(UNLIMITED);
    return await work(client);
  } finally {
    signal.removeEventListener('abort', leave);
    await client.end().catch(() => undefined);
  }
}

/**
 * `work` sees the database as it was at one moment, and every file that its rows name stays until `work` is done: an upload's
 * file is there before its row is committed, and the clean-up, which takes files away with its commit, is held off from before
 * that moment on.
 */
export function withSnapshot<T>(
  connection: Connection,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return withClient(connection, signal, async (client) => {
    const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
    if (rows[0]?.standby)
      throw new OperationError(
        'The database is a standby, and its primary could delete files during the backup. Use the primary.',
      );
    await client.query(HOLD_ALL_SQL);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return work(client);
  });
}

/** Statements of rooms on such a connection. */
export const sqlOn = (client: pg.ClientBase): Sql => ({
  run: async <Row>({ text, values }: Statement) => (await client.query(text, values as unknown[])).rows as Row[],
});
