// Writers who want the same thing in the same moment: one name, one id, one row.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const person = (name: string): object => ({ name, email: `${name}@example.com` });
const times = <T>(count: number, make: (index: number) => PromiseLike<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const idOf = (reply: { body: unknown }): number => (reply.body as { id: number }).id;

it('gives 20 who create one source package the same one', async () => {
  for (const name of ['apt', 'zlib', 'make']) {
    const replies = await times(20, () => server.http.post('/api/v1/sourcepackage/').send({ name }));
    expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 201));
    expect(new Set(replies.map((reply) => reply.text)).size).toBe(1);
    expect(new Set(replies.map((reply) => reply.headers.location)).size).toBe(1);
  }
});

it('makes no id twice when PUT and POST meet', async () => {
  const puts = times(15, (index) => server.http.put(`/api/v1/person/${2 * index + 1}/`).send(person(`put${index}`)));
  const posts = times(15, (index) => server.http.post('/api/v1/person/').send(person(`post${index}`)));
  const replies = [...(await puts), ...(await posts)];
  // A PUT whose id a POST had first changes that object, which is what PUT is for.
  for (const reply of replies) expect([200, 201]).toContain(reply.status);
  const made = replies.filter((reply) => reply.status === 201).map(idOf);
  expect(new Set(made).size).toBe(made.length);
  const [{ count }] = (await server.sql('SELECT count(*)::int FROM person')) as [{ count: number }];
  expect(count).toBe(made.length);
});

it('lets one of 10 make an absent id, and the others change it', async () => {
  const put = async (index: number) => {
    const reply = await server.http.put('/api/v1/person/500/').send(person(`same${index}`));
    // Nine wait for the first one's row; on a machine that does much else one may be told to come again.
    return reply.status === 503 ? server.http.put('/api/v1/person/500/').send(person(`same${index}`)) : reply;
  };
  const replies = await times(10, put);
  expect(replies.map((reply) => reply.status).sort()).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
  expect(new Set(replies.map(idOf))).toEqual(new Set([500]));
});

it('deletes once, whoever asks', async () => {
  await server.http.put('/api/v1/person/600/').send(person('gone')).expect(201);
  const replies = await times(10, () => server.http.delete('/api/v1/person/600/'));
  expect(replies.map((reply) => reply.status).sort()).toEqual([204, ...Array.from({ length: 9 }, () => 404)]);
});

it('loses no artifact and leaves no orphan when a ticket goes while others add to it', async () => {
  const ticket = idOf(await server.http.post('/api/v1/ticket/').send({ title: 'busy' }).expect(201));
  const artifact = { name: 'a', ticket, reference: 'http://x.example/', type: 'LOGS' };
  const adding = times(12, () => server.http.post('/api/v1/ticketartifact/').send(artifact));
  const gone = await server.http.delete(`/api/v1/ticket/${ticket}/`);
  expect(gone.status).toBe(204);
  for (const reply of await adding) expect([201, 400]).toContain(reply.status);
  const [events] = (await server.sql(
    `SELECT count(*) FILTER (WHERE type = 'ticketartifact.created')::int AS made,
    count(*) FILTER (WHERE type = 'ticketartifact.deleted')::int AS gone FROM event WHERE ticket_id = $1`,
    [ticket],
  )) as [{ made: number; gone: number }];
  expect(events.gone).toBe(events.made);
});

it('gives parallel changes of one ticket a version each', async () => {
  const ticket = idOf(await server.http.post('/api/v1/ticket/').send({ title: 'v' }).expect(201));
  const replies = await times(20, (index) =>
    server.http.patch(`/api/v1/ticket/${ticket}/`).send({ title: `v${index}` }),
  );
  const versions = replies
    .map((reply) => (reply.body as { version: number }).version)
    .sort((one, other) => one - other);
  expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
});
