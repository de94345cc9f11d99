// A few thousand hostile requests with a fixed seed: no 500, no hang, no half change. `npm run fuzz` sends 100 000.
import { faultSince, snapshot } from '../../fuzz/changes.mjs';
import { callersOf, EVERY_SCOPE } from '../../fuzz/callers.mjs';
import { fuzz } from '../../fuzz/fuzz.mjs';
import { layGround } from '../../fuzz/fixtures.mjs';
import { brokenHistories } from '../../fuzz/history.mjs';
import { startGuarded } from '../access/world.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await layGround(server.base);
});
afterAll(() => server.stop());

const sql = (text: string): Promise<any[]> => server.sql(text);

type Snapshot = Awaited<ReturnType<typeof snapshot>>;

/** A refusal changes nothing, and every row that an accepted write changes has exactly one event. */
const noHalfChange = {
  before: (request: { method: string }) => (request.method === 'GET' ? undefined : snapshot(sql)),
  after: (request: object, reply: object, before: Snapshot | undefined) =>
    before && faultSince(sql, before, request as { operation: string }, reply as { status: number }),
};

it('answers one after the other without a half change', async () => {
  const { sent } = await fuzz({ base: server.base, seed: 1, count: 700, around: noHalfChange });
  expect(sent).toBeGreaterThan(600);
}, 90_000);

it('answers sixteen at a time, with every change in the log once and in order', async () => {
  const { sent, counts } = await fuzz({ base: server.base, seed: 2, count: 3000, inParallel: 16 });
  expect(sent).toBeGreaterThan(2500);
  expect([...counts.keys()].filter((status) => status < 300).length).toBeGreaterThan(1);
  expect(await brokenHistories(sql)).toEqual([]);
}, 90_000);

it('answers all kinds of callers, and lets nobody do what their tokens do not allow', async () => {
  const guarded = await startGuarded();
  const callers = await callersOf(guarded.base, (await guarded.token(EVERY_SCOPE, 'root')).token);
  await layGround(guarded.base, callers[0]?.headers);
  const { sent, counts } = await fuzz({ base: guarded.base, seed: 3, count: 1500, inParallel: 16, callers });
  expect(sent).toBeGreaterThan(1400);
  expect(counts.get(401)).toBeGreaterThan(50);
  expect(counts.get(403)).toBeGreaterThan(100);
  expect(await brokenHistories((text: string) => guarded.sql(text))).toEqual([]);
  await guarded.stop();
}, 90_000);
