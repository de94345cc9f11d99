// Overrides on a real server: what they get past, what they are bound to, and that everybody sees them for good.
import { aGatedProject, type GatedProject } from '../builders/gated-project.js';
import { aStampedTicket, changeModules, moduleUrl, setTo } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let project: GatedProject;
beforeAll(async () => {
  server = await startTestServer();
  project = await aGatedProject(server, 'soaking', [
    { policy: 'soak', stages: ['prod'], minutes: 60 },
    { policy: 'soak', name: 'a day', stages: ['prod'], minutes: 1440, advisory: true },
  ]);
});
afterAll(() => server.stop());

const post = (url: string, body: object = {}) => server.http.post(url).send(body);
const ticketAtQa = async (name: string) => {
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule(name);
  await post(`${ticket.url}promote/`).expect(200);
  return ticket;
};

it('a ticket soaks; an override lets it go on, and the verdict, the history and the promotion say so', async () => {
  const ticket = await ticketAtQa('soaks');
  const refused = await post(`${ticket.url}promote/`).expect(409);
  expect(refused.body).toMatchObject({ code: 'soak.waiting', next_actions: [] });
  const given = { policy: 'soak', reason: "The fix can't wait", hours: 2 };
  const done = await post(`${ticket.url}override/`, given).expect(200);
  expect(done.body).toMatchObject({ stage: 'prod', revision: 1, override: { policy: 'soak', name: null } });
  const why = await server.http.get(`${ticket.url}why/`).expect(200);
  expect(why.body).toMatchObject({ ready: true });
  expect((why.body as { verdicts: object[] }).verdicts[0]).toMatchObject({
    policy: 'soak',
    verdict: 'pass_overridden',
    summary: expect.stringMatching(/^Overridden by local until .* UTC: The fix can't wait\. It would be waiting: /),
  });
  await post(`${ticket.url}promote/`).expect(200);
  const events = await server.sql<{ type: string; severity: string; data: { overridden?: object[] } }>(
    "SELECT type, severity, data FROM event WHERE ticket_id = $1 AND type IN ('ticket.overridden', 'ticket.promoted') ORDER BY id",
    [ticket.id],
  );
  expect(events).toMatchObject([
    { type: 'ticket.promoted', data: {} },
    { type: 'ticket.overridden', severity: 'warn' },
    { type: 'ticket.promoted', data: { overridden: [{ policy: 'soak' }] } },
  ]);
});

it('an advisory rule is judged and shown, and stands in no way', async () => {
  const ticket = await ticketAtQa('advice');
  const { verdicts } = (await server.http.get(`${ticket.url}why/`).expect(200)).body as { verdicts: object[] };
  expect(verdicts).toContainEqual(
    expect.objectContaining({
      policy: 'soak',
      name: 'a day',
      verdict: 'pass',
      summary: expect.stringMatching(/^Advice: /),
    }),
  );
});

it('ends with new modules, when it is withdrawn, and with its time', async () => {
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('ends');
  const override = () =>
    post(`${ticket.url}override/`, { policy: 'soak', stage: 'prod', reason: 'now', hours: 1 }).expect(200);
  const grade = async (): Promise<string | undefined> => {
    const { body } = await server.http.get(`${ticket.url}why/?to=prod`).expect(200);
    const { verdicts } = body as { verdicts: { policy: string; name?: string; verdict: string }[] };
    return verdicts.find(({ policy, name }) => policy === 'soak' && name === undefined)?.verdict;
  };
  await override();
  expect(await grade()).toBe('pass_overridden');
  await changeModules(server, ticket.id, [setTo('ends', moduleUrl('ends', 2))]);
  expect(await grade()).toBe('waiting');
  await override();
  await post(`${ticket.url}unoverride/`, { policy: 'soak', stage: 'prod' }).expect(200);
  expect(await grade()).toBe('waiting');
  await override();
  await server.sql("UPDATE policy_override SET until = clock_timestamp() - interval '1 second'");
  expect(await grade()).toBe('waiting');
});

it.each<[string, object, number, string]>([
  ['a hold', { policy: 'hold', reason: 'x', hours: 1 }, 400, 'override.not_overridable'],
  ['a conflict', { policy: 'conflicts', reason: 'x', hours: 1 }, 400, 'override.not_overridable'],
  ['a policy that there is not', { policy: 'soaks', reason: 'x', hours: 1 }, 400, 'override.unknown_policy'],
  ['no policy', { reason: 'x', hours: 1 }, 400, 'override.unknown_policy'],
  ['without a reason', { policy: 'soak', hours: 1 }, 400, 'reason.missing'],
  ['without an end', { policy: 'soak', reason: 'x' }, 400, 'body.invalid_member'],
  ['for four days', { policy: 'soak', reason: 'x', hours: 96 }, 400, 'body.invalid_member'],
  ['at the stage where it is', { policy: 'soak', reason: 'x', hours: 1, stage: 'dev' }, 409, 'stage.not_ahead'],
])('refuses %s, and nothing is kept', async (_what, body, status, code) => {
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('refused');
  const before = await server.sql('SELECT count(*)::int FROM event');
  expect((await post(`${ticket.url}override/`, body).expect(status)).body).toMatchObject({ code });
  expect(await server.sql('SELECT count(*)::int FROM event')).toEqual(before);
  await post(`${ticket.url}close/`).expect(200);
});
