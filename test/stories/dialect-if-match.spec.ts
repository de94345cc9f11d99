// If-Match (promise 3): a write happens only to what the client saw: versions, weak tags, `*`, and digests of content.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/ticket/').send({ title: 'first' }).expect(201);
  await server.http.post('/api/v1/sourcepackage/').send({ name: 'apt' }).expect(201);
  await server.http.post('/api/v1/spu/').send({ sourcepackage: 1, version: '1' }).expect(201);
  await server.http.post('/api/v1/subticket/').send({ ticket: 1, source_package_upload: 1 }).expect(201);
});
afterEach(() => server.stop());

const match = (verb: 'patch' | 'put' | 'delete', path: string, tag: string, body?: object) =>
  server.http[verb](`/api/v1/${path}`).set('If-Match', tag).send(body);
const tagOf = async (path: string): Promise<string> =>
  String((await server.http.get(`/api/v1/${path}`).expect(200)).headers.etag);

it('takes the version in every spelling, and refuses all others', async () => {
  let version = 1;
  for (const spell of [
    (v: number) => `"${v}"`,
    (v: number) => `W/"${v}"`,
    () => '*',
    (v: number) => `"0", "${v}"`,
    (v: number) => `"x" ,W/"${v}"`,
  ]) {
    const reply = await match('patch', 'ticket/1/', spell(version), { title: `t${version}` }).expect(202);
    expect(reply.headers.etag).toBe(`"${++version}"`);
  }
  for (const tag of ['"1"', 'W/"1"', '"1", "2"', String(version), `"0${version}"`, '""', '"99999999999"', 'x']) {
    const reply = await match('patch', 'ticket/1/', tag, { title: 'never' });
    expect([tag, reply.status]).toEqual([tag, 412]);
    expect(reply.body).toMatchObject({ code: 'if_match.failed' });
    expect((reply.body as { error: string }).error).toContain(`its ETag is "${version}"`);
  }
  expect((await server.http.get('/api/v1/ticket/1/')).body).toMatchObject({ title: 't5', version });
});

it('guards status updates, of tickets and of subtickets', async () => {
  const move = { current_workflow_step: '300' };
  await match('patch', 'updateticketstatus/1/', '"2"', move).expect(412);
  await match('patch', 'updateticketstatus/1/', '"2", "3"', move).expect(412);
  const moved = await match('patch', 'updateticketstatus/1/', '"1"', move).expect(202);
  expect(moved.headers.etag).toBe('"2"');
  await match('patch', 'updateticketstatus/1/', '"1"', move).expect(412);
  await match('patch', 'updateticketstatus/1/', '*', { status: '5' }).expect(202);
  await match('patch', 'updatesubticketstatus/1/', '"7"', { status: '5' }).expect(412);
  expect((await match('patch', 'updatesubticketstatus/1/', '"1"', { status: '5' }).expect(202)).headers.etag).toBe(
    '"2"',
  );
  await match('patch', 'updateticketstatus/99/', '"1"', move).expect(404);
});

it('guards PUT, DELETE, closing and reopening', async () => {
  await match('put', 'ticket/1/', '"9"', { title: 'x' }).expect(412);
  await match('put', 'ticket/1/', '"1"', { title: 'x' }).expect(200);
  await server.http.post('/api/v1/ticket/1/close/').set('If-Match', '"1"').expect(412);
  await server.http.post('/api/v1/ticket/1/close/').set('If-Match', '"2"').expect(200);
  await match('delete', 'ticket/1/', '"1"').expect(412);
  await match('delete', 'ticket/1/', 'W/"3"').expect(204);
  await match('delete', 'ticket/1/', '"3"').expect(404);
});

it('makes nothing where PUT expects something', async () => {
  for (const tag of ['*', '"1"']) {
    const reply = await match('put', 'ticket/50/', tag, { title: 'x' }).expect(412);
    expect(reply.body).toMatchObject({ code: 'if_match.failed' });
  }
  await server.http.get('/api/v1/ticket/50/').expect(404);
});

it('guards what has no versions by its content', async () => {
  const path = 'sourcepackage/1/';
  const seen = await tagOf(path);
  await match('patch', path, '"x"', { name: 'never' }).expect(412);
  await match('patch', path, '"1"', { name: 'never' }).expect(412);
  await match('patch', path, seen, { name: 'apt2' }).expect(202);
  await match('patch', path, seen, { name: 'never' }).expect(412);
  await match('patch', path, `W/${await tagOf(path)}`, { name: 'apt3' }).expect(202);
  await match('patch', path, '*', { name: 'apt4' }).expect(202);
  await match('delete', 'spu/1/', '"x"').expect(412);
  expect((await server.http.get(`/api/v1/${path}`)).body).toMatchObject({ name: 'apt4' });
});

it('lets one of ten writers through who all saw the same', async () => {
  for (const [path, body] of [
    ['ticket/1/', { title: 'mine' }],
    ['updateticketstatus/1/', { status: '7' }],
    ['sourcepackage/1/', { name: 'mine' }],
  ] as const) {
    const seen = await tagOf(path.replace('updateticketstatus', 'ticket'));
    const replies = await Promise.all(Array.from({ length: 10 }, () => match('patch', path, seen, body)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([202, ...Array.from({ length: 9 }, () => 412)]);
  }
});

it('refuses a condition on a whole list, which has no state that a client could have seen', async () => {
  const patch = await match('patch', 'ticket/', '"1"', {
    objects: [{ resource_uri: '/api/v1/ticket/1/', title: 'never' }],
  }).expect(400);
  expect(patch.body).toMatchObject({ code: 'if_match.on_list' });
  await match('delete', 'ticket/?id=1', '"1"').expect(400);
  expect((await server.http.get('/api/v1/ticket/1/')).body).toMatchObject({ title: 'first' });
  await match('patch', 'ticket/', '*', { objects: [{ resource_uri: '/api/v1/ticket/1/', title: 'now' }] }).expect(202);
});
