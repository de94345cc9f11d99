// Reads a backup from its beginning to its end, and checks every sum on the way: whoever takes what it hands out may keep it
// only when this resolves.
import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { type BackupEnd, BackupError, type BackupHeader, END, FORMAT, HEADER, Sums } from './format.js';

/** What is done with the entries. Each must read its content whole. */
export interface Taker {
  header(header: BackupHeader): Promise<void>;
  /** `folder`: `blobs`, `trees`, `files`, `archive`. */
  file(folder: string, name: string, content: AsyncIterable<Buffer>): Promise<void>;
  /** A part of a table; those of one table come one after the other. */
  rows(table: string, content: AsyncIterable<Buffer>): Promise<void>;
}

/** For checking alone. */
export const NOTHING: Taker = {
  header: async () => undefined,
  file: (_folder, _name, content) => drain(content),
  rows: (_table, content) => drain(content),
};

/** The largest header or end. */
const MOST = 16 * 1024 * 1024;

/** Rejects with BackupError where the file isn't a whole, unaltered backup. `onBytes`: of the file, as they are read. */
export async function readBackup(
  file: string,
  taker: Taker,
  signal: AbortSignal,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<BackupEnd> {
  const source = fs.createReadStream(file);
  source.on('data', (chunk) => onBytes(chunk.length));
  const tar = extract();
  const fed = pipeline(source, createGunzip(), tar as unknown as NodeJS.WritableStream, { signal });
  fed.catch(() => undefined); // The entries reject with it.
  const reader = new Reader(taker);
  try {
    for await (const entry of tar) await reader.take(entry.header, entry as unknown as AsyncIterable<Buffer>);
    await fed;
    return reader.finish();
  } catch (error) {
    source.destroy();
    throw signal.aborted ? error : explained(error);
  }
}

/** The header alone, which comes first. */
export async function readHeader(file: string): Promise<BackupHeader> {
  const found = new AbortController();
  let header: BackupHeader | undefined;
  const taker: Taker = {
    ...NOTHING,
    header: async (first) => {
      header = first;
      found.abort();
    },
  };
  await readBackup(file, taker, found.signal).catch((error: unknown) => {
    if (!header) throw error;
  });
  return header as BackupHeader;
}

class Reader {
  private readonly sums = new Sums();
  private header: BackupHeader | undefined;
  private end: BackupEnd | undefined;

  constructor(private readonly taker: Taker) {}

  async take({ name, size }: { name: string; size: number }, content: AsyncIterable<Buffer>): Promise<void> {
    if (this.end) throw new BackupError(`It has more data after its end, with ${name}.`);
    if (name === END) {
      this.end = await parsed<BackupEnd>(content);
      return;
    }
    this.sums.entry(name, size);
    if (!this.header) return this.begin(name, this.tap(content));
    const [folder = '', item = ''] = name.split('/');
    if (folder === 'tables') return this.taker.rows(item, this.tap(content, item));
    this.sums.file(size);
    await this.taker.file(folder, item, this.tap(content));
  }

  private async begin(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    if (name !== HEADER) throw new BackupError(`It begins with ${name}: this is not a backup of Stampline.`);
    const header = await parsed<BackupHeader>(content);
    if (header.format !== FORMAT)
      throw new BackupError(
        `Its format is ${header.format}, and this version reads ${FORMAT}: use the Stampline version that made it, or a later one.`,
      );
    for (const table of Object.keys(header.tables)) this.sums.table(table);
    this.header = header;
    await this.taker.header(header);
  }

  private async *tap(content: AsyncIterable<Buffer>, table?: string): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      this.sums.content(chunk);
      if (table !== undefined) this.sums.rows(table, chunk);
      yield chunk;
    }
  }

  finish(): BackupEnd {
    if (!this.end) throw new BackupError('It ends too early: the file was truncated.');
    const { tables, files, sha256 } = this.sums.end;
    const isSame =
      this.end.sha256 === sha256 &&
      JSON.stringify(this.end.tables) === JSON.stringify(tables) &&
      JSON.stringify(this.end.files) === JSON.stringify(files);
    if (!isSame) throw new BackupError('Its checksums do not match its content: the file was damaged or changed.');
    return this.end;
  }
}

async function parsed<T>(content: AsyncIterable<Buffer>): Promise<T> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > MOST) throw new BackupError('Its header is too large: this is not a backup of Stampline.');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}

async function drain(content: AsyncIterable<Buffer>): Promise<void> {
  for await (const _chunk of content);
}

const CUT_OFF = new Set(['Z_BUF_ERROR', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What zlib, tar and JSON say of a file that isn't what it should be. */
function explained(error: unknown): unknown {
  const { code = '', message, errno } = error as NodeJS.ErrnoException;
  if (CUT_OFF.has(code) || /unexpected end of data/i.test(message))
    return new BackupError('It ends too early: the file was truncated.');
  if (code.startsWith('Z_') || /tar header|tar|checksum/i.test(message) || error instanceof SyntaxError)
    return new BackupError(`It is not a backup of Stampline, or it is damaged (${message}).`);
  if (errno !== undefined && /^E(NOENT|ACCES|ISDIR|PERM)$/.test(code))
    return new BackupError(`It can't be read (${message}).`);
  return error;
}
