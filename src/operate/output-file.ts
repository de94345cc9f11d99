// Where backups and exports go: a file that is there whole or not at all, or standard output for `-`.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { placeOnce } from '../platform/place-once.js';
import { syncFolder } from '../platform/sync.js';
import { OperationError } from './operation.js';

/** Runs `work` on the output. Where it fails, nothing is left. Rejects where the file is there already, or the disk full. */
export async function writeOut<T>(file: string, work: (out: Writable) => Promise<T>): Promise<T> {
  try {
    return file === '-' ? await work(process.stdout) : await writeFile(file, work);
  } catch (error) {
    const { syscall = '', message } = error as NodeJS.ErrnoException;
    if (!WRITING.has(syscall)) throw error;
    throw new OperationError(
      `${file === '-' ? 'Standard output' : file} can't be written (${message}); nothing was stored.`,
    );
  }
}

const WRITING = new Set(['write', 'fsync', 'close', 'link', 'rename']);

/** Of a part that nobody writes to any more: whoever writes one does so all the time. */
const LEFT_AFTER_MS = 24 * 60 * 60_000;

async function writeFile<T>(file: string, work: (out: Writable) => Promise<T>): Promise<T> {
  if (fs.existsSync(file)) throw isThere(file);
  await removeLeft(file);
  // A name that nobody else has: of two that write the same file, the second to end is refused, and neither writes to the other's.
  const part = `${file}.${randomUUID()}.part`;
  const out = fs.createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true });
  await opened(out, part);
  try {
    const result = await work(out);
    if (!out.writableFinished) await finished(out.end());
    if (!(await placeOnce(part, file))) throw isThere(file);
    await syncFolder(path.dirname(path.resolve(file)));
    return result;
  } catch (error) {
    out.destroy();
    await fs.promises.rm(part, { force: true });
    throw error;
  }
}

const isThere = (file: string): OperationError =>
  new OperationError(`${file} exists already. Name another file, or delete it first.`);

/** Parts of this file that a process left when it was killed, a day later. */
async function removeLeft(file: string): Promise<void> {
  const folder = path.dirname(file);
  const names = await fs.promises.readdir(folder).catch(() => []); // Opening the part says what is wrong with the folder.
  for (const name of names) {
    if (!name.startsWith(`${path.basename(file)}.`) || !/\.[\da-f-]{36}\.part$/.test(name)) continue;
    const left = path.join(folder, name);
    const stat = await fs.promises.stat(left).catch(() => undefined);
    if (stat && Date.now() - stat.mtimeMs > LEFT_AFTER_MS) await fs.promises.rm(left, { force: true });
  }
}

function opened(out: fs.WriteStream, part: string): Promise<void> {
  return new Promise((resolve, reject) => {
    out.once('open', () => resolve());
    out.once('error', (error) => reject(new OperationError(`${part} can't be written: ${error.message}.`)));
  });
}
