// Many clients on the same tickets at once, on two servers with one database: nothing is lost, nothing is out of order, no
// request fails for the company it keeps.
import { aSpu, aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const servers: TestServer[] = [];
beforeAll(async () => {
  const first = await startTestServer();
  servers.push(first, await startTestServer({}, first.connection));
});
afterAll(async () => {
  for (const server of servers) await server.stop();
});

const first = (): TestServer => servers[0]!;
const { ticketOf, subticketOf, positionOf, historyOf } = workflowCalls(first);

interface Answer {
  readonly status: number;
  readonly version: number | undefined;
  readonly text: string;
}

let turn = 0;

/** One request on the next server in turn. */
async function send(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const server = servers[turn++ % servers.length]!;
  const reply = await fetch(`${server.base}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
  const text = await reply.text();
  const version = /"version":(\d+)/.exec(text)?.[1];
  return { status: reply.status, version: version === undefined ? undefined : Number(version), text };
}

const patch = (id: number, body: object, headers?: Record<string, string>): Promise<Answer> =>
  send('PATCH', `/api/v1/updateticketstatus/${id}/`, body, headers);

const all = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const ascending = (values: number[]): number[] => [...values].sort((one, other) => one - other);

it('gives 16 clients with 25 changes each 400 versions in one order', async () => {
  const { id } = await aTicket(first());
  const answers = await all(16, async (client) => {
    const own: Answer[] = [];
    for (let change = 0; change < 25; change++) {
      // Each status is sent once, so every change is one; a few go the long way.
      const key = change % 8 === 0 ? { 'Idempotency-Key': `race-${client}-${change}` } : undefined;
      own.push(await patch(id, { status: 1 + client * 25 + change }, key));
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
  const { id } = await aTicket(first());
  for (let version = 1; version <= 10; version++) {
    const answers = await all(8, (client) =>
      patch(id, { status: version * 10 + client }, { 'If-Match': `"${version}"` }),
    );
    expect(ascending(answers.map(({ status }) => status))).toEqual([202, ...Array<number>(7).fill(412)]);
  }
  expect((await ticketOf(id)).version).toBe(11);
});

it('rolls up parallel changes of a ticket to what the subtickets say in the end', async () => {
  const builder = aTicket(first());
  for (const name of upTo(8)) builder.withSubticket(`package-${name}`);
  const ticket = await builder;
  const change = (id: number, body: object): Promise<Answer> =>
    send('PATCH', `/api/v1/updatesubticketstatus/${id}/`, body);
  const moves = [
    { current_workflow_step: 200 },
    { current_workflow_step: 999 },
    { current_workflow_step: 200, status: 50 },
    { status: 1000 },
  ];
  const answers = await Promise.all(
    ticket.subtickets.map(async ({ id }) => {
      const own: Answer[] = [];
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
  const ticket = await aTicket(first()).withSubticket('a').withSubticket('b');
  const answers = await all(60, (index) => {
    if (index % 3 === 0) return patch(ticket.id, { status: index, current_workflow_step: index % 2 ? 200 : 300 });
    const { id, uri } = ticket.subtickets[index % 2]!;
    if (index % 3 === 1)
      return send('PATCH', `/api/v1/updatesubticketstatus/${id}/`, { current_workflow_step: index % 4 ? 999 : 200 });
    return patch(ticket.id, { current_workflow_step: 999, subticket: uri, log: `http://ci.example/${index % 4}` });
  });
  expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
  const { deadlocks } = (
    await first().sql<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    )
  )[0]!;
  expect(Number(deadlocks)).toBe(0);
  const own = (await historyOf(ticket.id)).filter((row) => row.subticket === null && row.type.startsWith('ticket.'));
  expect(own.map(({ version }) => version)).toEqual(upTo(own.length));
  const logs = await first().sql('SELECT subticket_id, reference FROM artifact GROUP BY 1, 2 HAVING count(*) > 1');
  expect(logs).toEqual([]);
});

it('leaves exactly one live subticket of parallel uploads for one package', async () => {
  const ticket = await aTicket(first());
  const uploads = await all(10, () => aSpu(first(), 'contested'));
  const answers = await Promise.all(
    uploads.map((spu) => send('POST', '/api/v1/subticket/', { ticket: ticket.uri, source_package_upload: spu })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(201));
  const rows = await first().sql<{ id: number; next: number | null }>(
    'SELECT id, superseded_by_id AS next FROM subticket WHERE ticket_id = $1 ORDER BY id',
    [ticket.id],
  );
  // Each was superseded once, all in one chain that ends in the live one.
  expect(rows.filter(({ next }) => next === null)).toHaveLength(1);
  expect(new Set(rows.map(({ next }) => next)).size).toBe(10);
});

it('keeps one live subticket while some are deleted and others made', async () => {
  const ticket = await aTicket(first()).withSubticket('busy').withSubticket('busy').withSubticket('busy');
  const uploads = await all(4, () => aSpu(first(), 'busy'));
  const answers = await Promise.all([
    ...uploads.map((spu) => send('POST', '/api/v1/subticket/', { ticket: ticket.uri, source_package_upload: spu })),
    ...ticket.subtickets.map(({ uri }) => send('DELETE', uri)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 204, 204, 204]);
  const live = await first().sql('SELECT id FROM subticket WHERE ticket_id = $1 AND superseded_by_id IS NULL', [
    ticket.id,
  ]);
  expect(live).toHaveLength(1);
});

it('refuses every change behind a close, and none before it', async () => {
  for (let round = 0; round < 10; round++) {
    const { id, uri } = await aTicket(first());
    const [closed, ...answers] = await Promise.all([
      send('POST', `${uri}close/`),
      ...upTo(12).map((status) =>
        patch(id, { status }, status % 3 ? undefined : { 'Idempotency-Key': `close-${id}-${status}` }),
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
    const ticket = await aTicket(first()).withSubticket('doomed');
    const spu = await aSpu(first(), 'doomed');
    const subticket = `/api/v1/updatesubticketstatus/${ticket.subtickets[0]!.id}/`;
    const [gone, made, ...answers] = await Promise.all([
      send('DELETE', ticket.uri),
      send('POST', '/api/v1/subticket/', { ticket: ticket.uri, source_package_upload: spu }),
      ...upTo(8).flatMap((status) => [
        patch(ticket.id, { status }, status % 3 ? undefined : { 'Idempotency-Key': `delete-${ticket.id}-${status}` }),
        send('PATCH', subticket, { current_workflow_step: 200, status }),
      ]),
    ]);
    expect(gone.status).toBe(204);
    expect([201, 400]).toContain(made.status);
    for (const { status } of answers) expect([202, 404]).toContain(status);
    expect(await first().sql('SELECT 1 FROM subticket WHERE ticket_id = $1', [ticket.id])).toEqual([]);
    const done = answers.filter(({ status, text }) => status === 202 && text.includes('/updateticketstatus/')).length;
    const moves = (await historyOf(ticket.id)).filter(
      ({ type, data }) => type.startsWith('ticket.status') && !data.cause,
    );
    expect(moves.length).toBe(done);
  }
});

it('completes in strict mode only what is complete, however a subticket turns up', async () => {
  await first().sql(`INSERT INTO project (name, settings) VALUES ('strict', '{"workflow_mode": "strict"}')`);
  const [project] = await first().sql<{ id: number }>(`SELECT id FROM project WHERE name = 'strict'`);
  for (let round = 0; round < 10; round++) {
    const fields = { project: project!.id, current_workflow_step: 500 };
    const ticket = await aTicket(first()).with(fields).withSubticket('a', 300);
    const spu = await aSpu(first(), 'b');
    const [completed, made] = await Promise.all([
      patch(ticket.id, { current_workflow_step: 1000, status: 1000 }),
      send('POST', '/api/v1/subticket/', { ticket: ticket.uri, source_package_upload: spu }),
    ]);
    expect(made.status).toBe(201);
    const types = (await historyOf(ticket.id)).map(({ type }) => type).slice(-2);
    // Either it was complete before the new one came, or the new one stood in its way.
    if (completed.status === 202) expect(types).toEqual(['ticket.step_changed', 'subticket.created']);
    else expect([completed.status, types[1]]).toEqual([409, 'subticket.created']);
  }
});
