// What a transaction made that was never committed is in nobody's answer, also where its ids are given to others afterwards, as a
// crash of Postgres does: every operation that writes modules, stages or releases, with a COMMIT that never arrives.
import { aStampedTicket, aStagedProject, moduleUrl, type StampedTicket } from '../builders/stamped-ticket.js';
import type { PostgresProxy } from '../setup/postgres-proxy.js';
import type { TestServer } from '../setup/test-server.js';
import { startTwoServers, type TwoServers } from '../setup/two-servers.js';

let servers: TwoServers;
/** Writes; its answers are what is examined. */
let far: TestServer;
/** Beside it, on the same database. */
let near: TestServer;
let proxy: PostgresProxy;

beforeAll(async () => {
  servers = await startTwoServers();
  ({ near, far, proxy } = servers);
});

afterAll(() => servers.stop());

interface Scene {
  readonly project: string;
  readonly ticket: StampedTicket;
}

interface Write {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

const call = ({ base }: TestServer, { method, path, body, headers }: Write): Promise<Response> =>
  fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const upload = (version: string | number) => ({
  modules: [{ specifier: 'cart', url: moduleUrl('cart', version) }],
});

/** Of a ticket in development, or at the stage that it is named for. */
const OPERATIONS: Readonly<Record<string, (scene: Scene) => Write>> = {
  'upload @dev': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}modules/`, body: upload('lost') }),
  'first upload @none': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}modules/`, body: upload('lost') }),
  'deployer service @dev': ({ project, ticket }) => ({
    method: 'PATCH',
    path: `/p/${project}/services?skip_url_check&env=dev:${ticket.key}`,
    body: { service: 'cart', url: moduleUrl('cart', 'lost') },
  }),
  'deployer removal @dev': ({ project, ticket }) => ({
    method: 'DELETE',
    path: `/p/${project}/services/cart?env=dev:${ticket.key}`,
  }),
  'earlier revision @dev': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}revert/`, body: { to_revision: 1 } }),
  'rebase @stale': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}rebase/`, body: { cart: 'mine' } }),
  'stamp @none': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}stamp/` }),
  'stamp @closed': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}stamp/` }),
  'freeze @dev': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}promote/` }),
  'thaw @qa': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}revert/` }),
  'release @qa': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}promote/` }),
  'revert @prod': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}revert/` }),
  'close @dev': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}close/` }),
  'reopen @closed': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}reopen/` }),
  'reopen @prod': ({ ticket }) => ({ method: 'POST', path: `${ticket.url}reopen/` }),
  'removal @dev': ({ ticket }) => ({ method: 'DELETE', path: ticket.url }),
  'command promote @qa': ({ ticket }) => command(`promote ${ticket.key}`),
  'command close @dev': ({ ticket }) => command(`close ${ticket.key}`),
  'direct write @dev': ({ project }) => ({
    method: 'PATCH',
    path: `/api/v1/stage/prod/?project=${project}`,
    body: { imports: { cart: moduleUrl('cart', 'lost') } },
    headers: { 'if-match': '*' },
  }),
  'deployer production @dev': ({ project }) => ({
    method: 'PATCH',
    path: `/p/${project}/services?skip_url_check`,
    body: { service: 'cart', url: moduleUrl('cart', 'lost') },
  }),
  'deployer map @dev': ({ project }) => ({
    method: 'PATCH',
    path: `/p/${project}/import-map.json?skip_url_check`,
    body: { imports: { cart: moduleUrl('cart', 'lost') } },
  }),
  'rollback @prod': ({ project }) => ({
    method: 'POST',
    path: `/api/v1/stage/prod/rollback/?project=${project}`,
    body: { release: 0 },
    headers: { 'if-match': '*' },
  }),
};

const command = (text: string): Write => ({ method: 'POST', path: '/api/v1/command/', body: { text } });

async function aScene(name: string, at: string): Promise<Scene> {
  const project = await aStagedProject(near, name);
  const builder = aStampedTicket(near).with({ project: project.uri });
  if (at === 'none') {
    const { body } = await near.http.post('/api/v1/ticket/').send({ title: name, project: project.uri }).expect(201);
    return { project: name, ticket: { id: body.id, key: body.key, url: body.resource_uri } };
  }
  const ticket = await builder.withModule('cart').at(at === 'prod' || at === 'qa' ? at : 'dev');
  if (at === 'dev') await near.http.post(`${ticket.url}modules/`).send(upload(2)).expect(201);
  if (at === 'closed') await near.http.post(`${ticket.url}close/`).expect(200);
  if (at === 'stale')
    await near.http
      .patch(`/p/${name}/services?skip_url_check`)
      .send({ service: 'cart', url: moduleUrl('cart', 'other') })
      .expect(200);
  return { project: name, ticket };
}

/** An answer that is one: a read may get a connection that was cut with the COMMIT's, which says to try again. */
async function answered(ask: () => Promise<Response>): Promise<Response> {
  for (let turn = 1; ; turn += 1) {
    const reply = await ask();
    if (reply.status !== 503 || turn === 20) return reply;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** All that pages and people see of a project and its ticket, from a server. */
async function shown(server: TestServer, { project, ticket }: Scene): Promise<string[]> {
  const paths = [
    `/p/${project}/import-map.json`,
    ...['dev', 'qa'].map((stage) => `/p/${project}/import-map.json?${stage}=${ticket.key}`),
    `/p/${project}/import-map.json?dev=${ticket.id}`,
    `/p/${project}/import-map.json?env=prod`,
    `/p/${project}/stamp.js`,
    `/p/${project}/snippet.html`,
    `/api/v1/stage/?project=${project}`,
    ticket.url,
    `${ticket.url}why/`,
  ];
  const dry = await answered(() => call(server, { method: 'POST', path: `${ticket.url}promote/?dry_run=1` }));
  const answers = await Promise.all(
    paths.map(async (path) => {
      const reply = await answered(() => fetch(server.base + path));
      // A busy machine may have to say that an answer may be old; which one it is, is examined here.
      const status = reply.headers.get('x-stamp-status');
      return [path, reply.status, status === 'stale' ? null : status, await reply.text()];
    }),
  );
  return [...answers, ['dry run', dry.status, await dry.text()]].map((answer) =>
    JSON.stringify(answer)
      .replaceAll(server.base, '<base>')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>'),
  );
}

/** What a crash of Postgres does to the numbers of transactions that weren't committed: they are given again. */
async function giveNumbersAgain(): Promise<void> {
  for (const table of ['map_revision', 'layer', 'release'])
    await near.sql(
      `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT COALESCE(max(id), 0) + 1 FROM ${table}), false)`,
    );
}

/** It has the map that the other one has; the ticket isn't asked for meanwhile, which would mend what is kept of it. */
async function caughtUp({ project }: Scene): Promise<void> {
  const mapOf = async ({ base }: TestServer) => {
    const reply = await fetch(`${base}/p/${project}/import-map.json`);
    return [reply.headers.get('x-stamp-status'), await reply.text()];
  };
  const giveUp = performance.now() + 10_000;
  for (;;) {
    const [ours, theirs] = [await mapOf(far), await mapOf(near)];
    if (ours[0] === null && ours[1] === theirs[1]) return;
    if (performance.now() > giveUp) throw new Error('The link to the database is not up.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let scenes = 0;

async function lostCommit(name: string): Promise<{ readonly scene: Scene; readonly before: readonly string[] }> {
  const scene = await aScene(`uncommitted-${++scenes}`, name.split('@')[1] ?? 'dev');
  await caughtUp(scene);
  const before = await shown(far, scene);
  const lost = proxy.lost;
  proxy.loseCommitOf(/map_news|releases?_write/);
  const reply = await call(far, (OPERATIONS[name] as (scene: Scene) => Write)(scene));
  expect([reply.status, await reply.text()]).toEqual([503, expect.stringContaining('lost before it answered')]);
  expect(proxy.lost).toBe(lost + 1);
  return { scene, before };
}

describe.each(Object.keys(OPERATIONS))('%s', (name) => {
  it('shows nothing that was not committed', async () => {
    const { scene, before } = await lostCommit(name);
    await caughtUp(scene);
    expect(await shown(far, scene)).toEqual(before);
  });

  it('is not taken for what others commit with its numbers', async () => {
    const { scene } = await lostCommit(name);
    await giveNumbersAgain();
    // A ticket at another stage, or a closed one, refuses it.
    await call(near, { method: 'POST', path: `${scene.ticket.url}modules/`, body: upload('kept') });
    await call(near, {
      method: 'PATCH',
      path: `/p/${scene.project}/services?skip_url_check`,
      body: { service: 'kept', url: moduleUrl('kept') },
    });
    await caughtUp(scene);
    expect(await shown(far, scene)).toEqual(await shown(near, scene));
  });
});
