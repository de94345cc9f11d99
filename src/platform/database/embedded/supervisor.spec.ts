// The order of restarts and of stop(), with postmasters whose end the test decides.

import type { Postmaster } from './postmaster.js';
import { Supervisor } from './supervisor.js';

/** A postmaster whose end the test decides. */
function aPostmaster(pid: number): Postmaster & { end: (detail: string) => void } {
  let end = (_detail: string) => {};
  const ended = new Promise<string>((resolve) => (end = resolve));
  return { pid, adopted: false, ended, end: (detail) => end(detail) };
}

const never = { stuck: new Promise<string>(() => {}), stop: () => {} };
const quiet = {
  log: () => {},
  onGiveUp: () => {},
  firstPauseMs: 1,
  end: () => Promise.resolve(),
  watchStuck: () => never,
  endStuck: () => Promise.resolve(),
};

describe('the supervisor', () => {
  it('gives up with one line after ten failed tries in a row', async () => {
    let tries = 0;
    const first = aPostmaster(1);
    const givenUp = new Promise<string>((resolve) => {
      const launch = () => Promise.reject(new Error(`no room (${(tries += 1)})`));
      new Supervisor(first, { ...quiet, launch, onGiveUp: resolve });
    });
    first.end('killed');
    expect(await givenUp).toMatch(/^Postgres can't be kept running, \d+ tries in a row failed: no room/);
    expect(tries).toBeGreaterThanOrEqual(9);
  });

  it.each([
    'could not create file "pg_wal/xlogtemp.7": Permission denied',
    'could not write to file "pg_wal/xlogtemp.7": No space left on device',
    'could not open file "global/pg_control": Read-only file system',
    "EACCES: permission denied, open '/data/postgres/postmaster.pid'",
  ])('goes on trying while the disk is what stands in the way: %s', async (reason) => {
    let tries = 0;
    const first = aPostmaster(1);
    const second = aPostmaster(2);
    const givenUp: string[] = [];
    const up = new Promise<void>((resolve) => {
      const launch = () => {
        if ((tries += 1) < 25) return Promise.reject(new Error(reason));
        resolve();
        return Promise.resolve(second);
      };
      new Supervisor(first, { ...quiet, launch, onGiveUp: (detail) => givenUp.push(detail) });
    });
    first.end('killed');
    await up;
    expect({ tries, givenUp }).toEqual({ tries: 25, givenUp: [] });
  });

  it('ends a postmaster that lives but serves nobody, and brings up another', async () => {
    const first = aPostmaster(1);
    const ended: number[] = [];
    const second = aPostmaster(2);
    const up = new Promise<void>((resolve) => {
      new Supervisor(first, {
        ...quiet,
        launch: () => {
          resolve();
          return Promise.resolve(second);
        },
        watchStuck: ({ pid }) =>
          pid === 1 ? { ...never, stuck: Promise.resolve('it refuses every connection') } : never,
        endStuck: ({ pid }) => {
          ended.push(pid);
          return Promise.resolve();
        },
      });
    });
    await up;
    expect(ended).toEqual([1]);
  });

  it('counts a postmaster that ends right after its start as a failed try', async () => {
    const givenUp = new Promise<string>((resolve) => {
      const launch = () => {
        const next = aPostmaster(2);
        next.end('crashed');
        return Promise.resolve(next);
      };
      const first = aPostmaster(1);
      new Supervisor(first, { ...quiet, launch, onGiveUp: resolve });
      first.end('crashed');
    });
    expect(await givenUp).toContain('right after each start');
  });

  it('ends what a restart brings up while stop() waits, and starts nothing after it', async () => {
    const first = aPostmaster(1);
    const second = aPostmaster(2);
    let launched = () => {};
    let launches = 0;
    const ended: number[] = [];
    const supervisor = new Supervisor(first, {
      ...quiet,
      launch: () => {
        launches += 1;
        return new Promise((resolve) => (launched = () => resolve(second)));
      },
      end: (postmaster) => {
        ended.push(postmaster.pid);
        (postmaster === second ? second : first).end('asked to');
        return Promise.resolve();
      },
    });
    first.end('killed');
    while (launches === 0) await new Promise((resolve) => setImmediate(resolve));
    const stops = [supervisor.stop(), supervisor.stop()];
    launched();
    await Promise.all(stops);
    expect({ ended, launches }).toEqual({ ended: [2], launches: 1 });
  });
});
