// Tokens for some projects: what they reach, what they see, and that nothing of another project changes by them.
import type { Response } from 'supertest';
import { bearer, type GuardedServer, startGuarded } from './world.js';

const SCOPES = ['read', 'ticket:write', 'status:write', 'artifact:write', 'event:write', 'admin', 'map:dev', 'map:qa'];

let server: GuardedServer;
/** Each for one project, with all scopes. */
let [shop, all] = ['', ''];
const ids = { shop: 0, theirs: 0, ours: 0, person: 0, upload: 0 };

type Body = Record<string, unknown> & { id: number; code?: string; project?: string };
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

const ask = (token: string, method: Method, url: string, body?: object): Promise<Response> => {
  const asked = server.http[method](url).set(...bearer(token));
  return Promise.resolve(body ? asked.send(body) : asked);
};
const made = async (token: string, name: string, body: object): Promise<Body> => {
  const reply = await ask(token, 'post', `/api/v1/${name}/`, body);
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return reply.body as Body;
};
const refusedAs = async (reply: Response | Promise<Response>): Promise<unknown[]> => {
  const { status, body } = await reply;
  return [status, (body as Body).code, (body as Body).project];
};
const OTHER = [403, 'project.other', undefined];

beforeAll(async () => {
  server = await startGuarded();
  all = (await server.token([...SCOPES, 'map:prod'], 'ada')).token;
  ids.shop = (await made(all, 'project', { name: 'shop', display_name: 'Shop' })).id;
  shop = (await server.token([...SCOPES, 'map:prod'], 'ada', ['shop'])).token;
  ids.person = (await made(shop, 'person', { name: 'Ada', email: 'ada@example.com', is_team: false })).id;
  const source = await made(shop, 'sourcepackage', { name: 'cart' });
  ids.upload = (await made(shop, 'spu', { sourcepackage: source.id, version: '1.0' })).id;
  ids.theirs = (await made(all, 'ticket', { title: 'Theirs' })).id;
  ids.ours = (await made(shop, 'ticket', { title: 'Ours', project: `/api/v1/project/${ids.shop}/` })).id;
});
afterAll(() => server.stop());

test('it says which projects it is for: to whom it belongs, in the list, and in the stream', async () => {
  const { body } = await ask(shop, 'get', '/api/v1/whoami/');
  expect(body).toMatchObject({ name: 'ada', projects: ['shop'] });
  const list = await ask(server.admin, 'get', '/api/v1/token/');
  expect((list.body as { objects: Body[] }).objects[0]).toMatchObject({ owner: 'ada', projects: ['shop'] });
  const [event] = await server.sql<{ line: string; projects: string[] }>(
    "SELECT line, data->'projects' AS projects FROM event WHERE type = 'token.created' ORDER BY id DESC LIMIT 1",
  );
  expect(event).toMatchObject({ line: expect.stringContaining('(in shop)'), projects: ['shop'] });
});

test.each([[[]], [['nowhere']], ['shop'], [[1]]])('a wish for %j is 400', async (projects) => {
  const wish = { owner: 'ci', scopes: ['read'], projects };
  expect((await refusedAs(ask(server.admin, 'post', '/api/v1/token/', wish))).slice(0, 2)).toEqual([
    400,
    'token.projects',
  ]);
});

test('it makes no tokens, whatever its scopes', async () => {
  const wish = { owner: 'ci', scopes: ['read'] };
  expect(await refusedAs(ask(shop, 'post', '/api/v1/token/', wish))).toEqual([403, 'token.limited', undefined]);
  expect(await refusedAs(ask(shop, 'get', '/api/v1/token/'))).toEqual([403, 'token.limited', undefined]);
});

test('rotated, it is for the same projects', async () => {
  const { id } = await server.token(['read'], 'rotating', ['shop', 'default']);
  const { body } = await ask(server.admin, 'post', `/api/v1/token/${id}/rotate/`);
  expect(body).toMatchObject({ owner: 'rotating', projects: ['default', 'shop'] });
  const { token } = body as { token: string };
  expect((await ask(token, 'get', `/api/v1/ticket/${ids.theirs}/`)).status).toBe(200);
});

test('it does in its own project what its scopes allow, as its owner', async () => {
  const url = `/api/v1/ticket/${ids.ours}/`;
  expect((await ask(shop, 'patch', url, { title: 'Ours, too' })).status).toBe(202);
  const step = { current_workflow_step: '200', status: '000' };
  expect((await ask(shop, 'patch', `/api/v1/updateticketstatus/${ids.ours}/`, step)).status).toBe(202);
  expect((await ask(shop, 'post', `${url}close/`)).status).toBe(200);
  expect((await ask(shop, 'post', `${url}reopen/`)).status).toBe(200);
  const lock = { reason: 'Nobody is here' };
  expect((await ask(shop, 'post', '/api/v1/stage/qa/lock/?project=shop', lock)).status).toBe(200);
  const { body } = await ask(shop, 'get', `${url}history/`);
  const actors = (body as { objects: { actor: string }[] }).objects.map(({ actor }) => actor);
  expect(actors.length).toBeGreaterThan(4);
  expect(new Set(actors)).toEqual(new Set(['ada']));
});

test.each<[string, Method, (id: number) => string, object | undefined]>([
  ['reading', 'get', (id) => `/api/v1/ticket/${id}/`, undefined],
  ['reading by key', 'get', () => '/api/v1/ticket/TKT-1/', undefined],
  ['a set', 'get', (id) => `/api/v1/ticket/set/999;${id}/`, undefined],
  ['the history', 'get', (id) => `/api/v1/ticket/${id}/history/`, undefined],
  ['changing', 'patch', (id) => `/api/v1/ticket/${id}/`, { title: 'Mine' }],
  ['changing nothing', 'patch', (id) => `/api/v1/ticket/${id}/`, { title: 'Theirs' }],
  ['replacing', 'put', (id) => `/api/v1/ticket/${id}/`, { title: 'Mine' }],
  ['deleting', 'delete', (id) => `/api/v1/ticket/${id}/`, undefined],
  ['holding', 'post', (id) => `/api/v1/ticket/${id}/hold/`, { reason: 'Wait' }],
  ['locking', 'post', () => '/api/v1/stage/qa/lock/', { reason: 'Wait' }],
  ['its stages', 'get', () => '/api/v1/stage/', undefined],
  ['following', 'get', () => '/stream?project=default', undefined],
  ['archives', 'get', () => '/api/v1/event/?archived=1&project=default', undefined],
])('what belongs to another project is refused: %s', async (_what, method, url, body) => {
  const reply = await ask(shop, method, url(ids.theirs), body);
  expect([reply.status, (reply.body as Body).code]).toEqual([403, 'project.other']);
});

test('making something in another project is refused, and nothing is left of it', async () => {
  const before = await server.sql('SELECT count(*) FROM event');
  const theirs = `/api/v1/ticket/${ids.theirs}/`;
  expect(await refusedAs(ask(shop, 'post', '/api/v1/ticket/', { title: 'By default' }))).toEqual(OTHER);
  const subticket = { ticket: theirs, source_package_upload: ids.upload };
  expect(await refusedAs(ask(shop, 'post', '/api/v1/subticket/', subticket))).toEqual(OTHER);
  const bundle = { title: 'In parts', links: [{ kind: 'bug', url: 'https://bugs.example/1' }] };
  expect(await refusedAs(ask(shop, 'post', '/api/v1/bundle/', bundle))).toEqual(OTHER);
  expect(await refusedAs(ask(shop, 'post', '/events', { line: 'Hello', project: 'default' }))).toEqual(OTHER);
  expect(await refusedAs(ask(shop, 'post', '/events', { line: 'Hello', ticket: String(ids.theirs) }))).toEqual(OTHER);
  const project = await refusedAs(ask(shop, 'post', '/api/v1/project/', { name: 'own', display_name: 'Own' }));
  expect(project).toEqual(OTHER);
  expect(await server.sql('SELECT count(*) FROM event')).toEqual(before);
});

test('nothing of another project comes in by reference, and nothing goes out', async () => {
  const branch = { unique_name: 'lp:theirs', owner: ids.person, project: '/api/v1/project/1/', type: 'trunk' };
  const { id } = await made(all, 'branch', branch);
  const proposal = { branch: `/api/v1/branch/${id}/`, submitter: ids.person, lp_weblink: 'https://code.example/1' };
  expect(await refusedAs(ask(shop, 'post', '/api/v1/mergeproposal/', proposal))).toEqual(OTHER);
  const tracked = {
    ticket: `/api/v1/ticket/${ids.ours}/`,
    merge_proposal: (await made(all, 'mergeproposal', proposal)).id,
  };
  expect(await refusedAs(ask(shop, 'post', '/api/v1/subticket/', tracked))).toEqual(OTHER);
  const ours = `/api/v1/ticket/${ids.ours}/`;
  expect(await refusedAs(ask(shop, 'patch', ours, { project: '/api/v1/project/1/' }))).toEqual(OTHER);
  const sub = await made(shop, 'subticket', { ticket: ours, source_package_upload: ids.upload });
  const moved = { ticket: `/api/v1/ticket/${ids.theirs}/` };
  expect(await refusedAs(ask(shop, 'patch', `/api/v1/subticket/${sub.id}/`, moved))).toEqual(OTHER);
  const theirSub = await made(all, 'subticket', {
    ...moved,
    source_package_upload: ids.upload,
    assignee: 'a@example.com',
  });
  const uri = `/api/v1/subticket/${theirSub.id}/`;
  const taken = { objects: [{ resource_uri: uri, ticket: ours }] };
  expect(await refusedAs(ask(shop, 'patch', '/api/v1/subticket/', taken))).toEqual(OTHER);
  const same = { objects: [{ resource_uri: uri, assignee: 'a@example.com' }] };
  expect(await refusedAs(ask(shop, 'patch', '/api/v1/subticket/', same))).toEqual(OTHER);
  const deleted = { deleted_objects: [uri] };
  expect(await refusedAs(ask(shop, 'patch', '/api/v1/subticket/', deleted))).toEqual(OTHER);
});

test('lists, and deleting by a filter, stay within its projects', async () => {
  const listed = async (url: string): Promise<Body[]> =>
    ((await ask(shop, 'get', url)).body as { objects: Body[] }).objects;
  expect((await listed('/api/v1/ticket/')).map(({ id }) => id)).toEqual([ids.ours]);
  expect((await listed('/api/v1/project/')).map(({ id }) => id)).toEqual([ids.shop]);
  const events = await listed('/api/v1/event/?limit=0');
  expect(events.length).toBeGreaterThan(0);
  expect(new Set(events.map(({ project }) => project))).toEqual(new Set([`/api/v1/project/${ids.shop}/`]));
  await made(all, 'ticketlink', {
    ticket: `/api/v1/ticket/${ids.theirs}/`,
    kind: 'bug',
    url: 'https://bugs.example/1',
  });
  expect((await ask(shop, 'delete', '/api/v1/ticketlink/?confirm=all')).status).toBe(204);
  expect(await server.sql('SELECT 1 FROM ticketlink')).toHaveLength(1);
});

test('what belongs to no project is made and read by anybody, and changed by a token for all', async () => {
  const { id } = await made(shop, 'sourcepackage', { name: 'shared' });
  const url = `/api/v1/sourcepackage/${id}/`;
  expect((await ask(shop, 'get', url)).status).toBe(200);
  expect(await refusedAs(ask(shop, 'patch', url, { name: 'mine' }))).toEqual([403, 'token.limited', undefined]);
  expect(await refusedAs(ask(shop, 'delete', url))).toEqual([403, 'token.limited', undefined]);
  expect((await ask(all, 'patch', url, { name: 'shared-2' })).status).toBe(202);
});

test('the stream shows what happens in its projects', async () => {
  const leaving = new AbortController();
  const headers = { authorization: `Bearer ${shop}` };
  const reply = await fetch(`${server.base}/stream?earliest=1`, { headers, signal: leaving.signal });
  const events: Body[] = [];
  const decoder = new TextDecoder();
  let text = '';
  const last = 'The last of them';
  await ask(all, 'post', '/events', { line: 'Not for everybody', project: 'default' });
  await ask(all, 'post', '/events', { line: last, project: 'shop' });
  for await (const bytes of reply.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes(last)) break;
  }
  leaving.abort();
  // A position is a message of a kind of its own.
  for (const block of text.split('\n\n').filter((one) => !/^event: /m.test(one)))
    for (const [, data] of block.matchAll(/^data: (.*)$/gm)) events.push(JSON.parse(data ?? '') as Body);
  expect(events.length).toBeGreaterThan(3);
  expect(new Set(events.map(({ project }) => project))).toEqual(new Set([`/api/v1/project/${ids.shop}/`]));
});

test('commands reach as far, and a refusal is told in the project of who tried', async () => {
  const say = (text: string, url = '/api/v1/command/'): Promise<Response> => ask(shop, 'post', url, { text });
  expect(await refusedAs(say(`status ${ids.theirs}`))).toEqual(OTHER);
  expect(await refusedAs(say(`close ${ids.theirs}`))).toEqual(OTHER);
  expect(await refusedAs(say('list'))).toEqual(OTHER);
  expect((await say(`status ${ids.ours}`)).status).toBe(200);
  expect((await say('list', '/api/v1/command/?project=shop')).status).toBe(200);
  const told = await server.sql<{ actor: string }>(
    "SELECT actor FROM event WHERE type = 'command.refused' AND project_id = $1 AND ticket_id IS NULL",
    [ids.shop],
  );
  expect(told).toEqual([{ actor: 'ada' }, { actor: 'ada' }, { actor: 'ada' }]);
});

test('the deployer’s surface answers for its project', async () => {
  const patch = { imports: { cart: 'https://cdn.example/cart.js' } };
  const refused = await ask(shop, 'patch', '/import-map.json?skip_url_check', patch);
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('this belongs to another project')]);
  expect((await ask(shop, 'get', '/environments')).status).toBe(403);
  expect((await ask(shop, 'patch', '/p/shop/import-map.json?skip_url_check', patch)).status).toBe(200);
});

test('an Idempotency-Key of another token of its owner is none of its own', async () => {
  const send = (token: string): Promise<Response> =>
    Promise.resolve(
      server.http
        .post('/api/v1/ticket/')
        .set(...bearer(token))
        .set('Idempotency-Key', 'the-same')
        .send({ title: 'Once' }),
    );
  const first = await send(all);
  expect(first.status).toBe(201);
  expect((await send(all)).headers['idempotent-replayed']).toBe('true');
  expect(await refusedAs(send(shop))).toEqual(OTHER);
});

test('others who write at the same moment are none of its business', async () => {
  const both = Array.from({ length: 20 }, (_, index) => [
    ask(all, 'post', '/api/v1/ticket/', { title: `Theirs ${index}` }),
    ask(shop, 'post', '/api/v1/ticket/', { title: `Ours ${index}`, project: `/api/v1/project/${ids.shop}/` }),
  ]).flat();
  const statuses = (await Promise.all(both)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([201]));
});

test('after its project is gone, it reaches nothing', async () => {
  const { id } = await made(all, 'project', { name: 'brief', display_name: 'Brief' });
  const { token } = await server.token(SCOPES, 'ada', ['brief']);
  expect((await ask(all, 'delete', `/api/v1/project/${id}/`)).status).toBe(204);
  expect((await ask(token, 'get', '/api/v1/ticket/')).body).toMatchObject({ objects: [] });
  expect((await ask(token, 'get', '/api/v1/whoami/')).body).toMatchObject({ projects: [] });
  expect((await ask(token, 'get', `/api/v1/ticket/${ids.ours}/`)).status).toBe(403);
});
