// Who may make which tokens: nobody gives what they haven't got, a token is replaced once, and no name passes for the server's.
import { bearer, type GuardedServer, startGuarded } from './world.js';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuarded();
});
afterAll(() => server.stop());

type Answer = { status: number; body: Record<string, unknown> };
const post = (token: string, url: string, body: object = {}): Promise<Answer> =>
  server.http
    .post(url)
    .set(...bearer(token))
    .send(body);
const create = (token: string, body: object): Promise<Answer> => post(token, '/api/v1/token/', body);
const tokens = (): Promise<object[]> => server.sql('SELECT * FROM access_token ORDER BY id');

const SCOPES = [
  'read',
  'ticket:write',
  'status:write',
  'artifact:write',
  'event:write',
  'map:dev',
  'map:prod',
  'override',
  'stage:lock',
  'admin',
];

test.each(SCOPES)('who lacks %s makes no token that has it, nor rotates one', async (scope) => {
  const rest = [...new Set([...SCOPES.filter((one) => one !== scope), 'admin'])];
  if (scope === 'admin') return expect((await create((await server.token(['read'])).token, {})).status).toBe(403);
  const giver = await server.token(rest, 'giver');
  const other = await server.token([scope], 'other');
  const before = await tokens();
  for (const reply of [
    await create(giver.token, { owner: 'friend', scopes: ['read', scope] }),
    await create(giver.token, { owner: 'giver', scopes: [scope], projects: ['default'] }),
    await post(giver.token, `/api/v1/token/${other.id}/rotate/`),
  ])
    expect([reply.status, reply.body.code, reply.body.scope]).toEqual([403, 'token.not_yours_to_give', scope]);
  expect(await tokens()).toEqual(before);
  expect((await create(giver.token, { owner: 'friend', scopes: rest })).status).toBe(201);
});

const STAGES = [
  { name: 'qa', step: 200 },
  { name: 'prod', step: 400 },
  { name: 'dev', step: 1000 },
];

/** Settings that move what production is, where modules come in, or where they are loaded from. */
test.each([
  ['stages, whose last is another', { stages: STAGES }, ['map:dev', 'map:qa', 'map:prod']],
  [
    'stages, whose first is another',
    {
      stages: [
        { name: 'draft', step: 100 },
        { name: 'prod', step: 1000 },
      ],
    },
    ['map:dev', 'map:draft'],
  ],
  ['modules_url', { modules_url: 'https://cdn.example' }, ['map:prod']],
])('who lacks a scope of those stages changes no %s', async (_what, settings, needed) => {
  const { http } = server;
  const made = await post(server.admin, '/api/v1/project/', { name: `p${Math.random().toString(36).slice(2, 10)}` });
  const url = String(made.body.resource_uri);
  const change = async (scopes: readonly string[]): Promise<Answer> => {
    const { token } = await server.token(['read', 'admin', ...scopes], 'changes');
    const { headers } = await http.get(url).set(...bearer(token));
    return http
      .patch(url)
      .set(...bearer(token))
      .set('If-Match', String(headers.etag))
      .send({ settings });
  };
  const kept = (): Promise<object[]> => server.sql('SELECT settings FROM project WHERE id = $1', [made.body.id]);
  const before = await kept();
  for (const scope of needed) {
    const reply = await change(needed.filter((one) => one !== scope));
    expect([reply.status, reply.body.code, reply.body.scope]).toEqual([403, 'scope.missing', scope]);
  }
  expect(await kept()).toEqual(before);
  expect((await change(needed)).status).toBe(202);
});

test('the first administrator gives all scopes but override and those of stages', async () => {
  const given = SCOPES.filter((scope) => !scope.startsWith('map:') && scope !== 'override');
  expect((await create(server.admin, { owner: 'ci', scopes: given })).status).toBe(201);
  expect((await create(server.admin, { owner: 'admin', scopes: ['map:prod'] })).status).toBe(403);
});

test('eight rotations at once make one token; the others hear which', async () => {
  const { id } = await server.token(['read']);
  const before = await tokens();
  const replies = await Promise.all(Array.from({ length: 8 }, () => post(server.admin, `/api/v1/token/${id}/rotate/`)));
  const made = replies.filter(({ status }) => status === 200);
  expect([made.length, (await tokens()).length - before.length]).toEqual([1, 1]);
  const refused = replies.filter(({ status }) => status !== 200);
  for (const { status, body } of refused)
    expect([status, body.code, body.error]).toEqual([
      409,
      'token.rotated',
      expect.stringContaining(`by token ${String(made[0]?.body.id)},`),
    ]);
  expect((await post(server.admin, `/api/v1/token/${String(made[0]?.body.id)}/rotate/`)).status).toBe(200);
});

test.each([
  'local',
  'Local',
  'LOCAL',
  'local ',
  ' local',
  'lo cal',
  'l.o.c.a.l',
  'ｌｏｃａｌ',
  'lоcаl',
  'ӏосаӏ',
  'Iocal',
  'loca1',
  'l0cal',
])('the owner %j reads like a name of the server’s own', async (owner) => {
  const { status, body } = await create(server.admin, { owner, scopes: ['read'] });
  expect([status, body.code]).toEqual([400, 'token.owner']);
});

test.each(['stampline', 'Stampline', 'stamp-line', 'stampl1ne', 'ѕtampline', 'Stámpline'])(
  'so does %j',
  async (owner) => {
    const { status, body } = await create(server.admin, { owner, scopes: ['read'] });
    expect([status, body.code]).toEqual([400, 'token.owner']);
  },
);

test.each([
  ['ci ', 'ci'],
  [' Ａda  Lovelace', 'Ada Lovelace'],
  ['locale-bot', 'locale-bot'],
  ['björn@example.com', 'björn@example.com'],
  ['Анна', 'Анна'],
])('the owner %j is kept as %j', async (owner, kept) => {
  const { status, body } = await create(server.admin, { owner, scopes: ['read'] });
  expect([status, body.owner]).toEqual([201, kept]);
});
