// Developers have the command from the server that they use, under whatever name they keep it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { stampProcess } from './stamp.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-files-'));
});
afterAll(async () => {
  await server.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

async function download(file: string, to: string): Promise<string> {
  const reply = await fetch(`${server.base}/cli/${file}`);
  expect(reply.status).toBe(200);
  await fs.mkdir(path.dirname(to), { recursive: true });
  await fs.writeFile(to, Buffer.from(await reply.arrayBuffer()), { mode: 0o755 });
  return to;
}

const version = (command: string): string => execFileSync(command, ['--version'], { encoding: 'utf8' }).trim();

test.each(['commonjs', 'module', undefined])('one file runs as `stamp` in a folder of type %s', async (type) => {
  const file = await download('stamp.mjs', path.join(folder, String(type), 'stamp'));
  await fs.writeFile(path.join(path.dirname(file), 'package.json'), JSON.stringify(type ? { type } : {}));
  expect(version(file)).toMatch(/^\d+\.\d+\.\d+$/);
});

test('the package brings both names, and nothing else is needed', async () => {
  const tgz = await download('stamp.tgz', path.join(folder, 'package', 'stamp.tgz'));
  const args = ['install', '--prefix', path.dirname(tgz), '--offline', '--no-audit', '--no-fund', tgz];
  execFileSync('npm', args, { cwd: path.dirname(tgz), stdio: 'pipe' });
  for (const name of ['stamp', 'ticket-stamp'])
    expect(version(path.join(path.dirname(tgz), 'node_modules', '.bin', name))).toMatch(/^\d+\.\d+\.\d+$/);
});

test('who has it already gets 304, and there are no other files', async () => {
  const first = await server.http.get('/cli/stamp.mjs').expect(200);
  expect(first.headers['content-type']).toBe('text/javascript; charset=utf-8');
  await server.http
    .get('/cli/stamp.mjs')
    .set('If-None-Match', first.headers.etag ?? '')
    .expect(304);
  await server.http.get('/cli/other').expect(404);
});

test('a server that does not answer: one line that says what to do', async () => {
  const ended = await stampProcess('show TKT-1', { url: 'http://127.0.0.1:9', env: {} });
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^stamp: http:\/\/127.0.0.1:9 does not answer: .*STAMP_URL\.\n$/),
  });
});
