// What a token of one project is told, and what it can say, of another: a refusal names nothing of it, and a refused command
// is told in the speaker's own project, never at the ticket that it was about.
import { bearer, type GuardedServer, startGuarded } from './world.js';

let server: GuardedServer;
let all: string;
let shop: string;
let reader: string;
const ids: Record<string, number> = {};
beforeAll(async () => {
  server = await startGuarded();
  const scopes = [
    'read',
    'ticket:write',
    'status:write',
    'artifact:write',
    'event:write',
    'map:dev',
    'map:qa',
    'map:prod',
  ];
  all = (await server.token([...scopes, 'admin'], 'all')).token;
  for (const name of ['shop', 'secret-bank', 'secret-mint'])
    ids[name] = Number((await call(all, 'post', '/api/v1/project/', { name })).body.id);
  const ticket = async (project: string, more: object = {}): Promise<number> =>
    Number((await call(all, 'post', '/api/v1/ticket/', { title: 'T', project: ids[project], ...more })).body.id);
  ids.ours = await ticket('shop', { key: 'OUR-1' });
  ids.theirs = await ticket('secret-bank', { key: 'BANK-1' });
  for (const project of ['secret-bank', 'secret-mint']) await ticket(project, { key: 'TWO-1' });
  const suite = { name: 'smoke', kind: 'dep8', command: 'run', project: `/api/v1/project/${ids.shop}/` };
  ids.suite = Number((await call(all, 'post', '/api/v1/testsuite/', suite)).body.id);
  const [uri] = [`/api/v1/testsuite/${ids.suite}/`];
  await call(all, 'patch', `/api/v1/ticket/${ids.theirs}/`, { testsuites: [uri] });
  shop = (await server.token([...scopes, 'admin'], 'shopkeeper', ['shop'])).token;
  reader = (await server.token(['read'], 'listener', ['shop'])).token;
});
afterAll(() => server.stop());

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Answer = { status: number; text: string; body: Record<string, unknown> };
function call(token: string, method: Method, url: string, body?: object): Promise<Answer> {
  return server.http[method](url)
    .set(...bearer(token))
    .send(body);
}
const say = (token: string, text: string): Promise<Answer> => call(token, 'post', '/api/v1/command/', { text });
const uri = (name: string): string => `/api/v1/ticket/${ids[name]}/`;

/** Refusals that are about another project, or about names of several. */
const REFUSALS: readonly (readonly [string, () => Promise<Answer>])[] = [
  ['a ticket by its id', () => call(shop, 'get', uri('theirs'))],
  ['a ticket by its key', () => call(shop, 'get', '/api/v1/ticket/BANK-1/')],
  ['a key of several', () => call(shop, 'get', '/api/v1/ticket/TWO-1/')],
  [
    'a key of several in a body',
    () => call(shop, 'post', '/api/v1/ticketlink/', { ticket: 'TWO-1', kind: 'bug', url: 'https://x.example/' }),
  ],
  [
    'a key of several in a list',
    () => call(shop, 'patch', '/api/v1/ticket/', { objects: [{ resource_uri: '/api/v1/ticket/TWO-1/', title: 'x' }] }),
  ],
  ['a key of several in a filter', () => call(shop, 'get', '/api/v1/subticket/?ticket=TWO-1')],
  ['a key of several in the stream', () => call(shop, 'get', '/stream?ticket=TWO-1')],
  ['a key of several in a command', () => say(shop, 'status TWO-1')],
  ['a key of several in an event', () => call(shop, 'post', '/events', { line: 'x', ticket: 'TWO-1' })],
  [
    'a part of theirs',
    () => call(shop, 'post', '/api/v1/ticketlink/', { ticket: uri('theirs'), kind: 'bug', url: 'https://x.example/' }),
  ],
  ['a change', () => call(shop, 'patch', uri('theirs'), { title: 'Mine' })],
  ['a verb', () => call(shop, 'post', `${uri('theirs')}promote/`, {})],
  ['their history', () => call(shop, 'get', `${uri('theirs')}history/`)],
  ['a command', () => say(shop, 'close BANK-1')],
  ['an event', () => call(shop, 'post', '/events', { line: 'x', ticket: String(ids.theirs) })],
  ['the stream of a ticket', () => call(shop, 'get', `/stream?project=${ids['secret-bank']}`)],
  ['a suite that they refer to', () => call(shop, 'delete', `/api/v1/testsuite/${ids.suite}/`)],
];

test.each(REFUSALS)('%s: the refusal names nothing of theirs', async (_what, refuse) => {
  const { status, text } = await refuse();
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  for (const name of ['secret-', `ticket/${ids.theirs}/`]) expect(text).not.toContain(name);
});

test('who reaches all projects hears which ones', async () => {
  const { status, text } = await call(all, 'get', '/api/v1/ticket/TWO-1/');
  expect([status, text]).toEqual([409, expect.stringContaining('secret-bank, secret-mint')]);
  expect((await call(all, 'delete', `/api/v1/testsuite/${ids.suite}/`)).text).toContain(`ticket/${ids.theirs}/`);
});

const COMMANDS = ['hold', 'close', 'reopen', 'revert', 'promote', 'unhold', 'status', 'why'];
const WORDS = 'all your base are mine';
test.each(COMMANDS)('%s of their ticket, refused, is told in the speaker’s own project', async (verb) => {
  for (const token of [reader, shop])
    for (const text of [
      `${verb} BANK-1 --project secret-bank --reason "${WORDS}"`,
      `${verb} ${ids.theirs} --reason "${WORDS}"`,
      `${verb} ${ids.theirs}`,
    ])
      expect((await say(token, text)).status).toBeGreaterThanOrEqual(400);
  const told = await server.sql<{ project: string | null; ticket: number | null; link: string | null }>(
    "SELECT p.name AS project, e.ticket_id AS ticket, e.link FROM event e LEFT JOIN project p ON p.id = e.project_id WHERE e.type = 'command.refused' AND e.actor <> 'all'",
  );
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter(({ project, ticket, link }) => project !== 'shop' || ticket !== null || link !== null)).toEqual(
    [],
  );
  for (const url of [`${uri('theirs')}history/`, `/api/v1/event/?project=secret-bank&limit=100`])
    expect((await call(all, 'get', url)).text).not.toContain(WORDS);
});

test('lock of their stage, too; and what is refused in one’s own project stands where it was tried', async () => {
  expect((await say(reader, `lock prod --project secret-bank --reason "${WORDS}"`)).status).toBe(403);
  expect((await say(reader, `hold OUR-1 --reason "mine"`)).status).toBe(403);
  const [last, before] = await server.sql<{ project: number; ticket: number | null }>(
    "SELECT project_id AS project, ticket_id AS ticket FROM event WHERE type = 'command.refused' ORDER BY id DESC LIMIT 2",
  );
  expect([before, last]).toEqual([
    { project: ids.shop, ticket: null },
    { project: ids.shop, ticket: ids.ours },
  ]);
});
