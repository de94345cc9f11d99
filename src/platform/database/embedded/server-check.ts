// Asks a running server whose data it serves, and makes sure that the application's database is there.
import fs from 'node:fs/promises';

import { Client } from 'pg';

export interface Connection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/**
 * Connects, compares `data_directory` with ours and creates the database unless it exists. Rejects with pg's error
 * while the server doesn't answer. A kill between initdb and here is mended here: the database is looked for each time.
 */
export async function checkServer(
  connection: Connection,
  pgdata: string,
  log: (line: string) => void,
): Promise<'ours' | 'stranger'> {
  const client = new Client({
    ...connection,
    database: 'postgres',
    connectionTimeoutMillis: 2000,
    query_timeout: 20_000,
    ssl: false,
  });
  // Without a handler a connection that breaks between two queries ends the process.
  client.on('error', (error) => log(`the check of the database server was cut off: ${error.message}`));
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    if ((await fs.realpath(rows[0]?.data_directory ?? '')) !== pgdata) return 'stranger';
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [connection.database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(connection.database)}`);
    return 'ours';
  } finally {
    await client.end();
  }
}
