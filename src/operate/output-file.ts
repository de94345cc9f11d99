// Where backups and exports go: a file that is there whole or not at all, or standard output for `-`.
import fs from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
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
      `${file === '-' ? 'Standard output' : file} can't be written (${message}); nothing was kept.`,
    );
  }
}

const WRITING = new Set(['write', 'fsync', 'close', 'rename']);

async function writeFile<T>(file: string, work: (out: Writable) => Promise<T>): Promise<T> {
  if (fs.existsSync(file)) throw new OperationError(`${file} is there already. Name another file, or delete it first.`);
  const part = `${file}.part`;
  const out = fs.createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true });
  await opened(out, part);
  try {
    const result = await work(out);
    if (!out.writableFinished) await finished(out.end());
    await fs.promises.rename(part, file);
    await syncFolder(path.dirname(path.resolve(file)));
    return result;
  } catch (error) {
    out.destroy();
    await fs.promises.rm(part, { force: true });
    throw error;
  }
}

function opened(out: fs.WriteStream, part: string): Promise<void> {
  return new Promise((resolve, reject) => {
    out.once('open', () => resolve());
    out.once('error', (error: NodeJS.ErrnoException) => {
      const isThere = error.code === 'EEXIST';
      const why = isThere
        ? `${part} is there: somebody writes it at the moment, or was killed over it. If nobody does, delete it and repeat.`
        : `${part} can't be written: ${error.message}.`;
      reject(new OperationError(why));
    });
  });
}
