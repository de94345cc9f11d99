// A backup of all that there is: every table but the list of migrations, which the header has, and every file that its rows
// name. What is committed meanwhile isn't in it.
import { createHash } from 'node:crypto';
import path from 'node:path';
import fs from 'node:fs';
import type { Writable } from 'node:stream';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Connection } from '../../platform/database/connection.js';
import type { Sql } from '../../platform/database/statement.js';
import { utcSql } from '../../platform/database/time-sql.js';
import { OperationError } from '../operation.js';
import { type Progress, progressOf } from '../progress.js';
import { sqlOn, withSnapshot } from '../snapshot.js';
import { blobHashes, blobStoresIn } from '../stored-files.js';
import { type BackupEnd, type BackupHeader, copySql, FORMAT, quoted } from './format.js';
import { BackupWriter } from './pack.js';

export interface BackupOptions {
  readonly connection: Connection;
  readonly dataFolder: string;
  readonly signal: AbortSignal;
  /** Our tables; those of somebody else in the same database stay out. */
  readonly tables: ReadonlySet<string>;
  /** True where a file that is gone is to be left out, and named in the backup. */
  readonly acceptMissing: boolean;
}

export interface Taken {
  readonly header: BackupHeader;
  readonly end: BackupEnd;
}

/** Writes a backup to `out`, which stays open. Rejects with OperationError where a file is gone. */
export function takeBackup(options: BackupOptions, out: Writable): Promise<Taken> {
  return withSnapshot(options.connection, options.signal, (client) => new Backup(options, client, out).take());
}

class Backup {
  private readonly sql: Sql;
  private readonly missing: string[] = [];

  constructor(
    private readonly options: BackupOptions,
    private readonly client: pg.Client,
    private readonly out: Writable,
  ) {
    this.sql = sqlOn(client);
  }

  async take(): Promise<Taken> {
    const header = await headerOf(this.sql, this.options.tables);
    const progress = progressOf('Backup', await bytesOf(this.sql, Object.keys(header.tables)));
    try {
      return { header, end: await this.write(header, progress) };
    } finally {
      progress.end();
    }
  }

  private async write(header: BackupHeader, progress: Progress): Promise<BackupEnd> {
    let now = '';
    const writer = new BackupWriter(this.out, this.options.signal, (bytes) => progress.add(bytes, now));
    try {
      await writer.header(header);
      now = 'files';
      // Their tables came with a migration, which an older schema hasn't seen.
      if (header.tables.blob) await this.blobs(writer);
      if (header.tables.event_archive) await this.archives(writer);
      for (const [table, columns] of Object.entries(header.tables)) {
        now = table;
        await writer.table(table, this.client.query(copyTo(copySql(table, columns, 'TO STDOUT'))));
      }
      return await writer.end({ sequences: await sequencesOf(this.sql), missing: this.missing });
    } catch (error) {
      throw await writer.fail(error);
    }
  }

  private async blobs(writer: BackupWriter): Promise<void> {
    const stores = blobStoresIn(this.options.dataFolder);
    for await (const hash of blobHashes(this.sql)) {
      let isThere = false;
      for (const { name, store } of stores) {
        const blob = await store.open(hash);
        if (!blob) continue;
        isThere = true;
        await writer.file(`${name}/${hash}`, blob.size, unaltered(blob.stream(), hash, `${name}/${hash}`));
      }
      if (!isThere) this.miss(hash);
    }
  }

  private async archives(writer: BackupWriter): Promise<void> {
    const rows = await this.sql.run<{ file: string; sha256: string; bytes: number }>({
      text: 'SELECT file, sha256, bytes FROM event_archive ORDER BY day, part',
    });
    for (const { file, sha256, bytes } of rows) {
      const name = `archive/${file}`;
      const place = path.join(this.options.dataFolder, name);
      if (fs.existsSync(place))
        await writer.file(name, Number(bytes), unaltered(fs.createReadStream(place), sha256, name));
      else this.miss(name);
    }
  }

  private miss(name: string): void {
    if (!this.options.acceptMissing) {
      throw new OperationError(
        `The database names a file that is not in ${this.options.dataFolder}: ${name}. Is STAMPLINE_DATA the folder of the servers? ` +
          'If the file is lost, --accept-missing takes a backup without it.',
      );
    }
    this.missing.push(name);
  }
}

/** The bytes of a file; rejects at its end where they aren't what they were. */
async function* unaltered(content: AsyncIterable<unknown>, sha256: string, name: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256)
    throw new OperationError(
      `${name} is damaged on the disk: its SHA-256 is wrong. Restore it from an older backup, or move it away and use --accept-missing.`,
    );
}

async function headerOf(sql: Sql, tables: ReadonlySet<string>): Promise<BackupHeader> {
  const [facts] = await sql.run<{ now: string; postgres: string }>({
    text: `SELECT ${utcSql('now()')} AS now, current_setting('server_version') AS postgres`,
  });
  const ran = await sql.run<{ name: string }>({ text: 'SELECT name FROM migrations ORDER BY timestamp' });
  const columns = await sql.run<{ table: string; columns: string[] }>({
    text: `SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY($1::text[])
      GROUP BY c.relname ORDER BY c.relname`,
    values: [[...tables]],
  });
  return {
    format: FORMAT,
    taken_at: facts?.now ?? '',
    postgres: facts?.postgres ?? '',
    migrations: ran.map(({ name }) => name),
    tables: Object.fromEntries(columns.map(({ table, columns: names }) => [table, names])),
  };
}

/** About: what Postgres compresses takes less on the disk than in a backup. */
async function bytesOf(sql: Sql, tables: readonly string[]): Promise<number> {
  const files = tables.includes('blob') ? '(SELECT COALESCE(sum(size), 0) FROM blob)' : '0';
  const [row] = await sql.run<{ bytes: string }>({
    text: `SELECT sum(pg_table_size(t::regclass)) + ${files} AS bytes FROM unnest($1::text[]) t`,
    values: [tables.map(quoted)],
  });
  return Number(row?.bytes ?? 0);
}

/** Numbers that were given are never given again, also where what had them is gone. Read last: they only grow. */
async function sequencesOf(sql: Sql): Promise<Record<string, string>> {
  const rows = await sql.run<{ column: string; last: string }>({
    text: `SELECT c.relname || '.' || a.attname AS column, pg_sequence_last_value(pg_get_serial_sequence(quote_ident(c.relname), a.attname)::regclass)::text AS last
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> '' AND NOT a.attisdropped
      WHERE c.relnamespace = current_schema()::regnamespace ORDER BY 1`,
  });
  return Object.fromEntries(rows.filter(({ last }) => last !== null).map(({ column, last }) => [column, last]));
}
