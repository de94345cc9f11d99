// What runs by itself: each job has an end, runs once at a time, is told when it fails, and ends when the server leaves.
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { setTimeout as pause } from 'node:timers/promises';
import { JobLock } from '../../src/jobs/job-lock.js';
import { JobLoop } from '../../src/jobs/job-loop.js';
import { RunJobs } from '../../src/jobs/run-jobs.js';
import type { Recurrence, Run } from '../../src/platform/recurring.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let lock: JobLock;
beforeAll(async () => {
  server = await startTestServer();
  lock = new JobLock(server.app.get(DataSource));
});
afterAll(() => server.stop());

const loops: JobLoop[] = [];
afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.leave()));
});

/** Starts a job; what it logs. */
function start(run: Run, more: Partial<Recurrence> = {}): { loop: JobLoop; logged: { level: number; msg: string }[] } {
  const logged: { level: number; msg: string }[] = [];
  const log = pino(
    {},
    { write: (line: string) => void logged.push(JSON.parse(line) as { level: number; msg: string }) },
  );
  const loop = new JobLoop({ name: `test.${loops.length}`, everyMs: 10, ...more }, run, lock, log);
  loops.push(loop);
  loop.start();
  return { loop, logged };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

it('finds every job that a provider declares', () => {
  const jobs = server.app.get(RunJobs).declared();
  expect(jobs.map(({ name, everyMs, alone = false }) => [name, everyMs, alone])).toEqual([
    ['counts.refresh', 3000, false],
    ['disk.look', 2000, false],
    ['events.archive', 3_600_000, false],
    ['files.clean', 3_600_000, true],
    ['keys.clean', 900_000, true],
    ['requests.end_unchecked', 250, false],
  ]);
});

it('runs them, and says so in /metrics', async () => {
  const runs = async (): Promise<number> => {
    const { text } = await server.http.get('/metrics').expect(200);
    return Number(/^stampline_job_runs_total\{job="requests.end_unchecked",outcome="done"\} (\d+)$/m.exec(text)?.[1]);
  };
  while (!((await runs()) >= 2)) await pause(50);
  expect(await runs()).toBeGreaterThanOrEqual(2);
});

it('runs a job again and again, never twice at once', async () => {
  let [at, most, times] = [0, 0, 0];
  start(async () => {
    at += 1;
    most = Math.max(most, at);
    await pause(25);
    at -= 1;
    times += 1;
  });
  await until(() => times >= 4);
  expect(most).toBe(1);
});

it('tells in the log when a job begins to fail, and when it works again', async () => {
  let times = 0;
  const { loop, logged } = start(() => {
    times += 1;
    if (times >= 2 && times <= 5) throw new Error('no luck');
  });
  await until(() => times >= 8);
  await loop.leave();
  expect(logged.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'the job failed and will be retried on schedule'],
    [30, 'the job succeeded again'],
  ]);
});

it('gives each run an end', async () => {
  const whys: string[] = [];
  start(
    async (signal) => {
      await aborted(signal);
      whys.push((signal.reason as Error).message);
    },
    { name: 'test.endless', limitMs: 30 },
  );
  await until(() => whys.length >= 2);
  expect(whys[0]).toBe('test.endless took longer than 30 ms');
});

it('waits on the way out for what is at work, and starts nothing more', async () => {
  let [begun, ended] = [0, 0];
  const { loop } = start(async (signal) => {
    begun += 1;
    await aborted(signal);
    await pause(50);
    ended += 1;
  });
  await until(() => begun === 1);
  await loop.leave();
  expect([begun, ended]).toEqual([1, 1]);
  await pause(50);
  expect(begun).toBe(1);
});

describe('a job that runs alone', () => {
  const never = new AbortController().signal;

  it('skips its turn while another process has it, and takes it when that has ended', async () => {
    let go: () => void = () => undefined;
    let begun = false;
    const first = lock.whileHeld('test.alone', never, async () => {
      begun = true;
      await new Promise<void>((resolve) => (go = resolve));
    });
    await until(() => begun);
    const ran: string[] = [];
    const again = (job: string) => lock.whileHeld(job, never, () => void ran.push(job));
    expect(await again('test.alone')).toBe(false);
    expect(await again('test.other')).toBe(true);
    go();
    expect(await first).toBe(true);
    // Postgres learns of the connection's end a moment later.
    while (!(await again('test.alone'))) await pause(10);
    expect(ran).toEqual(['test.other', 'test.alone']);
  });

  it('is told to end when its lock is lost', async () => {
    const why = await new Promise<string>((resolve, reject) => {
      lock
        .whileHeld('test.lost', never, async (signal) => {
          await server.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stampline job test.lost'",
          );
          await aborted(signal);
          resolve((signal.reason as Error).message);
        })
        .catch(reject);
    });
    expect(why).toBe('the lock of test.lost was lost');
  });

  it('fails where the database can not be asked, without running', async () => {
    const nowhere = new DataSource({ type: 'postgres', host: '127.0.0.1', port: 1 });
    const ran: string[] = [];
    await expect(new JobLock(nowhere).whileHeld('test.away', never, () => void ran.push('ran'))).rejects.toThrow();
    expect(ran).toEqual([]);
  });
});
