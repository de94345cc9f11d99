// Writers of one row: in order, in few transactions and on one connection, each judged on what the one before it made, and each
// with an outcome of its own. With a row in a table, a real Postgres and its faults.
import fc from 'fast-check';
import { Db, type Tx } from '../../src/platform/database/db.js';
import { BATCH, GroupCommit } from '../../src/platform/database/group-commit.js';
import { handedOver, handOver } from '../../src/platform/database/hand-over.js';
import { TryAgain } from '../../src/platform/database/database-error.js';
import { conflict, type DomainError } from '../../src/platform/errors.js';
import type { PostgresProxy } from '../setup/postgres-proxy.js';
import type { TestServer } from '../setup/test-server.js';
import { startTwoServers, type TwoServers } from '../setup/two-servers.js';

let servers: TwoServers;
let near: TestServer;
let far: TestServer;
let proxy: PostgresProxy;
/** Two processes' queues of one row. */
let groups: readonly [GroupCommit, GroupCommit];

/** A busy machine doesn't decide who is in a batch with whom. */
const UNHURRIED = { ...BATCH, ms: 60_000 };

beforeAll(async () => {
  servers = await startTwoServers();
  ({ near, far, proxy } = servers);
  groups = [near, far].map(
    (server) => new GroupCommit(server.app.get(Db, { strict: false }), 'counter', UNHURRIED),
  ) as never;
  await near.sql('CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)');
  await near.sql(
    'CREATE TABLE step (n int UNIQUE, tag text, made_by bigint DEFAULT pg_current_xact_id()::text::bigint)',
  );
});

afterAll(() => servers.stop());

beforeEach(async () => {
  await near.sql('TRUNCATE counter, step');
  await near.sql('INSERT INTO counter VALUES (1, 0)');
});

/** Moves the row on by one, and tells where it came; a refused one has written before that. */
const step =
  (tag: string, isRefused = false) =>
  async (tx: Tx): Promise<number> => {
    const [row] = await tx.run<{ n: number }>({ text: 'SELECT n FROM counter WHERE id = 1 FOR UPDATE' });
    const n = (row?.n ?? 0) + 1;
    await tx.run({ text: 'UPDATE counter SET n = $1 WHERE id = 1', values: [n] });
    await tx.run({ text: 'INSERT INTO step (n, tag) VALUES ($1, $2)', values: [n, tag] });
    if (isRefused) throw conflict('id.used', `${tag} at ${n}`);
    return n;
  };

/** The same, which lets the next one begin before its own statements are answered; what is wrong with one comes behind that. */
const handingOver =
  (tag: string, wrong: 'fails' | 'refused' | '' = '') =>
  async (tx: Tx): Promise<number> => {
    const before =
      (handedOver(tx) as number | undefined) ??
      (await tx.run<{ n: number }>({ text: 'SELECT n FROM counter WHERE id = 1 FOR UPDATE' }))[0]?.n ??
      0;
    const n = before + 1;
    const sent = Promise.all([
      tx.run({ text: 'UPDATE counter SET n = $1 WHERE id = 1', values: [n] }),
      tx.run({ text: 'INSERT INTO step (n, tag) VALUES ($1, $2)', values: [wrong ? -1 : n, tag] }),
      ...(wrong === 'fails' ? [tx.run({ text: 'SELECT 1 / 0' })] : []),
    ]);
    sent.catch(() => undefined);
    handOver(tx, n);
    if (wrong === 'refused') throw conflict('id.used', tag);
    await sent;
    return n;
  };

/** The same, whose statements go together with those of the next ones. */
const leaving =
  (tag: string, wrong: 'fails' | 'refused' | '' = '') =>
  async (tx: Tx): Promise<number> => {
    const before =
      (handedOver(tx) as number | undefined) ??
      (await tx.run<{ n: number }>({ text: 'SELECT n FROM counter WHERE id = 1 FOR UPDATE' }))[0]?.n ??
      0;
    const n = before + 1;
    const sent = new Promise<unknown>((resolve) =>
      tx.leave(() =>
        resolve(
          Promise.all([
            tx.run({ text: 'UPDATE counter SET n = $1 WHERE id = 1', values: [n] }),
            tx.run({ text: 'INSERT INTO step (n, tag) VALUES ($1, $2)', values: [wrong === 'fails' ? -1 : n, tag] }),
            ...(wrong === 'fails' ? [tx.run({ text: 'SELECT 1 / 0' })] : []),
          ]),
        ),
      ),
    );
    sent.catch(() => undefined);
    handOver(tx, n);
    if (wrong === 'refused') throw conflict('id.used', tag);
    await sent;
    return n;
  };

const wrongOf = (kind: string): 'fails' | 'refused' | '' =>
  kind.endsWith('fails') ? 'fails' : kind.endsWith('refused') ? 'refused' : '';

const steps = () => near.sql<{ n: number; tag: string; made_by: string }>('SELECT * FROM step ORDER BY n');
const codeOf = (outcome: PromiseSettledResult<unknown>): unknown =>
  outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as DomainError).code;

it('is in order, and many are one transaction', async () => {
  const done: number[] = [];
  const writers = Array.from({ length: 30 }, (_, index) =>
    groups[0].run(1, 10, step(`w${index}`)).then((n) => done.push(n)),
  );
  await Promise.all(writers);
  expect(done).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  const kept = await steps();
  expect(kept.map(({ tag }) => tag)).toEqual(kept.map((_, index) => `w${index}`));
  expect(new Set(kept.map(({ made_by }) => made_by)).size).toBeLessThan(10);
});

it('takes a batch no larger than its bytes', async () => {
  const half = 512 * 1024;
  await Promise.all(Array.from({ length: 9 }, (_, index) => groups[0].run(1, half, step(`w${index}`))));
  const batches = (await steps()).map(({ made_by }) => made_by);
  for (const batch of batches) expect(batches.filter((one) => one === batch).length).toBeLessThanOrEqual(2);
});

it('is as if they had come one after the other, whoever is refused or fails and wherever they wait', async () => {
  const kinds = fc.constantFrom(
    'kept',
    'refused',
    'fails',
    'again',
    'hands over',
    'hands over, fails',
    'hands over, refused',
    'leaves',
    'leaves, fails',
    'leaves, refused',
  );
  const writers = fc.array(fc.record({ kind: kinds, process: fc.constantFrom(0, 1) }), { minLength: 1, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(writers, async (all) => {
      await near.sql('TRUNCATE step');
      await near.sql('UPDATE counter SET n = 0');
      const acknowledged: { n: number; tag: string }[] = [];
      const outcomes = await Promise.allSettled(
        all.map(async ({ kind, process }, index) => {
          let tries = 0;
          const work = async (tx: Tx): Promise<number> => {
            if (kind.startsWith('hands')) return handingOver(`w${index}`, wrongOf(kind))(tx);
            if (kind.startsWith('leaves')) return leaving(`w${index}`, wrongOf(kind))(tx);
            const made = await step(`w${index}`, kind === 'refused')(tx);
            if (kind === 'fails') await tx.run({ text: 'SELECT 1 / 0' });
            if (kind === 'again' && (tries += 1) === 1) throw new TryAgain('once');
            return made;
          };
          const n = await groups[process].run(1, 10, work, { mayHandOver: /^(hands|leaves)/.test(kind) });
          acknowledged.push({ n, tag: `w${index}` });
        }),
      );
      expect(outcomes.map((one) => one.status)).toEqual(
        all.map(({ kind }) => (wrongOf(kind) ? 'rejected' : 'fulfilled')),
      );
      const kept = await steps();
      expect(kept.map(({ n }) => n)).toEqual(kept.map((_, index) => index + 1));
      expect(kept.map(({ n, tag }) => ({ n, tag }))).toEqual(acknowledged.sort((one, other) => one.n - other.n));
    }),
    { numRuns: 80 },
  );
});

it('asks once for many that hand over, and what keeps its turn is not hurried', async () => {
  let reads = 0;
  const counting =
    (work: (tx: Tx) => Promise<number>) =>
    (tx: Tx): Promise<number> => {
      if (handedOver(tx) === undefined) reads += 1;
      return work(tx);
    };
  const all = [...Array(20).keys()];
  const sent = all.map((index) => groups[0].run(1, 10, counting(handingOver(`w${index}`)), { mayHandOver: true }));
  expect(await Promise.all(sent)).toEqual(all.map((index) => index + 1));
  expect(reads).toBeLessThan(10);
  reads = 0;
  await Promise.all(all.map((index) => groups[0].run(1, 10, counting(handingOver(`w${20 + index}`)))));
  expect(reads).toBe(20);
  expect((await steps()).map(({ n }) => n)).toEqual([...all, ...all].map((_, index) => index + 1));
});

it('tells each of a batch that nobody knows, where the answer to its COMMIT is lost', async () => {
  proxy.loseCommitOf(/first/);
  const writers = ['first', 'w1', 'w2', 'w3', 'w4'].map((tag) => groups[1].run(1, 10, step(tag, tag === 'w2')));
  const outcomes = await Promise.allSettled(writers);
  expect(outcomes.map(codeOf)).toEqual(outcomes.map(() => 'outcome-unknown'));
  expect(await steps()).toEqual([]);
  expect(await groups[1].run(1, 10, step('after'))).toBe(1);
});

it('refuses at once where too many wait, and those that wait hold no connection', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const holding = groups[0].run(1, 10, async (tx) => {
    await gate;
    return step('holds')(tx);
  });
  const waiting = Array.from({ length: 199 }, (_, index) => groups[0].run(1, 10, step(`w${index}`)));
  const outcomes = Promise.allSettled(waiting);
  await expect(groups[0].run(1, 10, step('too many'))).rejects.toMatchObject({ code: 'overloaded' });
  // All the other connections of the pool are free.
  const db = near.app.get(Db, { strict: false });
  expect(await Promise.all(Array.from({ length: 20 }, () => db.run({ text: 'SELECT 1 AS one' })))).toHaveLength(20);
  open();
  await holding;
  expect((await outcomes).map(codeOf)).toEqual(waiting.map((_, index) => index + 2));
});

it('lets no process starve: each has its turn after a batch of the other one', async () => {
  const order: number[] = [];
  let running = true;
  const busy = async (process: 0 | 1): Promise<void> => {
    while (running) {
      await groups[process].run(1, 10, step(`p${process}`));
      order.push(process);
      if (order.length >= 400) running = false;
    }
  };
  await Promise.all([0, 0, 0, 0, 0, 0, 1].map((process) => busy(process as 0 | 1)));
  expect(order.filter((process) => process === 1).length).toBeGreaterThan(20);
});
