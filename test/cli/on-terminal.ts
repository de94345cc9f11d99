// The command on a real terminal: a pty of util-linux's script(1), as wide as the test says.
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { STAMP, stampEnvironment } from './stamp.js';

export interface OnTerminal {
  readonly code: number;
  /** Both streams as the terminal got them, colours and all, with `\n` at the ends of lines. */
  readonly screen: string;
}

/** Runs `stamp …` to its end. Nobody types anything. */
export async function onTerminal(
  args: readonly string[],
  options: { readonly url: string; readonly columns?: number; readonly env?: Readonly<Record<string, string>> },
): Promise<OnTerminal> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-home-'));
  const command = [process.execPath, STAMP, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const line = `stty cols ${options.columns ?? 100} rows 40; exec ${command}`;
  const env = { ...stampEnvironment(options.url, home), TERM: 'xterm', SHELL: '/bin/sh', ...options.env };
  const ended = await new Promise<OnTerminal>((resolve) => {
    const child = execFile('script', ['-qec', line, '/dev/null'], { cwd: home, env }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), screen: stdout.replaceAll('\r\n', '\n') }),
    );
    child.stdin?.end();
  });
  await fs.rm(home, { recursive: true, force: true });
  return ended;
}
