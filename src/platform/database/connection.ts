// How to reach a Postgres, and what every connection to it is set to.
import type { ClientBase, QueryConfig } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { WHOLE_NUMBERS } from './int8-numbers.js';

/** A URL, or the parts of one (a socket folder as host). */
export type Connection =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

/** Makes TypeORM's options for a connection: entities and migrations included. */
export type DataSourceOptionsFor = (connection: Connection) => DataSourceOptions;

/**
 * No statement without a limit (promise 10): the server ends one after 5 s and a lock wait after 4 s; the client gives up
 * on an answer after 8 s and on getting a connection after 2 s.
 */
const STATEMENT_MS = 5000;
/** How much longer than Postgres the client waits: for what takes no time at Postgres, and an answer on its way. */
const CLIENT_GRACE_MS = 3000;

/** How long the client waits for the answer to a statement that Postgres ends after `limitMs`. */
export const answerMs = (limitMs: number): number => limitMs + CLIENT_GRACE_MS;

/** Sets what a transaction's next statements may take; without `limitMs`, what is usual. */
export const limitStatements = (limitMs = STATEMENT_MS): string =>
  `SET LOCAL statement_timeout = ${Math.round(limitMs)}`;

const sessionOf = (statementMs: number): string =>
  [
    `SET statement_timeout = ${statementMs}`,
    "SET lock_timeout = '4s'",
    "SET idle_in_transaction_session_timeout = '15s'",
    "SET TimeZone = 'UTC'",
  ].join(';');

const CONNECT_MS = 2000;

async function prepareConnection(client: ClientBase, statementMs: number): Promise<void> {
  // The query in flight is rejected with the same error; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.query({ text: sessionOf(statementMs), query_timeout: CONNECT_MS } as QueryConfig);
}

/**
 * What a pool gives each of its connections. Statements of a transaction that don't wait for each other go out at once
 * (`pipeline`): Promise.all() says which.
 */
export const poolSettings = (
  statementMs: number,
): {
  pipeline: boolean;
  query_timeout: number;
  keepAlive: boolean;
  onConnect: (client: ClientBase) => Promise<void>;
} & typeof WHOLE_NUMBERS => ({
  ...WHOLE_NUMBERS,
  pipeline: true,
  query_timeout: answerMs(statementMs),
  keepAlive: true,
  onConnect: (client: ClientBase) => prepareConnection(client, statementMs),
});

export const POOL_OPTIONS = { poolSize: 10, connectTimeoutMS: CONNECT_MS, extra: poolSettings(STATEMENT_MS) };

/** The same as pg's own Client takes it. */
export const clientConfig = (
  connection: Connection,
): ({ connectionString: string } | Exclude<Connection, { url: string }>) & typeof WHOLE_NUMBERS => ({
  ...('url' in connection ? { connectionString: connection.url } : connection),
  ...WHOLE_NUMBERS,
});
