// A backup's format: a gzip'd tar, so that `tar -tzf` shows what is inside. In this order: `stampline.json` (the header),
// files (`blobs/<hash>`, `trees/<hash>`, `files/<hash>`, `archive/<name>`), tables (`tables/<name>/<part>`: COPY's text format,
// whole rows), `end.json` (counts and sums). Nothing after the end; without it a backup is cut off.
import { createHash, type Hash } from 'node:crypto';

/** Greater than what this version knows: another version's. */
export const FORMAT = 1;

export const HEADER = 'stampline.json';
export const END = 'end.json';

export interface BackupHeader {
  readonly format: number;
  /** By the database's clock: what was committed before is in it. */
  readonly taken_at: string;
  /** Of the database, `18.4`. */
  readonly postgres: string;
  /** Those that had run: the schema that the tables are of. */
  readonly migrations: readonly string[];
  /** Tables with their columns, in the order of the values. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

/** What a table's parts come to, together. */
export interface TableSum {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface BackupEnd {
  readonly tables: Readonly<Record<string, TableSum>>;
  readonly files: { readonly count: number; readonly bytes: number };
  /** The last number that each column's sequence gave, by `table.column`. */
  readonly sequences: Readonly<Record<string, string>>;
  /** Files that the rows name and that were gone; a backup with any has to be asked for. */
  readonly missing: readonly string[];
  /** Over all entries before this one: `name NUL size NUL content`. */
  readonly sha256: string;
}

/** Of all tables together. */
export const rowsIn = ({ tables }: BackupEnd): number => Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);

/** Why a file is not a backup that can be restored. */
export class BackupError extends Error {}

/** The sums of a backup as its entries go by, for who writes it and for who checks it. */
export class Sums {
  private readonly all = createHash('sha256');
  private readonly hashes = new Map<string, Hash>();
  private readonly counts = new Map<string, { rows: number; bytes: number }>();
  private readonly files = { count: 0, bytes: 0 };

  entry(name: string, size: number): void {
    this.all.update(`${name}\0${size}\0`);
  }

  file(size: number): void {
    this.files.count += 1;
    this.files.bytes += size;
  }

  content(chunk: Buffer): void {
    this.all.update(chunk);
  }

  /** An empty table has a sum, too. */
  table(name: string): void {
    this.hashes.set(name, createHash('sha256'));
    this.counts.set(name, { rows: 0, bytes: 0 });
  }

  rows(name: string, chunk: Buffer): void {
    const count = this.counts.get(name);
    if (!count) throw new BackupError(`It has rows of a table ${name} that its header does not list.`);
    this.hashes.get(name)?.update(chunk);
    count.bytes += chunk.length;
    count.rows += linesIn(chunk);
  }

  /** Closes them. */
  get end(): Pick<BackupEnd, 'tables' | 'files' | 'sha256'> {
    const tables: Record<string, TableSum> = {};
    for (const [name, count] of this.counts) {
      tables[name] = { ...count, sha256: this.hashes.get(name)?.digest('hex') ?? '' };
    }
    return { tables, files: this.files, sha256: this.all.digest('hex') };
  }
}

/** COPY ends each row with a newline, and writes one within a value as `\n`. */
function linesIn(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  return lines;
}

/** For SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const copySql = (table: string, columns: readonly string[], where: 'TO STDOUT' | 'FROM STDIN'): string =>
  `COPY ${quoted(table)} (${columns.map(quoted).join(', ')}) ${where}`;
