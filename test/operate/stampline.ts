// The operator's command, as a process of its own.
import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly ended: Promise<Ran>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts `stampline` with these words, on the data or database that `env` names. */
export function startStampline(words: readonly string[], env: Record<string, string>, input = ''): Running {
  const { DATABASE_URL: _url, HOST: _host, NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(process.execPath, ['scripts/stampline.mjs', ...words], { env: { ...inherited, ...env } });
  const ran = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (ran.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ran.err += chunk.toString()));
  child.stdin.end(input);
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code, signal) => resolve({ code: signal ?? code ?? 'nothing', ...ran }));
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}

/** Runs it to its end. `interrupt`: when it gets a Ctrl-C. */
export function stampline(
  words: readonly string[],
  env: Record<string, string>,
  input = '',
  interrupt?: Promise<unknown>,
): Promise<Ran> {
  const running = startStampline(words, env, input);
  void interrupt?.then(() => running.kill('SIGINT'));
  return running.ended;
}
