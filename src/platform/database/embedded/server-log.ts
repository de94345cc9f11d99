// The file that Postgres writes its log to. A new one at each start of ours; the last few are kept.
import fs from 'node:fs/promises';
import path from 'node:path';

import { errnoOf } from './embedded-postgres-error.js';

const kept = 3;
const tailBytes = 8192;

export const serverLogIn = (dataFolder: string): string => path.join(dataFolder, 'postgres.log');

/** postgres.log becomes postgres.log.1, and so on. */
export async function rotateServerLog(file: string): Promise<void> {
  for (let n = kept; n > 0; n -= 1) {
    try {
      await fs.rename(n === 1 ? file : `${file}.${n - 1}`, `${file}.${n}`);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** What was written after the byte `from`, at most the last 8 kB of it. */
export async function readSince(file: string, from: number): Promise<string> {
  const handle = await fs.open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - tailBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(size - start, 0)), { position: start });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** What a log says about why the server ended: its first fatal line with the hint, else its last line. */
export function reasonIn(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const fatal = lines.find((line) => /(FATAL|PANIC):/.test(line));
  const hint = lines.find((line) => /HINT:/.test(line));
  return fatal ? [fatal, hint].filter(Boolean).join(' ') : (lines.at(-1) ?? 'it wrote nothing');
}
