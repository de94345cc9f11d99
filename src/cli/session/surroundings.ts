// Where a command runs: its environment, its folder and its three streams. They are the process's own, unless another program runs the
// command within itself and says which.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ReadStream, WriteStream } from 'node:tty';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly stdin: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY'>>;
  readonly stdout: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
  readonly stderr: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
}

const given = new AsyncLocalStorage<Surroundings>();

/** Read where they are used, as a process may change its own. */
const OWN: Surroundings = {
  get env() {
    return process.env;
  },
  get cwd() {
    return process.cwd();
  },
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
};

export const surroundings = (): Surroundings => given.getStore() ?? OWN;

/** What `work` begins has these surroundings, however long it takes; several may run beside each other. */
export const within = <T>(these: Surroundings, work: () => Promise<T>): Promise<T> => given.run(these, work);
