// An archive: events of one day as gzip'd NDJSON, one event a line in the order of their numbers, with a manifest beside it
// that says what it holds and its SHA-256. A file is there whole or not at all, also after a power cut. Its name has its
// digest, and a draft has a name of its own: whoever lost the lock, and writes late, writes to no file of others.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

export interface Manifest {
  /** In UTC, `2026-10-01`. */
  readonly day: string;
  readonly part: number;
  readonly file: string;
  /** Of the file as it is, compressed. */
  readonly sha256: string;
  readonly bytes: number;
  readonly events: number;
  readonly first_seq: number;
  readonly last_seq: number;
}

export interface ArchivedLine {
  readonly seq: number;
  /** The event as `/api/v1/event/` shows it. */
  readonly body: string;
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes the archive and its manifest, and reads both back. The same events give the same file. In memory are the file as it is
 * on the disk, and one of the pieces that the lines come in.
 */
export async function writeArchive(
  folder: string,
  { day, part }: Pick<Manifest, 'day' | 'part'>,
  pieces: AsyncIterable<readonly ArchivedLine[]>,
): Promise<Manifest> {
  await fs.mkdir(folder, { recursive: true });
  const { packed, ...told } = await pack(pieces);
  const sha256 = hashOf(packed);
  const name = `${day}.${part}.${sha256.slice(0, 16)}`;
  const file = `${name}.ndjson.gz`;
  const manifest: Manifest = { day, part, file, sha256, bytes: packed.length, ...told };
  await writeWhole(folder, file, packed);
  await writeWhole(folder, `${name}.json`, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  const kept = await countArchived(folder, manifest);
  if (kept !== told.events) throw new Error(`${file} holds ${kept} events instead of ${told.events}.`);
  return manifest;
}

async function pack(
  pieces: AsyncIterable<readonly ArchivedLine[]>,
): Promise<Pick<Manifest, 'events' | 'first_seq' | 'last_seq'> & { packed: Buffer }> {
  let [events, first, last] = [0, 0, 0];
  const texts = async function* (): AsyncGenerator<string> {
    for await (const lines of pieces) {
      if (events === 0) first = lines[0]?.seq ?? 0;
      events += lines.length;
      last = lines.at(-1)?.seq ?? last;
      yield lines.map(({ body }) => `${body}\n`).join('');
    }
  };
  const packed: Buffer[] = [];
  await pipeline(Readable.from(texts()), createGzip(), async (parts: AsyncIterable<Buffer>) => {
    for await (const part of parts) packed.push(part);
  });
  return { packed: Buffer.concat(packed), events, first_seq: first, last_seq: last };
}

/**
 * The events of an archive as JSON texts, some at a time, however large it is. Throws before the first where the file is gone,
 * or not what its manifest says.
 */
export async function* readArchive(
  folder: string,
  { file, sha256 }: Pick<Manifest, 'file' | 'sha256'>,
): AsyncGenerator<string[]> {
  const where = path.join(folder, path.basename(file));
  const hash = createHash('sha256');
  await pipeline(createReadStream(where), hash);
  if (hash.digest('hex') !== sha256) throw new Error(`${file} differs from what was archived: its SHA-256 is wrong.`);
  const unpacked = createGunzip();
  // Its end, and what goes wrong on the way, is told to whoever reads `unpacked`.
  pipeline(createReadStream(where), unpacked).catch(() => undefined);
  yield* linesOf(unpacked.setEncoding('utf8'));
}

/** How many events an archive has. Throws as `readArchive` does. */
export async function countArchived(folder: string, archive: Pick<Manifest, 'file' | 'sha256'>): Promise<number> {
  let events = 0;
  for await (const lines of readArchive(folder, archive)) events += lines.length;
  return events;
}

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string[]> {
  let begun = '';
  for await (const text of texts) {
    const lines = `${begun}${text}`.split('\n');
    begun = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  if (begun !== '') yield [begun];
}

/** Under another name until it is on the disk; then the name is, too. */
async function writeWhole(folder: string, name: string, bytes: Buffer): Promise<void> {
  const draft = path.join(folder, `${name}.${randomUUID()}.draft`);
  const handle = await fs.open(draft, 'wx', 0o600);
  try {
    await handle
      .writeFile(bytes)
      .then(() => handle.sync())
      .finally(() => handle.close());
    await fs.rename(draft, path.join(folder, name));
  } catch (error) {
    await fs.rm(draft, { force: true }).catch(() => undefined); // What counts is why it wasn't written.
    throw error;
  }
  const directory = await fs.open(folder, 'r');
  await directory.sync().finally(() => directory.close());
}
