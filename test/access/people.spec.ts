// Whose a token is, who has which role in a project, and that nobody comes to a role but through the scope admin.
import type { Response } from 'supertest';
import { Db } from '../../src/platform/database/db.js';
import type { Sql, Statement } from '../../src/platform/database/statement.js';
import { LOCAL, OPERATOR, type Principal } from '../../src/platform/principal.js';
import { People } from '../../src/projects/people/people.js';
import { bearer, type GuardedServer, startGuarded } from './world.js';

let server: GuardedServer;
let people: People;
let db: Db;
let writer = '';

beforeAll(async () => {
  server = await startGuarded();
  people = server.app.get(People, { strict: false });
  db = server.app.get(Db, { strict: false });
  writer = (await server.token(['read', 'ticket:write'], 'writer')).token;
});
afterAll(() => server.stop());

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
const ask = (token: string, method: Method, url: string, body?: object): Promise<Response> => {
  const asked = server.http[method](url).set(...bearer(token));
  return Promise.resolve(body ? asked.send(body) : asked);
};
const made = async (name: string, body: object, token = server.admin): Promise<number> => {
  const reply = await ask(token, 'post', `/api/v1/${name}/`, body);
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return (reply.body as { id: number }).id;
};
let count = 0;
const unique = (): string => `someone-${++count}`;
const aPerson = (fields: object = {}): Promise<number> => {
  const name = unique();
  return made('person', { name, email: `${name}@example.com`, ...fields });
};
const aProject = (): Promise<number> => made('project', { name: `project-${++count}` });
const refusal = async (reply: Response | Promise<Response>): Promise<unknown[]> => {
  const { status, body } = await reply;
  const { code, scope } = body as { code?: string; scope?: string };
  return scope === undefined ? [status, code] : [status, code, scope];
};
/** Whom the server takes the owner of a token for: the token is sent, and its owner read back, as a request does. */
const personOf = async (owner: string): Promise<number | undefined> => {
  const { token, id } = await server.token(['read'], owner);
  const { name } = (await ask(token, 'get', '/api/v1/whoami/')).body as { name: string };
  return (await people.personOf(db, { name, scopes: new Set(['read']), token: id }))?.id;
};

describe('the person of a token', () => {
  test.each([
    ['the e-mail address', 'Ada@Example.com', 'ada.one', 'Ada@Example.com'],
    ['the e-mail address in another case', 'bob@example.com', 'bob.one', 'BOB@example.COM'],
    ['an address beyond ASCII', 'björn@example.com', 'bjorn.one', 'Björn@example.com'],
    ['the name', 'carol@example.com', 'Carol Jones', 'Carol Jones'],
  ])('is found by %s', async (_what, email, name, owner) => {
    const id = await aPerson({ email, name });
    expect(await personOf(owner)).toBe(id);
  });

  test('is nobody where no name or address is the same', async () => {
    await aPerson({ name: 'Dan Brown', email: 'dan@example.com' });
    for (const owner of ['dan brown', 'Dan', 'dan@example.co', 'Dan_Brown', '%', 'ci'])
      expect([owner, await personOf(owner)]).toEqual([owner, undefined]);
  });

  test('is never a team, nor anybody for who sent no token', async () => {
    const team = await aPerson({ name: 'the-qa-team', is_team: true });
    expect(await personOf('the-qa-team')).toBeUndefined();
    expect((await people.named(db, 'the-qa-team'))?.id).toBe(team);
    for (const name of ['local', 'stampline']) await aPerson({ name });
    for (const principal of [LOCAL, OPERATOR] satisfies Principal[])
      expect(await people.personOf(db, principal)).toBeUndefined();
  });

  test('goes by the address before the name, and by the oldest', async () => {
    const named = await aPerson({ name: 'eve@example.com' });
    expect(await personOf('eve@example.com')).toBe(named);
    const first = await aPerson({ email: 'eve@example.com' });
    await aPerson({ email: 'eve@example.com' });
    expect(await personOf('eve@example.com')).toBe(first);
  });

  test('stays who has a role, whoever else takes the address or the name', async () => {
    const [older, owner] = [await aPerson(), 'frank@example.com'];
    const frank = await aPerson({ name: owner });
    const other = await aPerson({ email: 'grace@example.com' });
    await made('membership', { project: await aProject(), person: frank, role: 'qa' });
    await made('personmember', { team: await aPerson({ is_team: true }), person: other });
    await made('person', { name: owner, email: owner }, writer);
    const taken = { name: 'grace@example.com', email: owner };
    expect((await ask(writer, 'patch', `/api/v1/person/${older}/`, taken)).status).toBe(202);
    await ask(writer, 'patch', `/api/v1/person/${older}/`, { email: 'grace@example.com' });
    expect([await personOf(owner), await personOf('grace@example.com')]).toEqual([frank, other]);
  });
});

describe('the roles in a project', () => {
  test('are those of persons and of their teams, each once, and of no other project', async () => {
    const [project, elsewhere] = [await aProject(), await aProject()];
    const [qa, ops, empty] = [
      await aPerson({ is_team: true }),
      await aPerson({ is_team: true }),
      await aPerson({ is_team: true }),
    ];
    const [direct, both, member, outside] = [await aPerson(), await aPerson(), await aPerson(), await aPerson()];
    for (const [team, person] of [
      [qa, both],
      [qa, member],
      [ops, member],
      [ops, both],
    ])
      await made('personmember', { team, person });
    for (const [person, role] of [
      [direct, 'developer'],
      [both, 'qa'],
      [qa, 'qa'],
      [ops, 'release_manager'],
      [empty, 'admin'],
    ])
      await made('membership', { project, person, role });
    await made('membership', { project: elsewhere, person: outside, role: 'admin' });
    const roles = async (): Promise<unknown[]> =>
      (await people.rolesIn(db, project)).map(({ id, roles: has }) => [id, has]);
    expect(await roles()).toEqual([
      [direct, ['developer']],
      [both, ['qa', 'release_manager']],
      [member, ['qa', 'release_manager']],
    ]);
    await server.sql('DELETE FROM membership WHERE person_id = $1', [ops]);
    expect(await roles()).toEqual([
      [direct, ['developer']],
      [both, ['qa']],
      [member, ['qa']],
    ]);
    expect(await people.rolesIn(db, 999_999)).toEqual([]);
    expect((await people.rolesIn(db, elsewhere))[0]).toEqual({
      id: outside,
      name: expect.stringMatching(/^someone-/) as string,
      email: expect.stringMatching(/@example\.com$/) as string,
      roles: ['admin'],
    });
  });

  test.each(['', ' ', '\0', '\uD800', "x' OR true --", '%'])('nobody is called %j', async (text) => {
    expect(await people.named(db, text)).toBeUndefined();
  });
});

test('each question is one statement, which reads no whole table among 20 000 persons and roles', async () => {
  await server.sql(
    `WITH made AS (INSERT INTO person (name, email)
      SELECT 'many-' || n, 'many-' || n || '@example.com' FROM generate_series(1, 20000) n RETURNING id)
    INSERT INTO membership (project_id, person_id, role) SELECT $1, id, 'reader' FROM made`,
    [await aProject()],
  );
  await server.sql('ANALYZE person, membership, personmember');
  const asked: Statement[] = [];
  const recording: Sql = {
    run: <Row>(statement: Statement) => {
      asked.push(statement);
      return db.run<Row>(statement);
    },
  };
  const owner = { name: 'MANY-77@example.com', scopes: new Set(['read']), token: 1 };
  expect((await people.personOf(recording, owner))?.name).toBe('many-77');
  expect((await people.named(recording, 'many-78'))?.name).toBe('many-78');
  await people.rolesIn(recording, await aProject());
  expect(asked.map(({ name }) => name)).toEqual(['person_of_owner', 'person_named', 'roles_in_project']);
  for (const { name, text, values = [] } of asked) {
    const plan = await server.sql<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [...values]);
    const whole = plan.map((row) => row['QUERY PLAN']).filter((line) => /Seq Scan on (person|membership) /.test(line));
    expect([name, whole]).toEqual([name, []]);
  }
});

describe('who may give roles', () => {
  const WRITES: readonly (readonly [Method, string, object])[] = [
    ['post', '/api/v1/membership/', { project: 1, person: 1, role: 'qa' }],
    ['put', '/api/v1/membership/1/', { project: 1, person: 1, role: 'qa' }],
    ['patch', '/api/v1/membership/1/', { role: 'qa' }],
    ['delete', '/api/v1/membership/1/', {}],
    ['post', '/api/v1/personmember/', { team: 1, person: 1 }],
    ['put', '/api/v1/personmember/1/', { team: 1, person: 1 }],
    ['delete', '/api/v1/personmember/1/', {}],
  ];
  test.each(WRITES)('%s %s needs admin', async (method, url, body) => {
    const all = ['read', 'ticket:write', 'status:write', 'map:prod', 'override', 'stage:lock'];
    const { token } = await server.token(all, 'strong');
    expect(await refusal(ask(token, method, url, body))).toEqual([403, 'scope.missing', 'admin']);
  });

  /** What makes somebody count, done to a person or a team. */
  const STANDING: readonly (readonly [string, (person: number) => Promise<unknown>])[] = [
    ['has a role', async (person) => made('membership', { project: await aProject(), person, role: 'qa' })],
    ['is in a team', async (person) => made('personmember', { team: await aPerson({ is_team: true }), person })],
    [
      'has members',
      async (team) => {
        await ask(server.admin, 'patch', `/api/v1/person/${team}/`, { is_team: true });
        return made('personmember', { team, person: await aPerson() });
      },
    ],
  ];
  test.each(STANDING)('a person who %s is changed with admin only', async (_what, stand) => {
    const id = await aPerson();
    const url = `/api/v1/person/${id}/`;
    expect((await ask(writer, 'patch', url, { name: unique() })).status).toBe(202);
    await stand(id);
    const before = (await ask(writer, 'get', url)).body as { name: string; is_team: boolean };
    const changes = [{ email: 'writer@example.com' }, { name: 'writer' }, { is_team: !before.is_team }];
    for (const change of changes)
      for (const request of [
        ask(writer, 'patch', url, change),
        ask(writer, 'put', url, { ...before, ...change }),
        ask(writer, 'patch', '/api/v1/person/', { objects: [{ resource_uri: url, ...change }] }),
      ])
        expect(await refusal(request)).toEqual([403, 'scope.missing', 'admin']);
    expect((await ask(writer, 'get', url)).body).toEqual(before);
    expect((await ask(writer, 'patch', url, { name: before.name })).status).toBe(202);
    expect((await ask(server.admin, 'patch', url, { name: unique() })).status).toBe(202);
  });

  test('an administrator of one project gives roles there, and adds nobody to teams, which others may have given roles', async () => {
    const [name, other] = [`project-${++count}`, await aProject()];
    const own = await made('project', { name });
    const { token } = await server.token(['read', 'ticket:write', 'admin'], 'own', [name]);
    const [team, person] = [await aPerson({ is_team: true }), await aPerson()];
    await made('membership', { project: own, person: team, role: 'qa' }, token);
    const theirs = await made('membership', { project: other, person: team, role: 'release_manager' });
    const outside = { project: other, person, role: 'qa' };
    for (const request of [
      ask(token, 'post', '/api/v1/membership/', outside),
      ask(token, 'patch', `/api/v1/membership/${theirs}/`, { role: 'reader' }),
      ask(token, 'patch', `/api/v1/membership/${theirs}/`, { project: own }),
      ask(token, 'delete', `/api/v1/membership/${theirs}/`),
      ask(token, 'get', `/api/v1/membership/${theirs}/`),
    ])
      expect(await refusal(request)).toEqual([403, 'project.other']);
    expect(await refusal(ask(token, 'post', '/api/v1/personmember/', { team, person }))).toEqual([
      403,
      'token.limited',
    ]);
    const member = await made('personmember', { team, person });
    const url = `/api/v1/personmember/${member}/`;
    expect(await refusal(ask(token, 'patch', url, { person: await aPerson() }))).toEqual([403, 'token.limited']);
    expect(await refusal(ask(token, 'delete', url))).toEqual([403, 'token.limited']);
    const list = (await ask(token, 'get', '/api/v1/membership/')).body as { objects: { project: string }[] };
    expect(list.objects.map(({ project }) => project)).toEqual([`/api/v1/project/${own}/`]);
    expect(await server.sql('SELECT role FROM membership WHERE id = $1', [theirs])).toEqual([
      { role: 'release_manager' },
    ]);
  });
});

describe('the scopes override and stage:lock', () => {
  test('tokens have them; who has admin alone gives no override, neither to others nor to itself', async () => {
    const wish = { owner: 'release-manager', scopes: ['read', 'override'] };
    expect(await refusal(ask(server.admin, 'post', '/api/v1/token/', wish))).toEqual([
      403,
      'token.not_yours_to_give',
      'override',
    ]);
    const { token } = await server.token(['admin', 'read', 'override', 'stage:lock'], 'first');
    expect((await ask(token, 'post', '/api/v1/token/', wish)).status).toBe(201);
    const lock = { owner: 'locks', scopes: ['stage:lock'] };
    expect((await ask(server.admin, 'post', '/api/v1/token/', lock)).status).toBe(201);
  });

  test.each(['stage:', 'stage:Lock', 'stage:lock ', 'stage:unlock', 'Override', 'override:qa', 'overrides'])(
    '%j is no scope',
    async (scope) => {
      const reply = await ask(server.admin, 'post', '/api/v1/token/', { owner: 'x', scopes: [scope] });
      expect(await refusal(reply)).toEqual([400, 'token.scopes']);
    },
  );
});
