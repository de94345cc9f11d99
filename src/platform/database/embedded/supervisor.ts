// Keeps the postmaster running until stop(): a new one is brought up whenever it ends without being asked to.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Postmaster } from './postmaster.js';
import type { StuckWatch } from './stuck-postmaster.js';

export interface SupervisorOptions {
  /** Brings one up, or adopts the one that somebody else has brought up meanwhile. */
  launch: () => Promise<Postmaster>;
  end: (postmaster: Postmaster) => Promise<void>;
  /** Tells when a postmaster lives but serves nobody any more; and how that one is ended. */
  watchStuck: (postmaster: Postmaster) => StuckWatch;
  endStuck: (postmaster: Postmaster) => Promise<void>;
  log: (line: string) => void;
  onGiveUp: (detail: string) => void;
  /** Before the second try; doubles with each up to twenty times as much. */
  firstPauseMs: number;
}

const mostFailures = 10;
/** What an operator mends while the server goes on: no number of failed tries is too many. In Postgres's and Node's words. */
const OF_THE_DISK =
  /Permission denied|permission denied|Read-only file system|read-only file system|No space left on device|no space left on device|Disk quota exceeded|Input\/output error/;
/** A postmaster that ends sooner than this has not come up: it counts as a failed try. */
const shortestLifeMs = 1000;

export class Supervisor {
  private readonly stopRequest = new AbortController();
  private readonly watching: Promise<void>;
  private stopped?: Promise<void>;

  constructor(
    private current: Postmaster | undefined,
    private readonly options: SupervisorOptions,
  ) {
    this.watching = this.watch();
  }

  /** Ends the postmaster, ours or adopted, after a restart that is under way. Later calls wait for the first. */
  stop(): Promise<void> {
    this.stopped ??= this.endAll();
    return this.stopped;
  }

  /** Leaves the postmaster running, for whoever uses it too. */
  release(): void {
    this.stopRequest.abort();
  }

  private async endAll(): Promise<void> {
    this.stopRequest.abort();
    // A restart is under way: what it brings up becomes `current`.
    if (!this.current) await this.watching;
    if (this.current) await this.options.end(this.current);
  }

  private get isStopping(): boolean {
    return this.stopRequest.signal.aborted;
  }

  /** Never rejects: whatever keeps Postgres from running ends in onGiveUp. */
  private async watch(): Promise<void> {
    let failures = 0;
    while (this.current && !this.isStopping) {
      const since = performance.now();
      const detail = await this.endOf(this.current);
      if (this.isStopping) return;
      this.options.log(`Postgres (process ${this.current.pid}) ended unexpectedly (${detail}), starting it again`);
      this.current = undefined;
      failures = performance.now() - since < shortestLifeMs ? failures + 1 : 0;
      failures = await this.bringUp(failures);
    }
  }

  /** Resolves when it has ended, by itself or because it was stuck. */
  private async endOf(postmaster: Postmaster): Promise<string> {
    const { stuck, stop } = this.options.watchStuck(postmaster);
    const isStuck = await Promise.race([postmaster.ended.then(() => false), stuck.then(() => true)]);
    stop();
    if (!isStuck || this.isStopping) return postmaster.ended;
    this.options.log(`Postgres (process ${postmaster.pid}) accepts no connection: ${await stuck}. Ending it`);
    await this.options.endStuck(postmaster);
    return stuck;
  }

  /** Tries until one runs, stop() is called or too many tries in a row failed. Returns the failures so far. */
  private async bringUp(failures: number): Promise<number> {
    let reason = 'it ended right after each start';
    for (; !this.isStopping; failures += 1) {
      if (failures >= mostFailures && !OF_THE_DISK.test(reason)) {
        this.options.onGiveUp(`Postgres can't be kept running, ${failures} tries in a row failed: ${reason}`);
        return failures;
      }
      try {
        await this.pause(failures);
        if (this.isStopping) return failures;
        this.current = await this.options.launch();
        return failures;
      } catch (error) {
        reason = (error as Error).message;
        this.options.log(`Postgres could not be started again: ${reason}`);
      }
    }
    return failures;
  }

  /** Nothing before the first try; stop() cuts it short. */
  private async pause(failures: number): Promise<void> {
    if (failures === 0) return;
    const { firstPauseMs } = this.options;
    const ms = Math.min(firstPauseMs * 2 ** (failures - 1), firstPauseMs * 20);
    try {
      await sleep(ms, undefined, { signal: this.stopRequest.signal });
    } catch (error) {
      if (!this.isStopping) throw error;
    }
  }
}
