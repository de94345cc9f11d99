// Fields that are another scope's business, each by every way in which a body can say them: the OpenAPI document tells which
// they are (`x-scope` at the property), so a new one is tried without a line here.
import { buildDocument } from '../../src/openapi.js';
import { bearer, type GuardedServer, startGuarded } from './world.js';

let server: GuardedServer;
let everything: string;
let ticket: number;
let subticket: number;
beforeAll(async () => {
  server = await startGuarded();
  everything = (await server.token(['read', 'ticket:write', 'status:write', 'artifact:write'], 'all')).token;
  ticket = Number((await call(everything, 'post', '/api/v1/ticket/', { title: 'Is there' })).body.id);
  await call(everything, 'post', '/api/v1/sourcepackage/', { name: 'curl' });
  await call(everything, 'post', '/api/v1/spu/', { sourcepackage: 1, version: '1' });
  const made = await call(everything, 'post', '/api/v1/subticket/', { ticket, source_package_upload: 1 });
  subticket = Number(made.body.id);
});
afterAll(() => server.stop());

type Answer = { status: number; body: Record<string, unknown> };
const call = (token: string, method: 'post' | 'put' | 'patch', url: string, body: object): Promise<Answer> =>
  server.http[method](url)
    .set(...bearer(token))
    .send(body);

/** All tables that a write of these could leave something in. */
const everythingKept = (): Promise<object[]> =>
  server.sql(`SELECT 'ticket' AS of, t::text FROM ticket t UNION ALL SELECT 'subticket', s::text FROM subticket s
    UNION ALL SELECT 'artifact', a::text FROM artifact a UNION ALL SELECT 'event', e.line FROM event e
    UNION ALL SELECT 'upload', u::text FROM spu u ORDER BY 1, 2`);

const ARTIFACT = { name: 'log', reference: 'https://ci.example/1.txt', type: 'LOGS' };
const SPU = { sourcepackage: 'curl', version: '2' };
type Way = readonly ['post' | 'put' | 'patch', () => string, () => object];
const wholeTicket = (): object => ({ title: 'Made' });

/** Each way, with a body that says something of another scope, and the scope that the operation itself needs. */
const MOVES: readonly object[] = [
  { current_workflow_step: '999' },
  { current_workflow_step: 1000, status: '1000' },
  { status: '017' },
];
const WAYS: Readonly<Record<string, (move: object) => Way>> = {
  'PATCH of a ticket': (move) => ['patch', () => `/api/v1/ticket/${ticket}/`, () => move],
  'PUT of a ticket': (move) => ['put', () => `/api/v1/ticket/${ticket}/`, () => ({ title: 'Is there', ...move })],
  'PUT of a new ticket': (move) => [
    'put',
    () => `/api/v1/ticket/${ticket + 7}/`,
    () => ({ ...wholeTicket(), ...move }),
  ],
  'POST of a ticket': (move) => ['post', () => '/api/v1/ticket/', () => ({ ...wholeTicket(), ...move })],
  'PATCH of a list of tickets': (move) => [
    'patch',
    () => '/api/v1/ticket/',
    () => ({ objects: [{ title: 'First' }, { resource_uri: `/api/v1/ticket/${ticket}/`, ...move }] }),
  ],
  'a new ticket in a PATCH of a list': (move) => [
    'patch',
    () => '/api/v1/ticket/',
    () => ({ objects: [{ ...wholeTicket(), ...move }] }),
  ],
  'a bundle': (move) => ['post', () => '/api/v1/bundle/', () => ({ ...wholeTicket(), ...move })],
  'a subticket of a bundle': (move) => [
    'post',
    () => '/api/v1/bundle/',
    () => ({ ...wholeTicket(), subtickets: [{ ...SPU, ...move }] }),
  ],
  'PATCH of a subticket': (move) => ['patch', () => `/api/v1/subticket/${subticket}/`, () => move],
  'PUT of a subticket': (move) => [
    'put',
    () => `/api/v1/subticket/${subticket}/`,
    () => ({ ticket, source_package_upload: 1, ...move }),
  ],
  'POST of a subticket': (move) => [
    'post',
    () => '/api/v1/subticket/',
    () => ({ ticket, source_package_upload: 1, ...move }),
  ],
  'PATCH of a list of subtickets': (move) => [
    'patch',
    () => '/api/v1/subticket/',
    () => ({ objects: [{ resource_uri: `/api/v1/subticket/${subticket}/`, ...move }] }),
  ],
};

async function refused(scopes: readonly string[], [method, url, body]: Way, scope: string): Promise<void> {
  const { token } = await server.token(scopes, 'weak');
  const before = await everythingKept();
  const { status, body: answer } = await call(token, method, url(), body());
  expect([status, answer.code, answer.scope]).toEqual([403, 'scope.missing', scope]);
  expect(await everythingKept()).toEqual(before);
}

describe.each(Object.keys(WAYS))('%s', (name) => {
  const way = WAYS[name] as (move: object) => Way;
  test.each(MOVES)('that says %j needs status:write', async (move) => {
    await refused(['read', 'ticket:write', 'artifact:write', 'event:write', 'admin'], way(move), 'status:write');
  });

  test('that says what is so anyway needs nothing else', async () => {
    const { token } = await server.token(['ticket:write']);
    const [method, url, body] = way({ current_workflow_step: '100', status: '000' });
    expect((await call(token, method, url(), body())).status).toBeLessThan(300);
  });
});

test('artifacts need artifact:write, by a bundle, and by the log of a failure, too', async () => {
  const rest = ['read', 'ticket:write', 'status:write'];
  const bundle = (body: object): Way => ['post', () => '/api/v1/bundle/', () => ({ ...wholeTicket(), ...body })];
  await refused(rest, bundle({ artifacts: [ARTIFACT] }), 'artifact:write');
  await refused(rest, bundle({ subtickets: [{ ...SPU, artifacts: [ARTIFACT] }] }), 'artifact:write');
  const failure = { current_workflow_step: '999', status: '999', reason: 'no', log: ARTIFACT.reference };
  for (const url of [`/api/v1/updateticketstatus/${ticket}/`, `/api/v1/updatesubticketstatus/${subticket}/`]) {
    await refused(rest, ['patch', () => url, () => failure], 'artifact:write');
    const { log, ...without } = failure;
    expect(log).toBe(ARTIFACT.reference);
    expect((await call(everything, 'patch', url, failure)).status).toBe(202);
    const { token } = await server.token(rest);
    expect((await call(token, 'patch', url, { ...without, current_workflow_step: '200', status: '000' })).status).toBe(
      202,
    );
  }
});

test('a ticket follows its subtickets, whoever makes them', async () => {
  const { token } = await server.token(['ticket:write', 'read']);
  const done = await call(everything, 'post', '/api/v1/ticket/', { title: 'Done', current_workflow_step: '500' });
  const body = { ticket: done.body.id, source_package_upload: 1 };
  expect((await call(token, 'post', '/api/v1/subticket/', body)).status).toBe(201);
});

test('the document tells which fields need another scope than their operation', () => {
  const { components } = buildDocument(server.app);
  const schemas = components?.schemas as Record<string, { properties?: Record<string, { 'x-scope'?: string }> }>;
  const told = Object.entries(schemas).flatMap(([schema, { properties = {} }]) =>
    Object.entries(properties).flatMap(([name, field]) =>
      field['x-scope'] ? [`${schema}.${name} ${field['x-scope']}`] : [],
    ),
  );
  expect(told).toEqual(
    expect.arrayContaining([
      'TicketBody.current_workflow_step status:write',
      'TicketBody.status status:write',
      'TicketChange.status status:write',
      'SubticketBody.current_workflow_step status:write',
      'SubticketChange.status status:write',
      'UpdateticketstatusChange.log artifact:write',
      'UpdatesubticketstatusChange.log artifact:write',
    ]),
  );
});
