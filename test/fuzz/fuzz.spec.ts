// A few thousand hostile requests with a fixed seed: no 500, no hang, no half change. `npm run fuzz` sends 100 000.
import { fuzz } from '../../fuzz/fuzz.mjs';
import { brokenHistories } from '../../fuzz/history.mjs';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Sent {
  method: string;
}
interface Digest {
  rows: string;
  events: number;
}

/** Every row of every table but the log and the kept answers, in one number; and how long the log is. */
async function digest(): Promise<Digest> {
  const tables = await server.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('event', 'idempotency_key', 'migrations')",
  );
  const parts = tables.map(
    ({ name }) =>
      `SELECT '${name}' || COALESCE(sum(hashtextextended(t::text, 0)), 0) || '/' || count(*) AS part FROM ${name} t`,
  );
  const [row] = await server.sql<Digest>(
    `SELECT (SELECT string_agg(part, ' ' ORDER BY part) FROM (${parts.join(' UNION ALL ')}) p) AS rows, (SELECT count(*)::int FROM event) AS events`,
  );
  return row as Digest;
}

const noHalfChange = {
  before: (request: Sent) => (request.method === 'GET' ? undefined : digest()),
  after: async (_request: Sent, reply: { status: number }, before: Digest | undefined) => {
    if (!before) return undefined;
    const after = await digest();
    const changed = before.rows !== after.rows;
    const appended = after.events - before.events;
    if (reply.status >= 400 && (changed || appended > 0)) return `answered ${reply.status} and changed something`;
    return changed === appended > 0
      ? undefined
      : `answered ${reply.status}: rows ${changed ? 'changed' : 'stayed'}, ${appended} events`;
  },
};

it('answers one after the other without a half change', async () => {
  const { sent } = await fuzz({ base: server.base, seed: 1, count: 700, around: noHalfChange });
  expect(sent).toBeGreaterThan(600);
}, 90_000);

it('answers sixteen at a time, with every change in the log once and in order', async () => {
  const { sent, counts } = await fuzz({ base: server.base, seed: 2, count: 3000, inParallel: 16 });
  expect(sent).toBeGreaterThan(2500);
  expect([...counts.keys()].filter((status) => status < 300).length).toBeGreaterThan(1);
  expect(await brokenHistories((text: string) => server.sql(text))).toEqual([]);
}, 90_000);
