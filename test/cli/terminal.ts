// A command on a real terminal: util-linux' `script` makes one, which every Debian has.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { eventually } from '../process/server-process.js';

export class Terminal {
  private text = '';
  readonly ended: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  /** `columns` wide. Throws where there is no `script`. */
  static run(
    command: readonly string[],
    options: { cwd: string; env: Record<string, string>; columns?: number },
  ): Terminal {
    requireScript();
    const line = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    const sized = `stty cols ${options.columns ?? 100} rows 40; exec ${line}`;
    const env = { ...options.env, TERM: 'xterm-256color', SHELL: '/bin/sh' };
    return new Terminal(spawn('script', ['-qec', sized, '/dev/null'], { cwd: options.cwd, env, stdio: 'pipe' }));
  }

  /** As it came, with its colours. */
  get raw(): string {
    return this.text;
  }

  /** What somebody reads, though lines that were written over are still there. */
  get seen(): string {
    return stripVTControlCharacters(this.text).replaceAll('\r\n', '\n');
  }

  type(keys: string): void {
    this.child.stdin?.write(keys);
  }

  async until(what: string | RegExp): Promise<void> {
    await eventually(`the terminal shows ${what}`, () => isIn(this.seen, what)).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${this.seen}`);
    });
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

const isIn = (text: string, what: string | RegExp): boolean =>
  typeof what === 'string' ? text.includes(what) : what.test(text);

function requireScript(): void {
  try {
    execFileSync('script', ['--version'], { stdio: 'pipe' });
  } catch {
    throw new Error('There is no `script` to make a terminal with: apt-get install util-linux bsdutils.');
  }
}
