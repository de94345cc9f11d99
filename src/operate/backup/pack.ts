// Writes a backup's entries, with their sums, into a compressed stream; in constant memory, as fast as the stream takes them.
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import { type BackupEnd, type BackupHeader, END, HEADER, Sums } from './format.js';

/** A tar's entry says its size first, so a table goes in parts of about this many bytes. */
const PART = 4 * 1024 * 1024;

const NEWLINE = 10;

/** Half the time of the default level, for a few hundredths more bytes. */
const LEVEL = 4;

export class BackupWriter {
  private readonly tar: Pack = pack();
  private readonly sums = new Sums();
  private readonly written: Promise<void>;
  private readonly time = new Date();

  /** `out` is left open. `onBytes`: of content, as it goes in. */
  constructor(
    out: Writable,
    signal: AbortSignal,
    private readonly onBytes: (bytes: number) => void,
  ) {
    const gzip = createGzip({ level: LEVEL });
    this.written = pipeline(this.tar as unknown as Readable, gzip, out, { signal, end: false });
    this.written.catch(() => undefined); // Each entry rejects with it, and so does end().
  }

  async header(header: BackupHeader): Promise<void> {
    for (const table of Object.keys(header.tables)) this.sums.table(table);
    await this.text(HEADER, header);
  }

  /** Of `size` bytes. */
  async file(name: string, size: number, content: AsyncIterable<unknown>): Promise<void> {
    await this.entry(name, size, content as AsyncIterable<Buffer>);
    this.sums.file(size);
  }

  /** `rows`: each with a newline at its end, in chunks that may end anywhere. */
  async table(name: string, rows: AsyncIterable<unknown>): Promise<void> {
    let [chunks, size, part]: [Buffer[], number, number] = [[], 0, 0];
    const flush = async (): Promise<void> => {
      part += 1;
      await this.entry(`tables/${name}/${String(part).padStart(6, '0')}`, size, chunks);
    };
    for await (const chunk of rows as AsyncIterable<Buffer>) {
      this.sums.rows(name, chunk);
      const cut = size + chunk.length < PART ? 0 : chunk.lastIndexOf(NEWLINE) + 1;
      if (cut > 0) {
        chunks.push(chunk.subarray(0, cut));
        size += cut;
        await flush();
        [chunks, size] = [[], 0];
      }
      if (cut < chunk.length) chunks.push(chunk.subarray(cut));
      size += chunk.length - cut;
    }
    if (size > 0) await flush();
  }

  /** Closes the backup; resolves when all of it was handed to `out`. */
  async end(rest: Pick<BackupEnd, 'sequences' | 'missing'>): Promise<BackupEnd> {
    const end = { ...this.sums.end, ...rest };
    await this.text(END, end, false);
    this.tar.finalize();
    await this.written;
    return end;
  }

  /** Ends the stream without an end of the backup. Answers why: what the output said, where that came first, or `error`. */
  async fail(error: unknown): Promise<unknown> {
    this.tar.destroy(error as Error);
    const cause: unknown = await this.written.then(
      () => error,
      (reason: unknown) => reason,
    );
    return cause instanceof Error && 'syscall' in cause ? cause : error;
  }

  private async text(name: string, value: object, summed = true): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    await this.entry(name, bytes.length, [bytes], summed);
  }

  private async entry(
    name: string,
    size: number,
    content: AsyncIterable<Buffer> | Iterable<Buffer>,
    summed = true,
  ): Promise<void> {
    if (summed) this.sums.entry(name, size);
    const entry = this.tar.entry({ name, size, mtime: this.time, mode: 0o600 });
    const tapped = this.tap(content, summed);
    // Where the compressed side fails, what waits here would wait for ever: the tar ends its entry.
    await pipeline(tapped, entry as unknown as Writable);
  }

  private async *tap(content: AsyncIterable<Buffer> | Iterable<Buffer>, summed: boolean): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      if (summed) this.sums.content(chunk);
      this.onBytes(chunk.length);
      yield chunk;
    }
  }
}
