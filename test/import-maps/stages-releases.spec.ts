// Releases as they are read, and what becomes of them when their tickets go.
import { HOSTILE_GIT } from '../builders/hostile-texts.js';
import { setTimeout as pause } from 'node:timers/promises';
import { WriteProduction } from '../../src/import-maps/stages/write-production.js';
import { Db } from '../../src/platform/database/db.js';
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

const post = (url: string, body: object = {}) => server.http.post(url).send(body);

it('stays in production, with its ticket, when somebody deletes that', async () => {
  const project = await aStagedProject(server, 'deleted');
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('kept').at('prod');
  const open = await aStampedTicket(server).with({ project: project.uri }).withModule('gone').at('qa');
  expect((await server.http.delete(ticket.url).expect(409)).body).toMatchObject({ code: 'ticket.released' });
  await server.http.delete(open.url).expect(204);
  expect(await productionOf(server, 'deleted')).toEqual({ kept: moduleUrl('kept') });
  await aStampedTicket(server).with({ project: project.uri }).withModule('kept', moduleUrl('kept', 2)).at('prod');
  expect(await productionOf(server, 'deleted')).toEqual({ kept: moduleUrl('kept', 2) });
  const list = await server.http.get('/api/v1/release/?project__name=deleted&order_by=number').expect(200);
  expect((list.body as { objects: object[] }).objects).toMatchObject([
    { number: 0, kind: 'base' },
    { number: 1, kind: 'promote', ticket: ticket.url, parent: 0 },
    { number: 2, kind: 'promote', ticket: expect.stringContaining('/api/v1/ticket/') },
  ]);
});

it('shows a release with its tickets and commits', async () => {
  const project = await aStagedProject(server, 'commits');
  const ticket = await aStampedTicket(server).with({ project: project.uri });
  await changeModules(server, ticket.id, [setTo('a', moduleUrl('a'))], {
    provenance: { git_remote: 'https://git.example/shop', git_branch: 'a', git_commit: 'abc1234' },
  });
  await post(`${ticket.url}promote/`).expect(200);
  await post(`${ticket.url}promote/`).expect(200);
  expect((await server.http.get('/api/v1/release/1/?project=commits').expect(200)).body).toMatchObject({
    number: 1,
    kind: 'promote',
    live: true,
    layers: [{ ticket: ticket.key, revision: 2, git_commit: 'abc1234', keys: 1 }],
    commits: ['abc1234'],
  });
  for (const wrong of ['2', 'x', '99999999999'])
    await server.http.get(`/api/v1/release/${wrong}/?project=commits`).expect(404);
  await server.http.get('/api/v1/release/1/?project=nobody').expect(404);
  expect((await post(`${ticket.url}revert/`).expect(200)).body).toMatchObject({ git_revert: 'git revert abc1234' });
  await post(`${ticket.url}unhold/`).expect(200);
  await post(`${ticket.url}promote/`).send({ git_commit: 'def5678' }).expect(200);
  // Where the change is found is no commit that made it.
  expect((await post(`${ticket.url}revert/`).expect(200)).body).toMatchObject({ git_revert: 'git revert abc1234' });
  expect((await server.http.get(`${ticket.url}revision/`).expect(200)).body).toMatchObject({
    objects: [
      { number: 1, operations: [] },
      { number: 2, git_branch: 'a', git_commit: 'abc1234' },
    ],
  });
});

it('lists what each release brought: its ticket by key and title, its commits', async () => {
  const project = await aStagedProject(server, 'brought');
  const ticket = await aStampedTicket(server).with({ project: project.uri, title: 'Free shipping' });
  const from = { provenance: { git_remote: 'https://git.example/shop', git_branch: 'a', git_commit: 'abc1234' } };
  await changeModules(server, ticket.id, [setTo('a', moduleUrl('a'))], from);
  for (let turn = 0; turn < 2; turn++) await post(`${ticket.url}promote/`).expect(200);
  await post(`${ticket.url}revert/`).expect(200);
  await post(`${ticket.url}unhold/`).expect(200);
  await post(`${ticket.url}promote/`)
    .send({ git_commit: 'def5678', git_commits: ['def5678', '0123abc'] })
    .expect(200);
  await server.http
    .patch('/api/v1/stage/prod/?project=brought')
    .set('if-match', '"3"')
    .send({ operations: [{ specifier: 'b', url: moduleUrl('b') }] })
    .expect(200);
  const list = await server.http.get('/api/v1/release/?project__name=brought&order_by=number').expect(200);
  const { key } = ticket;
  expect((list.body as { objects: object[] }).objects).toMatchObject([
    { kind: 'base', ticket: null, key: null, title: null, commits: [] },
    { kind: 'promote', ticket: ticket.url, key, title: 'Free shipping', commits: ['abc1234'] },
    { kind: 'revert', ticket: ticket.url, key, title: 'Free shipping', commits: [] },
    { kind: 'promote', ticket: ticket.url, key, title: 'Free shipping', commits: ['def5678', '0123abc'] },
    { kind: 'write', ticket: null, key: null, title: null, commits: [] },
  ]);
  expect((await server.http.get('/api/v1/release/3/?project=brought').expect(200)).body).toMatchObject({
    ticket: ticket.url,
    key,
    title: 'Free shipping',
  });
});

it('takes commits only, and puts nothing else behind `git revert`', async () => {
  const project = await aStagedProject(server, 'no-commits');
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('a', moduleUrl('a')).at('qa');
  for (const [name, text] of HOSTILE_GIT.filter(([field]) => field === 'git_commit')) {
    const { status, body } = await post(`${ticket.url}promote/`).send({ [name]: text });
    expect([text, status, (body as { code: string }).code]).toEqual([text, 400, 'body.invalid_member']);
  }
  // What an earlier version took.
  await server.sql('UPDATE map_revision SET git_commit = $1 WHERE ticket_id = $2', [
    '4f1a2b3; touch stolen',
    ticket.id,
  ]);
  await post(`${ticket.url}promote/`).expect(200);
  expect((await post(`${ticket.url}revert/`).expect(200)).body).not.toHaveProperty('git_revert');
});

describe('the whole map of a release', () => {
  const change = (number: number) => setTo(`module-${number % 7}`, moduleUrl('module', number));

  /** A project with `count` releases that change seven keys by turns; the first brings `others` too. */
  async function aProjectWith(name: string, { others = 0, count }: { others?: number; count: number }): Promise<void> {
    await aStagedProject(server, name);
    const [project] = await server.sql<{ id: number }>('SELECT id FROM project WHERE name = $1', [name]);
    const writing = server.app.get(WriteProduction, { strict: false });
    await server.app.get(Db, { strict: false }).transaction(async (tx) => {
      for (let number = 0; number < count; number++) {
        const length = number === 0 ? others : 0;
        const more = Array.from({ length }, (_, other) => setTo(`other-${other}`, moduleUrl('other', other)));
        const changes = () => Promise.resolve([change(number), ...more]);
        await writing.run(tx, project?.id ?? 0, changes, { actor: 'local', line: 'One of many' });
      }
    });
  }

  async function write(project: string, number: number): Promise<void> {
    const operations = [{ specifier: `module-${number % 7}`, url: moduleUrl('module', number) }];
    await server.http
      .patch(`/api/v1/stage/prod/?project=${project}`)
      .set('if-match', `"${number}"`)
      .send({ operations })
      .expect(200);
  }

  const kept = async (project: string): Promise<[number, number][]> => {
    const rows = await server.sql<{ number: number; snapshot: string[] }>(
      `SELECT r.number, snapshot FROM release r JOIN project p ON p.id = r.project_id
        WHERE p.name = $1 AND snapshot IS NOT NULL ORDER BY r.number`,
      [project],
    );
    return rows.map(({ number, snapshot }) => [number, snapshot.length]);
  };

  /** It comes a moment after its release. */
  async function keptAtLast(project: string): Promise<[number, number][]> {
    for (let tries = 0; (await kept(project)).length < 2 && tries < 100; tries++) await pause(20);
    return kept(project);
  }

  it('is kept every hundred releases', async () => {
    await aProjectWith('hundred', { count: 99 });
    for (let number = 99; number < 102; number++) await write('hundred', number);
    expect(await keptAtLast('hundred')).toEqual([
      [0, 0],
      [100, 7],
    ]);
    const expected = [95, 96, 97, 98, 99, 100, 101].map((number) => [
      `module-${number % 7}`,
      moduleUrl('module', number),
    ]);
    expect(await productionOf(server, 'hundred')).toEqual(Object.fromEntries(expected));
  });

  it('is kept less often where it is large', async () => {
    await aProjectWith('large', { others: 1500, count: 99 });
    await write('large', 99);
    await aProjectWith('later', { others: 1500, count: 199 });
    await write('later', 199);
    expect(await keptAtLast('later')).toEqual([
      [0, 0],
      [200, 1507],
    ]);
    expect(await kept('large')).toEqual([[0, 0]]);
  });
});

it('does not let a project go that has releases', async () => {
  const project = await aStagedProject(server, 'stays');
  await aStampedTicket(server).with({ project: project.uri }).withModule('cart').at('prod');
  await server.http.delete(project.uri).expect(409);
  expect((await server.http.get('/api/v1/release/0/?project=stays').expect(200)).body).toMatchObject({
    kind: 'base',
    live: false,
    layers: [],
  });
  await aStagedProject(server, 'fresh');
  expect((await server.http.get('/api/v1/release/0/?project=fresh').expect(200)).body).toMatchObject({
    kind: 'base',
    live: true,
    commits: [],
  });
});
