// Tickets in each other's way: stale keys and rebase, overlaps, what dangles, why a ticket can't go on, what it would overtake.
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
const inProject = (project: { uri: string }) => aStampedTicket(server).with({ project: project.uri });

/** Two tickets at `cart`; the first is released. */
async function aStaleTicket(name: string, settings: object = {}) {
  const project = await aStagedProject(server, name, settings);
  const stale = await inProject(project).withModule('cart', moduleUrl('cart', 'mine')).withModule('nav');
  const other = await inProject(project).withModule('cart', moduleUrl('cart', 'theirs')).at('prod');
  return { project, stale, other };
}

it('refuses a stale ticket, naming the other one, until it is rebased on mine', async () => {
  const { stale, other } = await aStaleTicket('mine');
  const refused = await post(`${stale.url}promote/`).expect(409);
  expect(refused.body).toMatchObject({
    code: 'conflicts.stale',
    error: expect.stringContaining(other.key),
    verdicts: [
      { policy: 'conflicts', verdict: 'blocked', code: 'conflicts.stale' },
      { policy: 'steps', verdict: 'pass' },
      { policy: 'hold', verdict: 'pass' },
      { policy: 'lock', verdict: 'pass' },
      { policy: 'imports', verdict: 'pass' },
    ],
  });
  const rebased = await post(`${stale.url}rebase/`, { cart: 'mine' }).expect(200);
  expect(rebased.body).toMatchObject({ revision: 2, warnings: [], changes: [] });
  await post(`${stale.url}promote/`).expect(200);
  await post(`${stale.url}promote/`).expect(200);
  expect(await productionOf(server, 'mine')).toEqual({ cart: moduleUrl('cart', 'mine'), nav: moduleUrl('nav') });
});

it('gives a key up with theirs, and takes the command that the refusal prints', async () => {
  const { stale } = await aStaleTicket('theirs');
  const refused = await post(`${stale.url}promote/`).expect(409);
  const { next_actions: actions } = refused.body as {
    next_actions: { label: string; href: string; command: string }[];
  };
  const theirs = actions.find(({ label }) => label === 'Keep what is in production');
  expect(theirs?.command).toContain(`${server.base}${stale.url}rebase/`);
  const body = /--data '([^']*)'/.exec(theirs?.command ?? '')?.[1] ?? '';
  const rebased = await post(theirs?.href ?? '', JSON.parse(body) as object).expect(200);
  expect(rebased.body).toMatchObject({ changes: [{ specifier: 'cart', to: { url: moduleUrl('cart', 'theirs') } }] });
  await post(`${stale.url}promote/`).expect(200);
  await post(`${stale.url}promote/`).expect(200);
  expect(await productionOf(server, 'theirs')).toEqual({ cart: moduleUrl('cart', 'theirs'), nav: moduleUrl('nav') });
});

it('is settled by a new upload, too, which says who was overtaken', async () => {
  const { stale, other } = await aStaleTicket('upload');
  const report = await changeModules(server, stale.id, [setTo('cart', moduleUrl('cart', 'newer'))]);
  expect(report.warnings).toEqual([
    { code: 'overtaken', key: ' cart', ticket: other.key, message: `${other.key} changed cart since your base.` },
  ]);
  await post(`${stale.url}promote/`).expect(200);
});

it('names the other ticket in a frozen stage, and the way back', async () => {
  const project = await aStagedProject(server, 'frozen');
  const frozen = await inProject(project).withModule('cart', moduleUrl('cart', 'mine')).at('qa');
  const other = await inProject(project).withModule('cart', moduleUrl('cart', 'theirs')).at('prod');
  const refused = await post(`${frozen.url}promote/`).expect(409);
  expect(refused.body).toMatchObject({ code: 'conflicts.stale', error: expect.stringContaining(other.key) });
  const { next_actions: actions } = refused.body as { next_actions: { href: string }[] };
  expect(actions[0]?.href).toBe(`${frozen.url}revert/`);
});

it('refuses choices that are none', async () => {
  const { stale } = await aStaleTicket('choices');
  for (const body of [{}, { cart: 'ours' }, { cart: 1 }, { keys: { cart: null } }, []])
    await post(`${stale.url}rebase/`, body).expect(400);
  const unknown = await post(`${stale.url}rebase/`, { nothing: 'mine' }).expect(400);
  expect(unknown.body).toMatchObject({ code: 'rebase.unknown_key', keys: ['cart', 'nav'] });
  const same = await post(`${stale.url}rebase/`, { keys: { nav: 'mine' } }).expect(200);
  expect(same.body).toMatchObject({ revision: 1, warnings: [{ code: 'overtaken', key: 'cart' }] });
});

it('warns of open tickets at the same key, at a folder above and at keys below', async () => {
  const project = await aStagedProject(server, 'overlap');
  const folder = await inProject(project).withModule('lib/', 'https://cdn.example/lib@1/');
  const file = await inProject(project).withModule('lib/a/b', moduleUrl('b'));
  await inProject(project).withModule('library', moduleUrl('library'));
  await aStampedTicket(server).withModule('lib/a/b', moduleUrl('b'));
  const { warnings } = await changeModules(server, file.id, [setTo('lib/a/', 'https://cdn.example/a@1/')]);
  expect(warnings.map(({ code, key, ticket }) => [code, key, ticket])).toEqual([['overlap', ' lib/a/', folder.key]]);
  const other = await inProject(project);
  const below = await changeModules(server, other.id, [setTo('lib/', 'https://cdn.example/lib@2/')]);
  expect(below.warnings.map(({ ticket, message }) => [ticket, message.includes('lib/a/')])).toEqual([
    [folder.key, false],
    [file.key, true],
    [file.key, true],
  ]);
  for (const { url } of [folder, file]) await post(`${url}close/`).expect(200);
  expect((await changeModules(server, other.id, [setTo('lib/x', moduleUrl('x'))])).warnings).toEqual([]);
});

it('lets one open ticket at a key where the project blocks overlaps', async () => {
  const project = await aStagedProject(server, 'block', { overlap: 'block' });
  const first = await inProject(project).withModule('cart');
  const second = await inProject(project).withModule('nav');
  const change = () => changeModules(server, second.id, [setTo('cart', moduleUrl('cart', 2))]);
  await expect(change()).rejects.toMatchObject({
    code: 'modules.overlap',
    message: expect.stringContaining(first.key),
  });
  expect((await server.http.get(`${second.url}revision/`)).body).toMatchObject({ meta: { total_count: 1 } });
  for (const verb of ['promote', 'promote']) await post(`${first.url}${verb}/`).expect(200);
  expect(await change()).toMatchObject({ revision: 2, warnings: [] });
});

it('blocks one of two that come at once', async () => {
  const project = await aStagedProject(server, 'block-race', { overlap: 'block' });
  const tickets = await Promise.all([1, 2, 3, 4, 5].map(() => inProject(project)));
  const tries = tickets.map(({ id }, index) => changeModules(server, id, [setTo('cart', moduleUrl('cart', index))]));
  const results = await Promise.allSettled(tries);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('warns of a deletion that others import, and of imports that lead nowhere', async () => {
  const project = await aStagedProject(server, 'dangling');
  await inProject(project).withModule('base').withModule('base/', 'https://cdn.example/base@1/').at('prod');
  await inProject(project).withModule('shop', moduleUrl('shop'), ['base', 'base/deep.js', './own.js']).at('prod');
  await inProject(project).withModule('old', moduleUrl('old'), ['base']).at('prod');
  await inProject(project).withModule('old', moduleUrl('old', 2), []).at('prod');
  const ticket = await inProject(project).without('base').without('base/');
  const { warnings } = await changeModules(server, ticket.id, [
    setTo('new', moduleUrl('new'), ['shop', 'nobody-has-it']),
  ]);
  expect(warnings).toEqual([
    { code: 'dangling', key: ' base', message: 'base is deleted, but imported by shop.' },
    { code: 'dangling', key: ' base/', message: 'base/ is deleted, but imported by shop.' },
    { code: 'dangling', key: ' new', message: expect.stringContaining('nobody-has-it') },
  ]);
});

it('says why a ticket can not go on, and what it would overtake', async () => {
  const { project, stale, other } = await aStaleTicket('why');
  const why = await server.http.get(`${stale.url}why/`).expect(200);
  expect(why.body).toMatchObject({ key: stale.key, stage: 'dev', next_stage: 'qa', release: 1, promotable: false });
  expect((why.body as { verdicts: object[] }).verdicts[0]).toMatchObject({
    policy: 'conflicts',
    verdict: 'blocked',
    summary: expect.stringContaining(other.key),
    since: expect.any(String),
    next_actions: [{ permission: expect.any(String) }, expect.anything()],
  });
  const diff = await server.http.get(`${stale.url}diff/?from=prod&to=dev`).expect(200);
  expect(diff.body).toEqual({
    from: 'prod',
    to: 'dev',
    release: 1,
    changes: [
      {
        specifier: 'cart',
        scope: null,
        change: 'changed',
        from: { url: moduleUrl('cart', 'theirs') },
        to: { url: moduleUrl('cart', 'mine') },
        state: 'stale',
        overtakes: other.key,
      },
      expect.objectContaining({ specifier: 'nav', change: 'added', from: null, state: 'clean', overtakes: null }),
    ],
  });
  const older = await server.http.get(`${stale.url}diff/?from=release:0&to=release:1`).expect(200);
  expect((older.body as { changes: object[] }).changes).toMatchObject([{ specifier: 'cart', change: 'added' }]);
  for (const side of ['nowhere', 'release:x', '__proto__'])
    await server.http.get(`${stale.url}diff/?to=${side}`).expect(400);
  await server.http.get(`${stale.url}diff/?to=release:7`).expect(404);
  const plain = await inProject(project).withModule('free');
  expect((await server.http.get(`${plain.url}why/`)).body).toMatchObject({
    promotable: true,
    verdicts: ['steps', 'conflicts', 'hold', 'lock', 'imports'].map((policy) => ({ policy, verdict: 'pass' })),
  });
});

it('waits for its subtickets', async () => {
  const ticket = await aStampedTicket(server).withModule('waiting');
  const spu = await server.http.post('/api/v1/sourcepackage/').send({ name: 'openssl' }).expect(201);
  const upload = await server.http
    .post('/api/v1/spu/')
    .send({ sourcepackage: (spu.body as { resource_uri: string }).resource_uri, version: '1' })
    .expect(201);
  const subticket = await server.http
    .post('/api/v1/subticket/')
    .send({ ticket: ticket.url, source_package_upload: (upload.body as { resource_uri: string }).resource_uri })
    .expect(201);
  expect((await post(`${ticket.url}promote/`).expect(409)).body).toMatchObject({
    code: 'steps.subticket_unfinished',
    error: expect.stringContaining('openssl'),
  });
  const { id } = subticket.body as { id: number };
  await server.http
    .patch(`/api/v1/updatesubticketstatus/${id}/`)
    .send({ current_workflow_step: 1000, status: 1000 })
    .expect(202);
  await post(`${ticket.url}promote/`).expect(200);
});
