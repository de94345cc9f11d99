// promises.md, 1, 2 and 9: whatever is killed with -9 while sixteen clients write, what was acknowledged is there, once and
// in order, and the server needs nobody's help.
import {
  call,
  endAll,
  eventually,
  isAlive,
  killPostgresOf,
  newFolder,
  PROCESS_MS,
  postgresOf,
  startServer,
} from './server-process.js';
import { type Account, faultsOf, newTicket, startWriters } from './status-writers.js';

afterAll(endAll);

/** Nothing but 503 with Retry-After, while the database is away. */
function expectOnlyUnavailable({ refusals }: Account): void {
  const others = refusals.filter((reply) => reply.status !== 503 || !(Number(reply.retryAfter) > 0));
  expect(others).toEqual([]);
}

it(
  'the server: the next one adopts the Postgres that was left behind, and nothing is lost',
  async () => {
    const folder = newFolder();
    let server = startServer({ STAMPLINE_DATA: folder });
    await server.ready;
    const ticket = await newTicket(server.base);
    const writers = startWriters(() => server.base, ticket);
    await writers.more(200);
    const postgres = postgresOf(folder) ?? 0;
    server.kill('SIGKILL');
    expect(await server.ended).toBe('SIGKILL');
    expect(isAlive(postgres)).toBe(true);
    server = startServer({ STAMPLINE_DATA: folder });
    await server.ready;
    await writers.more(200);
    const account = await writers.stop();
    expect(postgresOf(folder)).toBe(postgres);
    expect(await faultsOf(server.base, ticket, account)).toEqual([]);
    await expectToBeFound(server.base, ticket, account);
    expectOnlyUnavailable(account);
  },
  PROCESS_MS,
);

it(
  'Postgres: the server starts it again by itself, with 503 meanwhile',
  async () => {
    const folder = newFolder();
    const server = startServer({ STAMPLINE_DATA: folder });
    await server.ready;
    const ticket = await newTicket(server.base);
    const writers = startWriters(() => server.base, ticket);
    for (let round = 0; round < 2; round += 1) {
      await writers.more(200);
      const postgres = postgresOf(folder) ?? NaN;
      process.kill(postgres, 'SIGKILL');
      await eventually('another Postgres serves', async () => {
        const pid = postgresOf(folder);
        return pid !== postgres && (await call(server.base, 'GET', '/readyz')).status === 200;
      });
    }
    await writers.more(200);
    const account = await writers.stop();
    expect(server.child.exitCode).toBeNull();
    expect(account.refusals.length).toBeGreaterThan(0);
    expectOnlyUnavailable(account);
    expect(await faultsOf(server.base, ticket, account)).toEqual([]);
  },
  PROCESS_MS,
);

it(
  'both at once: the next server finds everything that was acknowledged',
  async () => {
    const folder = newFolder();
    let server = startServer({ STAMPLINE_DATA: folder });
    await server.ready;
    const ticket = await newTicket(server.base);
    const writers = startWriters(() => server.base, ticket);
    await writers.more(300);
    killPostgresOf(folder);
    server.kill('SIGKILL');
    await server.ended;
    server = startServer({ STAMPLINE_DATA: folder });
    await server.ready;
    await writers.more(100);
    const account = await writers.stop();
    expectOnlyUnavailable(account);
    expect(await faultsOf(server.base, ticket, account)).toEqual([]);
  },
  PROCESS_MS,
);

/** The checker must be able to fail: it misses a write that is not there, and one that is there otherwise. */
async function expectToBeFound(base: string, ticket: number, { acknowledged }: Account): Promise<void> {
  const last = acknowledged.at(-1) ?? { version: 0, status: '' };
  const claims = [
    { ...last, version: 1_000_000 },
    { ...last, status: '000' },
  ];
  for (const claim of claims) {
    expect(await faultsOf(base, ticket, { acknowledged: [claim], refusals: [] })).toHaveLength(1);
  }
}
