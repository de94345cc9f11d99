// An archive: events of one day as gzip'd NDJSON, one event a line in the order of their numbers, with a manifest beside it
// that says what it holds and its SHA-256. A file is there whole or not at all, also after a power cut. Its name has its
// digest, and a draft has a name of its own: whoever lost the lock, and writes late, writes to no file of others.
import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

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

/** Of unpacked text; what is larger was not written here. */
const MOST_BYTES = 1024 * 1024 * 1024;

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Writes the archive and its manifest, and reads both back. The same events give the same file. */
export async function writeArchive(
  folder: string,
  { day, part }: Pick<Manifest, 'day' | 'part'>,
  lines: readonly ArchivedLine[],
): Promise<Manifest> {
  await fs.mkdir(folder, { recursive: true });
  const packed = await promisify(gzip)(lines.map(({ body }) => `${body}\n`).join(''));
  const sha256 = hashOf(packed);
  const name = `${day}.${part}.${sha256.slice(0, 16)}`;
  const file = `${name}.ndjson.gz`;
  const manifest: Manifest = {
    day,
    part,
    file,
    sha256,
    bytes: packed.length,
    events: lines.length,
    first_seq: lines[0]?.seq ?? 0,
    last_seq: lines.at(-1)?.seq ?? 0,
  };
  await writeWhole(folder, file, packed);
  await writeWhole(folder, `${name}.json`, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  const kept = await readArchive(folder, manifest);
  if (kept.length !== lines.length) throw new Error(`${file} holds ${kept.length} events instead of ${lines.length}.`);
  return manifest;
}

/** The events of an archive as JSON texts. Throws where the file is gone, or not what its manifest says. */
export async function readArchive(
  folder: string,
  { file, sha256 }: Pick<Manifest, 'file' | 'sha256'>,
): Promise<string[]> {
  const packed = await fs.readFile(path.join(folder, path.basename(file)));
  if (hashOf(packed) !== sha256) throw new Error(`${file} is not what was archived: its SHA-256 is another.`);
  const text = await promisify(gunzip)(packed, { maxOutputLength: MOST_BYTES });
  return text.toString('utf8').split('\n').filter(Boolean);
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
