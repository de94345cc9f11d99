// How long an upgrade takes that rewrites tables, told before it begins: servers answer nothing meanwhile.
import type { MigrationInterface } from 'typeorm';
import { migrations } from '../../../migrations/index.js';
import type { Sql } from './statement.js';

/** What a migration says where it rewrites tables. */
interface Rewriting extends MigrationInterface {
  /** Their names. */
  readonly rewrites?: readonly string[];
}

/** Measured at 10 million events, 200 000 tickets on two cores (docs/OPERATIONS.md, "Upgrade, and back"). */
const ROWS_A_SECOND = 50_000;
/** An upgrade that is over sooner says nothing. */
const WORTH_TELLING_S = 10;

/**
 * What the pending migrations will take, in a sentence for the operator; undefined where it is soon done. By Postgres's own
 * estimates of how many rows there are, which take no time.
 */
export async function longUpgrade(sql: Sql): Promise<string | undefined> {
  const tables = await rewrittenTables(sql);
  if (tables.length === 0) return undefined;
  const found = await sql.run<{ name: string; rows: number }>({
    text: `SELECT relname AS name, CASE WHEN reltuples < 0 THEN pg_relation_size(oid) / 200 ELSE reltuples::bigint END AS rows
      FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = ANY($1::text[])`,
    values: [tables],
  });
  const rows = found.reduce((sum, one) => sum + one.rows, 0);
  const seconds = rows / ROWS_A_SECOND;
  if (seconds < WORTH_TELLING_S) return undefined;
  const events = found.find(({ name }) => name === 'event')?.rows ?? 0;
  return `This upgrade rewrites ${found.length} tables, and servers answer no requests until it is done: ${lengthOf(seconds)} for about ${events} events and ${rows - events} other rows. It needs as much free disk as the database has now. Don't interrupt it: its work would be undone, and would take as long again.`;
}

async function rewrittenTables(sql: Sql): Promise<string[]> {
  const [has] = await sql.run<{ migrated: boolean }>({
    text: "SELECT to_regclass('migrations') IS NOT NULL AS migrated",
  });
  if (!has?.migrated) return [];
  const ran = new Set(
    (await sql.run<{ name: string }>({ text: 'SELECT name FROM migrations' })).map(({ name }) => name),
  );
  const pending = migrations.filter(({ name }) => !ran.has(name)).map((Migration): Rewriting => new Migration());
  return [...new Set(pending.flatMap(({ rewrites = [] }) => rewrites))];
}

const lengthOf = (seconds: number): string =>
  seconds < 90 ? `about ${Math.ceil(seconds / 10) * 10} seconds` : `about ${Math.ceil(seconds / 60)} minutes`;
