// Closing and reopening tickets with modules.
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

it('gets a closed ticket out of the way, and back into dev with its delta', async () => {
  const project = await aStagedProject(server, 'closed');
  const ticket = await inProject(project).withModule('cart', moduleUrl('cart', 'mine')).withModule('nav').at('qa');
  await post(`${ticket.url}close/`).expect(200);
  for (const verb of ['promote', 'revert', 'rebase']) {
    const refused = await post(`${ticket.url}${verb}/`, verb === 'rebase' ? { cart: 'mine' } : {}).expect(409);
    expect(refused.body).toMatchObject({ code: 'ticket.closed', next_actions: [{ href: `${ticket.url}reopen/` }] });
  }
  await expect(changeModules(server, ticket.id, [setTo('x', moduleUrl('x'))])).rejects.toMatchObject({
    code: 'ticket.closed',
  });
  const other = await inProject(project).withModule('nav', moduleUrl('nav', 'theirs'));
  expect((await changeModules(server, other.id, [setTo('free', moduleUrl('free'))])).warnings).toEqual([]);
  await post(`${other.url}promote/`).expect(200);
  await post(`${other.url}promote/`).expect(200);

  expect((await post(`${ticket.url}reopen/`).expect(200)).body).toMatchObject({ stage: 'dev', closed_at: null });
  const why = await server.http.get(`${ticket.url}why/`).expect(200);
  expect((why.body as { verdicts: object[] }).verdicts[0]).toMatchObject({
    code: 'conflicts.stale',
    summary: expect.stringContaining(other.key),
  });
  const { warnings } = await changeModules(server, ticket.id, [setTo('new', moduleUrl('new'))]);
  expect(warnings).toMatchObject([{ code: 'overtaken', key: ' nav', ticket: other.key }]);
  await post(`${ticket.url}rebase/`, { nav: 'theirs' }).expect(200);
  for (let turn = 0; turn < 2; turn++) await post(`${ticket.url}promote/`).expect(200);
  expect(await productionOf(server, 'closed')).toEqual({
    cart: moduleUrl('cart', 'mine'),
    free: moduleUrl('free'),
    nav: moduleUrl('nav', 'theirs'),
    new: moduleUrl('new'),
  });
});

it.each(['without modules', 'with modules in dev'])('takes no modules while it is complete, %s', async (which) => {
  const bare = aStampedTicket(server);
  const ticket = await (which === 'without modules' ? bare : bare.withModule('first'));
  const done = { current_workflow_step: '1000', status: '1000' };
  await server.http.patch(ticket.url.replace('/ticket/', '/updateticketstatus/')).send(done).expect(202);
  const change = (): Promise<unknown> => changeModules(server, ticket.id, [setTo('late', moduleUrl('late'))]);
  await expect(change()).rejects.toMatchObject({ code: 'ticket.complete' });
  const sent = await server.http
    .post(`${ticket.url}modules/`)
    .send({ specifier: 'late', url: 'https://cdn.example/late.js' })
    .expect(409);
  expect(sent.body).toMatchObject({ code: 'ticket.complete', next_actions: [{ href: `${ticket.url}reopen/` }] });
  await post(`${ticket.url}reopen/`).expect(200);
  await change();
});

it('begins a new cycle when a released ticket is reopened', async () => {
  const project = await aStagedProject(server, 'cycle');
  const ticket = await inProject(project).withModule('cart').at('prod');
  await post(`${ticket.url}close/`).expect(200);
  expect((await post(`${ticket.url}reopen/`).expect(200)).body).toMatchObject({
    stage: 'dev',
    current_workflow_step: '100',
  });
  expect((await server.http.get(`${ticket.url}diff/`)).body).toMatchObject({ changes: [] });
  const report = await changeModules(server, ticket.id, [setTo('nav', moduleUrl('nav'))]);
  expect(report).toMatchObject({ revision: 3, stage: 'dev', delta: [{ specifier: 'nav' }] });
  expect((await server.http.get(ticket.url)).body).toMatchObject({ current_workflow_step: '200' });
  for (let turn = 0; turn < 2; turn++) await post(`${ticket.url}promote/`).expect(200);
  expect(await productionOf(server, 'cycle')).toEqual({ cart: moduleUrl('cart'), nav: moduleUrl('nav') });
  // Reverting takes the second cycle out, and only that.
  await post(`${ticket.url}revert/`).expect(200);
  expect(await productionOf(server, 'cycle')).toEqual({ cart: moduleUrl('cart') });
});

it('says what others released meanwhile, in the event and in the answer of stamp', async () => {
  const project = await aStagedProject(server, 'meanwhile');
  const ticket = await inProject(project).withModule('cart', moduleUrl('cart', 'mine')).withModule('nav').at('qa');
  const staleIn = async (): Promise<unknown> =>
    (
      await server.sql<{ stale: unknown }>(
        "SELECT data->'stale' AS stale FROM event WHERE type = 'ticket.reopened' AND subject = $1 ORDER BY id DESC LIMIT 1",
        [`ticket/${ticket.id}`],
      )
    )[0]?.stale;
  await post(`${ticket.url}close/`).expect(200);
  expect((await post(`${ticket.url}stamp/`).expect(200)).body).toMatchObject({ stage: 'dev', warnings: [] });
  expect(await staleIn()).toBeNull();

  await post(`${ticket.url}close/`).expect(200);
  const other = await inProject(project).withModule('cart', moduleUrl('cart', 'theirs')).at('prod');
  const overtaken = {
    code: 'overtaken',
    key: 'cart',
    ticket: other.key,
    message: `${other.key} changed cart since your base.`,
  };
  expect((await post(`${ticket.url}stamp/`).expect(200)).body).toMatchObject({ stage: 'dev', warnings: [overtaken] });
  expect(await staleIn()).toEqual(['cart']);
  // Again, as long as nobody has decided.
  expect((await post(`${ticket.url}stamp/`).expect(200)).body).toMatchObject({ warnings: [overtaken] });
  await post(`${ticket.url}rebase/`, { cart: 'mine' }).expect(200);
  expect((await post(`${ticket.url}stamp/`).expect(200)).body).toMatchObject({ warnings: [] });
  // What came over a released one isn't in its way.
  expect((await post(`${other.url}stamp/`).expect(200)).body).toMatchObject({ stage: 'prod', warnings: [] });
});

it('bases what nobody touched on production as it is', async () => {
  const project = await aStagedProject(server, 'based');
  const ticket = await inProject(project).withModule('cart', moduleUrl('cart', 2));
  await post(`${ticket.url}close/`).expect(200);
  const other = await inProject(project).withModule('cart', moduleUrl('cart', 2)).at('prod');
  await post(`${ticket.url}reopen/`).expect(200);
  // The same value is live: nothing in the way, now or when the other one changes its mind.
  expect((await server.http.get(`${ticket.url}why/`)).body).toMatchObject({ promotable: true });
  await post(`${other.url}revert/`).expect(200);
  expect((await server.http.get(`${ticket.url}why/`)).body).toMatchObject({ promotable: false });
});

it('leaves tickets without modules alone', async () => {
  const { body } = await post('/api/v1/ticket/', { title: 'Plain' }).expect(201);
  const { resource_uri: url } = body as { resource_uri: string };
  for (const verb of ['close', 'reopen']) await post(`${url}${verb}/`).expect(200);
  expect((await server.http.get(url)).body).toMatchObject({ stage: null, version: 3 });
});
