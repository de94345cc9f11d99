// The operator's command beside a server, and without one.
import fs from 'node:fs';
import path from 'node:path';
import { endAll, newFolder, startServer } from '../process/server-process.js';
import { stampline } from './stampline.js';

afterAll(endAll);

const isRunning = (data: string): boolean => fs.existsSync(path.join(data, 'postgres', 'postmaster.pid'));

test('migrate makes the data, and leaves no Postgres behind; a server starts on it', async () => {
  const data = path.join(newFolder(), 'data');
  const ran = await stampline(['migrate'], { STAMPLINE_DATA: data });
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/The schema is up to date: .*postgres\n/);
  expect(isRunning(data)).toBe(false);
  const server = startServer({ STAMPLINE_DATA: data });
  await server.ready;
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

test('beside a server: it goes on with its Postgres', async () => {
  const data = path.join(newFolder(), 'data');
  const server = startServer({ STAMPLINE_DATA: data });
  await server.ready;
  expect(await stampline(['migrate'], { STAMPLINE_DATA: data })).toMatchObject({ code: 0 });
  expect(isRunning(data)).toBe(true);
  const reply = await fetch(`${server.base}/api/v1/ticket/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"title": "Still here"}',
  });
  expect(reply.status).toBe(201);
});

test('what it does not know is exit code 2, what the operator can mend 1', async () => {
  expect(await stampline(['bogus'], {})).toMatchObject({
    code: 2,
    err: expect.stringContaining("unknown command 'bogus'"),
  });
  expect(await stampline(['migrate'], { DATABASE_URL: 'mysql://nowhere' })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^stampline: DATABASE_URL must begin with postgres:\/\//m),
  });
});

test('--help says what there is', async () => {
  const ran = await stampline(['--help'], {});
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/start[^]*migrate/);
});
