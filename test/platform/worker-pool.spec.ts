// Threads are bounded in time, memory and number, and whatever one does to itself, those who wait are served.
import { PoolError, WorkerPool } from '../../src/platform/worker-pool.js';

const ENTRY = new URL('./worker-pool-jobs.mjs', import.meta.url);
let pool: WorkerPool;

beforeEach(() => {
  pool = new WorkerPool(ENTRY, { threads: 1, waiting: 2, milliseconds: 8000, heapMegabytes: 32 });
});
afterEach(() => pool.close());

const answer = (say: string) => pool.run({ deed: 'answer', say });
const reasonOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'none',
    (error: unknown) => (error instanceof PoolError ? error.reason : String(error)),
  );

it('answers in order', async () => {
  expect(await Promise.all([answer('a'), answer('b')])).toEqual([{ did: 'a' }, { did: 'b' }]);
});

it.each([
  ['spin', 'time'],
  ['hoard', 'memory'],
  ['throw', 'crash'],
  ['exit', 'crash'],
])(
  'a thread that would %s is ended (%s), and the one who waits gets another',
  async (deed, reason) => {
    const [first, second] = [reasonOf(pool.run({ deed })), answer('next')];
    expect([await first, await second]).toEqual([reason, { did: 'next' }]);
    expect(await answer('later')).toEqual({ did: 'later' });
  },
  60_000,
);

it('lets a few wait, and refuses more', async () => {
  const running = [answer('a'), answer('b'), answer('c')];
  expect(await reasonOf(answer('d'))).toBe('full');
  expect(await Promise.all(running)).toHaveLength(3);
  expect(await answer('e')).toEqual({ did: 'e' });
});

it('rejects what is left when it is closed', async () => {
  const running = [reasonOf(pool.run({ deed: 'spin' })), reasonOf(answer('b'))];
  await pool.close();
  expect(await Promise.all(running)).toEqual(['crash', 'crash']);
}, 20_000);
