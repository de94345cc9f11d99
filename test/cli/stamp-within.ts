// Runs the command within this process, with an environment, a folder and streams of its own.
import { PassThrough, Readable } from 'node:stream';
import { within } from '../../src/cli/session/surroundings.js';
import { answer } from '../../src/cli/shell/answer.js';

export interface Place {
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What stands on its standard input. */
  readonly input: string;
  readonly timeoutMs: number;
}

export interface Ended {
  /** Null where it was ended, since it did not end in time. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function stampWithin({ args, cwd, env, input, timeoutMs }: Place): Promise<Ended> {
  const [stdin, stdout, stderr] = [Readable.from(input === '' ? [] : [input]), new PassThrough(), new PassThrough()];
  const said = { stdout: '', stderr: '' };
  stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error('It did not end in time.')), timeoutMs);
  const code = await within({ env, cwd, stdin, stdout, stderr }, () => answer(args, late.signal));
  clearTimeout(timer);
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.once('end', resolve).end())));
  return { code: late.signal.aborted ? null : code, ...said };
}
