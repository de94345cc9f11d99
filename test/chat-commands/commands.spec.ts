// POST /api/v1/command/ (stream.md, "Commands"): people say what is to be done, and the stream tells what came of it.
import { aStampedTicket, aStagedProject, moduleUrl, productionOf } from '../builders/stamped-ticket.js';
import { upload } from '../builders/modules.js';
import { all, type Race, startRace } from '../builders/racing.js';
import type { TestServer } from '../setup/test-server.js';

let race: Race;
let server: TestServer;
beforeAll(async () => {
  race = await startRace();
  server = race.server;
});
afterAll(() => race.stop());

interface Answer {
  readonly command: string;
  readonly ok: boolean;
  readonly lines: string[];
  readonly result: Record<string, unknown>;
  readonly confirm: { id: string; text: string; expires_at: string };
}
const say = (text: string, more: object = {}, query = '') =>
  server.http.post(`/api/v1/command/${query}`).send({ text, ...more });
const said = async (text: string, more: object = {}, query = ''): Promise<Answer> =>
  (await say(text, more, query).expect(200)).body as Answer;
const asked = async (text: string, query = ''): Promise<Answer> =>
  (await say(text, {}, query).expect(202)).body as Answer;
const inProject = (project: { uri: string }) => aStampedTicket(server).with({ project: project.uri });
const stageOf = async ({ url }: { url: string }): Promise<unknown> =>
  ((await server.http.get(url).expect(200)).body as { stage: string }).stage;
const told = (): Promise<{ type: string; severity: string; actor: string; line: string; ticket_id: number | null }[]> =>
  server.sql(
    "SELECT type, severity, actor, line, ticket_id, stage, data FROM event WHERE subject = 'command' ORDER BY id DESC LIMIT 2",
  );

it('runs what REST runs, and tells it in the stream and in the history of the ticket', async () => {
  const ticket = await aStampedTicket(server).with({ title: 'Fix the menu' }).withModule('menu');
  const promoted = await said(`promote ${ticket.key}`);
  expect(promoted).toMatchObject({
    text: `promote ${ticket.key}`,
    command: 'promote',
    ok: true,
    lines: [`${ticket.key} promoted dev → qa: revision 1`],
    result: { key: ticket.key, stage: 'qa', changes: [{ specifier: 'menu' }] },
  });
  expect(await stageOf(ticket)).toBe('qa');
  expect((await told())[0]).toMatchObject({
    type: 'command.run',
    severity: 'info',
    actor: 'local',
    line: `"promote ${ticket.key}": ${ticket.key} promoted dev → qa: revision 1`,
    ticket_id: ticket.id,
  });
  const { body } = await server.http.get(`${ticket.url}history/`).expect(200);
  const types = (body as { objects: { type: string }[] }).objects.map(({ type }) => type);
  expect(types.slice(-2)).toEqual(['ticket.promoted', 'command.run']);
  expect((await said(`status ${ticket.key}`)).lines).toEqual([
    `${ticket.key} at qa, step 400 (Image Testing), status 000: Fix the menu`,
  ]);
  expect((await said(`why ${ticket.id}`)).lines).toEqual([
    `${ticket.key} can be promoted to prod: promote ${ticket.key}`,
  ]);
  expect((await said('revert', { ticket: ticket.url })).lines).toEqual([`${ticket.key} reverted qa → dev: revision 1`]);
  expect(await stageOf(ticket)).toBe('dev');
});

it('holds and unholds, closes and reopens the ticket in whose place it is said', async () => {
  const ticket = await aStampedTicket(server).withModule('held-by-word');
  const place = { ticket: ticket.key };
  expect((await said("hold --reason don't ship yet", place)).lines).toEqual([
    `${ticket.key} is held by local: don't ship yet`,
  ]);
  const refused = (await say('promote', place).expect(409)).body as object;
  expect(refused).toMatchObject({ code: 'ticket.held', next_actions: [{ href: `${ticket.url}unhold/` }] });
  expect((await told())[0]).toMatchObject({
    type: 'command.refused',
    severity: 'warn',
    line: `"promote": ${ticket.key} is held by local: don't ship yet`,
    ticket_id: ticket.id,
    data: { text: 'promote', code: 'ticket.held' },
  });
  const why = await said('why', place);
  expect(why.lines.slice(0, 2)).toEqual([
    `1 policy keeps ${ticket.key} from qa`,
    `hold: ${ticket.key} is held by local: don't ship yet`,
  ]);
  expect((await said('status', place)).lines[1]).toBe(`${ticket.key} is held by local: don't ship yet`);
  expect((await said('unhold', place)).lines).toEqual([`${ticket.key} is not held.`]);
  expect((await said('close --reason Not needed', place)).lines).toEqual([`${ticket.key} is closed: Not needed`]);
  expect((await said('why', place)).lines[0]).toBe(`${ticket.key} is closed: reopen ${ticket.key}`);
  expect((await said('reopen', place)).result).toMatchObject({ key: ticket.key, closed_at: null });
});

it('says the line for the terminal where a promotion needs to be forced', async () => {
  const ticket = await aStampedTicket(server);
  await upload(server, ticket.id, { specifier: 'forced-by-word' }, { 'm.js': 'import "gone-by-word";' });
  const line = `stamp promote ${ticket.key} --force imports --reason "why"`;
  const refused = (await say(`promote ${ticket.key}`).expect(409)).body as { error: string; verdicts: unknown[] };
  expect(refused).toMatchObject({ code: 'imports.unresolved', error: expect.stringContaining(line) });
  expect(refused.verdicts.length).toBeGreaterThan(1);
  const forced = (await say(`promote ${ticket.key} --force imports --reason known`).expect(400)).body as object;
  expect(forced).toMatchObject({ code: 'command.terminal_only', error: expect.stringContaining('stamp promote') });
  expect(await stageOf(ticket)).toBe('dev');
});

it('lists tickets and helps', async () => {
  const project = await aStagedProject(server, 'listed');
  const one = await inProject(project).with({ project: project.uri, title: 'One' }).withModule('a').at('qa');
  await inProject(project).with({ project: project.uri, title: 'Two' }).withModule('b');
  const list = await said('list qa --project listed');
  expect(list.lines).toEqual([
    '1 ticket at qa of listed',
    `${one.key} at qa, step 400 (Image Testing), status 000: One`,
  ]);
  expect(list.result).toMatchObject({ total_count: 1, tickets: [{ key: one.key, stage: 'qa' }] });
  expect((await said('list', {}, '?project=listed')).lines[0]).toBe('2 tickets open in listed');
  expect((await said('help')).lines).toContain('status TKT-1: Shows where a ticket is.');
  expect((await said('help lock')).lines).toHaveLength(1);
});

it.each([
  ['promte TKT-1', {}, 400, 'command.unknown_verb'],
  ['promote', {}, 400, 'command.no_ticket'],
  ['promote TKT-99999', {}, 404, 'not_found'],
  ['promote prod', {}, 404, 'not_found'],
  ['promote 99999', {}, 404, 'not_found'],
  ['list nowhere', {}, 404, 'not_found'],
  ['list --project nowhere', {}, 404, 'not_found'],
  ['rollback qa 1', {}, 409, 'stage.not_production'],
  ['rollback prod 99999', {}, 404, 'release.unknown'],
  ['lock dev --reason x', {}, 400, 'lock.first_stage'],
  ['lock qa --reason x --until tomorrow', {}, 400, 'until.invalid'],
  ['confirm 0000000000', {}, 404, 'confirmation.unknown'],
])('refuses %j with a line in the stream', async (text, more, status, code) => {
  expect((await say(text, more).expect(status)).body).toMatchObject({ code });
  expect((await told())[0]).toMatchObject({ type: 'command.refused', data: { text, code } });
});

it('takes nothing that is no command for one', async () => {
  const before = await told();
  for (const body of [
    {},
    { text: 7 },
    { text: 'x\0' },
    { text: 'x'.repeat(1001) },
    { text: 'help', ticket: [] },
    { text: 'help', dry_run: 1 },
    { text: 'help', more: 1 },
  ])
    expect((await server.http.post('/api/v1/command/').send(body).expect(400)).body).toMatchObject({
      code: expect.stringMatching(/^body\./),
    });
  expect(await told()).toEqual(before);
});

it('keeps secrets out of the stream', async () => {
  await say('promote stl_0123456789abcdef').expect(404);
  expect(JSON.stringify((await told())[0])).not.toContain('0123456789abcdef');
});

it('rehearses with dry_run, production too, and needs no confirmation for it', async () => {
  const project = await aStagedProject(server, 'rehearsed');
  const ticket = await inProject(project).withModule('cart').at('qa');
  const dry = await said(`promote ${ticket.id}`, { dry_run: true });
  expect(dry).toMatchObject({ ok: true, dry_run: true, lines: [`${ticket.key} promoted qa → prod: release 1`] });
  expect([await stageOf(ticket), await productionOf(server, 'rehearsed').catch(() => ({}))]).toEqual(['qa', {}]);
  expect((await told())[0]).toMatchObject({
    type: 'command.run',
    line: `"promote ${ticket.id}": dry run: ${ticket.key} promoted qa → prod: release 1`,
    data: { dry_run: true },
  });
});

describe('production', () => {
  it('changes only after a confirmation, which counts once', async () => {
    const project = await aStagedProject(server, 'confirmed');
    const ticket = await inProject(project).withModule('cart').at('qa');
    const question = await asked(`promote ${ticket.id}`);
    expect(question).toMatchObject({
      ok: false,
      lines: [
        `This changes production. Within 60 seconds, send: ${question.confirm.text}`,
        `${ticket.key} promoted qa → prod: release 1`,
      ],
      confirm: { text: `confirm ${question.confirm.id}` },
    });
    expect(await stageOf(ticket)).toBe('qa');
    expect((await told())[0]).toMatchObject({ type: 'command.asked', ticket_id: ticket.id });
    const [left] = await server.sql<{ seconds: number }>(
      'SELECT extract(epoch FROM expires_at - clock_timestamp())::float AS seconds FROM pending_command WHERE id = $1',
      [question.confirm.id],
    );
    expect(left?.seconds).toBeGreaterThan(50);
    expect(left?.seconds).toBeLessThanOrEqual(60);
    const done = await said(question.confirm.text);
    expect(done).toMatchObject({ command: 'promote', ok: true, result: { stage: 'prod', release: 1 } });
    expect(await productionOf(server, 'confirmed')).toEqual({ cart: moduleUrl('cart') });
    // Served at once by the process that did it.
    expect((await server.http.get('/p/confirmed/import-map.json').expect(200)).text).toContain(moduleUrl('cart'));
    expect((await told())[0]).toMatchObject({
      line: `"promote ${ticket.id}": ${ticket.key} promoted qa → prod: release 1`,
      data: { confirmed: question.confirm.id },
    });
    expect((await say(question.confirm.text).expect(404)).body).toMatchObject({ code: 'confirmation.unknown' });
  });

  it('is asked back for revert, rollback, lock and unlock of it, and not where nothing would change', async () => {
    const project = await aStagedProject(server, 'asked-back');
    const ticket = await inProject(project).withModule('cart').at('prod');
    const query = '?project=asked-back';
    expect((await asked('lock prod --reason Holidays --until 2h', query)).result).toMatchObject({
      lock: { actor: 'local' },
    });
    const lock = await asked('lock prod --reason Holidays', query);
    expect((await said(lock.confirm.text)).lines).toEqual(['prod of asked-back is locked by local: Holidays']);
    expect((await said('lock prod --reason Holidays', {}, query)).ok).toBe(true);
    await said('lock qa --reason Holidays', {}, query);
    await said('unlock qa', {}, query);
    const unlock = await asked('unlock prod', query);
    expect((await said(unlock.confirm.text)).lines).toEqual(['prod of asked-back is not locked.']);
    const rollback = await asked('rollback prod 0 --reason Broken', query);
    const revert = await asked(`revert ${ticket.id} --reason Broken`);
    expect((await said(revert.confirm.text)).lines[0]).toBe(`${ticket.key} reverted prod → qa: release 2: Broken`);
    // Production isn't any more what the rollback was shown with.
    expect((await say(rollback.confirm.text).expect(409)).body).toMatchObject({ code: 'release.changed', release: 2 });
    expect((await say(rollback.confirm.text).expect(404)).body).toMatchObject({ code: 'confirmation.unknown' });
    expect((await said('rollback prod 2', {}, query)).lines).toEqual([
      'prod of asked-back is at release 2, which equals release 2',
    ]);
  });

  it('rolls back once it is confirmed', async () => {
    const project = await aStagedProject(server, 'rolled-back');
    const ticket = await inProject(project).withModule('cart').at('prod');
    const { confirm } = await asked('rollback prod 0 --reason "Sales are down"', '?project=rolled-back');
    const done = await said(confirm.text);
    expect(done.lines).toEqual([
      'prod of rolled-back rolled back to release 0, as release 2: Sales are down',
      `Moved back a stage: ${ticket.key}`,
    ]);
    expect(done.result).toMatchObject({ release: 2, suspended: [ticket.key], changes: [{ change: 'removed' }] });
    expect(await stageOf(ticket)).toBe('qa');
  });

  it('is confirmed by the same person, in time', async () => {
    const project = await aStagedProject(server, 'in-time');
    const ticket = await inProject(project).withModule('cart').at('qa');
    const { confirm } = await asked(`promote ${ticket.id}`);
    await server.sql("UPDATE pending_command SET actor = 'ada' WHERE id = $1", [confirm.id]);
    expect((await say(confirm.text).expect(403)).body).toMatchObject({ code: 'confirmation.not_yours' });
    // Over, and asked before the database's clock stepped back by an hour.
    for (const left of ['-1 second', '1 hour']) {
      await server.sql(
        "UPDATE pending_command SET actor = 'local', expires_at = clock_timestamp() + $2::interval WHERE id = $1",
        [confirm.id, left],
      );
      expect((await say(confirm.text).expect(409)).body).toMatchObject({ code: 'confirmation.expired' });
    }
    expect(await stageOf(ticket)).toBe('qa');
  });

  it('is changed once by confirmations that come at once, on two processes', async () => {
    const project = await aStagedProject(server, 'at-once');
    const ticket = await inProject(project).withModule('cart').at('qa');
    const { confirm } = await asked(`promote ${ticket.id}`);
    const answers = await all(8, () => race.send('POST', '/api/v1/command/', { text: confirm.text }));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404, 404, 404, 404]);
    const releases = await server.sql(
      "SELECT 1 FROM release r JOIN project p ON p.id = r.project_id WHERE p.name = 'at-once' AND r.number > 0",
    );
    expect(releases).toHaveLength(1);
  });

  it('is asked back with the same bytes for the same Idempotency-Key', async () => {
    const project = await aStagedProject(server, 'keyed');
    const ticket = await inProject(project).withModule('cart').at('qa');
    const once = () => say(`promote ${ticket.id}`).set('idempotency-key', 'command-1').expect(202);
    const [first, second] = [await once(), await once()];
    expect([second.text, second.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    const { text } = (first.body as Answer).confirm;
    const confirm = () => say(text).set('idempotency-key', 'command-2').expect(200);
    const [done, again] = [await confirm(), await confirm()];
    expect(again.text).toBe(done.text);
  });
});
