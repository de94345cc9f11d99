// PUT (rest-api.md, section 3): changes what exists, makes what doesn't with the id of the client's choice, never an old one.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const idOf = (reply: { body: unknown }): number => (reply.body as { id: number }).id;

it("makes the very first object with the id of the client's choice, and goes on behind it", async () => {
  const made = await server.http.put('/api/v1/sourcepackage/1/').send({ name: 'first' }).expect(201);
  expect(made.body).toEqual({ id: 1, name: 'first', resource_uri: '/api/v1/sourcepackage/1/' });
  expect(made.headers.location).toBe(`${server.base}/api/v1/sourcepackage/1/`);
  expect(idOf(await server.http.post('/api/v1/sourcepackage/').send({ name: 'second' }).expect(201))).toBe(2);
});

it('makes an absent id and advances the numbers', async () => {
  expect(
    idOf(await server.http.put('/api/v1/person/10/').send({ name: 'ten', email: 'ten@example.com' }).expect(201)),
  ).toBe(10);
  expect(
    idOf(await server.http.post('/api/v1/person/').send({ name: 'next', email: 'n@example.com' }).expect(201)),
  ).toBe(11);
  expect(
    idOf(await server.http.put('/api/v1/person/5/').send({ name: 'five', email: 'f@example.com' }).expect(201)),
  ).toBe(5);
  expect(
    idOf(await server.http.post('/api/v1/person/').send({ name: 'next', email: 'n@example.com' }).expect(201)),
  ).toBe(12);
});

it('changes what exists; omitted fields keep their values', async () => {
  await server.http.post('/api/v1/ticket/').send({ title: 't', owner: 'ann@example.com', bug_id: '7' }).expect(201);
  const put = await server.http.put('/api/v1/ticket/1/').send({ description: 'more', status: '100' }).expect(200);
  expect(put.body).toMatchObject({
    title: 't',
    owner: 'ann@example.com',
    bug_id: '7',
    description: 'more',
    status: '100',
    version: 2,
  });
  expect(put.headers.etag).toBe('"2"');
  const whole = (await server.http.get('/api/v1/ticket/1/')).body as object;
  expect((await server.http.put('/api/v1/ticket/1/').send(whole).expect(200)).body).toEqual(whole);
  await server.http.put('/api/v1/sourcepackage/1/').send({ name: 'renamed' }).expect(200);
  await server.http.post('/api/v1/spu/').send({ sourcepackage: 1, version: '1' }).expect(201);
  const upload = await server.http.put('/api/v1/spu/1/').send({ version: '2' }).expect(200);
  expect(upload.body).toMatchObject({ sourcepackage: '/api/v1/sourcepackage/1/', version: '2' });
});

it('needs the required fields only for what it makes', async () => {
  await server.http.put('/api/v1/ticket/1/').send({}).expect(200);
  const reply = await server.http.put('/api/v1/ticket/40/').send({ owner: 'ann@example.com' }).expect(400);
  expect(reply.body).toMatchObject({
    ticket: { title: [expect.stringContaining("'title' field has no data") as string] },
  });
  expect(idOf(await server.http.post('/api/v1/ticket/').send({ title: 'not 41' }).expect(201))).toBe(2);
});

it('refuses an id far above the highest, as a typo', async () => {
  const reply = await server.http.put('/api/v1/ticket/1000003/').send({ title: 'x' }).expect(400);
  expect(reply.body).toMatchObject({
    code: 'id.too_high',
    error: 'The id 1000003 is more than 1000000 above the highest so far (2).',
  });
  await server.http.put('/api/v1/ticket/1000002/').send({ title: 'x' }).expect(201);
  const empty = await server.http
    .put('/api/v1/binarypackage/1000001/')
    .send({ name: 'b', sourcepackage: 1 })
    .expect(400);
  expect((empty.body as { error: string }).error).toContain('above the highest so far (0).');
  await server.http.put('/api/v1/ticket/9007199254740992/').send({ title: 'x' }).expect(404);
});

it('never gives an id again: not a deleted one, nor one that went along with its owner', async () => {
  const spu = await server.http.post('/api/v1/spu/').send({ sourcepackage: 1, version: '3' }).expect(201);
  const ticket = idOf(await server.http.post('/api/v1/ticket/').send({ title: 'to go' }).expect(201));
  const subticket = idOf(
    await server.http
      .post('/api/v1/subticket/')
      .send({ ticket, source_package_upload: idOf(spu) })
      .expect(201),
  );
  const log = { name: 'log', reference: 'http://x.example/', type: 'LOGS' };
  const own = idOf(
    await server.http
      .post('/api/v1/ticketartifact/')
      .send({ ...log, ticket })
      .expect(201),
  );
  const inner = idOf(
    await server.http
      .post('/api/v1/subticketartifact/')
      .send({ ...log, subticket })
      .expect(201),
  );
  await server.http.delete(`/api/v1/ticket/${ticket}/`).expect(204);
  const bodies: [string, number, object][] = [
    ['ticket', ticket, { title: 'again' }],
    ['subticket', subticket, { ticket: 1, source_package_upload: idOf(spu) }],
    ['ticketartifact', own, { ...log, ticket: 1 }],
    ['subticketartifact', inner, { ...log, subticket: 1 }],
    ['ticketartifact', inner, { ...log, ticket: 1 }],
  ];
  for (const [resource, id, body] of bodies) {
    const reply = await server.http.put(`/api/v1/${resource}/${id}/`).send(body);
    expect([resource, id, reply.status, reply.body]).toEqual([
      resource,
      id,
      409,
      expect.objectContaining({ code: 'id.used' }),
    ]);
  }
});

it('refuses a name that another id has, and leaves that one alone', async () => {
  await server.http.put('/api/v1/sourcepackage/2/').send({ name: 'renamed' }).expect(409);
  const reply = await server.http.put('/api/v1/sourcepackage/30/').send({ name: 'renamed' }).expect(409);
  expect(reply.body).toMatchObject({
    code: 'sourcepackage.taken',
    error: "A source package 'renamed' exists already.",
  });
  await server.http.get('/api/v1/sourcepackage/30/').expect(404);
});

it('refuses PUT of a list', async () => {
  const reply = await server.http.put('/api/v1/ticket/').send({ objects: [] }).expect(405);
  expect(reply.headers.allow).toBe('GET,POST,PATCH,DELETE');
});

it('refuses PUT of an absent key', () => server.http.put('/api/v1/ticket/TKT-77/').send({ title: 'x' }).expect(404));
