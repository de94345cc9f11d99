// promises.md, 12: only the database's clock orders anything. Two servers on one database, one of which believes that it is an
// hour later: nobody can tell from what they wrote. The linter keeps Date.now() out of the server's source.
import { databaseUrl } from '../../scripts/database-url.mjs';
import { createTestDatabase } from '../setup/test-server.js';
import { call, endAll, eventually, newFolder, PROCESS_MS, type ServerProcess, startServer } from './server-process.js';

const HOUR_MS = 3_600_000;

/** Runs before the server: its clock, and nothing else, is an hour ahead. */
const AHEAD = `
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) { parts.length > 0 ? super(...parts) : super(Real.now() + ${HOUR_MS}); }
    static now() { return Real.now() + ${HOUR_MS}; }
  };
  process.on('SIGUSR2', () => console.log('clock ' + new Date().toISOString()));`;

let right: ServerProcess;
let ahead: ServerProcess;
beforeAll(async () => {
  const env = {
    DATABASE_URL: databaseUrl(await createTestDatabase()),
    STAMPLINE_DATA: newFolder(),
  };
  right = startServer(env);
  ahead = startServer({ ...env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(AHEAD)}` });
  await Promise.all([right.ready, ahead.ready]);
}, PROCESS_MS);
afterAll(endAll);

/** Whether an ISO time is of this hour's minutes, as the database's clock has them. */
const isNow = (time: string): boolean => Math.abs(Date.parse(time) - Date.now()) < HOUR_MS / 2;

it('the clock of one is an hour ahead, or the rest would show nothing', async () => {
  ahead.kill('SIGUSR2');
  const told = await eventually('it says its time', () => /clock (\S+)/.exec(ahead.output())?.[1]);
  expect(isNow(told)).toBe(false);
});

it('changes made by turns have their order, their times and their ETags from the database', async () => {
  const { body: ticket } = await call(ahead.base, 'POST', '/api/v1/ticket/', { title: 'by turns' });
  const url = `/api/v1/ticket/${ticket.id}/`;
  for (let turn = 1; turn <= 20; turn += 1) {
    const by = turn % 2 ? right : ahead;
    const other = turn % 2 ? ahead : right;
    const etag = (await fetch(`${other.base}${url}`)).headers.get('etag') ?? '';
    const reply = await fetch(`${by.base}/api/v1/updateticketstatus/${ticket.id}/`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'if-match': etag },
      body: JSON.stringify({ status: turn }),
    });
    expect({ turn, status: reply.status, etag: reply.headers.get('etag') }).toEqual({
      turn,
      status: 202,
      etag: `"${turn + 1}"`,
    });
  }
  const shown = await Promise.all([right, ahead].map((server) => call(server.base, 'GET', url)));
  expect(shown[0]?.body).toEqual(shown[1]?.body);
  for (const [name, value] of Object.entries(shown[0]?.body ?? {}))
    if (/_at$/.test(name) && value !== null)
      expect({ name, isNow: isNow(value as string) }).toEqual({ name, isNow: true });
  const rows = (await call(right.base, 'GET', `${url}history/?limit=100`)).body.objects as {
    version: number;
    time: string;
  }[];
  expect(rows.map((row) => row.version)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  expect(rows.map((row) => row.time)).toEqual(rows.map((row) => row.time).toSorted());
  expect(rows.filter((row) => !isNow(row.time))).toEqual([]);
});

it('the log has both their events in the order in which they were committed', async () => {
  const events = await eventually('all have their number', async () => {
    const { body } = await call(ahead.base, 'GET', '/api/v1/event/?order_by=seq&limit=100');
    return body.objects.length >= 21 && (body.objects as { seq: number; time: string }[]);
  });
  expect(events.map((event) => event.time)).toEqual(events.map((event) => event.time).toSorted());
});

it('what ends in half an hour has not ended where it is an hour later, and an answer that is kept is found there', async () => {
  const made = await call(right.base, 'POST', '/api/v1/ticket/', { title: 'held' }, 'made-once');
  const again = await call(ahead.base, 'POST', '/api/v1/ticket/', { title: 'held' }, 'made-once');
  expect(again.body).toEqual(made.body);
  const url = `/api/v1/ticket/${made.body.id}/`;
  expect((await call(right.base, 'POST', `${url}stamp/`)).status).toBe(200);
  const held = await call(ahead.base, 'POST', `${url}hold/`, { reason: 'the notes', until: '30m' });
  expect(held.status).toBe(200);
  for (const server of [right, ahead]) {
    const refused = await call(server.base, 'POST', `${url}promote/?dry_run=1`);
    expect(JSON.stringify(refused.body)).toContain('the notes');
  }
  const views = await Promise.all(
    [right, ahead].map((server) => call(server.base, 'GET', `/api/v1/fullticket/${made.body.id}/`)),
  );
  expect(views[0]?.body).toEqual(views[1]?.body);
});
