// One process at a time prepares and starts a data folder. The lock is a file that names its holder by pid and start
// time, so a lock that a killed process left behind is told from a live one and removed.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { birthOf } from './process-facts.js';

const pollMs = 25;

/** Runs `work` while holding the lock file. Waits up to `waitMs` for another holder, then fails with `in_use`. */
export async function withStartLock<T>(file: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  await acquire(file, performance.now() + waitMs);
  try {
    return await work();
  } finally {
    await release(file);
  }
}

/** Never a lock that somebody else has made since, because to them ours looked left behind. */
async function release(file: string): Promise<void> {
  if ((await readHolder(file)) === ownLines()) await fs.rm(file, { force: true });
}

const ownLines = (): string => `${process.pid}\n${birthOf(process.pid)}\n`;

async function acquire(file: string, deadline: number): Promise<void> {
  while (!(await tryCreate(file))) {
    const holder = await readHolder(file);
    if (holder === undefined) continue;
    if (isStale(holder)) await breakStale(file, holder, deadline);
    else if (performance.now() > deadline) throw stillHeld(file, holder);
    else await sleep(pollMs);
  }
}

/** Links a finished file into place: the lock appears with its content or not at all, and fails when one is there. */
async function tryCreate(file: string): Promise<boolean> {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await fs.writeFile(draft, ownLines(), { flag: 'wx', mode: 0o600 });
  try {
    await fs.link(draft, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await fs.rm(draft, { force: true });
  }
}

async function readHolder(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isStale(holder: string): boolean {
  const [pid, birth] = holder.split('\n');
  return !(Number(pid) > 0) || birthOf(Number(pid)) !== birth;
}

/**
 * Removes a dead holder's lock. Two waiters may both have seen it stale, and the slower one must not remove the lock
 * that the faster one has made since: so the second look and the removal happen under a lock of their own.
 */
async function breakStale(file: string, seen: string, deadline: number): Promise<void> {
  await acquire(`${file}.break`, deadline);
  try {
    if ((await readHolder(file)) === seen) await fs.rm(file, { force: true });
  } finally {
    await release(`${file}.break`);
  }
}

function stillHeld(file: string, holder: string): EmbeddedPostgresError {
  const pid = holder.split('\n')[0];
  return new EmbeddedPostgresError(
    'in_use',
    `Another Stampline (process ${pid}) has been starting the database for too long: end it, then start again (its lock is ${file}).`,
  );
}
