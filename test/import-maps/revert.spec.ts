// Taking modules out of production: superseded keys, dependents, cascade and force; rolling back to an earlier release.
import {
  aStampedTicket,
  aStagedProject,
  changeModules,
  moduleUrl,
  productionOf,
  setTo,
  type StampedTicket,
} from '../builders/stamped-ticket.js';
import { upload } from '../builders/modules.js';
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

it('keeps what later tickets overwrote, and says so', async () => {
  const project = await aStagedProject(server, 'superseded');
  const first = await inProject(project).withModule('cart').withModule('nav').at('prod');
  const second = await inProject(project).withModule('cart', moduleUrl('cart', 2)).at('prod');
  const reverted = await post(`${first.url}revert/`).expect(200);
  expect(reverted.body).toMatchObject({
    release: 3,
    superseded: [{ specifier: 'cart', scope: null, ticket: second.key }],
    changes: [{ specifier: 'nav', change: 'removed' }],
  });
  expect(await productionOf(server, 'superseded')).toEqual({ cart: moduleUrl('cart', 2) });
  await post(`${second.url}revert/`).expect(200);
  expect(await productionOf(server, 'superseded')).toEqual({});
  // Their deltas are as they were: the first one's base is there again, the second one was based on the first.
  expect((await post(`${second.url}promote/`).expect(409)).body).toMatchObject({
    error: expect.stringContaining(first.key),
  });
  for (const { url } of [first, second]) {
    await post(`${url}unhold/`).expect(200);
    await post(`${url}promote/`).expect(200);
  }
  expect(await productionOf(server, 'superseded')).toEqual({ cart: moduleUrl('cart', 2), nav: moduleUrl('nav') });
});

it('names who stands where a reverted ticket was, not the ticket itself', async () => {
  const project = await aStagedProject(server, 'itself');
  const first = await inProject(project).withModule('cart').at('prod');
  const second = await inProject(project).withModule('cart', moduleUrl('cart', 2)).at('prod');
  await post(`${first.url}revert/`).expect(200);
  const refused = await post(`${first.url}promote/`).expect(409);
  expect(refused.body).toMatchObject({
    code: 'conflicts.stale',
    error: expect.stringContaining(`by ${second.key} since ${first.key}`),
  });
});

it('gives back what a deletion took away, and is at its keys again', async () => {
  const project = await aStagedProject(server, 'undelete');
  await inProject(project).withModule('cart').withModule('nav').at('prod');
  const deleting = await inProject(project).without('cart').at('prod');
  expect(await productionOf(server, 'undelete')).toEqual({ nav: moduleUrl('nav') });
  await post(`${deleting.url}revert/`).expect(200);
  expect(await productionOf(server, 'undelete')).toEqual({ cart: moduleUrl('cart'), nav: moduleUrl('nav') });
  const other = await inProject(project);
  const { warnings } = await changeModules(server, other.id, [setTo('cart', moduleUrl('cart', 2))]);
  expect(warnings).toMatchObject([{ code: 'overlap', ticket: deleting.key }]);
});

async function aChain(name: string) {
  const project = await aStagedProject(server, name);
  const base = await inProject(project).withModule('base').withModule('lib/', 'https://cdn.example/lib/').at('prod');
  const shop = await inProject(project).withModule('shop', moduleUrl('shop'), ['base']).at('prod');
  const page = await inProject(project).withModule('page', moduleUrl('page'), ['shop', 'lib/x.js']).at('prod');
  await inProject(project).withModule('alone', moduleUrl('alone'), ['nothing']).at('prod');
  return { base, shop, page };
}

it('refuses to take away what later modules import, and names them', async () => {
  const { base, shop, page } = await aChain('dependents');
  const refused = await post(`${base.url}revert/`).expect(409);
  expect(refused.body).toMatchObject({
    code: 'revert.has_dependents',
    error: expect.stringContaining(shop.key),
    dependents: [
      { ticket: shop.key, specifiers: ['base'] },
      { ticket: page.key, specifiers: ['lib/x.js'] },
    ],
    next_actions: [{ command: expect.stringContaining('cascade') }, { command: expect.stringContaining('force') }],
  });
  expect(await stageOf(base)).toBe('prod');
  const rehearsed = await post(`${base.url}revert/?dry_run=1`, { cascade: true }).expect(200);
  expect(rehearsed.body).toMatchObject({ dry_run: true, release: 5 });
  expect(Object.keys(await productionOf(server, 'dependents'))).toEqual(['alone', 'base', 'lib/', 'page', 'shop']);
});

describe('a package that other tickets import files of', () => {
  /** Releases what a form brings, of a ticket of its own. */
  async function released(project: { uri: string }, texts: object, files: Record<string, string>) {
    const ticket = await inProject(project);
    expect((await upload(server, ticket.id, texts as Record<string, string>, files)).status).toBe(201);
    for (const _stage of ['qa', 'prod']) await post(`${ticket.url}promote/`).expect(200);
    return ticket;
  }
  const exports = (said: object) => ({ 'package.json': JSON.stringify({ exports: said }) });

  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['a file that only the newer version has', { 'i.js': '' }, { 'i.js': '', 'sub.js': '' }, 'ui/sub.js'],
    [
      'a subpath that only the newer version has',
      { 'i.js': '', ...exports({ '.': './i.js' }) },
      { 'i.js': '', 'l/sub.js': '', ...exports({ '.': './i.js', './sub': './l/sub.js' }) },
      'ui/sub',
    ],
  ])('%s: the importers depend on it', async (_name, older, newer, specifier) => {
    const project = await aStagedProject(server, `package-${specifier.length}`);
    const entry = { name: 'ui', ...('package.json' in older ? {} : { entry: 'i.js' }) };
    await released(project, entry, older);
    const second = await released(project, entry, newer);
    const page = await released(project, { specifier: 'page' }, { 'page.js': `import ${JSON.stringify(specifier)};` });
    const refused = await post(`${second.url}revert/`).expect(409);
    expect(refused.body).toMatchObject({
      code: 'revert.has_dependents',
      dependents: [{ ticket: page.key, specifiers: [specifier] }],
    });
    await post(`${second.url}revert/`, { cascade: true }).expect(200);
    expect(await stageOf(page)).toBe('qa');
  });

  it('nobody depends on files that the older version has, too', async () => {
    const project = await aStagedProject(server, 'package-same');
    const entry = { name: 'ui', entry: 'i.js' };
    await released(project, entry, { 'i.js': '', 'sub.js': '' });
    const second = await released(project, entry, { 'i.js': '', 'sub.js': '2' });
    await released(project, { specifier: 'page' }, { 'page.js': 'import "ui/sub.js";' });
    await post(`${second.url}revert/`).expect(200);
  });
});

it('takes the dependents out too, and theirs, with cascade', async () => {
  const { base, shop, page } = await aChain('cascade');
  const reverted = await post(`${base.url}revert/`, { cascade: true, reason: 'Broken' }).expect(200);
  expect(reverted.body).toMatchObject({ release: 5, dependents: [{ ticket: shop.key }, { ticket: page.key }] });
  expect(await productionOf(server, 'cascade')).toEqual({ alone: moduleUrl('alone') });
  for (const ticket of [base, shop, page]) expect(await stageOf(ticket)).toBe('qa');
  const history = await server.http.get(`${shop.url}history/`).expect(200);
  expect((history.body as { objects: object[] }).objects.at(-1)).toMatchObject({
    type: 'ticket.suspended',
    data: { release: 5, before: { stage: 'prod' }, after: { stage: 'qa', current_workflow_step: '400' } },
  });
});

it('leaves the dependents where they are, with force', async () => {
  const { base, shop } = await aChain('force');
  expect((await post(`${base.url}revert/`, { force: true }).expect(200)).body).toMatchObject({ release: 5 });
  expect(Object.keys(await productionOf(server, 'force'))).toEqual(['alone', 'page', 'shop']);
  expect(await stageOf(shop)).toBe('prod');
});

it('reverts an archived ticket, and again after it returned', async () => {
  const project = await aStagedProject(server, 'archived');
  const ticket = await inProject(project).withModule('cart').at('prod');
  await post(`${ticket.url}close/`).expect(200);
  expect(await productionOf(server, 'archived')).toEqual({ cart: moduleUrl('cart') });
  expect((await post(`${ticket.url}revert/`).expect(200)).body).toMatchObject({ stage: 'qa', release: 2 });
  expect(await productionOf(server, 'archived')).toEqual({});
  expect((await post(`${ticket.url}revert/`).expect(409)).body).toMatchObject({ code: 'ticket.closed' });
  expect((await post(`${ticket.url}stamp/`).expect(200)).body).toMatchObject({ stage: 'dev', revision: 1 });
  for (const verb of ['unhold', 'promote', 'promote', 'revert']) await post(`${ticket.url}${verb}/`).expect(200);
  expect(await productionOf(server, 'archived')).toEqual({});
});
