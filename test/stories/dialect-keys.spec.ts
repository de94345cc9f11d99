// Ticket keys (rest-api.md, section 5): given or made, compared without case and zeros, taken wherever a ticket is named.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

interface Ticket {
  id: number;
  key: string;
  title: string;
}

const make = (body: object) => server.http.post('/api/v1/ticket/').send({ title: 't', ...body });
const made = async (body: object = {}): Promise<Ticket> => (await make(body).expect(201)).body as Ticket;

it('makes TKT-n of the id, and shows a given key as it was given', async () => {
  expect(await made()).toMatchObject({ id: 1, key: 'TKT-1' });
  expect(await made({ key: 'Jira-0042' })).toMatchObject({ id: 2, key: 'Jira-0042' });
  expect(await made()).toMatchObject({ id: 3, key: 'TKT-3' });
});

it('makes the first free TKT-n from the id on, where others were given away', async () => {
  await made({ key: 'TKT-002' });
  expect(await made()).toMatchObject({ id: 2, key: 'TKT-3' });
  expect(await made()).toMatchObject({ id: 3, key: 'TKT-4' });
  await made({ key: 'tkt-7' });
  await made({ key: 'TKT-6' });
  expect(await made()).toMatchObject({ id: 6, key: 'TKT-8' });
  expect((await server.http.put('/api/v1/ticket/20/').send({ title: 'put' }).expect(201)).body).toMatchObject({
    key: 'TKT-20',
  });
});

it('makes a key each for 20 at once, where the numbers ahead are taken', async () => {
  await server.sql(
    `INSERT INTO ticket (project_id, key, normal_key, title) SELECT 1, 'TKT-' || n, 'TKT-' || n, 'given' FROM generate_series(1001, 1060) n`,
  );
  await server.sql("SELECT setval('ticket_id_seq', 1010)");
  const replies = await Promise.all(Array.from({ length: 20 }, () => make({})));
  expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 201));
  const keys = replies.map((reply) => (reply.body as Ticket).key);
  expect(new Set(keys).size).toBe(20);
  const numbers = keys.map((key) => Number(key.slice(4))).sort((one, other) => one - other);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => 1061 + index));
});

it('makes them too for 20 at once that each have an Idempotency-Key', async () => {
  await server.sql(
    `INSERT INTO ticket (project_id, key, normal_key, title) SELECT 1, 'TKT-' || n, 'TKT-' || n, 'given' FROM generate_series(1001, 1060) n`,
  );
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, index) => make({}).set('Idempotency-Key', `k${index}`)),
  );
  expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 201));
  expect(new Set(replies.map((reply) => (reply.body as Ticket).key)).size).toBe(20);
});

it('refuses a key that is taken, in whatever spelling', async () => {
  await made({ key: 'JIRA-7' });
  for (const key of ['JIRA-7', 'jira-7', 'Jira-007']) {
    const reply = await make({ key }).expect(409);
    expect(reply.body).toMatchObject({
      code: 'ticket.taken',
      error: `The key ${key} is in use in this project. Leave it out to get a free one.`,
    });
  }
  await make({ key: 'JIRA-70' }).expect(201);
});

it('gives one key to one of 20 that want it at once', async () => {
  const replies = await Promise.all(Array.from({ length: 20 }, () => make({ key: 'JIRA-1' })));
  expect(replies.filter((reply) => reply.status === 201)).toHaveLength(1);
  expect(replies.filter((reply) => reply.status === 409)).toHaveLength(19);
});

it('refuses what is no key', async () => {
  for (const key of [
    '',
    '7',
    'TKT',
    'TKT-',
    '-7',
    'TKT-x',
    '7-7',
    'TKT 7',
    'TKT-7/',
    'TKT-7-8',
    'TKT-12345678901234567',
    7,
    null,
    {},
  ]) {
    const reply = await make({ key });
    expect([key, reply.status]).toEqual([key, 400]);
    expect(reply.body).toHaveProperty('ticket.key');
  }
});

it("keeps a ticket's key", async () => {
  await made({ key: 'JIRA-7' });
  await server.http.patch('/api/v1/ticket/1/').send({ key: 'JIRA-8' }).expect(400);
  expect(
    (await server.http.patch('/api/v1/ticket/1/').send({ key: 'jira-007', title: 'x' }).expect(202)).body,
  ).toMatchObject({ key: 'JIRA-7', title: 'x' });
});

it('takes the key in the URL of every endpoint of tickets; resource_uri has the id', async () => {
  await made({ key: 'JIRA-007' });
  for (const endpoint of ['ticket', 'fullticket', 'opentickets', 'ticketstatus']) {
    for (const key of ['JIRA-7', 'jira-007']) {
      const reply = await server.http.get(`/api/v1/${endpoint}/${key}/`).expect(200);
      expect(reply.body).toMatchObject({ id: 1, resource_uri: `/api/v1/${endpoint}/1/` });
    }
  }
  expect(
    (await server.http.patch('/api/v1/updateticketstatus/jira-7/').send({ status: '100' }).expect(202)).body,
  ).toMatchObject({ id: 1, status: '100' });
  expect((await server.http.patch('/api/v1/ticket/JIRA-7').send({ title: 'by key' }).expect(202)).body).toMatchObject({
    title: 'by key',
  });
  expect(
    (await server.http.put('/api/v1/ticket/JIRA-7/').send({ title: 'put by key' }).expect(200)).body,
  ).toMatchObject({ id: 1 });
  await server.http.get('/api/v1/ticket/JIRA-7/history/').expect(200);
  await server.http.post('/api/v1/ticket/JIRA-7/close/').expect(200);
  await server.http.post('/api/v1/ticket/JIRA-7/reopen/').expect(200);
  await server.http.delete('/api/v1/ticket/JIRA-7/').set('Idempotency-Key', 'gone').expect(204);
  const again = await server.http.delete('/api/v1/ticket/JIRA-7/').set('Idempotency-Key', 'gone').expect(204);
  expect(again.headers['idempotent-replayed']).toBe('true');
  await server.http.delete('/api/v1/ticket/JIRA-7/').expect(404);
});

it('takes a bare number for an id, never for a key', async () => {
  await made({ key: 'TKT-5' });
  await server.http.get('/api/v1/ticket/5/').expect(404);
  expect((await server.http.get('/api/v1/ticket/TKT-5/').expect(200)).body).toMatchObject({ id: 1 });
});

it('filters by key without case and zeros, and takes keys where ids are compared', async () => {
  await made({ key: 'JIRA-007' });
  await made();
  const found = async (query: string): Promise<number[]> =>
    ((await server.http.get(`/api/v1/ticket/?${query}`).expect(200)).body as { objects: Ticket[] }).objects.map(
      (one) => one.id,
    );
  expect(await found('key=jira-7')).toEqual([1]);
  expect(await found('key__exact=JIRA-007')).toEqual([1]);
  expect(await found('key__in=jira-7,TKT-02,x')).toEqual([1, 2]);
  expect(await found('key__startswith=JIRA-0')).toEqual([1]);
  expect(await found('key=JIRA')).toEqual([]);
  expect(await found('id=jira-7')).toEqual([1]);
  expect(await found('id__in=JIRA-7,2')).toEqual([1, 2]);
});

it('finds the ticket of a key in project default first, in the only other next, and else asks which', async () => {
  await server.sql("INSERT INTO project (name) VALUES ('beta'), ('alpha')");
  await made({ key: 'ONE-1', project: '/api/v1/project/2/', title: 'beta 1' });
  await made({ key: 'ONE-2', project: 2, title: 'beta 2' });
  await made({ key: 'ONE-2', project: 3, title: 'alpha 2' });
  await made({ key: 'ONE-3', project: 3, title: 'alpha 3' });
  await made({ key: 'ONE-3', title: 'default 3' });
  const title = async (path: string): Promise<string> =>
    ((await server.http.get(`/api/v1/ticket/${path}`).expect(200)).body as Ticket).title;
  expect(await title('ONE-1/')).toBe('beta 1');
  expect(await title('ONE-3/')).toBe('default 3');
  expect(await title('ONE-3/?project=alpha')).toBe('alpha 3');
  expect(await title('one-02/?project=beta')).toBe('beta 2');
  await server.http.get('/api/v1/ticket/ONE-1/?project=alpha').expect(404);
  const asked = await server.http.get('/api/v1/ticket/ONE-2/').expect(409);
  expect(asked.body).toMatchObject({ code: 'ticket.ambiguous_key' });
  expect((asked.body as { error: string }).error).toContain('ONE-2 is in several projects: alpha, beta.');
  await server.http.patch('/api/v1/updateticketstatus/ONE-2/').send({ status: '100' }).expect(409);
  await server.http.patch('/api/v1/updateticketstatus/ONE-2/?project=beta').send({ status: '100' }).expect(202);
  await server.http.get('/api/v1/subticket/?ticket=ONE-2').expect(409);
  const artifact = { name: 'a', reference: 'http://x.example/', type: 'LOGS', ticket: 'ONE-2' };
  await server.http.post('/api/v1/ticketartifact/').send(artifact).expect(409);
});

it('finds a key among more projects than it would name', async () => {
  await server.sql("INSERT INTO project (name) SELECT 'a' || lpad(n::text, 2, '0') FROM generate_series(1, 40) n");
  await server.sql(
    "INSERT INTO ticket (project_id, key, normal_key, title) SELECT id, 'MANY-1', 'MANY-1', name FROM project ORDER BY name",
  );
  const title = async (query: string): Promise<string> =>
    ((await server.http.get(`/api/v1/ticket/MANY-1/${query}`).expect(200)).body as Ticket).title;
  expect(await title('')).toBe('default');
  expect(await title('?project=a40')).toBe('a40');
});
