// What holds the command together: what it says where it can't be understood, and where options may stand.
import { spawn } from 'node:child_process';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { onTerminal } from './on-terminal.js';
import { STAMP, stampProcess } from './stamp.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/ticket/').send({ title: 'Free shipping', owner: 'alice@example.com' }).expect(201);
  await server.http.post('/api/v1/ticket/').send({ title: 'Second', owner: 'bob@example.com' }).expect(201);
});
afterAll(() => server.stop());

test.each([
  ['shwo TKT-1', "Unknown: 'stamp shwo'. Did you mean 'stamp show'?"],
  ['xyzzy', "Unknown: 'stamp xyzzy'. 'stamp --help' lists the choices."],
  ['help shw', "Unknown: 'stamp help shw'. Did you mean 'stamp help show'?"],
  ['show --verbos', "Unknown option '--verbos': did you mean --verbose?"],
  ['show --foo', "Unknown option '--foo'. 'stamp help show' lists the choices."],
  ['--foo', "Unknown option '--foo'. 'stamp --help' lists the choices."],
  ['show TKT-1 --url', "Option '--url <url>' needs its argument. 'stamp help show' lists the choices."],
  ['TKT-1 show', 'The verb comes first: stamp show TKT-1'],
  ['TKT-1 TKT-2', "Name one ticket at a time: 'TKT-2' is one too many. 'stamp --help' lists the verbs."],
])('usage: stamp %s', async (line, says) => {
  expect(await stampProcess(line, { url: server.base })).toEqual({ code: 2, stdout: '', stderr: `stamp: ${says}\n` });
});

test.each([
  'show TKT-1 --json=key,title',
  'show TKT-1 --json key,title',
  'show --json key,title TKT-1',
  '--json key,title show TKT-1',
  '--json=key,title -t TKT-1 show',
  'show 1 --json key,title',
])('fields of JSON, wherever they stand: stamp %s', async (line) => {
  const { code, stdout } = await stampProcess(line, { url: server.base });
  expect([code, JSON.parse(stdout)]).toEqual([0, { key: 'TKT-1', title: 'Free shipping' }]);
});

test.each(['show --json TKT-1', '--json show TKT-1', 'show TKT-1 --json', '--json -t TKT-1 show', 'show --json 1'])(
  'all of the JSON: stamp %s',
  async (line) => {
    const { code, stdout } = await stampProcess(line, { url: server.base });
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ key: 'TKT-1', stage: null })]);
  },
);

test('the server may be said before the verb and after it', async () => {
  for (const line of [`--url ${server.base} show TKT-1`, `show TKT-1 --url ${server.base}`])
    expect(await stampProcess(line)).toMatchObject({ code: 0, stdout: expect.stringContaining('TKT-1') });
});

test('with --json an error is JSON on stderr, and nothing is on stdout', async () => {
  const missing = await stampProcess('show TKT-99 --json', { url: server.base });
  expect(missing).toMatchObject({ code: 7, stdout: '' });
  expect(JSON.parse(missing.stderr)).toEqual({
    error: {
      exit: 7,
      message: "There is no ticket 'TKT-99'.",
      code: 'not_found',
      status: 404,
      details: expect.objectContaining({ code: 'not_found' }),
    },
  });
  const misspelt = await stampProcess('shwo --json', { url: server.base });
  expect(JSON.parse(misspelt.stderr)).toEqual({ error: { exit: 2, message: expect.stringContaining('stamp show') } });
});

test('help says the same in three ways, and a verb explains itself', async () => {
  const [bare, flag, verb] = await Promise.all(['', '--help', 'help'].map((line) => stampProcess(line)));
  expect(bare).toMatchObject({ code: 0, stderr: '' });
  expect(flag?.stdout).toBe(bare?.stdout);
  expect(verb?.stdout).toBe(bare?.stdout);
  for (const part of ['Work on tickets:', 'Environment:', 'STAMP_URL', 'Exit codes:', '130'])
    expect(bare?.stdout).toContain(part);
  const [asked, own] = await Promise.all(['help show', 'show --help'].map((line) => stampProcess(line)));
  expect(asked?.stdout).toBe(own?.stdout);
  expect(own?.stdout).toMatch(/^Usage: stamp show \[ticket\] \[options\]\n[^]*Examples:\n {2}stamp show TKT-1 /);
});

test('on a terminal that does not know its width, help has lines of the usual one', async () => {
  const { code, screen } = await onTerminal(['help', 'show'], { url: server.base, columns: 0 });
  expect([code, Math.max(...screen.split('\n').map((line) => line.length)) > 60]).toEqual([0, true]);
});

test('whoever stops reading ends it, without a word', async () => {
  // `true` has gone before the first line comes.
  const line = '{ "$0" "$1" --help; echo "ended with $?" >&2; } | true';
  const child = spawn('sh', ['-c', line, process.execPath, STAMP], { stdio: 'pipe' });
  const err: string[] = [];
  child.stderr.on('data', (chunk) => err.push(String(chunk)));
  await new Promise((resolve) => child.once('close', resolve));
  expect(err.join('')).toBe('ended with 0\n');
});
