// A backup into an empty database, in one transaction: the schema as the backup's was, its rows, then the migrations since;
// it commits when the sums are right and the invariants hold.
import { pipeline } from 'node:stream/promises';
import { type DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type BackupEnd, BackupError, type BackupHeader, copySql, quoted } from './format.js';
import type { KeptFiles } from './kept-files.js';
import { readBackup, type Taker } from './unpack.js';

/** As TypeORM keeps it. */
const nameOf = (migration: MigrationInterface): string => migration.name ?? migration.constructor.name;

/** The migrations of the backup alone, then all: run on the one open transaction. */
async function migrateOn(runner: QueryRunner, dataSource: DataSource, names?: readonly string[]): Promise<void> {
  const migrations = dataSource.migrations.filter((one) => !names || names.includes(nameOf(one)));
  const part = Object.create(dataSource, { migrations: { value: migrations } }) as DataSource;
  const executor = new MigrationExecutor(part, runner);
  executor.transaction = 'none';
  await executor.executePendingMigrations();
}

/** Rejects with BackupError where the backup is of a newer version. */
export function requireKnown({ migrations }: BackupHeader, dataSource: DataSource): void {
  const known = new Set(dataSource.migrations.map(nameOf));
  const newer = migrations.filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw new BackupError(
      `It was made by a newer Stampline: ${newer.join(', ')} ${newer.length === 1 ? 'is' : 'are'} unknown to this version.  ` +
        'Install that version or a later one (git pull && npm ci), then repeat. Nothing was changed.',
    );
  }
}

export interface Loading {
  readonly dataSource: DataSource;
  readonly runner: QueryRunner;
  readonly client: pg.ClientBase;
  readonly files: KeptFiles;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** In the open transaction of `runner`, whose connection `client` is; the tables aren't there yet. */
export async function loadBackup(file: string, loading: Loading): Promise<BackupEnd> {
  const { dataSource, runner, client, files, signal, onBytes } = loading;
  let keys: readonly string[] = [];
  let columns: BackupHeader['tables'] = {};
  const taker: Taker = {
    header: async (header) => {
      await migrateOn(runner, dataSource, header.migrations);
      await requireColumns(client, header);
      keys = await dropForeignKeys(client);
      columns = header.tables;
      await client.query(`TRUNCATE ${Object.keys(header.tables).map(quoted).join(', ')}`);
    },
    file: (folder, name, content) => files.take(folder, name, content),
    // A part ends with a row's end.
    rows: (table, content) =>
      pipeline(content, client.query(copyFrom(copySql(table, columns[table] ?? [], 'FROM STDIN')))),
  };
  const end = await readBackup(file, taker, signal, onBytes);
  // Postgres checks every row against them.
  for (const key of keys) await client.query(key);
  for (const [column, last] of Object.entries(end.sequences)) {
    const [table = '', name = ''] = column.split('.');
    await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3)', [quoted(table), name, last]);
  }
  await client.query('ANALYZE');
  await migrateOn(runner, dataSource);
  return end;
}

/** A table or column that the migrations don't make belongs to a schema that we don't know. */
async function requireColumns(client: pg.ClientBase, { tables }: BackupHeader): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname || '.' || a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped`,
  );
  const known = new Set(rows.map(({ name }) => name));
  const unknown = Object.entries(tables).flatMap(([table, columns]) =>
    columns.map((column) => `${table}.${column}`).filter((name) => !known.has(name)),
  );
  if (unknown.length > 0) throw new BackupError(`It has objects that no migration creates: ${unknown.join(', ')}.`);
}

/** They lead in circles, so that no order of tables would do. Answers what makes them again. */
async function dropForeignKeys(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ drop: string; make: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
      FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname`,
  );
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ make }) => make);
}
