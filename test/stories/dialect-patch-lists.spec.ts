// PATCH of a list (rest-api.md, section 4): updates, creations and deletions in one transaction, all or nothing.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  for (const name of ['ann', 'bob', 'eve']) {
    await server.http
      .post('/api/v1/person/')
      .send({ name, email: `${name}@example.com` })
      .expect(201);
  }
});
afterEach(() => server.stop());

interface Person {
  id: number;
  name: string;
  resource_uri: string;
}

const patch = (body: object, resource = 'person') => server.http.patch(`/api/v1/${resource}/`).send(body);
const names = async (): Promise<string[]> =>
  ((await server.http.get('/api/v1/person/')).body as { objects: Person[] }).objects.map((one) => one.name);
const uri = (id: number): string => `/api/v1/person/${id}/`;

it('updates with a resource_uri, creates without one, deletes what deleted_objects names', async () => {
  const reply = await patch({
    objects: [
      { resource_uri: uri(2), name: 'bobby' },
      { name: 'new', email: 'new@example.com' },
      { resource_uri: `${server.base}/api/v1/person/2`, is_team: 'True' },
    ],
    deleted_objects: [uri(3)],
  }).expect(202);
  expect((reply.body as { objects: Person[] }).objects).toEqual([
    expect.objectContaining({ id: 2, name: 'bobby', is_team: false }),
    expect.objectContaining({ id: 4, name: 'new', resource_uri: uri(4) }),
    expect.objectContaining({ id: 2, name: 'bobby', is_team: true }),
  ]);
  expect(await names()).toEqual(['ann', 'bobby', 'new']);
});

it('takes either part alone', async () => {
  await patch({ deleted_objects: [uri(1)] }).expect(202);
  await patch({ objects: [{ resource_uri: uri(2), name: 'b' }] }).expect(202);
  expect((await patch({ objects: [] }).expect(202)).body).toEqual({ objects: [] });
  expect(await names()).toEqual(['b', 'eve']);
});

it('keeps nothing where any part is bad, and names the part', async () => {
  const good = { resource_uri: uri(1), name: 'changed' };
  const events = await server.sql('SELECT count(*) FROM event');
  const bad: [object, string][] = [
    [{ objects: [good, { name: 'x' }] }, 'objects[1]'],
    [{ objects: [good, { resource_uri: uri(99), name: 'x' }] }, 'objects[1]'],
    [{ objects: [good, { resource_uri: '/api/v1/ticket/1/', name: 'x' }] }, 'objects[1]'],
    [{ objects: [good, { resource_uri: null, name: 'x' }] }, 'objects[1]'],
    [{ objects: [good, good, 'x'] }, 'objects[2]'],
    [{ objects: [null, good] }, 'objects[0]'],
    [{ objects: [good, { resource_uri: uri(2), email: 'none' }] }, 'objects[1]'],
    [{ objects: [good], deleted_objects: [uri(2), uri(99)] }, 'deleted_objects[1]'],
    [{ objects: [good], deleted_objects: [uri(2), {}] }, 'deleted_objects[1]'],
  ];
  for (const [body, part] of bad) {
    const reply = await patch(body);
    expect([part, reply.status]).toEqual([part, 400]);
    const { error, part: named } = reply.body as { error?: string; part?: string };
    expect(named ?? error).toContain(part);
  }
  expect(await names()).toEqual(['ann', 'bob', 'eve']);
  expect(await server.sql('SELECT count(*) FROM event')).toEqual(events);
});

it("shows the faults of a part's fields like those of an object", async () => {
  const reply = await patch({ objects: [{ name: 'x' }] }).expect(400);
  expect(reply.body).toMatchObject({
    person: { email: ["The 'email' field has no data and doesn't allow a default or null value."] },
    part: 'objects[0].email',
    code: 'body.invalid_field',
  });
});

it('refuses a body that is no list of objects', async () => {
  for (const body of [
    {},
    { objects: 'x' },
    { objects: {} },
    { objects: null },
    { objects: [], deleted_objects: 'x' },
    { name: 'x' },
  ]) {
    const reply = await patch(body).expect(400);
    expect(reply.body).toMatchObject({ code: 'body.no_objects' });
  }
});

it('refuses the whole list where an object is still referenced, or a move is illegal', async () => {
  await patch({ objects: [{ name: 'apt' }] }, 'sourcepackage').expect(202);
  await patch({ objects: [{ sourcepackage: 1, version: '1' }] }, 'spu').expect(202);
  const referenced = await patch(
    { objects: [{ name: 'zlib' }], deleted_objects: ['/api/v1/sourcepackage/1/'] },
    'sourcepackage',
  ).expect(409);
  expect((referenced.body as { error: string }).error).toContain('deleted_objects[0]: ');
  expect((await server.http.get('/api/v1/sourcepackage/')).body).toMatchObject({ meta: { total_count: 1 } });
  await patch({ objects: [{ title: 'one' }, { title: 'two', key: 'JIRA-2' }] }, 'ticket').expect(202);
  await server.http.post('/api/v1/ticket/2/close/').expect(200);
  const moves = [
    { resource_uri: '/api/v1/ticket/1/', status: '100' },
    { resource_uri: '/api/v1/ticket/JIRA-2/', status: '100' },
  ];
  const closed = await patch({ objects: moves }, 'ticket').expect(409);
  expect(closed.body).toMatchObject({ code: 'ticket.closed' });
  expect((closed.body as { error: string }).error).toContain('objects[1]: ');
  expect((await server.http.get('/api/v1/ticket/1/')).body).toMatchObject({ status: '000', version: 1 });
});

it('makes free keys and known names in a list as alone', async () => {
  await server.http.post('/api/v1/ticket/').send({ title: 'given', key: 'TKT-2' }).expect(201);
  const tickets = await patch({ objects: [{ title: 'two' }, { title: 'three' }] }, 'ticket').expect(202);
  expect(tickets.body).toMatchObject({
    objects: [
      { id: 2, key: 'TKT-3' },
      { id: 3, key: 'TKT-4' },
    ],
  });
  const packages = await patch({ objects: [{ name: 'apt' }, { name: 'apt' }] }, 'sourcepackage').expect(202);
  const [first, second] = (packages.body as { objects: object[] }).objects;
  expect(second).toEqual(first);
});

it('lets parallel lists that cross each other all through', async () => {
  const there = [1, 2, 3].map((id) => ({ resource_uri: uri(id) }));
  const lists = Array.from({ length: 12 }, (_, index) =>
    (index % 2 ? [...there].reverse() : there).map((one) => ({ ...one, name: `n${index}` })),
  );
  const replies = await Promise.all(lists.map((objects) => patch({ objects })));
  expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 202));
  expect(new Set(await names()).size).toBe(1);
});

it('has no list where there is only a view', async () => {
  await server.http.patch('/api/v1/fullticket/').send({ objects: [] }).expect(405);
  await server.http.patch('/api/v1/updateticketstatus/').send({ objects: [] }).expect(405);
});
