// What the shell hears: every number of docs/CLI.md, by a run that ends with it.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { EXIT_MEANINGS } from '../../src/cli/words/exit-codes.js';
import { eventually } from '../process/server-process.js';
import { makeScene, type Scene } from './scene.js';
import { type Ended, STAMP, stampProcess, stampEnvironment } from './stamp.js';

let scene: Scene;
beforeAll(async () => {
  scene = await makeScene();
  const report = { current_workflow_step: '999', status: '999', reason: 'It does not boot' };
  const { http: api } = scene.server;
  await api.post('/api/v1/ticket/').send({ title: 'Fails', owner: 'alice@example.com' }).expect(201);
  await api.patch('/api/v1/updateticketstatus/TKT-5/').send(report).expect(202);
  await api.post('/api/v1/ticket/TKT-1/hold/').send({ reason: 'waits for the release notes' }).expect(200);
});
afterAll(() => scene.end());

interface Row {
  readonly line: string;
  readonly code: number;
  /** On stderr; the line begins so. */
  readonly says?: RegExp;
}

const ROWS: readonly Row[] = [
  { line: 'stamp show TKT-1', code: 0 },
  { line: 'stamp --help', code: 0 },
  { line: 'stamp show TKT-1 --url http://127.0.0.1:9', code: 1, says: /^stamp: http:\/\/127.0.0.1:9 does not answer/ },
  { line: 'stamp project set overlap=sometimes', code: 1, says: /overlap must be warn or block/ },
  { line: 'stamp shwo', code: 2, says: /Did you mean 'stamp show'/ },
  { line: 'stamp show', code: 2, says: /^stamp: Which ticket\?/ },
  { line: 'stamp show TKT-1 --url nowhere', code: 2, says: /is not the URL/ },
  { line: 'stamp TKT-3 --revert', code: 2, says: /stamp TKT-3 --revert --yes$/m },
  { line: 'stamp TKT-1 --promote', code: 3, says: /stamp unhold TKT-1/ },
  { line: 'stamp why TKT-3', code: 3 },
  { line: 'stamp show TKT-5 --wait', code: 5, says: /It does not boot/ },
  { line: 'stamp project new default', code: 6, says: /default/ },
  { line: 'stamp show TKT-99', code: 7, says: /^stamp: There is no ticket 'TKT-99'/ },
  { line: 'stamp project show nowhere', code: 7 },
  { line: 'stamp show TKT-2 --wait complete --timeout 1s', code: 8 },
];

test.each(ROWS)('$code: $line', async ({ line, code, says }) => {
  const ended = await scene.run(line);
  expect({ line, ...ended }).toMatchObject({ code, ...(code === 0 ? { stderr: '' } : {}) });
  if (says) expect(ended.stderr).toMatch(says);
  // One line that says what to do, and never a stack.
  if (code !== 0) expect(ended.stderr.trimEnd().split('\n').length).toBe(1);
});

/** In front of the server, as a proxy of a company is: nobody gets by without its token. */
async function guarded(use: (url: string) => Promise<void>): Promise<void> {
  const guard = http.createServer((request, reply) => {
    if (request.headers.authorization !== 'Bearer sesame')
      return void reply.writeHead(401, { 'content-type': 'application/json' }).end('{"error": "Who are you?"}');
    const { method, url = '', headers } = request;
    const upstream = http.request(scene.server.base + url, { method, headers });
    upstream.on('response', (answer) => answer.pipe(reply.writeHead(answer.statusCode ?? 502, answer.headers)));
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => guard.listen(0, '127.0.0.1', resolve));
  await use(`http://127.0.0.1:${(guard.address() as AddressInfo).port}`);
  guard.closeAllConnections();
  guard.close();
}

test('4 without a token where one is asked for, and 0 with it', () =>
  guarded(async (url) => {
    const refused = await stampProcess('show TKT-1', { url });
    expect(refused).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/Who are you\? 'stamp login .*' stores a token, STAMP_TOKEN sends one\.\n$/),
    });
    expect(await stampProcess('show TKT-1', { url, env: { STAMP_TOKEN: 'sesame' } })).toMatchObject({ code: 0 });
  }));

async function interrupted(args: readonly string[], signal: NodeJS.Signals): Promise<Ended> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-home-'));
  const child = spawn(process.execPath, [STAMP, ...args], {
    cwd: scene.folder,
    env: stampEnvironment(scene.server.base, home),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await eventually('it has said something', () => stdout !== '');
  child.kill(signal);
  const code = await ended;
  await fs.rm(home, { recursive: true, force: true });
  return { code, stdout, stderr };
}

test.each([
  ['history TKT-1 --follow', 'SIGINT'],
  ['history TKT-1 --follow', 'SIGTERM'],
] as const)('130: stamp %s ended by %s', async (line, signal) => {
  expect(await interrupted(line.split(' '), signal)).toMatchObject({
    code: 130,
    stderr: expect.not.stringContaining('stamp:'),
  });
});

test('every number that is documented is here', () => {
  const shown = new Set([...ROWS.map(({ code }) => code), 4, 130]);
  expect([...shown].sort((one, other) => one - other)).toEqual(Object.keys(EXIT_MEANINGS).map(Number));
});
