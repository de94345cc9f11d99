// Subtickets of one ticket changed, uploaded and deleted at once, on two servers with one database: roll-up comes out right,
// exactly one for a package is live, and nobody meets a deadlock.
import { aSpu, aTicket } from '../builders/ticket.builder.js';
import { all, type Race, type RaceAnswer, startRace, upTo } from '../builders/racing.js';
import { workflowCalls } from '../builders/workflow-calls.js';

let race: Race;
beforeAll(async () => {
  race = await startRace();
});
afterAll(() => race.stop());

const { subticketOf, positionOf, historyOf } = workflowCalls(() => race.server);

it('rolls up parallel changes of a ticket to what the subtickets say in the end', async () => {
  const builder = aTicket(race.server);
  for (const name of upTo(8)) builder.withSubticket(`package-${name}`);
  const ticket = await builder;
  const change = (id: number, body: object): Promise<RaceAnswer> =>
    race.send('PATCH', `/api/v1/updatesubticketstatus/${id}/`, body);
  const moves = [
    { current_workflow_step: 200 },
    { current_workflow_step: 999 },
    { current_workflow_step: 200, status: 50 },
    { status: 1000 },
  ];
  const answers = await Promise.all(
    ticket.subtickets.map(async ({ id }) => {
      const own: RaceAnswer[] = [];
      for (const body of moves) own.push(await change(id, body));
      return own;
    }),
  );
  expect(new Set(answers.flat().map(({ status }) => status))).toEqual(new Set([202]));
  expect(await positionOf(ticket.id)).toBe('200/1000');
  for (const { id } of ticket.subtickets) expect(await subticketOf(id)).toMatchObject({ status: '1000', version: 5 });
  const own = (await historyOf(ticket.id)).filter((row) => row.subticket === null);
  expect(own.map(({ version }) => version)).toEqual(upTo(own.length));
});

it('mixes ticket and subticket changes without a deadlock', async () => {
  const ticket = await aTicket(race.server).withSubticket('a').withSubticket('b');
  const answers = await all(60, (index) => {
    if (index % 3 === 0) return race.patch(ticket.id, { status: index, current_workflow_step: index % 2 ? 200 : 300 });
    const { id, uri } = ticket.subtickets[index % 2]!;
    if (index % 3 === 1)
      return race.send('PATCH', `/api/v1/updatesubticketstatus/${id}/`, {
        current_workflow_step: index % 4 ? 999 : 200,
      });
    return race.patch(ticket.id, { current_workflow_step: 999, subticket: uri, log: `http://ci.example/${index % 4}` });
  });
  expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
  const { deadlocks } = (
    await race.server.sql<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    )
  )[0]!;
  expect(Number(deadlocks)).toBe(0);
  const own = (await historyOf(ticket.id)).filter((row) => row.subticket === null && row.type.startsWith('ticket.'));
  expect(own.map(({ version }) => version)).toEqual(upTo(own.length));
  const logs = await race.server.sql('SELECT subticket_id, reference FROM artifact GROUP BY 1, 2 HAVING count(*) > 1');
  expect(logs).toEqual([]);
});

it('leaves exactly one live subticket of parallel uploads for one package', async () => {
  const ticket = await aTicket(race.server);
  const uploads = await all(10, () => aSpu(race.server, 'contested'));
  const answers = await Promise.all(
    uploads.map((spu) => race.send('POST', '/api/v1/subticket/', { ticket: ticket.uri, source_package_upload: spu })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(201));
  const rows = await race.server.sql<{ id: number; next: number | null }>(
    'SELECT id, superseded_by_id AS next FROM subticket WHERE ticket_id = $1 ORDER BY id',
    [ticket.id],
  );
  // Each was superseded once, all in one chain that ends in the live one.
  expect(rows.filter(({ next }) => next === null)).toHaveLength(1);
  expect(new Set(rows.map(({ next }) => next)).size).toBe(10);
});

it('keeps one live subticket while some are deleted and others made', async () => {
  const ticket = await aTicket(race.server).withSubticket('busy').withSubticket('busy').withSubticket('busy');
  const uploads = await all(4, () => aSpu(race.server, 'busy'));
  const answers = await Promise.all([
    ...uploads.map((spu) =>
      race.send('POST', '/api/v1/subticket/', { ticket: ticket.uri, source_package_upload: spu }),
    ),
    ...ticket.subtickets.map(({ uri }) => race.send('DELETE', uri)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 204, 204, 204]);
  const live = await race.server.sql('SELECT id FROM subticket WHERE ticket_id = $1 AND superseded_by_id IS NULL', [
    ticket.id,
  ]);
  expect(live).toHaveLength(1);
});

it('completes in strict mode only what is complete, however a subticket turns up', async () => {
  await race.server.sql(`INSERT INTO project (name, settings) VALUES ('strict', '{"workflow_mode": "strict"}')`);
  const [project] = await race.server.sql<{ id: number }>(`SELECT id FROM project WHERE name = 'strict'`);
  for (let round = 0; round < 10; round++) {
    const fields = { project: project!.id, current_workflow_step: 500 };
    const ticket = await aTicket(race.server).with(fields).withSubticket('a', 300);
    const spu = await aSpu(race.server, 'b');
    const [completed, made] = await Promise.all([
      race.patch(ticket.id, { current_workflow_step: 1000, status: 1000 }),
      race.send('POST', '/api/v1/subticket/', { ticket: ticket.uri, source_package_upload: spu }),
    ]);
    expect(made.status).toBe(201);
    const types = (await historyOf(ticket.id)).map(({ type }) => type).slice(-2);
    // Either it was complete before the new one came, or the new one stood in its way.
    if (completed.status === 202) expect(types).toEqual(['ticket.step_changed', 'subticket.created']);
    else expect([completed.status, types[1]]).toEqual([409, 'subticket.created']);
  }
});
