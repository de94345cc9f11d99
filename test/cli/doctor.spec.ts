// stamp doctor: what is wrong is found, each with what to do about it.
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { STAMP, stampProcess, type RunOptions, stampEnvironment } from './stamp.js';

interface Check {
  name: string;
  grade: string;
  says: string;
  fix?: string;
}

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-doctor-'));
  await fs.mkdir(path.join(folder, 'src'));
});
afterAll(async () => {
  await server.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

async function examine(options: RunOptions, ...flags: string[]): Promise<{ code: number | null; checks: Check[] }> {
  const { code, stdout } = await stampProcess(['doctor', '--json', ...flags], {
    url: server.base,
    cwd: folder,
    ...options,
  });
  return { code, checks: JSON.parse(stdout) as Check[] };
}

const find = (checks: readonly Check[], name: string): Check | undefined => checks.find((check) => check.name === name);

test('where all is well it says so, with what was looked at', async () => {
  const { code, checks } = await examine({});
  expect(code).toBe(0);
  expect(checks.filter(({ grade }) => grade === 'error')).toEqual([]);
  expect(find(checks, 'url')).toEqual({ name: 'url', grade: 'ok', says: `${server.base} (STAMP_URL)` });
  expect(find(checks, 'stages')).toMatchObject({ grade: 'ok', says: 'default: dev → qa → prod' });
  expect(find(checks, 'clock')).toMatchObject({ grade: 'ok' });
  expect(find(checks, 'stamp')).toMatchObject({
    grade: 'ok',
    says: expect.stringContaining('the same as the server offers'),
  });
});

test('piped it is a line for each check, with tabs', async () => {
  const { stdout } = await stampProcess('doctor', { url: server.base, cwd: folder });
  expect(stdout.split('\n')).toContain('ok\tserver\t' + (/server\t([^\t]*)/.exec(stdout)?.[1] ?? '?') + '\t');
  for (const line of stdout.trimEnd().split('\n')) expect(line.split('\t')).toHaveLength(4);
});

test('a server that is not there is an error, and only that is said of it', async () => {
  const { code, checks } = await examine({ url: 'http://127.0.0.1:9' });
  expect(code).toBe(1);
  expect(find(checks, 'server')).toMatchObject({ grade: 'error', fix: expect.stringContaining('STAMP_URL') });
  expect(find(checks, 'stages')).toBeUndefined();
});

/** A server of somebody else's. */
async function answering(listener: http.RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const other = http.createServer(listener);
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
  } finally {
    other.closeAllConnections();
    other.close();
  }
}

test('something else at the address is no Stampline', () =>
  answering(
    (_, reply) => reply.end('hello'),
    async (url) => {
      const { code, checks } = await examine({ url });
      expect([code, find(checks, 'server')?.says]).toEqual([1, 'the answer is not from Stampline (200)']);
    },
  ));

test('a server that is not ready says why', () =>
  answering(
    (_, reply) => reply.writeHead(503, { 'content-type': 'application/json' }).end('{"error_message":"No disk."}'),
    async (url) => {
      const { code, checks } = await examine({ url });
      expect([code, find(checks, 'server')]).toMatchObject([1, { grade: 'error', fix: 'No disk. See its log.' }]);
    },
  ));

test.each([
  [-90, /^is (8[89]|9[01]) s ahead of the server's$/],
  [90, /^is (8[89]|9[01]) s behind the server's$/],
])('a clock that is %d s away is a warning', (seconds, says) =>
  answering(
    (_, reply) => {
      reply.setHeader('date', new Date(Date.now() + seconds * 1000).toUTCString());
      reply.writeHead(503).end('{}');
    },
    async (url) => {
      const { checks } = await examine({ url });
      expect(find(checks, 'clock')).toMatchObject({ grade: 'warning', says: expect.stringMatching(says) });
    },
  ),
);

test('a project that there is not, and how to make it', async () => {
  const { code, checks } = await examine({}, '--project', 'nope');
  expect([code, find(checks, 'stages')]).toMatchObject([
    1,
    { grade: 'error', says: "there is no project 'nope'", fix: expect.stringContaining('stamp project new nope') },
  ]);
});

test('each setting says where it came from, and a token is never said', async () => {
  const own = await fs.mkdtemp(path.join(folder, 'own-'));
  const rc = path.join(own, '.stamprc.json');
  await fs.writeFile(rc, JSON.stringify({ token: 'sesame', prefix: 'ABC' }));
  const { checks } = await examine({ cwd: own });
  expect(find(checks, 'prefix')?.says).toBe(`ABC (${rc})`);
  expect(find(checks, 'folder')).toMatchObject({ grade: 'warning', says: './src (default) does not exist' });
  expect(find(checks, 'token')).toMatchObject({ grade: 'warning', fix: expect.stringContaining('stamp login') });
  expect(JSON.stringify(checks)).not.toContain('sesame');
  const { checks: others } = await examine({ env: { STAMP_TOKEN: 'sesame' } });
  expect(find(others, 'token')).toEqual({ name: 'token', grade: 'ok', says: 'is sent (STAMP_TOKEN)' });
});

test('an address elsewhere without encryption is a warning', async () => {
  const { checks } = await examine({ url: 'http://stamp.invalid' });
  expect(find(checks, 'url')).toMatchObject({
    grade: 'warning',
    fix: expect.stringContaining('https://stamp.invalid'),
  });
});

test('an older stamp says how it is brought up to date', async () => {
  const file = path.join(folder, 'old', 'stamp');
  await fs.mkdir(path.dirname(file));
  await fs.writeFile(file, `${await fs.readFile(STAMP, 'utf8')}\n`);
  const env = stampEnvironment(server.base, folder);
  const { stdout } = await promisify(execFile)(process.execPath, [file, 'doctor', '--json'], { cwd: folder, env });
  expect(find(JSON.parse(stdout) as Check[], 'stamp')).toMatchObject({
    grade: 'warning',
    fix: `curl --fail --output ${file} ${server.base}/cli/stamp.mjs`,
  });
});

test('git: the repository, its trunk, and what a promotion would be refused for', async () => {
  const { checks: without } = await examine({});
  expect(find(without, 'git')).toMatchObject({
    grade: 'warning',
    says: expect.stringContaining('not in a repository'),
  });
  const clone = await fs.mkdtemp(path.join(folder, 'clone-'));
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      cwd: clone,
      stdio: 'pipe',
    });
  };
  git('init', '--initial-branch=main');
  git('commit', '--allow-empty', '--message=first');
  const { checks: clean } = await examine({ cwd: clone });
  expect(find(clean, 'git')?.says).toMatch(/, trunk main$/);
  expect(find(clean, 'work')).toMatchObject({ grade: 'ok', says: 'clean, and descends from main' });
  await fs.writeFile(path.join(clone, 'new.js'), '');
  const { code, checks: dirty } = await examine({ cwd: clone });
  expect([code, find(dirty, 'work')]).toMatchObject([0, { grade: 'warning', fix: expect.stringContaining('new.js') }]);
});
