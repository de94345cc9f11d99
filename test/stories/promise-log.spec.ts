// promises.md, "Who may do what": the log names the request and says what broke, and keeps what the request carried to itself.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import supertest from 'supertest';
import { DataSource } from 'typeorm';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { dataSourceOptions } from '../../src/data-source.js';
import { connectTo, type RawReply, requestText, sendRaw } from '../setup/raw-http.js';
import { createTestDatabase } from '../setup/test-server.js';

let app: NestFastifyApplication;
let dataSource: DataSource;
let lines: string[] = [];
beforeAll(async () => {
  dataSource = await new DataSource(dataSourceOptions(await createTestDatabase())).initialize();
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  app = await createApp({ config: readConfig({ STAMPLINE_DATA: '/tmp' }), dataSource, log });
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());
beforeEach(() => (lines = []));

const http = () => supertest(app.getHttpServer());

it('tells of a defect without the values that it struck, and the client without its cause', async () => {
  await dataSource.query('ALTER TABLE person ADD CONSTRAINT surprise CHECK (email = name)');
  const reply = await http()
    .post('/api/v1/person/?secret=in-the-query')
    .set({ Authorization: 'Bearer in-a-header', Cookie: 'session=in-a-cookie', 'Idempotency-Key': 'in-a-key' })
    .send({ name: 'in-the-body', email: 'in-the-body@example.com' })
    .expect(500);
  expect(reply.body).toEqual({
    error_message: 'Sorry, this request could not be processed. Please try again later.',
    code: 'internal',
    request_id: reply.headers['x-request-id'],
  });
  const log = lines.join('');
  expect(log).toContain(`"request_id":"${reply.headers['x-request-id']}"`);
  expect(log).toContain('surprise');
  expect(log).toContain('"path":"/api/v1/person/"');
  expect(log).not.toMatch(/in-the-query|in-a-header|in-a-cookie|in-a-key|in-the-body/);
});

it('has a line for each request, and no warning of what a client broke off', async () => {
  const reply = await http().get('/api/v1/ticket/?owner=in-the-query').expect(200);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    request_id: reply.headers['x-request-id'],
    method: 'GET',
    path: '/api/v1/ticket/',
    status: 200,
  });
  expect(lines[0]).not.toContain('in-the-query');
  const socket = connectTo(await app.getUrl());
  socket.write(requestText('POST /api/v1/ticket/', { 'Content-Length': '100' }, '{"title": '));
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(lines.filter((line) => /"level":[45]0/.test(line))).toEqual([]);
});

it('names every refusal as its answer does, before and after a request could be made of it', async () => {
  const url = await app.getUrl();
  const idOf = ({ body, headers }: RawReply): string => {
    const id = (JSON.parse(body) as { request_id: string }).request_id;
    expect(headers.toLowerCase()).toContain(`x-request-id: ${id}`);
    return id;
  };
  const refusals = {
    421: requestText('GET /api/v1/ticket/', { Host: 'evil.example' }),
    404: requestText('GET /api/v1/ticket/99/'),
    405: requestText('PUT /api/v1/ticket/'),
    413: requestText('POST /api/v1/ticket/', { 'Content-Length': '9999999' }, '{'),
    414: requestText(`GET /${'x'.repeat(20_000)}`),
    431: requestText('GET /livez', { 'X-Large': 'x'.repeat(20_000) }),
    400: 'no http\r\n\r\n',
  };
  for (const [status, text] of Object.entries(refusals)) {
    lines = [];
    const reply = await sendRaw(url, text);
    expect(String(reply.status)).toBe(status);
    expect(lines.map((line) => (JSON.parse(line) as { request_id: string }).request_id)).toEqual([idOf(reply)]);
    expect(lines.join()).not.toContain('xxxx');
  }
});
