// What goes along with a ticket, what stays while others refer to it, and what is there once only.
import { aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { historyOf } = workflowCalls(() => server);
const post = (resource: string, body: object) => server.http.post(`/api/v1/${resource}/`).send(body);
const uriOf = async (resource: string, body: object): Promise<string> =>
  ((await post(resource, body).expect(201)).body as { resource_uri: string }).resource_uri;
let names = 0;
const aPerson = (): Promise<string> => uriOf('person', { name: `p${++names}`, email: 'p@example.com' });
const aSuite = (fields: object = {}): Promise<string> =>
  uriOf('testsuite', { name: `s${++names}`, kind: 'dep8', ...fields });
const referrer = (uri: string): object => ({
  error: expect.stringContaining(uri) as string,
  code: expect.stringMatching(/still_referenced$/) as string,
});

it('goes along with its ticket, each with a history row, and what it referred to stays', async () => {
  const ticket = await aTicket(server).withSubticket('along');
  const [person, testsuite] = [await aPerson(), await aSuite()];
  const uris = [
    await uriOf('ticketlink', { ticket: ticket.uri, kind: 'bug', url: 'https://example.com/' }),
    await uriOf('ticketperson', { ticket: ticket.uri, person, role: 'worker' }),
    await uriOf('ticketcomponent', { ticket: ticket.uri, kind: 'ppa', name: 'n' }),
    await uriOf('testresult', { ticket: ticket.uri, testsuite, verdict: 'pass' }),
    await uriOf('testresult', { subticket: ticket.subtickets[0]!.uri, testsuite, verdict: 'fail' }),
  ];
  await server.http.delete(ticket.uri).expect(204);
  for (const uri of [...uris, ticket.subtickets[0]!.uri]) await server.http.get(uri).expect(404);
  const gone = (await historyOf(ticket.id)).map(({ type }) => type).filter((type) => type.endsWith('.deleted'));
  expect([...gone].sort()).toEqual([
    'subticket.deleted',
    'testresult.deleted',
    'testresult.deleted',
    'ticket.deleted',
    'ticketcomponent.deleted',
    'ticketlink.deleted',
    'ticketperson.deleted',
  ]);
  for (const uri of [person, testsuite]) await server.http.delete(uri).expect(204);
});

it('stays while others refer to it, which are named', async () => {
  const person = await aPerson();
  const sourcepackage = await uriOf('sourcepackage', { name: 'kept' });
  const project = await uriOf('project', { name: 'kept', maintainer: person });
  const branch = await uriOf('branch', {
    unique_name: 'lp:kept',
    owner: person,
    type: 'trunk',
    project,
    sourcepackage,
  });
  await server.http.patch(project).send({ trunk: branch }).expect(202);
  const suite = await aSuite({ project, sourcepackage });
  const ticket = await aTicket(server);
  const result = await uriOf('testresult', { ticket: ticket.uri, testsuite: suite, verdict: 'skip' });
  const role = await uriOf('ticketperson', { ticket: ticket.uri, person, role: 'owner' });
  const kept: [string, string[]][] = [
    [person, [project, branch, role]],
    [sourcepackage, [branch, suite]],
    [project, [branch, suite]],
    [branch, [project]],
    [suite, [result]],
  ];
  for (const [uri, referrers] of kept) {
    const { error } = (await server.http.delete(uri).expect(409)).body as { error: string };
    expect(referrers.filter((one) => error.includes(one))).not.toEqual([]);
    await server.http.get(uri).expect(200);
  }
  for (const uri of [role, result, suite]) await server.http.delete(uri).expect(204);
  await server.http.patch(project).send({ trunk: null }).expect(202);
  for (const uri of [branch, project, sourcepackage, person]) await server.http.delete(uri).expect(204);
  const owned = await uriOf('project', { name: 'with-tickets' });
  const inIt = await aTicket(server).with({ project: owned });
  expect((await server.http.delete(owned).expect(409)).body).toMatchObject(referrer(inIt.uri));
});

it('is there once: names of branches, and roles of people in a ticket', async () => {
  const [person, other] = [await aPerson(), await aPerson()];
  const body = { unique_name: 'lp:$& once', owner: person, type: 'trunk' };
  const branch = await uriOf('branch', body);
  expect((await post('branch', body).expect(409)).body).toMatchObject({
    code: 'branch.taken',
    error: "A branch 'lp:$& once' exists already.",
  });
  const second = await uriOf('branch', { ...body, unique_name: 'lp:second' });
  await server.http.patch(second).send({ unique_name: body.unique_name }).expect(409);
  await server.http.put(branch).send(body).expect(200);
  const ticket = await aTicket(server);
  const role = { ticket: ticket.uri, person, role: 'worker' };
  await uriOf('ticketperson', role);
  const taken = {
    code: 'ticketperson.taken',
    error: `Person ${/\d+\/$/.exec(person)![0].slice(0, -1)} already has this role in the ticket.`,
  };
  expect((await post('ticketperson', role).expect(409)).body).toMatchObject(taken);
  const reviewer = await uriOf('ticketperson', { ...role, role: 'reviewer' });
  expect((await server.http.patch(reviewer).send({ role: 'worker' }).expect(409)).body).toMatchObject(taken);
  await uriOf('ticketperson', { ...role, person: other });
});

it('keeps branch names of the greatest length, in any script', async () => {
  const unique_name = Array.from({ length: 300 }, (_, index) =>
    String.fromCodePoint(0x20000 + ((index * 7919) % 40_000)),
  ).join('');
  await uriOf('branch', { unique_name, owner: await aPerson(), type: 'trunk' });
  const plain = Array.from({ length: 600 }, (_, index) => String.fromCharCode(0x4e00 + ((index * 7919) % 20_000))).join(
    '',
  );
  await uriOf('branch', { unique_name: plain, owner: await aPerson(), type: 'trunk' });
});

it('is a result of exactly one: a ticket or a subticket', async () => {
  const ticket = await aTicket(server).withSubticket('result');
  const [testsuite, subticket] = [await aSuite(), ticket.subtickets[0]!.uri];
  const refused = { code: 'testresult.invalid', error: expect.stringContaining('exactly one') as string };
  const base = { testsuite, verdict: 'pass' };
  for (const wrong of [{}, { ticket: ticket.uri, subticket }, { ticket: null }]) {
    expect((await post('testresult', { ...base, ...wrong }).expect(400)).body).toMatchObject(refused);
    expect(
      (
        await server.http
          .put('/api/v1/testresult/900/')
          .send({ ...base, ...wrong })
          .expect(400)
      ).body,
    ).toMatchObject(refused);
  }
  const result = await uriOf('testresult', { ...base, subticket });
  for (const wrong of [{ ticket: ticket.uri }, { subticket: null }]) {
    expect((await server.http.patch(result).send(wrong).expect(400)).body).toMatchObject(refused);
  }
  expect(
    (await server.http.patch(result).send({ subticket: null, ticket: ticket.uri }).expect(202)).body,
  ).toMatchObject({ ticket: ticket.uri, subticket: null });
  expect((await historyOf(ticket.id)).slice(-2)).toMatchObject([
    { type: 'testresult.created', subticket: ticket.subtickets[0]!.id },
    { type: 'testresult.changed', subticket: null },
  ]);
  for (const artifact of [
    '',
    'http://x/1',
    'https://tests.example/1.xml?a=b',
    '/api/v1/ticketartifact/1/',
    '/api/v1/subticketartifact/2',
  ]) {
    expect((await server.http.patch(result).send({ artifact }).expect(202)).body).toMatchObject({ artifact });
  }
  for (const artifact of ['x', '/api/v1/ticket/1/', '/api/v1/ticketartifact/', 'ftp://x', 'data:,x', 'https://']) {
    expect((await server.http.patch(result).send({ artifact }).expect(400)).body).toMatchObject({
      testresult: { artifact: [expect.any(String)] },
    });
  }
});
