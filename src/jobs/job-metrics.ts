// Jobs in /metrics.
import { Counter, Gauge } from 'prom-client';
import { registry } from '../platform/metrics.controller.js';

const runs = new Counter({
  name: 'stampline_job_runs_total',
  help: 'Runs of background jobs, by job and outcome (done, failed, skipped because another process was running it).',
  labelNames: ['job', 'outcome'] as const,
  registers: [registry],
});

const lasted = new Gauge({
  name: 'stampline_job_last_run_seconds',
  help: 'How long the last successful run of a job took.',
  labelNames: ['job'] as const,
  registers: [registry],
});

export function observeJob(job: string, outcome: 'done' | 'failed' | 'skipped', ms: number): void {
  runs.labels(job, outcome).inc();
  if (outcome === 'done') lasted.labels(job).set(ms / 1000);
}
