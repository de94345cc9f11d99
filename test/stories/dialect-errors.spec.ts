// What refusals look like (rest-api.md, section 3): Tastypie's bodies, problem+json on request, and bodies that can't be read.
import http from 'node:http';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/ticket/').send({ title: 'first' }).expect(201);
});
afterAll(() => server.stop());

const UUID = /^[0-9a-f-]{36}$/;

/** A request as bytes, with exactly these headers. */
function raw(
  method: string,
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${server.base}${path}`,
      { method, headers: { 'content-length': String(Buffer.byteLength(body)), ...headers } },
      (reply) => {
        let text = '';
        reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
        reply.on('end', () =>
          resolve({ status: reply.statusCode ?? 0, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> }),
        );
      },
    );
    request.on('error', reject).end(body);
  });
}

it('answers 404 as Tastypie does, with a stable code and the request id', async () => {
  const reply = await server.http.get('/api/v1/ticket/99/').expect(404);
  expect(reply.headers['content-type']).toBe('application/json');
  expect(reply.body).toEqual({
    error_message: 'There is no ticket 99.',
    code: 'not_found',
    request_id: reply.headers['x-request-id'],
  });
  expect(reply.headers['x-request-id']).toMatch(UUID);
});

it('answers 404 alike for ids that do not exist, ids that are none and keys that nobody has', async () => {
  for (const id of [
    '99',
    '0',
    '-1',
    'abc',
    '1.5',
    '2147483648',
    '99999999999999999999',
    '%00',
    '%F0%9F%8E%AB',
    'TKT-99',
    '1e1',
    '%20',
  ]) {
    for (const endpoint of ['ticket', 'fullticket', 'ticketstatus', 'opentickets', 'sourcepackage', 'ticketartifact']) {
      const reply = await server.http.get(`/api/v1/${endpoint}/${id}/`);
      expect([endpoint, id, reply.status]).toEqual([endpoint, id, 404]);
      expect(reply.body).toMatchObject({ error_message: expect.any(String) as string, code: 'not_found' });
    }
  }
  for (const verb of ['patch', 'delete'] as const) await server.http[verb]('/api/v1/ticket/abc/').send({}).expect(404);
  await server.http.put('/api/v1/ticket/abc/').send({ title: 'x' }).expect(404);
  await server.http.patch('/api/v1/updateticketstatus/99/').send({ status: '100' }).expect(404);
  await server.http.get('/api/v1/nothing/').expect(404);
});

it('answers 400 as Tastypie does: a text, or the texts of each field', async () => {
  const text = await server.http.get('/api/v1/ticket/?limit=x').expect(400);
  expect(text.body).toEqual({
    error: "Invalid limit 'x' provided. Please provide a positive integer.",
    code: 'page.bad_limit',
    request_id: text.headers['x-request-id'],
  });
  const fields = await server.http.post('/api/v1/ticket/').send({ owner: 'nobody', status: 'x' }).expect(400);
  expect(fields.body).toEqual({
    ticket: {
      title: ["The 'title' field has no data and doesn't allow a default or null value."],
      owner: ['Enter a valid e-mail address.'],
      status: [expect.stringContaining('000 to 1000') as string],
    },
    code: 'body.invalid_field',
    request_id: fields.headers['x-request-id'],
  });
});

it('answers problem+json to whoever names it in Accept', async () => {
  const accept = { Accept: 'application/problem+json, application/json;q=0.5' };
  const missing = await server.http.get('/api/v1/ticket/99/').set(accept).expect(404);
  expect(missing.headers).toMatchObject({ 'content-type': 'application/problem+json', vary: 'Accept' });
  expect(missing.body).toMatchObject({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is no ticket 99.',
    code: 'not_found',
    request_id: missing.headers['x-request-id'],
  });
  const fields = await server.http.post('/api/v1/person/').set(accept).send({ name: 'x' }).expect(400);
  expect(fields.body).toMatchObject({
    title: 'Bad Request',
    status: 400,
    code: 'body.invalid_field',
    errors: { email: [expect.any(String) as string] },
  });
  const verb = await server.http.put('/api/v1/ticket/').set(accept).expect(405);
  expect(verb.headers).toMatchObject({ 'content-type': 'application/problem+json', allow: 'GET,POST,PATCH,DELETE' });
  const fine = await server.http.get('/api/v1/ticket/1/').set(accept).expect(200);
  expect(fine.headers['content-type']).toBe('application/json');
});

it('says so when JSON is none', async () => {
  for (const body of ['{', '{"title": "x",}', "{'title': 'x'}", 'title=x', '\uFEFF{', 'NaN', '{"title": undefined}']) {
    const reply = await raw('POST', '/api/v1/ticket/', body, { 'content-type': 'application/json' });
    expect([body, reply.status, reply.body.error]).toEqual([body, 400, 'Request is not valid JSON.']);
  }
  const bytes = await raw('POST', '/api/v1/ticket/', Buffer.from('{"title": "\xff"}', 'latin1'), {
    'content-type': 'application/json',
  });
  expect([bytes.status, bytes.body.code]).toEqual([400, 'body.not_utf8']);
});

it('says what came instead of an object', async () => {
  const tops: [string, string][] = [
    ['[]', 'an array'],
    ['null', 'null'],
    ['"x"', 'a string'],
    ['1', 'a number'],
    ['true', 'a boolean'],
    ['', 'nothing'],
  ];
  for (const [body, what] of tops) {
    for (const [method, path] of [
      ['POST', 'ticket/'],
      ['PATCH', 'ticket/1/'],
      ['PUT', 'ticket/1/'],
      ['PUT', 'ticket/50/'],
      ['PATCH', 'ticket/'],
      ['PATCH', 'updateticketstatus/1/'],
    ] as const) {
      const reply = await raw(method, `/api/v1/${path}`, body, { 'content-type': 'application/json' });
      expect([method, path, reply.status, reply.body.error]).toEqual([
        method,
        path,
        400,
        `The body must be a JSON object; it was ${what}.`,
      ]);
    }
  }
});

it('reads a body without a content type as JSON, with any spelling of JSON too, and refuses others', async () => {
  const body = '{"title": "typed"}';
  for (const type of [
    undefined,
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/merge-patch+json',
  ]) {
    const reply = await raw('POST', '/api/v1/ticket/', body, type ? { 'content-type': type } : {});
    expect([type, reply.status]).toEqual([type, 201]);
  }
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
  ]) {
    for (const [method, path] of [
      ['POST', 'ticket/'],
      ['PATCH', 'ticket/1/'],
      ['PUT', 'ticket/1/'],
    ] as const) {
      const reply = await raw(method, `/api/v1/${path}`, body, { 'content-type': type });
      expect([type, method, reply.status, reply.body.code]).toEqual([type, method, 415, 'body.not_json']);
    }
  }
});

it('refuses bodies that are too deep', async () => {
  const deep = await raw('POST', '/api/v1/ticket/', `{"title": "x", "more": ${'['.repeat(40)}${']'.repeat(40)}}`);
  expect([deep.status, deep.body.code]).toEqual([400, 'body.too_deep']);
});

it('never shows a stack, and names the request on a failure of its own', async () => {
  await server.sql('ALTER TABLE person RENAME TO person_away');
  const reply = await server.http.get('/api/v1/person/1/').expect(500);
  await server.sql('ALTER TABLE person_away RENAME TO person');
  expect(reply.body).toEqual({
    error_message: 'Sorry, this request could not be processed. Please try again later.',
    code: 'internal',
    request_id: expect.stringMatching(UUID) as string,
  });
});
