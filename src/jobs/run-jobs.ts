// Finds the jobs that providers declare and runs them while the server is up.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { Logger } from 'pino';
import { LOGGER } from '../platform/injection-tokens.js';
import { JobLock } from './job-lock.js';
import { JobLoop } from './job-loop.js';
import { type Recurrence, recurrenceOf, type Run } from '../platform/recurring.js';

/** A job, bound to the provider that declares it. */
export interface DeclaredJob extends Recurrence {
  readonly run: Run;
}

@Injectable()
export class RunJobs implements OnApplicationBootstrap, OnApplicationShutdown {
  private loops: readonly JobLoop[] = [];
  private readonly methods = new MetadataScanner();

  constructor(
    private readonly providers: DiscoveryService,
    private readonly lock: JobLock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.loops = this.declared().map(({ run, ...job }) => new JobLoop(job, run, this.lock, this.log));
    for (const loop of this.loops) loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.leave()));
  }

  /** By name. Throws where two have the same one. */
  declared(): readonly DeclaredJob[] {
    const instances = new Set(this.providers.getProviders().map(({ instance }) => instance as unknown));
    const jobs = [...instances].filter(isObject).flatMap((instance) => this.jobsOf(instance));
    const names = jobs.map(({ name }) => name).sort();
    const twice = names.find((name, at) => names[at + 1] === name);
    if (twice !== undefined) throw new Error(`Two jobs are called ${twice}.`);
    return jobs.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  private jobsOf(instance: object): DeclaredJob[] {
    const prototype = Object.getPrototypeOf(instance) as Record<string, unknown> | null;
    if (prototype === null) return [];
    return this.methods.getAllMethodNames(prototype).flatMap((name) => {
      const job = recurrenceOf(prototype[name]);
      return job ? [{ ...job, run: (signal: AbortSignal) => (prototype[name] as Run).call(instance, signal) }] : [];
    });
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
