// Is the database's schema this version's? Compares the migrations that ran with those that this build has.
import { migrations } from '../../../migrations/index.js';
import type { Sql } from './statement.js';

export interface SchemaState {
  /** A standby takes no writes. */
  readonly standby: boolean;
  /** Migrations of this build that haven't run. */
  readonly pending: number;
  /** Migrations that ran and that this build doesn't know: the data is of a newer version. */
  readonly newer: number;
}

const known = new Set(migrations.map((migration) => migration.name));

export async function schemaState(sql: Sql): Promise<SchemaState> {
  const [where] = await sql.run<{ standby: boolean; migrated: boolean }>({
    name: 'schema_where',
    text: "SELECT pg_is_in_recovery() AS standby, to_regclass('migrations') IS NOT NULL AS migrated",
  });
  const ran = where?.migrated ? await sql.run<{ name: string }>({ text: 'SELECT name FROM migrations' }) : [];
  const newer = ran.filter((row) => !known.has(row.name)).length;
  return { standby: where?.standby ?? false, pending: known.size - (ran.length - newer), newer };
}
