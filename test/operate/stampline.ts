// The operator's command, as a process of its own.
import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** Runs `stampline` with these words, on the data or database that `env` names. `interrupt`: when it gets a Ctrl-C. */
export function stampline(
  words: readonly string[],
  env: Record<string, string>,
  input = '',
  interrupt?: Promise<unknown>,
): Promise<Ran> {
  const { DATABASE_URL: _url, HOST: _host, NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(process.execPath, ['scripts/stampline.mjs', ...words], { env: { ...inherited, ...env } });
  void interrupt?.then(() => child.kill('SIGINT'));
  const ran = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (ran.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ran.err += chunk.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code: signal ?? code ?? 'nothing', ...ran }));
  });
}
