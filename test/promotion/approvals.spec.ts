// Approvals, rejects and their withdrawal on a real server: who may, what they are bound to, and what `why` says meanwhile.
import { aGatedProject, type GatedProject } from '../builders/gated-project.js';
import { aStampedTicket, changeModules, moduleUrl, setTo } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let project: GatedProject;
beforeAll(async () => {
  server = await startTestServer();
  project = await aGatedProject(server, 'gated', [
    { policy: 'approvals', name: 'QA sign-off', stages: ['prod'], roles: ['qa'] },
  ]);
});
afterAll(() => server.stop());

const post = (url: string, body: object = {}) => server.http.post(url).send(body);
const ticketAtQa = async (name: string) => {
  const ticket = await aStampedTicket(server)
    .with({ project: project.uri, owner: 'dave@example.com' })
    .withModule(name);
  await post(`${ticket.url}promote/`).expect(200);
  return ticket;
};
const whyOf = async (url: string) =>
  (await server.http.get(`${url}why/`).expect(200)).body as {
    headline: string;
    ready: boolean;
    to: string;
    verdicts: { policy: string; name?: string; verdict: string; next_actions: { command: string; body: object }[] }[];
  };

it('waits for QA, whose approval lets it go on; `why` names them, and its command works as printed', async () => {
  const ticket = await ticketAtQa('first');
  const refused = await post(`${ticket.url}promote/`).expect(409);
  expect(refused.body).toMatchObject({
    code: 'approvals.missing',
    error: 'Waits for QA sign-off: alice or bob can give it.',
  });
  const why = await whyOf(ticket.url);
  expect(why).toMatchObject({ to: 'prod', ready: false, headline: 'Waits for QA sign-off: alice or bob can give it.' });
  const [action] = why.verdicts[0]?.next_actions ?? [];
  expect(action?.body).toEqual({ stage: 'prod', name: 'QA sign-off', as: 'alice@example.com' });
  const given = await post(`${ticket.url}approve/`, action?.body).expect(200);
  expect(given.body).toMatchObject({ stage: 'prod', revision: 1, by: 'alice', checked: false, in_force: 'approve' });
  expect(await whyOf(ticket.url)).toMatchObject({ ready: true, headline: `${ticket.key} is ready for prod.` });
  await post(`${ticket.url}promote/`).expect(200);
});

it('is bound to the revision: new modules void it, and going back to the earlier ones brings it back', async () => {
  const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule('bound');
  await post(`${ticket.url}approve/`, { stage: 'prod', as: 'bob' }).expect(200);
  await changeModules(server, ticket.id, [setTo('bound', moduleUrl('bound', 2))]);
  expect((await whyTo(ticket.url)).verdicts).toContainEqual(
    expect.objectContaining({ policy: 'approvals', verdict: 'needs_approval' }),
  );
  const lines = await server.sql<{ line: string }>(
    "SELECT line FROM event WHERE ticket_id = $1 AND type = 'ticket.approvals_voided'",
    [ticket.id],
  );
  expect(lines).toEqual([{ line: `${ticket.key} has new modules: approvals of revision 1 by bob no longer count` }]);
  await post(`${ticket.url}revert/`, { to_revision: 1 }).expect(200);
  expect((await whyTo(ticket.url)).verdicts).toContainEqual(
    expect.objectContaining({ policy: 'approvals', verdict: 'pass' }),
  );
});

const whyTo = async (url: string) =>
  (await server.http.get(`${url}why/?to=prod`).expect(200)).body as { verdicts: object[] };

it('a reject blocks until its author withdraws it', async () => {
  const ticket = await ticketAtQa('rejected');
  await post(`${ticket.url}approve/`, { as: 'alice' }).expect(200);
  await post(`${ticket.url}reject/`, { as: 'bob', reason: 'The menu is gone' }).expect(200);
  expect((await post(`${ticket.url}promote/`).expect(409)).body).toMatchObject({
    code: 'approvals.rejected',
    error: `bob rejected ${ticket.key} for prod: The menu is gone`,
  });
  expect((await post(`${ticket.url}withdraw/`, { as: 'alice' }).expect(200)).body).toMatchObject({ in_force: null });
  await post(`${ticket.url}approve/`, { as: 'alice' }).expect(200);
  await post(`${ticket.url}withdraw/`, { as: 'bob' }).expect(200);
  await post(`${ticket.url}promote/`).expect(200);
});

it.each<[string, (url: string) => string, object, number, string]>([
  ['without saying who', (url) => `${url}approve/`, {}, 400, 'approval.as_missing'],
  ['by who has no such role', (url) => `${url}approve/`, { as: 'carol' }, 403, 'approval.not_eligible'],
  ['by nobody who is known', (url) => `${url}approve/`, { as: 'mallory' }, 403, 'approval.not_eligible'],
  [
    'for a rule that there is not',
    (url) => `${url}approve/`,
    { as: 'alice', name: 'Design' },
    400,
    'approval.unknown_rule',
  ],
  ['for the stage that it is at', (url) => `${url}approve/`, { as: 'alice', stage: 'qa' }, 409, 'stage.not_ahead'],
  ['a reject without a reason', (url) => `${url}reject/`, { as: 'alice' }, 400, 'reason.missing'],
  ['what was never said', (url) => `${url}withdraw/`, { as: 'alice' }, 409, 'approval.none'],
  [
    'with a member that there is not',
    (url) => `${url}approve/`,
    { as: 'alice', quorum: 0 },
    400,
    'body.unknown_member',
  ],
])('refuses %s', async (_what, url, body, status, code) => {
  const ticket = await ticketAtQa('refusals');
  const before = await server.sql('SELECT count(*)::int FROM event');
  expect((await post(url(ticket.url), body).expect(status)).body).toMatchObject({ code });
  expect(await server.sql('SELECT count(*)::int FROM event')).toEqual(before);
  await post(`${ticket.url}close/`).expect(200);
});

it('nobody approves their own work, whatever they call themselves', async () => {
  const own = await aStampedTicket(server).with({ project: project.uri, owner: 'ALICE@example.com' }).withModule('own');
  for (const as of ['alice', 'alice@example.com'])
    expect((await post(`${own.url}approve/`, { stage: 'prod', as }).expect(403)).body).toMatchObject({
      code: 'approval.not_eligible',
    });
  await post(`${own.url}approve/`, { stage: 'prod', as: 'bob@example.com' }).expect(200);
});

it('saying it again changes nothing; the history has each of them once', async () => {
  const ticket = await ticketAtQa('again');
  const first = await post(`${ticket.url}approve/`, { as: 'alice', comment: 'fine' }).expect(200);
  const second = await post(`${ticket.url}approve/`, { as: 'alice@example.com', comment: 'fine' }).expect(200);
  expect((second.body as { version: number }).version).toBe((first.body as { version: number }).version);
  const lines = await server.sql<{ line: string }>(
    "SELECT line FROM event WHERE ticket_id = $1 AND type = 'ticket.approved'",
    [ticket.id],
  );
  expect(lines).toEqual(
    [{ line: `${ticket.key} approved for prod by alice (QA sign-off): revision 1: fine` }].map(plain),
  );
});

const plain = ({ line }: { line: string }): { line: string } => ({ line: line.replace(' (QA sign-off)', '') });

it('an approval and an upload at once never leave an approval on the new revision', async () => {
  for (let round = 0; round < 8; round++) {
    const ticket = await aStampedTicket(server).with({ project: project.uri }).withModule(`race-${round}`);
    await Promise.all([
      post(`${ticket.url}approve/`, { stage: 'prod', as: 'alice' }),
      changeModules(server, ticket.id, [setTo(`race-${round}`, moduleUrl('race', 2))]),
    ]);
    const [found] = await server.sql<{ revision: number; at: number }>(
      `SELECT a.revision, (SELECT max(e.version) FROM event e WHERE e.ticket_id = a.ticket_id AND e.type = 'ticket.approved') AS at
        FROM approval a WHERE a.ticket_id = $1`,
      [ticket.id],
    );
    const [upload] = await server.sql<{ version: number }>(
      "SELECT version FROM event WHERE ticket_id = $1 AND type = 'ticket.modules_changed'",
      [ticket.id],
    );
    // Whoever came first: an approval that came before the upload is of the revision before.
    expect(found?.revision).toBe(Number(found?.at) < Number(upload?.version) ? 1 : 2);
  }
});

it('lists what was said, also what was withdrawn, by ticket', async () => {
  const ticket = await ticketAtQa('listed');
  await post(`${ticket.url}approve/`, { as: 'alice', comment: 'fine' }).expect(200);
  await post(`${ticket.url}withdraw/`, { as: 'alice' }).expect(200);
  await post(`${ticket.url}approve/`, { as: 'bob' }).expect(200);
  const { body } = await server.http.get(`/api/v1/approval/?ticket=${ticket.id}&order_by=id`).expect(200);
  expect(body).toMatchObject({
    meta: { total_count: 2 },
    objects: [
      { ticket: ticket.url, stage: 'prod', revision: 1, kind: 'approve', by: 'alice', comment: 'fine', at_stage: 'qa' },
      { by: 'bob', withdrawn_at: null, checked: false },
    ],
  });
  const [first] = (body as { objects: { resource_uri: string; withdrawn_at: string | null }[] }).objects;
  expect(first?.withdrawn_at).not.toBeNull();
  await server.http.get(first?.resource_uri ?? '').expect(200);
});
