// The command as it is used: a process of its own, run from dist/cli/stamp.mjs, against the suite's real server.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const STAMP = fileURLToPath(new URL('../../dist/cli/stamp.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

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
export async function stamp(line: string | readonly string[], options: RunOptions = {}): Promise<Ended> {
  const args = typeof line === 'string' ? line.split(' ').filter(Boolean) : line;
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-home-'));
  const child = spawn(process.execPath, [STAMP, ...args], {
    cwd: options.cwd ?? home,
    env: { ...stampEnvironment(options.url, home), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 30_000);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  await fs.rm(home, { recursive: true, force: true });
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
