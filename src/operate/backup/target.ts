// What a restore goes into: a database in which nothing is, or only what a server's first start makes, and that no server uses.
import type pg from 'pg';
import { OperationError } from '../operation.js';
import { quoted } from './format.js';

/** Beside the tables of entities. */
const BOOKKEEPING = new Set(['migrations', 'typeorm_metadata']);

/** Rows that migrations make; a changed one counts as somebody's. */
const MADE = new Map([
  ['project', "name = 'default' AND display_name = 'Default' AND description = '' AND settings = '{}'"],
  ['stream_head', 'seq = 0'],
  ['database_clock', 'true'],
  ['clock_step', 'true'],
]);

const MOST_SAID = 5;

/** How to get an empty one. */
export const ELSEWHERE = {
  embedded: 'Use an empty folder: STAMPLINE_DATA=<folder> npx stampline restore <file>',
  shared: `Create a database for it, and use that one: CREATE DATABASE <name> TEMPLATE template0 LOCALE 'C.UTF-8' ENCODING 'UTF8'; then DATABASE_URL=… npx stampline restore <file>`,
};

/** Drops the empty tables of a first start, in the open transaction. Rejects with OperationError where anything else is there. */
export async function clearTarget(client: pg.ClientBase, known: ReadonlySet<string>, elsewhere: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
  );
  const tables = rows.map(({ name }) => name);
  const foreign = tables.filter((name) => !known.has(name) && !BOOKKEEPING.has(name));
  if (foreign.length > 0)
    throw new OperationError(
      `The database has tables that do not belong to Stampline: ${foreign.join(', ')}. Nothing was changed. ${elsewhere}`,
    );
  if (tables.length === 0) return;
  // Whoever is at work there now is waited for, but not for long; then nobody else gets in.
  await client.query(
    `SET LOCAL lock_timeout = '5s'; LOCK TABLE ${tables.map(quoted).join(', ')} IN ACCESS EXCLUSIVE MODE`,
  );
  const found = await contentsOf(
    client,
    tables.filter((name) => known.has(name)),
  );
  if (found.length > 0)
    throw new OperationError(
      `The database is not empty: it has ${found.join(', ')}. Nothing was changed. ${elsewhere}`,
    );
  await client.query(`DROP TABLE ${tables.map(quoted).join(', ')} CASCADE`);
}

/** `3 of ticket`, the most first; exact up to a thousand. */
async function contentsOf(client: pg.ClientBase, tables: readonly string[]): Promise<string[]> {
  const found: { count: number; table: string }[] = [];
  for (const table of tables) {
    const made = MADE.get(table);
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT 1 FROM ${quoted(table)} ${made ? `WHERE NOT (${made})` : ''} LIMIT 1001) r`,
    );
    const count = rows[0]?.count ?? 0;
    if (count > 0) found.push({ count, table });
  }
  const said = found
    .sort((one, other) => other.count - one.count)
    .map(({ count, table }) => `${count > 1000 ? 'more than 1000' : count} of ${table}`);
  return said.length > MOST_SAID ? [...said.slice(0, MOST_SAID), '…'] : said;
}

/** Servers keep a listening connection, which says its name. Rejects with OperationError. */
export async function requireUnused(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name IN ('stampline listener', 'stampline relay')`,
  );
  if (rows.length > 0)
    throw new OperationError(
      'A server uses this database. Stop all servers, restore, and start them again: they have the old data in memory.',
    );
}
