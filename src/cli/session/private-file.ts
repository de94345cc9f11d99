// Files that the command writes for its user alone: whole or not at all, and not for others to read.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';

/** Whoever reads meanwhile has the old file or the new one. Folders that aren't there are made. Throws what the system says. */
export function writeOwn(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    fs.writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
    fs.renameSync(fresh, file);
  } catch (error) {
    fs.rmSync(fresh, { force: true });
    throw error;
  }
}

/** Milliseconds: the work takes one or two, so whoever has held a lock for longer was ended. */
const LONGEST_HELD_MS = 10_000;
const LOOK_AGAIN_MS = 10;

/**
 * Does what reads a file and writes it, one process at a time: the lock is a file beside it that only one can make. `work` is
 * not asynchronous. Throws CliError where somebody else holds it for long.
 */
export function alone<T>(file: string, work: () => T): T {
  const lock = `${file}.lock`;
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  for (
    const until = performance.now() + 2 * LONGEST_HELD_MS;
    !isMade(lock);
    Atomics.wait(NOTHING, 0, 0, LOOK_AGAIN_MS)
  ) {
    if (performance.now() > until)
      throw new CliError(`${file} is being written by another process. Try again, or remove ${lock}.`, EXIT.error);
    removeForgotten(lock);
  }
  try {
    return work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

const NOTHING = new Int32Array(new SharedArrayBuffer(4));

function isMade(lock: string): boolean {
  try {
    fs.writeFileSync(lock, '', { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Of a process that was ended meanwhile. Only the one that renames it removes it, and puts back what was somebody's after all. */
function removeForgotten(lock: string): void {
  const found = fs.statSync(lock, { throwIfNoEntry: false });
  if (!found || Date.now() - found.mtimeMs < LONGEST_HELD_MS) return;
  const aside = `${lock}.${randomBytes(4).toString('hex')}`;
  try {
    fs.renameSync(lock, aside);
    if (fs.statSync(aside).ino !== found.ino) fs.linkSync(aside, lock);
  } catch {
    // Somebody else was first.
  }
  fs.rmSync(aside, { force: true });
}
