// How a body names other objects (rest-api.md, section 4): URIs in all spellings, ids, keys; and what is no reference.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/sourcepackage/').send({ name: 'apt' }).expect(201);
  await server.http.post('/api/v1/ticket/').send({ title: 'first' }).expect(201);
  await server.http.post('/api/v1/ticket/').send({ title: 'second', key: 'JIRA-042' }).expect(201);
});
afterAll(() => server.stop());

const upload = (sourcepackage: unknown) => server.http.post('/api/v1/spu/').send({ sourcepackage, version: '1.0' });
const artifact = (ticket: unknown) =>
  server.http.post('/api/v1/ticketartifact/').send({ name: 'a', ticket, reference: 'http://x.example/', type: 'LOGS' });

const forms: unknown[] = [
  '/api/v1/sourcepackage/1/',
  '/api/v1/sourcepackage/1',
  'http://127.0.0.1:8000/api/v1/sourcepackage/1/',
  'https://ci.example.com/api/v1/sourcepackage/1',
  1,
  '1',
  ' /api/v1/sourcepackage/1/ ',
  { resource_uri: '/api/v1/sourcepackage/1/', name: 'apt' },
];
it.each(forms)('takes %j', async (form) => {
  expect((await upload(form).expect(201)).body).toMatchObject({ sourcepackage: '/api/v1/sourcepackage/1/' });
});

it('takes the keys of tickets, with and without a URI, in any spelling', async () => {
  for (const form of ['JIRA-42', 'jira-042', '/api/v1/ticket/JIRA-42/', '/api/v1/ticket/2/', 2]) {
    expect((await artifact(form).expect(201)).body).toMatchObject({ ticket: '/api/v1/ticket/2/' });
  }
});

const dead: unknown[] = [
  '/api/v1/sourcepackage/99/',
  99,
  '99',
  '/api/v1/ticket/1/',
  '/api/v1/sourcepackages/1/',
  '/api/v2/sourcepackage/1/',
  '/api/v1/sourcepackage/',
  '/api/v1/sourcepackage/apt/',
  '/api/v1/sourcepackage/1/history/',
  '/sourcepackage/1/',
  'apt',
  '',
  'JIRA-42',
  0,
  -1,
  1.5,
  1e300,
  2147483648,
  '99999999999999999999',
  true,
];
it.each(dead)('says of %j that it could not find it', async (form) => {
  const reply = await upload(form).expect(400);
  expect(reply.body).toMatchObject({
    error: `Could not find the provided object via resource URI '${String(form)}'.`,
    code: 'reference.not_found',
  });
});

it('says the same of what is no reference at all', async () => {
  expect((await upload({ name: 'apt' }).expect(400)).body).toMatchObject({
    error: `Could not find the provided object via resource URI '{"name":"apt"}'.`,
  });
  expect((await upload([1]).expect(400)).body).toMatchObject({
    error: "Could not find the provided object via resource URI '[1]'.",
  });
  expect((await artifact('NOBODY-1').expect(400)).body).toMatchObject({
    error: "Could not find the provided object via resource URI 'NOBODY-1'.",
  });
});

it('says it on PATCH too, and keeps the old reference', async () => {
  const made = (await upload(1).expect(201)).body as { resource_uri: string };
  const reply = await server.http
    .patch(made.resource_uri)
    .send({ sourcepackage: '/api/v1/sourcepackage/99/' })
    .expect(400);
  expect(reply.body).toMatchObject({
    error: "Could not find the provided object via resource URI '/api/v1/sourcepackage/99/'.",
  });
  expect((await server.http.get(made.resource_uri)).body).toMatchObject({ sourcepackage: '/api/v1/sourcepackage/1/' });
});

it('cuts what it repeats', async () => {
  const reply = await upload(`/api/v1/${'x'.repeat(5000)}/`).expect(400);
  expect((reply.body as { error: string }).error.length).toBeLessThan(300);
});

it('does not take an unavailable database for a dead reference', async () => {
  await server.sql('ALTER TABLE project RENAME TO project_away');
  const reply = await artifact('JIRA-42');
  await server.sql('ALTER TABLE project_away RENAME TO project');
  expect(reply.status).toBe(500);
});
