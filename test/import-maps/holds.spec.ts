// Holds and locks (promotion.md, "Policies"): who, why and until when; what they stop, and what they don't.
import { aStampedTicket, aStagedProject, moduleUrl, productionOf } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const post = (url: string, body: object = {}, headers: Record<string, string> = {}) =>
  server.http.post(url).set(headers).send(body);
const inProject = (project: { uri: string }) => aStampedTicket(server).with({ project: project.uri });
const eventsOf = (subject: string): Promise<{ type: string; line: string; severity: string }[]> =>
  server.sql('SELECT type, line, severity FROM event WHERE subject = $1 ORDER BY id', [subject]);
const overNow = (table: 'ticket_hold' | 'stage_lock'): Promise<unknown> =>
  server.sql(`UPDATE ${table} SET until = clock_timestamp() - interval '1 second' WHERE until IS NOT NULL`);

it('holds a ticket: promotion says who and why, `why` has the command, and lifting it lets the ticket go on', async () => {
  const ticket = await aStampedTicket(server).withModule('held');
  const { version } = (await server.http.get(ticket.url).expect(200)).body as { version: number };
  const held = await post(`${ticket.url}hold/`, { reason: ' Waits for the notes ' }).expect(200);
  expect(held.body).toEqual({
    ticket: ticket.url,
    key: ticket.key,
    version: version + 1,
    hold: { actor: 'local', reason: 'Waits for the notes', since: expect.any(String), until: null },
  });
  expect(held.headers.etag).toBe(`"${version + 1}"`);
  const refused = await post(`${ticket.url}promote/`).expect(409);
  expect(refused.body).toMatchObject({
    code: 'ticket.held',
    error: `${ticket.key} is held by local: Waits for the notes`,
    next_actions: [{ href: `${ticket.url}unhold/` }],
  });
  await post(`${ticket.url}promote/?dry_run=1`).expect(409);
  const why = (await server.http.get(`${ticket.url}why/`).expect(200)).body as {
    verdicts: { next_actions: object[] }[];
  };
  expect(why).toMatchObject({ promotable: false });
  expect(why.verdicts[0]).toMatchObject({ policy: 'hold', verdict: 'blocked', code: 'ticket.held', actor: 'local' });
  expect(why.verdicts[0]).not.toHaveProperty('until');
  expect(why.verdicts[0]?.next_actions).toMatchObject([
    { command: `curl --fail-with-body --request POST '${server.base}${ticket.url}unhold/'` },
  ]);
  expect((await post(`${ticket.url}unhold/`, { reason: 'They came' }).expect(200)).body).toMatchObject({
    version: version + 2,
    hold: null,
  });
  expect((await post(`${ticket.url}promote/`).expect(200)).body).toMatchObject({ stage: 'qa' });
  expect((await eventsOf(`ticket/${ticket.id}`)).filter(({ type }) => /held$/.test(type))).toEqual([
    { type: 'ticket.held', line: `${ticket.key} held: Waits for the notes`, severity: 'warn' },
    { type: 'ticket.unheld', line: `${ticket.key} no longer held: They came`, severity: 'info' },
  ]);
});

it('changes nothing when it is repeated, and keeps the answer for an Idempotency-Key', async () => {
  const ticket = await aStampedTicket(server).withModule('again');
  const body = { reason: 'Once', until: '2099-01-01T08:00Z' };
  const first = await post(`${ticket.url}hold/`, body, { 'idempotency-key': 'hold-1' }).expect(200);
  const again = await post(`${ticket.url}hold/`, body).expect(200);
  expect(again.body).toEqual(first.body);
  const other = await post(`${ticket.url}hold/`, { reason: 'Another' }).expect(200);
  expect(other.body).toMatchObject({ hold: { reason: 'Another', until: null } });
  const replayed = await post(`${ticket.url}hold/`, body, { 'idempotency-key': 'hold-1' }).expect(200);
  expect([replayed.text, replayed.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  await post(`${ticket.url}unhold/`).expect(200);
  await post(`${ticket.url}unhold/`).expect(200);
  expect((await eventsOf(`ticket/${ticket.id}`)).map(({ type }) => type).filter((type) => /held$/.test(type))).toEqual([
    'ticket.held',
    'ticket.held',
    'ticket.unheld',
  ]);
  await post(`${ticket.url}hold/`, body, { 'if-match': '"1"' }).expect(412);
});

it('clears by itself when its end comes, by the clock of the database', async () => {
  const ticket = await aStampedTicket(server).withModule('ending');
  const held = await post(`${ticket.url}hold/`, { reason: 'Tea', until: '2h' }).expect(200);
  const { hold } = held.body as { hold: { since: string; until: string } };
  expect(Date.parse(hold.until) - Date.parse(hold.since)).toBeCloseTo(2 * 3_600_000, -3);
  const until = `${hold.until.slice(0, 16).replace('T', ' ')} UTC`;
  expect((await post(`${ticket.url}promote/`).expect(409)).body).toMatchObject({
    error: `${ticket.key} is held by local until ${until}: Tea`,
  });
  const { verdicts } = (await server.http.get(`${ticket.url}why/`)).body as { verdicts: object[] };
  expect(verdicts[0]).toMatchObject({ policy: 'hold', verdict: 'waiting', until: hold.until });
  await overNow('ticket_hold');
  await post(`${ticket.url}promote/`).expect(200);
  expect((await post(`${ticket.url}unhold/`).expect(200)).body).toMatchObject({ hold: null });
  expect(await eventsOf(`ticket/${ticket.id}`)).not.toContainEqual(expect.objectContaining({ type: 'ticket.unheld' }));
});

it.each([
  [{}, 'reason.missing'],
  [{ reason: '  ' }, 'reason.missing'],
  [{ reason: 'x', until: 'tomorrow' }, 'until.invalid'],
  [{ reason: 'x', until: '2020-01-01' }, 'until.past'],
  [{ reason: 'x'.repeat(501) }, 'body.invalid_member'],
  [{ reason: 'x\0' }, 'body.invalid_member'],
  [{ because: 'x' }, 'body.unknown_member'],
])('refuses %j: %s', async (body, code) => {
  const ticket = await aStampedTicket(server).withModule('bad');
  expect((await post(`${ticket.url}hold/`, body).expect(400)).body).toMatchObject({ code });
  expect((await post('/api/v1/stage/prod/lock/', body).expect(400)).body).toMatchObject({ code });
});

it('holds a ticket that was reverted out of production, and those that were taken along', async () => {
  const project = await aStagedProject(server, 'slipping');
  const base = await inProject(project).withModule('base').at('prod');
  const shop = await inProject(project).withModule('shop', moduleUrl('shop'), ['base']).at('prod');
  await post(`${base.url}revert/`, { cascade: true, reason: 'Broken' }).expect(200);
  expect((await post(`${base.url}promote/`).expect(409)).body).toMatchObject({
    error: `${base.key} is held by local: reverted from prod (release 3): Broken`,
  });
  expect((await post(`${shop.url}promote/`).expect(409)).body).toMatchObject({
    error: `${shop.key} is held by local: ${base.key} was reverted (release 3)`,
  });
  // Nothing but an unhold lifts it; not the way back through the first stage.
  await post(`${base.url}revert/`).expect(200);
  await post(`${base.url}promote/`).expect(409);
  await post(`${base.url}unhold/`).expect(200);
  for (const stage of ['qa', 'prod'])
    expect((await post(`${base.url}promote/`).expect(200)).body).toMatchObject({ stage });
  const events = await eventsOf(`ticket/${base.id}`);
  expect(events.filter(({ type }) => type === 'ticket.held')).toEqual([]);
});

it('keeps the hold that somebody set without an end, and outlasts one with an end', async () => {
  const project = await aStagedProject(server, 'already-held');
  const [one, two] = [
    await inProject(project).withModule('a').at('prod'),
    await inProject(project).withModule('b').at('prod'),
  ];
  await post(`${one.url}hold/`, { reason: 'Mine' }).expect(200);
  await post(`${two.url}hold/`, { reason: 'Mine', until: '2h' }).expect(200);
  for (const { url } of [one, two]) await post(`${url}revert/`).expect(200);
  expect((await post(`${one.url}promote/`).expect(409)).body).toMatchObject({
    error: expect.stringMatching(/: Mine$/),
  });
  expect((await post(`${two.url}promote/`).expect(409)).body).toMatchObject({
    error: `${two.key} is held by local: reverted from prod (release 4)`,
  });
});

it('a hold or a lock without an end gets none by another: it would lift itself', async () => {
  const project = await aStagedProject(server, 'endless');
  const ticket = await inProject(project).withModule('a').at('prod');
  await post(`${ticket.url}revert/`).expect(200);
  const before = await eventsOf(`ticket/${ticket.id}`);
  const timed = { reason: 'Over lunch', until: '2h' };
  const refused = await post(`${ticket.url}hold/`, timed).expect(409);
  expect(refused.body).toMatchObject({
    code: 'hold.endless',
    error: `${ticket.key} is held by local without an end: reverted from prod (release 2). An end would lift it without a person, so lift it first, or leave out until. Unhold ${ticket.key}: curl --fail-with-body --request POST '${server.base}${ticket.url}unhold/'`,
    hold: { until: null },
  });
  const said = await post('/api/v1/command/', { text: `hold ${ticket.id} --reason Lunch --until 2h` });
  expect([said.status, JSON.stringify(said.body)]).toEqual([
    expect.any(Number),
    expect.stringContaining('hold.endless'),
  ]);
  expect((await eventsOf(`ticket/${ticket.id}`)).filter(({ type }) => type === 'ticket.held')).toEqual(
    before.filter(({ type }) => type === 'ticket.held'),
  );
  await post(`${ticket.url}hold/`, { reason: 'Another reason' }).expect(200);
  await post(`${ticket.url}unhold/`).expect(200);
  await post(`${ticket.url}hold/`, timed).expect(200);

  const lock = (body: object) => post('/api/v1/stage/prod/lock/?project=endless', body);
  await lock({ reason: 'Holidays' }).expect(200);
  expect((await lock({ reason: 'Tea', until: '5m' }).expect(409)).body).toMatchObject({
    code: 'hold.endless',
    error: expect.stringContaining('/api/v1/stage/prod/unlock/?project=endless'),
  });
  await lock({ reason: 'Long holidays' }).expect(200);
});

describe('a locked stage', () => {
  const lock = (project: string, stage = 'prod', body: object = { reason: 'Holidays' }) =>
    post(`/api/v1/stage/${stage}/lock/?project=${project}`, body);

  it('refuses promotion to it alone, and shows who locked it', async () => {
    const project = await aStagedProject(server, 'locked');
    const ticket = await inProject(project).withModule('cart');
    const locked = await lock('locked').expect(200);
    const shown = { actor: 'local', reason: 'Holidays', since: expect.any(String), until: null };
    expect(locked.body).toEqual({ stage: 'prod', project: 'locked', lock: shown });
    expect((await lock('locked').expect(200)).body).toEqual(locked.body);
    await post(`${ticket.url}promote/`).expect(200);
    const refused = await post(`${ticket.url}promote/`).expect(409);
    expect(refused.body).toMatchObject({
      code: 'stage.locked',
      error: 'prod of locked is locked by local: Holidays',
      verdicts: [
        { policy: 'lock', verdict: 'blocked' },
        { policy: 'steps' },
        { policy: 'conflicts' },
        { policy: 'hold' },
        { policy: 'imports' },
      ],
      next_actions: [{ href: '/api/v1/stage/prod/unlock/?project=locked', permission: 'admin' }],
    });
    expect((await server.http.get('/api/v1/stage/prod/?project=locked').expect(200)).body).toMatchObject({
      lock: shown,
    });
    const { body: stages } = await server.http.get('/api/v1/stage/?project=locked').expect(200);
    expect((stages as { objects: object[] }).objects).toMatchObject([{ lock: null }, { lock: null }, { lock: shown }]);
    await post('/api/v1/stage/prod/unlock/?project=locked', { reason: 'Back' }).expect(200);
    await post('/api/v1/stage/prod/unlock/?project=locked').expect(200);
    await post(`${ticket.url}promote/`).expect(200);
    const [{ id } = { id: 0 }] = await server.sql<{ id: number }>("SELECT id FROM project WHERE name = 'locked'");
    expect(await eventsOf(`stage_lock/${id}/prod`)).toEqual([
      { type: 'stage.locked', line: 'prod of locked locked: Holidays', severity: 'warn' },
      { type: 'stage.unlocked', line: 'prod of locked unlocked: Back', severity: 'info' },
    ]);
  });

  it('lets reverts and rollbacks through, and refuses direct writes', async () => {
    const project = await aStagedProject(server, 'frozen-prod');
    const ticket = await inProject(project).withModule('cart').at('prod');
    const later = await inProject(project).withModule('nav').at('prod');
    await lock('frozen-prod', 'prod', { reason: 'Holidays', until: '1w' }).expect(200);
    const stage = '/api/v1/stage/prod/';
    const written = await server.http
      .patch(`${stage}?project=frozen-prod`)
      .set('if-match', '"2"')
      .send({ imports: { a: moduleUrl('a') } })
      .expect(409);
    expect(written.body).toMatchObject({
      code: 'stage.locked',
      error: expect.stringMatching(/^prod of frozen-prod is locked by local until .* UTC: Holidays$/),
      next_actions: [{ command: expect.stringContaining('/unlock/?project=frozen-prod') }],
    });
    const deployed = await server.http
      .patch('/p/frozen-prod/services?env=prod&skip_url_check')
      .send({ service: 'a', url: moduleUrl('a') })
      .expect(409);
    expect(deployed.text).toContain('is locked by local');
    expect(deployed.headers['content-type']).toMatch(/^text\/plain/);
    await post(`${stage}rollback/?project=frozen-prod`, { release: 1 }, { 'if-match': '"2"' }).expect(200);
    await post(`${ticket.url}revert/`).expect(200);
    expect(await productionOf(server, 'frozen-prod')).toEqual({});
    await post(`${later.url}unhold/`).expect(200);
    expect((await post(`${later.url}promote/`).expect(409)).body).toMatchObject({ code: 'stage.locked' });
    await overNow('stage_lock');
    await post(`${later.url}promote/`).expect(200);
  });

  it('is a stage of the project, and not the first one', async () => {
    await lock('default', 'nowhere').expect(404);
    await post('/api/v1/stage/nowhere/unlock/').expect(404);
    await lock('no-such-project').expect(404);
    expect((await lock('default', 'dev').expect(400)).body).toMatchObject({ code: 'lock.first_stage' });
  });
});

it('promotes nothing once a lock is answered', async () => {
  const project = await aStagedProject(server, 'lock-race');
  const tickets = [];
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) tickets.push(await inProject(project).withModule(name));
  const answers = await Promise.all(
    tickets.map(async ({ url }, index) => {
      if (index === 3) await post('/api/v1/stage/qa/lock/?project=lock-race', { reason: 'Now' }).expect(200);
      return (await post(`${url}promote/`)).status;
    }),
  );
  expect(answers[3]).toBe(409);
  const [last] = await server.sql<{ type: string }>(
    `SELECT type FROM event WHERE type IN ('ticket.promoted', 'stage.locked') ORDER BY id DESC LIMIT 1`,
  );
  expect(last?.type).toBe('stage.locked');
});
