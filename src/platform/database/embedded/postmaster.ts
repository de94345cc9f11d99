// One running postmaster, our child or adopted: when it ends, and how it is ended.
import { setTimeout as sleep } from 'node:timers/promises';

import { program } from './binaries.js';
import { isPostmasterOf } from './process-facts.js';
import { run } from './run-as.js';

export interface Postmaster {
  readonly pid: number;
  readonly adopted: boolean;
  /** Resolves once, with what is known about the end; never rejects. */
  readonly ended: Promise<string>;
}

const pollMs = 500;

/** A handle on a postmaster that isn't our child: its end shows only when we look. */
export function watchAdopted(pid: number, pgdata: string): Postmaster {
  const ended = new Promise<string>((resolve) => {
    // Unreferenced: watching must not keep the process alive.
    const timer = setInterval(() => {
      if (isPostmasterOf(pid, pgdata)) return;
      clearInterval(timer);
      resolve('it has ended');
    }, pollMs).unref();
  });
  return { pid, adopted: true, ended };
}

export interface EndOptions {
  pgdata: string;
  binDirectory: string;
  fastShutdownMs: number;
  /** How long an immediate shutdown may take, and then a kill. */
  immediateShutdownMs: number;
  log: (line: string) => void;
}

/** Fast shutdown, which ends sessions and writes a checkpoint; if that takes too long, immediate; then SIGKILL. */
export async function endPostmaster(postmaster: Postmaster, options: EndOptions): Promise<void> {
  const { pgdata, fastShutdownMs, immediateShutdownMs, log } = options;
  if (process.platform === 'win32') return await endOnWindows(options);
  const steps = [
    { signal: 'SIGINT', ms: fastShutdownMs },
    { signal: 'SIGQUIT', ms: immediateShutdownMs },
    { signal: 'SIGKILL', ms: immediateShutdownMs },
  ] as const;
  for (const { signal, ms } of steps) {
    // Looked at each time: the pid may be a stranger's as soon as the postmaster is gone.
    if (!isPostmasterOf(postmaster.pid, pgdata)) return;
    if (signal !== 'SIGINT') log(`postmaster ${postmaster.pid} is still running, sending ${signal}`);
    process.kill(postmaster.pid, signal);
    if (await isGoneWithin(postmaster.pid, pgdata, ms)) return;
  }
  log(`postmaster ${postmaster.pid} could not be ended`);
}

/** Polls: quicker than `ended` for an adopted one, and true before an unreaped child is a zombie no more. */
async function isGoneWithin(pid: number, pgdata: string, ms: number): Promise<boolean> {
  for (const deadline = performance.now() + ms; performance.now() < deadline;) {
    if (!isPostmasterOf(pid, pgdata)) return true;
    await sleep(20);
  }
  return false;
}

/** Windows has no signals: pg_ctl asks through the postmaster's named pipe. */
async function endOnWindows({ pgdata, binDirectory, fastShutdownMs }: EndOptions): Promise<void> {
  const seconds = String(Math.ceil(fastShutdownMs / 1000));
  const pgCtl = program(binDirectory, 'pg_ctl');
  await run({ kind: 'self' }, pgCtl, ['stop', '-D', pgdata, '-m', 'fast', '-w', '-t', seconds]);
}
