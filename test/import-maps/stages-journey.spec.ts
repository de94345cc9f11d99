// A ticket's way through the stages: dev → qa → prod → back, with its steps, events and releases.
import {
  aStampedTicket,
  aStagedProject,
  changeModules,
  moduleUrl,
  productionOf,
  setTo,
} from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const post = (url: string, body: object = {}, headers: Record<string, string> = {}) =>
  server.http.post(url).set(headers).send(body);
const historyOf = async (url: string) =>
  (
    (await server.http.get(`${url}history/`).expect(200)).body as {
      objects: { type: string; version: number; data: object }[];
    }
  ).objects;

it('goes from dev to production and back, with one event a step', async () => {
  const project = await aStagedProject(server, 'journey');
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('cart');
  const qa = await post(`${ticket.url}promote/`).expect(200);
  expect(qa.body).toMatchObject({
    stage: 'qa',
    current_workflow_step: '400',
    status: '000',
    release: null,
    version: 3,
  });
  const prod = await post(`${ticket.url}promote/`).expect(200);
  expect(prod.body).toMatchObject({
    ticket: ticket.url,
    key: ticket.key,
    stage: 'prod',
    current_workflow_step: '1000',
    status: '1000',
    release: 1,
    version: 4,
    revision: 1,
    changes: [{ specifier: 'cart', scope: null, change: 'added', from: null, to: { url: moduleUrl('cart') } }],
    links: { prod: `${server.base}/p/journey/import-map.json` },
  });
  expect(prod.headers.etag).toBe('"4"');
  expect(await productionOf(server, 'journey')).toEqual({ cart: moduleUrl('cart') });
  const back = await post(`${ticket.url}revert/`, { reason: 'Broken' }).expect(200);
  expect(back.body).toMatchObject({ stage: 'qa', current_workflow_step: '400', status: '000', release: 2, version: 5 });
  expect(back.body).toMatchObject({
    changes: [{ specifier: 'cart', change: 'removed' }],
    superseded: [],
    dependents: [],
  });
  expect(await productionOf(server, 'journey')).toEqual({});
  expect((await post(`${ticket.url}revert/`).expect(200)).body).toMatchObject({
    stage: 'dev',
    current_workflow_step: '200',
    release: null,
  });
  const again = await aStampedTicket(server).with({ project: project.uri }).withModule('nav').at('prod');
  expect((await server.http.get(again.url).expect(200)).body).toMatchObject({ stage: 'prod' });
  expect((await historyOf(ticket.url)).map(({ type, version }) => `${version} ${type}`)).toEqual([
    '1 ticket.created',
    '2 ticket.stamped',
    '3 ticket.promoted',
    '4 ticket.promoted',
    '5 ticket.reverted',
    '6 ticket.reverted',
  ]);
  expect((await historyOf(ticket.url))[3]?.data).toEqual({
    before: { stage: 'qa', current_workflow_step: '400', status: '000' },
    after: { stage: 'prod', current_workflow_step: '1000', status: '1000' },
    revision: 1,
    release: 1,
  });
});

it('goes through the stages that its project has', async () => {
  const stages = [
    { name: 'draft', step: 100 },
    { name: 'lab', step: 300 },
    { name: 'canary', step: 500, title: 'A tenth of the users' },
    { name: 'live', step: 1000 },
  ];
  const project = await aStagedProject(server, 'four', { stages });
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('cart');
  const steps = [];
  for (let turn = 0; turn < 3; turn++) {
    const { body } = await post(`${ticket.url}promote/`).expect(200);
    const { stage, current_workflow_step: step, release } = body as Record<string, unknown>;
    steps.push([stage, step, release]);
  }
  expect(steps).toEqual([
    ['lab', '300', null],
    ['canary', '500', null],
    ['live', '1000', 1],
  ]);
  expect((await post(`${ticket.url}promote/`).expect(409)).body).toMatchObject({ code: 'ticket.released' });
  expect((await post(`${ticket.url}revert/`).expect(200)).body).toMatchObject({ stage: 'canary', release: 2 });
  const list = await server.http.get('/api/v1/stage/?project=four').expect(200);
  expect(list.body).toMatchObject({
    meta: { total_count: 4 },
    objects: [
      { name: 'draft', title: 'draft', production: false, release: null },
      { name: 'lab' },
      { name: 'canary', title: 'A tenth of the users' },
      { name: 'live', production: true, release: 2 },
    ],
  });
  const live = await server.http.get('/api/v1/stage/live/?project=four').expect(200);
  expect(live.headers.etag).toBe('"2"');
  await server.http.get('/api/v1/stage/prod/?project=four').expect(404);
});

it('keeps the stages that open tickets are in', async () => {
  const project = await aStagedProject(server, 'kept');
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('cart').at('qa');
  const stages = [
    { name: 'dev', step: 200 },
    { name: 'prod', step: 1000 },
  ];
  const patch = () => server.http.patch(project.uri).set('If-Match', '*').send({ settings: { stages } });
  const refused = await patch().expect(409);
  expect(refused.body).toMatchObject({ code: 'project.stage_in_use', error: expect.stringContaining(ticket.key) });
  await post(`${ticket.url}revert/`).expect(200);
  await patch().expect(202);
  expect((await post(`${ticket.url}promote/`).expect(200)).body).toMatchObject({ stage: 'prod', release: 1 });
});

it('never lowers a step when it promotes, and refuses failed tickets', async () => {
  const ticket = await aStampedTicket(server).withModule('late');
  await server.http
    .patch(`/api/v1/updateticketstatus/${ticket.id}/`)
    .send({ current_workflow_step: 500, status: 40 })
    .expect(202);
  expect((await post(`${ticket.url}promote/`).expect(200)).body).toMatchObject({
    stage: 'qa',
    current_workflow_step: '500',
    status: '040',
  });
  const failure = { current_workflow_step: 999, status: 999, reason: 'Tests failed' };
  await server.http.patch(`/api/v1/updateticketstatus/${ticket.id}/`).send(failure).expect(202);
  const refused = await post(`${ticket.url}promote/`).expect(409);
  expect(refused.body).toMatchObject({
    code: 'steps.ticket_failed',
    error: expect.stringContaining('Tests failed'),
    verdicts: [
      { policy: 'steps', verdict: 'failed' },
      { policy: 'conflicts', verdict: 'pass' },
      { policy: 'hold', verdict: 'pass' },
      { policy: 'lock', verdict: 'pass' },
      { policy: 'imports', verdict: 'pass' },
    ],
  });
  expect((await post(`${ticket.url}revert/`).expect(200)).body).toMatchObject({
    stage: 'dev',
    current_workflow_step: '200',
    status: '000',
  });
});

it('is frozen past dev, with the command that helps', async () => {
  const ticket = await aStampedTicket(server).withModule('nav').at('qa');
  const change = () => changeModules(server, ticket.id, [setTo('nav', moduleUrl('nav', 2))]);
  await expect(change()).rejects.toMatchObject({
    code: 'ticket.frozen',
    message: expect.stringContaining(`/api/v1/ticket/${ticket.id}/revert/`),
  });
  expect((await post(`${ticket.url}rebase/`, { nav: 'mine' }).expect(409)).body).toMatchObject({
    code: 'ticket.frozen',
    next_actions: [{ method: 'POST', href: `${ticket.url}revert/`, command: expect.stringContaining(server.base) }],
  });
  await post(`${ticket.url}revert/`).expect(200);
  expect(await change()).toMatchObject({ revision: 2 });
});

it('goes back to an earlier revision in dev', async () => {
  const ticket = await aStampedTicket(server).withModule('one');
  await changeModules(server, ticket.id, [setTo('one', moduleUrl('one', 2)), setTo('two', moduleUrl('two'))]);
  expect((await post(`${ticket.url}revert/`).expect(400)).body).toMatchObject({ code: 'revert.no_stage_before' });
  expect((await post(`${ticket.url}revert/`, { to_revision: 9 }).expect(404)).body).toMatchObject({
    code: 'revision.unknown',
  });
  const back = await post(`${ticket.url}revert/`, { to_revision: 1 }).expect(200);
  expect(back.body).toMatchObject({
    revision: 3,
    changes: [
      { specifier: 'one', change: 'changed', to: { url: moduleUrl('one', 1) } },
      { specifier: 'two', change: 'removed' },
    ],
  });
  const list = await server.http.get(`${ticket.url}revision/`).expect(200);
  expect(
    (list.body as { objects: { number: number; operations: object[] }[] }).objects.map(({ number, operations }) => [
      number,
      operations.length,
    ]),
  ).toEqual([
    [1, 1],
    [2, 2],
    [3, 1],
  ]);
});

it('promotes what the client saw', async () => {
  const project = await aStagedProject(server, 'seen');
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('a').at('qa');
  await aStampedTicket(server).with({ project: project.uri }).withModule('b').at('prod');
  expect((await post(`${ticket.url}promote/`, {}, { 'if-match': '"2"' }).expect(412)).body).toMatchObject({
    code: 'if_match.failed',
  });
  expect((await post(`${ticket.url}promote/`, { release: 0 }).expect(409)).body).toMatchObject({
    code: 'release.changed',
    release: 1,
  });
  for (const release of ['1', 1.5, -1, true, {}]) await post(`${ticket.url}promote/`, { release }).expect(400);
  await post(`${ticket.url}promote/`, { releas: 1 }).expect(400);
  await post(`${ticket.url}promote/?dry_run=maybe`).expect(400);
  await post(`${ticket.url}promote/`, { release: 1 }, { 'if-match': '"3"' }).expect(200);
  expect(await productionOf(server, 'seen')).toEqual({ a: moduleUrl('a'), b: moduleUrl('b') });
});

it('rehearses a promotion and keeps nothing of it', async () => {
  const ticket = await aStampedTicket(server).withModule('rehearsed').at('qa');
  const before = await server.sql(
    'SELECT (SELECT count(*) FROM release) r, (SELECT count(*) FROM event) e, (SELECT count(*) FROM layer) l',
  );
  const rehearsal = await post(`${ticket.url}promote/?dry_run=1`).expect(200);
  expect(rehearsal.body).toMatchObject({
    dry_run: true,
    stage: 'prod',
    changes: [{ specifier: 'rehearsed', change: 'added' }],
  });
  expect(
    await server.sql(
      'SELECT (SELECT count(*) FROM release) r, (SELECT count(*) FROM event) e, (SELECT count(*) FROM layer) l',
    ),
  ).toEqual(before);
  const { release } = rehearsal.body as { release: number };
  expect((await post(`${ticket.url}promote/`).expect(200)).body).toMatchObject({ release });
});

it('promotes once for an Idempotency-Key', async () => {
  const ticket = await aStampedTicket(server).withModule('keyed');
  const key = { 'idempotency-key': 'promote-1' };
  const first = await post(`${ticket.url}promote/`, {}, key).expect(200);
  const second = await post(`${ticket.url}promote/`, {}, key).expect(200);
  expect([second.text, second.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  expect((await server.http.get(ticket.url)).body).toMatchObject({ stage: 'qa', version: 3 });
});

it('is stamped without modules, too', async () => {
  const { body } = await post('/api/v1/ticket/', { title: 'Later' }).expect(201);
  const { id, resource_uri: url } = body as { id: number; resource_uri: string };
  for (const verb of ['promote', 'revert'])
    expect((await post(`${url}${verb}/`).expect(409)).body).toMatchObject({ code: 'ticket.unstamped' });
  for (const expected of [2, 2])
    expect((await post(`${url}stamp/`).expect(200)).body).toMatchObject({
      stage: 'dev',
      version: expected,
      revision: 1,
      current_workflow_step: '200',
    });
  await changeModules(server, id, [setTo('later', moduleUrl('later'))]);
  await post('/api/v1/ticket/999999/stamp/').expect(404);
  await post('/api/v1/ticket/999999/promote/').expect(404);
  await post('/api/v1/ticket/999999/revert/').expect(404);
  expect((await post(`${url}promote/`).expect(200)).body).toMatchObject({ stage: 'qa', revision: 2 });
});
