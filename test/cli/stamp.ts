// The command as it is used, against the suite's real server. `stamp` runs all of it within a small process that is kept
// (small-process.ts), with an environment, a folder and streams of its own: a tenth of what a process costs. `stampProcess` runs
// dist/cli/stamp.mjs, for what only a process has: its code, its signals, what it is when it is packed into one file.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStamp } from './small-process.js';
import type { Ended, Place } from './stamp-within.js';

export type { Ended };

export const STAMP = fileURLToPath(new URL('../../dist/cli/stamp.mjs', import.meta.url));

export interface RunOptions {
  /** STAMP_URL. */
  readonly url?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Nothing of the machine's own settings gets in. */
export function stampEnvironment(url: string | undefined, home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: path.join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    ...(url === undefined ? {} : { STAMP_URL: url }),
  };
}

/** Runs `stamp …` to its end, without a terminal. `line` is split at blanks where it is one text. */
export const stamp = (line: string | readonly string[], options: RunOptions = {}): Promise<Ended> =>
  inHome(line, options, runStamp);

/** The same in a process of its own. */
export const stampProcess = (line: string | readonly string[], options: RunOptions = {}): Promise<Ended> =>
  inHome(line, options, runProcess);

async function inHome(
  line: string | readonly string[],
  { url, cwd, env, input = '', timeoutMs = 30_000 }: RunOptions,
  run: (place: Place) => Promise<Ended>,
): Promise<Ended> {
  const args = typeof line === 'string' ? line.split(' ').filter(Boolean) : line;
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-home-'));
  try {
    return await run({ args, cwd: cwd ?? home, env: { ...stampEnvironment(url, home), ...env }, input, timeoutMs });
  } finally {
    await fs.rm(home, { recursive: true, force: true });
  }
}

async function runProcess({ args, cwd, env, input, timeoutMs }: Place): Promise<Ended> {
  const child = spawn(process.execPath, [STAMP, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
