// The rules of promotion in a project's settings: what is refused, and that what GET /api/v1/policy/ shows works as it stands.
import { setRules } from '../builders/gated-project.js';
import { aStagedProject, aStampedTicket } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let uri: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ uri } = await aStagedProject(server, 'rules'));
});
afterAll(() => server.stop());

it('every example of a policy is a rule that is taken as it stands', async () => {
  const { body } = await server.http.get('/api/v1/policy/').expect(200);
  const { objects } = body as { objects: { name: string; always: boolean; example: object | null; about: string }[] };
  expect(objects.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['steps', 'conflicts', 'hold', 'lock', 'imports', 'sources', 'approvals', 'soak']),
  );
  const examples = objects.flatMap(({ example }) => example ?? []);
  expect(examples.length).toBe(objects.filter(({ always }) => !always).length);
  await setRules(server, uri, examples).expect(202);
});

it.each<[string, unknown, RegExp]>([
  ['no list', {}, /policies is a list of rules/],
  ['no object', ['soak'], /policies\[0\]: A rule is a JSON object/],
  ['an unknown policy', [{ policy: 'soack', stages: 'all' }], /Unknown policy 'soack'\. Did you mean 'soak'\?/],
  ['a policy without rules', [{ policy: 'hold', stages: 'all' }], /Unknown policy 'hold'/],
  ['an unknown stage', [{ policy: 'soak', stages: ['prd'], minutes: 5 }], /Unknown stage 'prd'.*dev, qa, prod/],
  ['no stages', [{ policy: 'soak', minutes: 5 }], /stages is "all" or a list/],
  [
    'an unknown member',
    [{ policy: 'soak', stages: 'all', minuts: 5 }],
    /Unknown member 'minuts'\. Did you mean 'minutes'\?/,
  ],
  ['what is missing', [{ policy: 'soak', stages: 'all' }], /Give 'minutes'/],
  ['a number out of bounds', [{ policy: 'soak', stages: 'all', minutes: 0 }], /'minutes': Ensure/],
  ['an unknown role', [{ policy: 'approvals', stages: 'all', roles: ['tester'] }], /'tester' is not a role/],
  [
    'a stage that it can never be at',
    [{ policy: 'soak', stages: ['prod'], minutes: 5, at: 'dev' }],
    /at is the stage before/,
  ],
  [
    'twins',
    [
      { policy: 'soak', stages: 'all', minutes: 5 },
      { policy: 'soak', stages: ['prod'], minutes: 9 },
    ],
    /have the same name/,
  ],
  [
    'too many windows',
    Array.from({ length: 4 }, (_, index) => ({
      ...{ policy: 'window', stages: 'all', name: `${index}` },
      closed: [{ start: '2026-01-01T10:00', duration: 'PT1H', timezone: 'UTC', reason: 'x' }],
    })),
    /at most 3 rules of 'window'; there are 4/,
  ],
  ['too many', Array.from({ length: 51 }, () => ({})), /at most 50 rules/],
])('refuses %s', async (_what, policies, says) => {
  const { body } = await setRules(server, uri, policies).expect(400);
  expect(JSON.stringify(body).replaceAll('\\"', '"')).toMatch(says);
});

it('a window that is closed now makes a ticket wait until it opens, and one that is open lets it go', async () => {
  const hour = 3_600_000;
  const local = (time: number): string => new Date(time).toISOString().slice(0, 16);
  const closed = {
    start: local(Date.now() - hour),
    end: local(Date.now() + hour),
    timezone: 'UTC',
    reason: 'Holidays',
  };
  const gated = await aStagedProject(server, 'windows', {
    policies: [{ policy: 'window', stages: ['prod'], closed: [closed] }],
  });
  const ticket = await aStampedTicket(server).with({ project: gated.uri }).withModule('window').at('qa');
  const refused = await server.http.post(`${ticket.url}promote/`).expect(409);
  expect(refused.body).toMatchObject({
    code: 'window.closed',
    error: expect.stringMatching(/prod of windows is closed until .* UTC: Holidays/),
  });
  await setRules(server, gated.uri, [
    { policy: 'window', stages: ['prod'], open: [{ ...closed, reason: undefined }] },
  ]).expect(202);
  await server.http.post(`${ticket.url}promote/`).expect(200);
});
