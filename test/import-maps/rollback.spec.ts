// Rolling production back, and writing to it directly.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  aStampedTicket,
  aStagedProject,
  moduleUrl,
  productionOf,
  type StampedTicket,
} from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const post = (url: string, body: object = {}) => server.http.post(url).send(body);
const inProject = (project: { uri: string }) => aStampedTicket(server).with({ project: project.uri });
const stageOf = async ({ url }: StampedTicket): Promise<unknown> =>
  ((await server.http.get(url).expect(200)).body as { stage: string }).stage;
const rollback = (project: string, body: object, ifMatch?: string) =>
  server.http
    .post(`/api/v1/stage/prod/rollback/?project=${project}`)
    .set(ifMatch === undefined ? {} : { 'if-match': ifMatch })
    .send(body);
const write = (project: string, body: object, ifMatch?: string) =>
  server.http
    .patch(`/api/v1/stage/prod/?project=${project}`)
    .set(ifMatch === undefined ? {} : { 'if-match': ifMatch })
    .send(body);

it('goes back to an earlier release; later tickets go back a stage', async () => {
  const project = await aStagedProject(server, 'back');
  const first = await inProject(project).withModule('cart').at('prod');
  const second = await inProject(project).withModule('cart', moduleUrl('cart', 2)).withModule('nav').at('prod');
  const back = await rollback('back', { release: 1, reason: 'Sales are down' }, '"2"').expect(200);
  expect(back.body).toMatchObject({
    stage: 'prod',
    release: 3,
    suspended: [second.key],
    restored: [],
    changes: [
      { specifier: 'cart', change: 'changed' },
      { specifier: 'nav', change: 'removed' },
    ],
  });
  expect(back.headers.etag).toBe('"3"');
  expect(await productionOf(server, 'back')).toEqual({ cart: moduleUrl('cart') });
  expect([await stageOf(first), await stageOf(second)]).toEqual(['prod', 'qa']);
  // It holds itself, so that it doesn't slip back with somebody's next click.
  expect((await post(`${second.url}promote/`).expect(409)).body).toMatchObject({
    code: 'ticket.held',
    error: `${second.key} is held by local: rolled back to release 1 (release 3)`,
  });
  await post(`${second.url}unhold/`).expect(200);
  await post(`${second.url}promote/`).expect(200);
  expect(await productionOf(server, 'back')).toEqual({ cart: moduleUrl('cart', 2), nav: moduleUrl('nav') });
  const list = await server.http.get('/api/v1/release/?project__name=back&order_by=number&kind=rollback').expect(200);
  expect((list.body as { objects: object[] }).objects).toMatchObject([{ number: 3, parent: 2, ticket: null }]);
});

it('names what was reverted since, and brings it back with force, without its ticket', async () => {
  const project = await aStagedProject(server, 'reverted');
  const ticket = await inProject(project).withModule('cart').at('prod');
  const later = await inProject(project).withModule('nav').at('prod');
  await post(`${ticket.url}revert/`).expect(200);
  const refused = await rollback('reverted', { release: 1 }, '"3"').expect(409);
  expect(refused.body).toMatchObject({ code: 'release.contains_reverted', reverted: [ticket.key] });
  const [action] = refused.body.next_actions as { command: string }[];
  const forced = await promisify(execFile)('sh', ['-c', action?.command ?? '']);
  expect(JSON.parse(forced.stdout)).toMatchObject({ release: 4, suspended: [later.key], restored: [ticket.key] });
  expect(await productionOf(server, 'reverted')).toEqual({ cart: moduleUrl('cart') });
  expect(await stageOf(ticket)).toBe('qa');
  // Production is there already: the same again makes no release, whatever it had to bring back at first.
  for (const force of [true, false])
    expect((await rollback('reverted', { release: 1, force }, '"4"').expect(200)).body).toMatchObject({
      release: 4,
      suspended: [],
      restored: [],
      changes: [],
    });
  expect((await server.http.get('/api/v1/release/4/?project=reverted').expect(200)).body).toMatchObject({
    layers: [{ ticket: null, keys: 1 }],
  });
  // Its own delta is live already: it can be promoted, and reverting it leaves what the rollback brought back.
  for (const verb of ['unhold', 'promote', 'revert']) await post(`${ticket.url}${verb}/`).expect(200);
  expect(await productionOf(server, 'reverted')).toEqual({ cart: moduleUrl('cart') });
});

it('asks for the release that was seen, and refuses what is none', async () => {
  const project = await aStagedProject(server, 'asked');
  await inProject(project).withModule('cart').at('prod');
  expect((await rollback('asked', { release: 0 }).expect(428)).body).toMatchObject({ code: 'if_match.required' });
  await rollback('asked', { release: 0 }, '"7"').expect(412);
  expect((await rollback('asked', { release: 2 }, '"1"').expect(404)).body).toMatchObject({ code: 'release.unknown' });
  for (const body of [{}, { release: -1 }, { release: '0' }, { release: 0.5 }, { release: 0, forced: true }])
    await rollback('asked', body, '"1"').expect(400);
  expect(
    (
      await server.http
        .post('/api/v1/stage/qa/rollback/?project=asked')
        .set('if-match', '*')
        .send({ release: 0 })
        .expect(409)
    ).body,
  ).toMatchObject({ code: 'stage.not_production' });
  await server.http.post('/api/v1/stage/nowhere/rollback/').set('if-match', '*').send({ release: 0 }).expect(404);
  expect((await rollback('asked', { release: 1 }, '"1"').expect(200)).body).toMatchObject({ release: 1, changes: [] });
  expect((await rollback('asked', { release: 0 }, '*').expect(200)).body).toMatchObject({ release: 2 });
  expect(await productionOf(server, 'asked')).toEqual({});
});

it('takes direct writes as releases without a ticket', async () => {
  const project = await aStagedProject(server, 'direct', { url_safe_list: ['https://cdn.example/'] });
  expect((await write('direct', { imports: { a: 'https://cdn.example/a.js' } }).expect(428)).body).toMatchObject({
    code: 'if_match.required',
  });
  const map = {
    imports: { a: 'https://cdn.example/a.js', b: 'https://cdn.example/b.js' },
    scopes: { 'https://app.example/': { a: 'https://cdn.example/a2.js' } },
    integrity: { 'https://cdn.example/a.js': `sha384-${'YWFh'.repeat(16)}` },
  };
  const first = await write('direct', map, '"0"').expect(200);
  expect(first.body).toMatchObject({
    release: 1,
    changes: [
      { specifier: 'a', to: { integrity: `sha384-${'YWFh'.repeat(16)}` } },
      { specifier: 'b' },
      { scope: 'https://app.example/' },
    ],
  });
  await write('direct', map, '"0"').expect(412);
  expect((await write('direct', map, '"1"').expect(200)).body).toMatchObject({ release: 1, changes: [] });
  const operations = [
    { specifier: 'b', url: null },
    { specifier: 'a', scope: 'https://app.example/', url: null },
    { specifier: 'c', url: 'https://cdn.example/c.js' },
  ];
  expect((await write('direct', { operations, reason: 'Tidy' }, '"1"').expect(200)).body).toMatchObject({ release: 2 });
  expect(await productionOf(server, 'direct')).toEqual({
    a: 'https://cdn.example/a.js',
    c: 'https://cdn.example/c.js',
  });
  const ticket = await inProject(project).withModule('c', moduleUrl('c', 'mine')).at('qa');
  await write('direct', { imports: { c: 'https://cdn.example/c3.js' } }, '"2"').expect(200);
  expect((await post(`${ticket.url}promote/`).expect(409)).body).toMatchObject({
    code: 'conflicts.stale',
    error: expect.stringContaining('direct write'),
  });
  const events = await server.sql<{ type: string; line: string }>(
    "SELECT type, line FROM event WHERE type = 'release.created' ORDER BY id",
  );
  expect(events.map(({ line }) => line)).toEqual([
    'Release 1: Written directly',
    'Release 2: Written directly: Tidy',
    'Release 3: Written directly',
  ]);
});

it('refuses direct writes of what may not be in a map', async () => {
  await aStagedProject(server, 'poison', { url_safe_list: ['https://cdn.example/'] });
  const one = (url: unknown, more: object = {}) => ({ operations: [{ specifier: 'a', url, ...more }] });
  const bad: [object, number][] = [
    [{ imports: { a: 'javascript:alert(1)' } }, 400],
    [{ imports: { a: 'https://evil.example/a.js' } }, 403],
    [{ imports: { a: null } }, 422],
    [{ imports: { 'a/': 'https://cdn.example/a' } }, 422],
    [{ imports: [] }, 422],
    [{ imports: {}, operations: [] }, 400],
    [{}, 400],
    [{ import: {} }, 400],
    [one('data:text/javascript,1'), 400],
    [one('https://evil.example/a.js'), 403],
    [one(1), 400],
    [one('https://cdn.example/a.js', { integrity: 'md5-x' }), 422],
    [one('https://cdn.example/a.js', { scope: 'nowhere' }), 400],
    [{ operations: [{ specifier: '', url: null }] }, 422],
    [{ operations: {} }, 400],
    [{ operations: [null] }, 400],
    [{ imports: {}, reason: 1 }, 400],
  ];
  for (const [body, status] of bad) {
    const reply = await write('poison', body, '*');
    expect([body, reply.status]).toEqual([body, status]);
  }
  expect((await server.http.get('/api/v1/stage/prod/?project=poison')).body).toMatchObject({ release: 0 });
});
