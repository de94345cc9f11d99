// Many clients on the same ticket at once, on two servers with one database: nothing is lost, nothing is out of order, no
// request fails for the company it keeps.
import { aSpu, aTicket } from '../builders/ticket.builder.js';
import { all, ascending, type Race, type RaceAnswer, startRace, upTo } from '../builders/racing.js';
import { workflowCalls } from '../builders/workflow-calls.js';

let race: Race;
beforeAll(async () => {
  race = await startRace();
});
afterAll(() => race.stop());

const { ticketOf, historyOf } = workflowCalls(() => race.server);

it('gives 16 clients with 25 changes each 400 versions in one order', async () => {
  const { id } = await aTicket(race.server);
  const answers = await all(16, async (client) => {
    const own: RaceAnswer[] = [];
    for (let change = 0; change < 25; change++) {
      // Each status is sent once, so every change is one; a few go the long way.
      const key = change % 8 === 0 ? { 'Idempotency-Key': `race-${client}-${change}` } : undefined;
      own.push(await race.patch(id, { status: 1 + client * 25 + change }, key));
    }
    return own;
  });
  expect(new Set(answers.flat().map(({ status }) => status))).toEqual(new Set([202]));
  // A client's later change has a later version: no stale read, no reordering.
  for (const own of answers)
    expect(own.map(({ version }) => version)).toEqual(ascending(own.map(({ version }) => version!)));
  const versions = answers.flat().map(({ version }) => version!);
  expect(ascending(versions)).toEqual(upTo(401).slice(1));
  const history = await historyOf(id);
  expect(history.map(({ version }) => version)).toEqual(upTo(401));
  // Each row begins where the one before it ended, and says what its client sent.
  const sent = new Map(answers.flat().map(({ version, text }) => [version, /"status":"(\d+)"/.exec(text)?.[1]]));
  for (const [index, row] of history.slice(1).entries()) {
    expect(row.data.before?.status).toBe(index === 0 ? '000' : history[index]!.data.after?.status);
    expect(row.data.after?.status).toBe(sent.get(row.version!));
  }
  expect((await ticketOf(id)).version).toBe(401);
});

it('lets exactly one of those succeed who saw the same version', async () => {
  const { id } = await aTicket(race.server);
  for (let version = 1; version <= 10; version++) {
    const answers = await all(8, (client) =>
      race.patch(id, { status: version * 10 + client }, { 'If-Match': `"${version}"` }),
    );
    expect(ascending(answers.map(({ status }) => status))).toEqual([202, ...Array<number>(7).fill(412)]);
  }
  expect((await ticketOf(id)).version).toBe(11);
});

it('refuses every change behind a close, and none before it', async () => {
  for (let round = 0; round < 10; round++) {
    const { id, uri } = await aTicket(race.server);
    const [closed, ...answers] = await Promise.all([
      race.send('POST', `${uri}close/`),
      ...upTo(12).map((status) =>
        race.patch(id, { status }, status % 3 ? undefined : { 'Idempotency-Key': `close-${id}-${status}` }),
      ),
    ]);
    expect(closed.status).toBe(200);
    for (const { status, version } of answers) {
      expect([202, 409]).toContain(status);
      if (status === 202) expect(version).toBeLessThan(closed.version!);
    }
    const history = await historyOf(id);
    expect(history.map(({ version }) => version)).toEqual(upTo(closed.version!));
    expect(history.at(-1)!.type).toBe('ticket.closed');
  }
});

it('answers 202 or 404 to changes that meet a deletion', async () => {
  for (let round = 0; round < 10; round++) {
    const ticket = await aTicket(race.server).withSubticket('doomed');
    const spu = await aSpu(race.server, 'doomed');
    const subticket = `/api/v1/updatesubticketstatus/${ticket.subtickets[0]!.id}/`;
    const [gone, made, ...answers] = await Promise.all([
      race.send('DELETE', ticket.uri),
      race.send('POST', '/api/v1/subticket/', { ticket: ticket.uri, source_package_upload: spu }),
      ...upTo(8).flatMap((status) => [
        race.patch(
          ticket.id,
          { status },
          status % 3 ? undefined : { 'Idempotency-Key': `delete-${ticket.id}-${status}` },
        ),
        race.send('PATCH', subticket, { current_workflow_step: 200, status }),
      ]),
    ]);
    expect(gone.status).toBe(204);
    expect([201, 400]).toContain(made.status);
    for (const { status } of answers) expect([202, 404]).toContain(status);
    expect(await race.server.sql('SELECT 1 FROM subticket WHERE ticket_id = $1', [ticket.id])).toEqual([]);
    const done = answers.filter(({ status, text }) => status === 202 && text.includes('/updateticketstatus/')).length;
    const moves = (await historyOf(ticket.id)).filter(
      ({ type, data }) => type.startsWith('ticket.status') && !data.cause,
    );
    expect(moves.length).toBe(done);
  }
});
