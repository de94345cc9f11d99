// Threads for work that would hold everybody up: few, bounded in time and memory, with a bounded queue before them. One that
// takes too long, needs too much or crashes is ended, and the next job gets a new one. Own code, since a pool whose limit
// ends a thread must still serve those who wait, and tinypool leaves them waiting.
import { Worker } from 'node:worker_threads';

export interface PoolLimits {
  /** How many work at a time. */
  readonly threads: number;
  /** How many jobs wait at most. */
  readonly waiting: number;
  /** What one job may take, with the start of its thread. */
  readonly milliseconds: number;
  /** Of JavaScript's heap in one thread. */
  readonly heapMegabytes: number;
}

/** `full`: too many wait already. `time`, `memory`: the job's thread was ended for it. `crash`: it ended by itself. */
export class PoolError extends Error {
  constructor(
    readonly reason: 'full' | 'time' | 'memory' | 'crash',
    cause?: unknown,
  ) {
    super(`worker thread: ${reason}`, { cause });
  }
}

interface Job {
  readonly task: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: PoolError) => void;
}

/** A thread without work is let go after that. */
const IDLE_MS = 30_000;

export class WorkerPool {
  private readonly queue: Job[] = [];
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();
  private working = 0;

  /** `entry` is a module that answers each message with one. */
  constructor(
    private readonly entry: URL,
    private readonly limits: PoolLimits,
  ) {}

  /** What the thread answers. Rejects with PoolError. */
  run(task: unknown): Promise<unknown> {
    if (this.queue.length >= this.limits.waiting) return Promise.reject(new PoolError('full'));
    return new Promise((resolve, reject) => {
      this.queue.push({ task, resolve, reject });
      this.next();
    });
  }

  async close(): Promise<void> {
    for (const job of this.queue.splice(0)) job.reject(new PoolError('crash'));
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }

  private next(): void {
    const job = this.working < this.limits.threads ? this.queue.shift() : undefined;
    if (!job) return;
    this.working += 1;
    const worker = this.idle.pop() ?? this.start();
    const settle = (): void => {
      clearTimeout(timer);
      worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit');
      this.working -= 1;
    };
    const fail = (error: PoolError): void => {
      settle();
      this.drop(worker);
      job.reject(error);
      this.next();
    };
    const timer = setTimeout(() => fail(new PoolError('time')), this.limits.milliseconds);
    worker.once('message', (result) => {
      settle();
      this.rest(worker);
      job.resolve(result);
      this.next();
    });
    worker.once('error', (error: NodeJS.ErrnoException) => {
      fail(new PoolError(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash', error));
    });
    worker.once('exit', () => fail(new PoolError('crash')));
    worker.ref();
    worker.postMessage(job.task);
  }

  private start(): Worker {
    const worker = new Worker(this.entry, { resourceLimits: { maxOldGenerationSizeMb: this.limits.heapMegabytes } });
    this.all.add(worker);
    return worker;
  }

  /** Kept for the next job, for a while. */
  private rest(worker: Worker): void {
    worker.unref();
    const forget = setTimeout(() => {
      if (this.idle.includes(worker)) this.drop(worker);
    }, IDLE_MS).unref();
    const gone = (): void => {
      clearTimeout(forget);
      this.drop(worker);
    };
    worker.once('error', gone).once('exit', gone);
    this.idle.push(worker);
  }

  private drop(worker: Worker): void {
    this.all.delete(worker);
    const place = this.idle.indexOf(worker);
    if (place >= 0) this.idle.splice(place, 1);
    worker.removeAllListeners('exit').on('error', () => undefined);
    void worker.terminate();
  }
}
