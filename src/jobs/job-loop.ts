// One job, run after run: never twice at once, each with an end, and told in the log when it begins to fail and when it works
// again, so that a job of each second doesn't fill it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { errorForLog } from '../platform/error-for-log.js';
import type { JobLock } from './job-lock.js';
import { observeJob } from './job-metrics.js';
import type { Recurrence, Run } from '../platform/recurring.js';

const LIMIT_TIMES = 10;
/** What is at work may end at the next batch. */
const LEAVE_MS = 5000;

export class JobLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly leaving = new AbortController();
  private failing = false;

  constructor(
    private readonly job: Recurrence,
    private readonly run: Run,
    private readonly lock: JobLock,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.after(this.job.firstMs ?? this.job.everyMs);
  }

  /** Resolves when nothing of it runs any more, or what runs doesn't end. */
  async leave(): Promise<void> {
    this.leaving.abort(new Error('the server is shutting down'));
    clearTimeout(this.timer);
    await Promise.race([this.running, pause(LEAVE_MS, undefined, { ref: false })]);
  }

  private after(ms: number): void {
    if (this.leaving.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.running = this.once().finally(() => this.after(this.job.everyMs));
    }, ms).unref();
  }

  /** Never rejects. */
  private async once(): Promise<void> {
    const started = performance.now();
    try {
      const isDone = await this.inTime();
      observeJob(this.job.name, isDone ? 'done' : 'skipped', performance.now() - started);
      if (this.failing) this.log.info({ job: this.job.name }, 'the job succeeded again');
      this.failing = false;
    } catch (error) {
      if (this.leaving.signal.aborted) return;
      observeJob(this.job.name, 'failed', performance.now() - started);
      if (!this.failing)
        this.log.warn(
          { job: this.job.name, err: errorForLog(error) },
          'the job failed and will be retried on schedule',
        );
      this.failing = true;
    }
  }

  /** False where another process is at it. */
  private async inTime(): Promise<boolean> {
    const { name, everyMs, alone = false, limitMs = LIMIT_TIMES * everyMs } = this.job;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error(`${name} took longer than ${limitMs} ms`)), limitMs).unref();
    const signal = AbortSignal.any([this.leaving.signal, limit.signal]);
    try {
      if (alone) return await this.lock.whileHeld(name, signal, this.run);
      await this.run(signal);
      return true;
    } finally {
      clearTimeout(timer);
    }
  }
}
