// tx.afterCommit: once, when the COMMIT was answered; never for what was rolled back, repeated, undone or is unknown.
import { Db, type Tx } from '../../src/platform/database/db.js';
import { TryAgain } from '../../src/platform/database/database-error.js';
import type { PostgresProxy } from '../setup/postgres-proxy.js';
import type { TestServer } from '../setup/test-server.js';
import { startTwoServers, type TwoServers } from '../setup/two-servers.js';

let servers: TwoServers;
let near: TestServer;
let far: TestServer;
let proxy: PostgresProxy;
let db: Db;

beforeAll(async () => {
  servers = await startTwoServers();
  ({ near, far, proxy } = servers);
  db = far.app.get(Db, { strict: false });
  await near.sql('CREATE TABLE kept (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
});

afterAll(() => servers.stop());

/** What was told of one transaction, in order. */
async function tell(work: (tx: Tx, note: (name: string) => void) => Promise<void>): Promise<string[]> {
  const told: string[] = [];
  const outcome = db.transaction((tx) =>
    work(tx, (name) =>
      tx.afterCommit(
        () => void told.push(name),
        () => void told.push(`${name}?`),
      ),
    ),
  );
  await outcome.then(
    () => told.push('resolved'),
    () => told.push('rejected'),
  );
  return told;
}

const insert = (tx: Tx, n: number): Promise<unknown> => tx.run({ text: 'INSERT INTO kept VALUES ($1)', values: [n] });

it('runs in order, before the transaction resolves', async () => {
  const told = await tell(async (tx, note) => {
    note('one');
    await insert(tx, 1);
    note('two');
  });
  expect(told).toEqual(['one', 'two', 'resolved']);
});

it('does not run where the work rejects, or the COMMIT does', async () => {
  const refused = await tell(async (tx, note) => {
    note('refused');
    await insert(tx, 2);
    throw new Error('no');
  });
  const deferred = await tell(async (tx, note) => {
    note('twice');
    await insert(tx, 1);
  });
  expect([refused, deferred]).toEqual([['rejected'], ['rejected']]);
});

it('runs once for a transaction that was run again', async () => {
  let tries = 0;
  const told = await tell(async (tx, note) => {
    tries += 1;
    note(`try ${tries}`);
    await insert(tx, 10 + tries);
    if (tries < 3) throw new TryAgain('once more');
  });
  expect(told).toEqual(['try 3', 'resolved']);
  expect(await near.sql('SELECT n FROM kept WHERE n > 10')).toEqual([{ n: 13 }]);
});

it('forgets what a savepoint undid, and keeps what it released', async () => {
  const told = await tell(async (tx, note) => {
    note('before');
    const outer = await tx.savepoint();
    note('undone');
    const inner = await tx.savepoint();
    await insert(tx, 20);
    note('undone too');
    await inner.release();
    await outer.undo();
    const kept = await tx.savepoint();
    await insert(tx, 21);
    note('kept');
    await kept.release();
  });
  expect(told).toEqual(['before', 'kept', 'resolved']);
  expect(await near.sql('SELECT n FROM kept WHERE n BETWEEN 20 AND 29')).toEqual([{ n: 21 }]);
});

it.each(['loseCommitOf', 'loseAnswerToCommitOf'] as const)(
  'distrusts instead where the COMMIT is lost (%s)',
  async (fault) => {
    const told = await tell(async (tx, note) => {
      note('made');
      await insert(tx, fault === 'loseCommitOf' ? 30 : 31);
      proxy[fault](/INSERT INTO kept/);
    });
    expect(told).toEqual(['made?', 'rejected']);
  },
);

it('runs neither where the connection is lost before the COMMIT', async () => {
  proxy.loseAnswerTo('INSERT INTO kept');
  const told = await tell(async (tx, note) => {
    note('made');
    await insert(tx, 40);
  });
  expect(told).toEqual(['rejected']);
});
