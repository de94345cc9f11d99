// Databases to take backups of and to restore into, without processes of their own.
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { readConfig } from '../../src/config.js';
import { dataSourceOptions } from '../../src/data-source.js';
import { type Taken, takeBackup } from '../../src/operate/backup/take.js';
import { writeOut } from '../../src/operate/output-file.js';
import { restoreInto } from '../../src/operate/restore.js';
import { createTestDatabase } from '../setup/test-server.js';

export type Database = Awaited<ReturnType<typeof createTestDatabase>>;

/** A database without any table. */
export async function bareDatabase(): Promise<Database> {
  const made = await createTestDatabase();
  await sqlAt(made, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  return made;
}

export async function sqlAt<Row = Record<string, unknown>>(database: Database, text: string): Promise<Row[]> {
  const client = new pg.Client(database);
  await client.connect();
  const { rows } = await client.query(text).finally(() => client.end());
  return rows as Row[];
}

const NEVER = new AbortController().signal;

export async function backupTo(
  file: string,
  connection: Database,
  dataFolder: string,
  acceptMissing = false,
): Promise<Taken> {
  const dataSource = await new DataSource(dataSourceOptions(connection)).initialize();
  const tables = new Set(dataSource.entityMetadatas.map(({ tableName }) => tableName));
  await dataSource.destroy();
  return writeOut(file, (out) => takeBackup({ connection, dataFolder, signal: NEVER, tables, acceptMissing }, out));
}

/** Answers what was found wrong. */
export async function restoreFrom(
  file: string,
  connection: Database,
  dataFolder: string,
  acceptFindings = false,
): Promise<readonly string[]> {
  const dataSource = await new DataSource(dataSourceOptions(connection)).initialize();
  const config = { ...readConfig({ STAMPLINE_DATA: dataFolder }), databaseUrl: databaseUrl(connection) };
  const visited = { connection: { url: databaseUrl(connection) }, dataSource, where: '', close: async () => undefined };
  try {
    const { found } = await restoreInto(visited, { file, config, signal: NEVER, acceptFindings });
    return found;
  } finally {
    await dataSource.destroy();
  }
}

/** Every file in a folder, by its path in it. */
export const filesIn = (folder: string): string[] =>
  fs.existsSync(folder)
    ? fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .flatMap((one) => (one.isFile() ? [path.relative(folder, path.join(one.parentPath, one.name))] : []))
        .sort()
    : [];
