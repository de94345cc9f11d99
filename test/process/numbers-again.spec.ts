// Postgres is killed between the INSERT of a revision and its COMMIT, before its log reached the disk: the sequence goes back, and
// the same id is somebody else's. What the servers show and release is what was committed. With the real Postgres programs.
import { migrate } from '../../src/platform/database/migrate.js';
import { dataSourceOptions } from '../../src/data-source.js';
import { ask, eventually, postmasterPid, Scratch } from '../../src/platform/database/embedded/scratch.js';
import type { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';
import { aStampedTicket, moduleUrl, type StampedTicket } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import path from 'node:path';
import pg from 'pg';

const scratch = new Scratch();
let postgres: EmbeddedPostgres;
/** Has a transaction open when Postgres is killed. */
let interrupted: TestServer;
let other: TestServer;

beforeAll(async () => {
  postgres = await scratch.start(path.join(await scratch.folder(), 'data'));
  await migrate(dataSourceOptions(postgres.connection));
  interrupted = await startTestServer({}, postgres.connection);
  other = await startTestServer({}, postgres.connection);
}, 60_000);

afterAll(async () => {
  await interrupted.stop();
  await other.stop();
  await scratch.clear();
}, 60_000);

const upload = ({ base }: TestServer, { url }: StampedTicket, version: string): Promise<Response> =>
  fetch(`${base}${url}modules/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ modules: [{ specifier: 'cart', url: moduleUrl('cart', version) }] }),
  });

/** Its INSERT is done, and its next statement waits; then nothing that it wrote gets to the disk, and Postgres is killed. */
async function killWithin(write: () => Promise<unknown>): Promise<void> {
  const blocker = new pg.Client({ ...postgres.connection });
  blocker.on('error', () => undefined);
  await blocker.connect();
  await blocker.query('BEGIN; LOCK TABLE ticket_key IN SHARE ROW EXCLUSIVE MODE');
  const [logger] = (await ask(
    postgres,
    'CHECKPOINT',
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'",
  )) as number[];
  process.kill(logger as number, 'SIGSTOP');
  const written = write().catch((error: unknown) => error);
  await eventually(10_000, async () => {
    const waiting = await ask(
      postgres,
      "SELECT 1 FROM pg_locks WHERE relation = 'ticket_key'::regclass AND NOT granted",
    );
    if (waiting.length === 0) throw new Error('It does not wait yet.');
  });
  const pid = await postmasterPid(postgres);
  process.kill(pid, 'SIGKILL');
  process.kill(logger as number, 'SIGKILL');
  await written;
  await eventually(30_000, () => ask(postgres, 'SELECT 1'));
  await blocker.end().catch(() => undefined);
}

const numberOf = async (): Promise<unknown> =>
  (await ask(postgres, 'SELECT last_value::int FROM map_revision_id_seq'))[0];

it('shows and releases what was committed with an id that a lost transaction had', async () => {
  const ticket = await aStampedTicket(interrupted).withModule('nav');
  const before = await numberOf();
  await killWithin(() => upload(interrupted, ticket, 'lost'));
  expect(await numberOf()).toBe(before);
  await eventually(20_000, async () => {
    for (const server of [interrupted, other]) expect((await fetch(`${server.base}/readyz`)).status).toBe(200);
  });
  await eventually(20_000, async () => expect((await upload(other, ticket, 'kept')).status).toBe(201));
  expect(await numberOf()).toBe(Number(before) + 1);

  // The one that was interrupted promotes first: that reads the ticket by what it knows of it.
  const frozen = await eventuallyOk(() => fetch(`${interrupted.base}${ticket.url}promote/`, { method: 'POST' }));
  expect(frozen).toContain(moduleUrl('cart', 'kept'));
  const released = await eventuallyOk(() => fetch(`${interrupted.base}${ticket.url}promote/`, { method: 'POST' }));
  expect(released).toContain(moduleUrl('cart', 'kept'));
  for (const server of [interrupted, other])
    await eventually(5000, async () =>
      expect((await (await fetch(`${server.base}/import-map.json`)).json()) as object).toMatchObject({
        imports: { cart: moduleUrl('cart', 'kept') },
      }),
    );
}, 120_000);

async function eventuallyOk(send: () => Promise<Response>): Promise<string> {
  let text = '';
  await eventually(20_000, async () => {
    const reply = await send();
    text = await reply.text();
    if (reply.status !== 200) throw new Error(`${reply.status} ${text}`);
  });
  return text;
}
