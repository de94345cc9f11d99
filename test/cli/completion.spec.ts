// The Tab key: real bash asks the script, the script asks the command, the command asks the server.
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { INSTALL } from '../../src/cli/words/completion-scripts.js';
import { HOSTILE_WORDS } from '../builders/hostile-texts.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { STAMP, stampProcess, stampEnvironment } from './stamp.js';
import { Terminal } from './terminal.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-tab-'));
  await fs.mkdir(path.join(folder, 'bin'));
  await fs.mkdir(path.join(folder, 'source files'));
  await fs.writeFile(path.join(folder, 'source.js'), '');
  for (const name of ['stamp', 'ticket-stamp']) await fs.symlink(STAMP, path.join(folder, 'bin', name));
  for (const title of ['Free shipping', 'Second'])
    await server.http.post('/api/v1/ticket/').send({ title, owner: 'alice@example.com' }).expect(201);
  await server.http.post('/api/v1/project/').send({ name: 'shop', display_name: 'The shop' }).expect(201);
  await server.http.post('/api/v1/ticket/').send({ title: 'Theirs', project: '/api/v1/project/2/' }).expect(201);
});
afterAll(async () => {
  await server.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

const environment = (url: string): Record<string, string> => {
  const inherited = stampEnvironment(url, folder);
  return { ...inherited, PATH: `${path.join(folder, 'bin')}${path.delimiter}${inherited.PATH ?? ''}` };
};

const isInstalled = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/** What bash offers after these words; the last one is being written. A `=` is a word of its own, as readline splits it. */
async function offered(words: readonly string[], url = server.base): Promise<string[]> {
  const script = `
    eval "$(stamp completion bash)"
    [ "$(complete -p ticket-stamp)" = "complete -F _stamp ticket-stamp" ] || exit 9
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    _stamp "$1" "\${COMP_WORDS[COMP_CWORD]}" 2>&1
    [ \${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', script, 'bash', ...words];
  const { stdout } = await promisify(execFile)('bash', args, { cwd: folder, env: environment(url) });
  return stdout.split('\n').filter(Boolean);
}

test.each([
  [['stamp', 'sh'], ['show']],
  [['stamp', 'show', '--verb'], ['--verbose']],
  [
    ['stamp', 'show', 'T'],
    ['TKT-2', 'TKT-1'],
  ],
  [['stamp', 'show', 'tkt-1'], ['TKT-1']],
  [
    ['stamp', 'TKT-'],
    ['TKT-2', 'TKT-1'],
  ],
  [['stamp', '--ticket', 'TKT-1'], ['TKT-1']],
  [['stamp', '--project', 'shop', 'show', 'T'], ['TKT-3']],
  [
    ['stamp', '--project', ''],
    ['default', 'shop'],
  ],
  [['stamp', '--project', '=', 'sh'], ['shop']],
  [
    ['stamp', '--project', '='],
    ['default', 'shop'],
  ],
  [
    ['stamp', 'completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['stamp', 'help', 'sho'], ['show']],
  [['ticket-stamp', 'show', 'TKT-2'], ['TKT-2']],
  [
    ['stamp', 'update', 'TKT-1', 'sou'],
    ['source files', 'source.js'],
  ],
  [['stamp', 'update', 'TKT-1', '--folder', 'sou'], ['source files']],
  [['stamp', 'show', 'TKT-1', ''], []],
])('bash: %j', async (words, expected) => {
  expect((await offered(words)).sort()).toEqual([...expected].sort());
});

test('bash: a candidate of a server is a plain word, or is none', async () => {
  // Without what tells a ticket or a stage from other things, no answer is refused for a name in it.
  const answered = [...HOSTILE_WORDS, 'a;b', '$(id)', 'plain-1'].map((word) => ({
    ...{ name: word, key: word, number: word, step: word, title: word, line: word },
  }));
  const hostile = http.createServer((_request, reply) => {
    reply.setHeader('content-type', 'application/json');
    reply.end(JSON.stringify({ meta: { total_count: 1 }, objects: answered }));
  });
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
  try {
    for (const words of [
      ['stamp', 'lock', ''],
      ['stamp', '--project', ''],
      ['stamp', 'show', ''],
      ['stamp', 'rollback', ''],
    ])
      expect([words, await offered(words, url)]).toEqual([words, ['plain-1']]);
  } finally {
    hostile.close();
  }
});

/** fish says what it would offer for a line; it completes the last word. */
const fish = isInstalled('fish') ? test : test.skip;
fish.each([
  ['stamp sh', ['show\tShow a ticket as it is now']],
  ['stamp show tkt-1', ['TKT-1\tFree shipping']],
  ['ticket-stamp --project=s', ['--project=shop\tThe shop']],
  ['stamp completion ', ['bash', 'fish', 'zsh']],
  ['stamp update TKT-1 sou', ['source files/', 'source.js']],
])('fish: %s', async (line, expected) => {
  const script = `stamp completion fish | source; complete -C '${line}'`;
  const options = { cwd: folder, env: environment(server.base) };
  const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', script], options);
  expect(stdout.split('\n').filter(Boolean)).toEqual(expected);
});

(isInstalled('fish') ? test : test.skip)('fish: the line that installs it, in a new home', async () => {
  const home = await fs.mkdtemp(path.join(folder, 'home-'));
  const env = { ...environment(server.base), HOME: home, XDG_CONFIG_HOME: path.join(home, '.config') };
  await promisify(execFile)('sh', ['-c', INSTALL.fish ?? ''], { cwd: folder, env });
  const asked = await promisify(execFile)('fish', ['-c', "complete -C 'stamp show tkt-1'"], { cwd: folder, env });
  expect(asked.stdout).toBe('TKT-1\tFree shipping\n');
});

/** zsh completes at a terminal alone. */
const zsh = isInstalled('zsh') ? test : test.skip;
zsh.each([
  ['after compinit', 'autoload -Uz compinit; compinit -u -D; '],
  ['where nothing loaded compinit', ''],
])('zsh: the Tab key, %s', async (_when, before) => {
  const env = { ...environment(server.base), ZDOTDIR: await fs.mkdtemp(path.join(folder, 'zsh-')) };
  const terminal = Terminal.run(['zsh', '-f', '-i'], { cwd: folder, env });
  try {
    // The one that is run is never on the screen before its output is.
    terminal.type(`PS1='> '; ${before}eval "$(stamp completion zsh)"; echo is re''ady\n`);
    await terminal.until('is ready');
    terminal.type('stamp sho\tTKT-1\t--json=title\n');
    await terminal.until('"Free shipping"');
    terminal.type('stamp show T\t\t');
    await terminal.until(/TKT-1 +-- Free shipping/);
  } finally {
    await terminal.kill();
  }
});

test('where the server does not answer nothing is said, and nobody waits', async () => {
  expect(await offered(['stamp', 'show', 'T'], 'http://127.0.0.1:9')).toEqual([]);
  const silent = http.createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  // Its own patience ends it: without, the time-out of the test would.
  const ended = await stampProcess(['__complete', 'bash', '--', 'show', 'T'], { url, timeoutMs: 20_000 });
  silent.closeAllConnections();
  silent.close();
  expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('a settings file that is broken is silent, too', async () => {
  const broken = await fs.mkdtemp(path.join(folder, 'broken-'));
  await fs.writeFile(path.join(broken, '.stamprc.json'), '{');
  const ended = await stampProcess(['__complete', 'bash', '--', 'show', 'T'], { url: server.base, cwd: broken });
  expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('zsh and fish hear what a candidate is, and the option with its value', async () => {
  const ask = (words: readonly string[]) => stampProcess(['__complete', 'zsh', '--', ...words], { url: server.base });
  expect((await ask(['show', 'TKT-1'])).stdout).toBe('TKT-1\tFree shipping\n');
  expect((await ask(['--project=s'])).stdout).toBe('--project=shop\tThe shop\n');
});

test.each([
  ['bash', '-n'],
  ['zsh', '-n'],
  ['fish', '--no-execute'],
])('%s, where it is installed, can read its script', async (shell, flag) => {
  const { code, stdout } = await stampProcess(`completion ${shell}`);
  expect(code).toBe(0);
  const file = path.join(folder, `stamp.${shell}`);
  await fs.writeFile(file, stdout);
  const read = spawnSync(shell, [flag, file], { encoding: 'utf8' });
  if (!String(read.error).includes('ENOENT')) expect([read.status, read.stderr]).toEqual([0, '']);
});

test('another shell is refused', async () => {
  expect(await stampProcess('completion powershell')).toMatchObject({
    code: 2,
    stderr: "stamp: 'powershell' is not a supported shell. Known: bash, zsh, fish.\n",
  });
});
