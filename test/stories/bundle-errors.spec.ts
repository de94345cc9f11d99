// bundle: nothing is kept if any part is bad, and the error names the part (promise 6).
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/person/').send({ name: 'p', email: 'p@example.com' }).expect(201);
  await server.http.post('/api/v1/ticket/').send({ title: 'first', key: 'TAKEN-1' }).expect(201);
});
afterAll(() => server.stop());

/** How many rows each table has. */
async function counts(): Promise<Record<string, unknown>> {
  const tables = await server.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const parts = tables.map(({ name }) => `(SELECT count(*)::int FROM ${name}) AS ${name}`);
  return (await server.sql(`SELECT ${parts.join(', ')}`))[0] ?? {};
}

const upload = { sourcepackage: 'good', version: '1' };
const link = { kind: 'bug', url: 'https://example.com/' };
const artifact = { name: 'a', reference: 'http://example.com/a', type: 'LOGS' };

type Case = [string, object, number, object];
const bad: Case[] = [
  ['the ticket', { title: null }, 400, { ticket: { title: [expect.any(String)] } }],
  ['no title', { title: undefined }, 400, { ticket: { title: [expect.any(String)] } }],
  ['a taken key', { key: 'taken-01' }, 409, { code: 'ticket.taken' }],
  ['links[0].url', { links: [{ ...link, url: 'javascript:x' }] }, 400, { ticketlink: { url: [expect.any(String)] } }],
  ['links[1].kind', { links: [link, { ...link, kind: 'x' }] }, 400, { ticketlink: { kind: [expect.any(String)] } }],
  ['people[0].person', { people: [{ person: 99, role: 'owner' }] }, 400, { code: 'reference.not_found' }],
  ['people[0].person', { people: [{ person: 'nobody', role: 'owner' }] }, 400, { code: 'reference.not_found' }],
  ['people[0].role', { people: [{ person: 1, role: 'x' }] }, 400, { ticketperson: { role: [expect.any(String)] } }],
  [
    'people[2]',
    { people: ['owner', 'worker', 'owner'].map((role) => ({ person: 1, role })) },
    409,
    { code: 'ticketperson.taken' },
  ],
  [
    'people[1].person',
    { people: [1, 99].map((person) => ({ person, role: 'owner' })) },
    400,
    { error: expect.stringContaining("'99'") },
  ],
  ['components[0].name', { components: [{ kind: 'ppa' }] }, 400, { ticketcomponent: { name: [expect.any(String)] } }],
  [
    'artifacts[0].type',
    { artifacts: [{ ...artifact, type: 'SPU' }] },
    400,
    { ticketartifact: { type: [expect.any(String)] } },
  ],
  [
    'subtickets[1].version',
    { subtickets: [upload, { sourcepackage: 'good' }] },
    400,
    { spu: { version: [expect.any(String)] } },
  ],
  [
    'subtickets[1].sourcepackage',
    { subtickets: [upload, { version: '1' }] },
    400,
    { spu: { sourcepackage: [expect.any(String)] } },
  ],
  [
    'subtickets[0].sourcepackage.name',
    { subtickets: [{ sourcepackage: ' ', version: '1' }] },
    400,
    { sourcepackage: { name: [expect.any(String)] } },
  ],
  [
    'subtickets[1].sourcepackage',
    { subtickets: [upload, { sourcepackage: 99, version: '1' }] },
    400,
    { code: 'reference.not_found' },
  ],
  [
    'subtickets[0].sourcepackage',
    { subtickets: [{ ...upload, sourcepackage: '/api/v1/person/1/' }] },
    400,
    { code: 'reference.not_found' },
  ],
  [
    'subtickets[0].sourcepackage',
    { subtickets: [{ ...upload, sourcepackage: 'http://example.com/x' }] },
    400,
    { code: 'reference.not_found' },
  ],
  [
    'subtickets[0].sourcepackage',
    { subtickets: [{ ...upload, sourcepackage: { name: 'x' } }] },
    400,
    { code: 'reference.not_found' },
  ],
  [
    'subtickets[1].merge_proposal',
    { subtickets: [upload, { merge_proposal: '/api/v1/mergeproposal/9/' }] },
    400,
    { code: 'reference.not_found' },
  ],
  ['subtickets[0]', { subtickets: [{ ...upload, merge_proposal: 1 }] }, 400, { code: 'bundle.upload_or_proposal' }],
  ['subtickets[0]', { subtickets: [{ assignee: 'x@example.com' }] }, 400, { code: 'bundle.upload_or_proposal' }],
  [
    'subtickets[1].current_workflow_step',
    { subtickets: [upload, { ...upload, current_workflow_step: 250 }] },
    400,
    { subticket: { current_workflow_step: [expect.any(String)] } },
  ],
  [
    'subtickets[0].artifacts[1].type',
    { subtickets: [{ ...upload, artifacts: [artifact, { ...artifact, type: 'IMAGE' }] }] },
    400,
    { subticketartifact: { type: [expect.any(String)] } },
  ],
  [
    'subtickets[1].artifacts[0].reference',
    { subtickets: [upload, { ...upload, artifacts: [{ ...artifact, reference: 'ftp://x' }] }] },
    400,
    { subticketartifact: { reference: [expect.any(String)] } },
  ],
  [
    'subtickets[0].artifacts[0]',
    { subtickets: [{ ...upload, artifacts: ['x'] }] },
    400,
    { code: 'bundle.not_an_object' },
  ],
  ['subtickets[0].artifacts', { subtickets: [{ ...upload, artifacts: {} }] }, 400, { code: 'bundle.not_a_list' }],
  ['links[1]', { links: [link, null] }, 400, { code: 'bundle.not_an_object' }],
  ['links', { links: 'x' }, 400, { code: 'bundle.not_a_list' }],
  ['links', { links: Array.from({ length: 1001 }, () => link) }, 400, { code: 'bundle.too_many' }],
];

it.each(bad)('keeps nothing at all: %s', async (part, change, status, expected) => {
  const before = await counts();
  const whole = {
    title: 't',
    links: [link],
    people: [{ person: 1, role: 'driver' }],
    artifacts: [artifact],
    subtickets: [upload],
  };
  const reply = await server.http.post('/api/v1/bundle/').send({ ...whole, ...change });
  expect([reply.status, reply.text]).toEqual([status, expect.any(String)]);
  expect(reply.body).toMatchObject(expected);
  if (/^(links|people|components|subtickets|artifacts)/.test(part)) {
    const { part: named, error } = reply.body as { part?: string; error?: string };
    expect(named ?? error?.split(/[: ]/)[0]).toBe(part);
  }
  expect(await counts()).toEqual(before);
});

it('names the part to those who ask for problem+json', async () => {
  const reply = await server.http
    .post('/api/v1/bundle/')
    .set('Accept', 'application/problem+json')
    .send({ title: 't', links: [link, { kind: 'bug' }] })
    .expect(400);
  expect((reply.body as { detail: string }).detail).toContain('links[1]');
});

it('refuses what is no object, and more than 1 MB, but takes more than 100 kB', async () => {
  for (const body of ['[]', 'null', '"x"', '']) {
    await server.http.post('/api/v1/bundle/').set('Content-Type', 'application/json').send(body).expect(400);
  }
  const weighing = (bytes: number): object => ({ title: 'x', padding: 'x'.repeat(bytes) });
  await server.http
    .post('/api/v1/bundle/')
    .send(weighing(500 * 1024))
    .expect(201);
  expect(
    (
      await server.http
        .post('/api/v1/bundle/')
        .send(weighing(1024 * 1024))
        .expect(413)
    ).body,
  ).toMatchObject({ code: 'body.too_large', error: 'The body is too large for this URL: 1 MB at most.' });
});
