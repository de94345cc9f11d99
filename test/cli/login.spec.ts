// stamp login, logout, whoami and token, and the other verbs with a token: real processes, a server that asks for tokens.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type GuardedServer, startGuarded } from '../access/world.js';
import { type Ended, STAMP, stamp, stampEnvironment } from './stamp.js';
import { Terminal } from './terminal.js';

let server: GuardedServer;
let home: string;
beforeAll(async () => {
  server = await startGuarded();
});
afterAll(() => server.stop());
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-login-'));
});
afterEach(() => fs.rm(home, { recursive: true, force: true }));

const tokenFile = (): string => path.join(home, '.config', 'stampline', 'tokens.json');
/** As a user with a home of their own. */
const run = (line: string | readonly string[], more: { input?: string; env?: Record<string, string> } = {}) =>
  stamp(line, { url: server.base, input: more.input ?? '', env: { HOME: home, ...more.env } });
const login = (token: string): Promise<Ended> => run('login --with-token', { input: `${token}\n` });

test('login keeps a token that counts, for this server and its user alone; logout forgets it', async () => {
  const { token } = await server.token(['read'], 'ada');
  expect(await run('list')).toMatchObject({
    code: 4,
    stderr: `stamp: This server requires a token: 'stamp login ${server.base}' stores one, STAMP_TOKEN sends one.\n`,
  });
  const ended = await login(token);
  expect(ended).toEqual({
    code: 0,
    stdout: `Logged in to ${server.base} as ada.\nscopes\tread\nprojects\tall\nstored in\t${tokenFile()}\n`,
    stderr: '',
  });
  const modes = await Promise.all([tokenFile(), path.dirname(tokenFile())].map((file) => fs.stat(file)));
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o700]);
  expect(JSON.parse((await run('whoami --json')).stdout)).toEqual({
    name: 'ada',
    scopes: ['read'],
    projects: null,
    url: server.base,
  });
  expect(await run('list')).toMatchObject({ code: 0, stderr: '' });
  // The same server by another name is another server.
  expect(await run(`list --url ${server.base.replace('127.0.0.1', 'localhost')}`)).toMatchObject({ code: 4 });
  expect(await run('logout')).toMatchObject({ code: 0, stdout: `The token for ${server.base} was deleted here.\n` });
  expect(await run('list')).toMatchObject({ code: 4 });
  expect(await fs.readFile(tokenFile(), 'utf8')).not.toContain('stl_');
});

test('what is no token, or not this server’s, is 4, says so and is not kept', async () => {
  const wrong = `stl_${'a'.repeat(43)}123456`;
  for (const [input, says] of [
    ['sesame', 'This is not a token of Stampline'],
    [wrong, `${server.base} does not accept this token`],
  ] as const) {
    const ended = await login(input);
    expect(ended).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(says) });
    expect(ended.stderr).not.toContain(input);
  }
  expect(await login('')).toMatchObject({ code: 2, stderr: 'stamp: No token was given. Nothing was stored.\n' });
  expect(await run('login')).toMatchObject({ code: 2, stderr: expect.stringContaining('--with-token') });
  const away = await run('login http://127.0.0.1:9 --with-token', { input: wrong });
  expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining('http://127.0.0.1:9 does not answer') });
  await expect(fs.stat(tokenFile())).rejects.toThrow('ENOENT');
});

test('a token that stands where it does not belong is told nowhere', async () => {
  const secret = `stl_${'s'.repeat(43)}123456`;
  const lines = [['login', secret], [secret], ['show', secret], ['list', '--url', secret], ['show', secret, '--json']];
  for (const line of lines) {
    const ended = await run([...line, '--verbose']);
    expect({ line, code: ended.code }).toEqual({ line, code: expect.any(Number) });
    expect(ended.code).not.toBe(0);
    expect(ended.stdout + ended.stderr).not.toContain(secret.slice(0, 20));
  }
  const sent = await run('whoami --verbose', { env: { STAMP_TOKEN: `${secret}\nx` } });
  expect(sent).toMatchObject({ code: 2, stderr: expect.stringContaining('The token of STAMP_TOKEN has spaces') });
  expect(sent.stderr).not.toContain('ssss');
});

test('STAMP_TOKEN counts before the file; a file that others can read is not used', async () => {
  const [kept, said] = await Promise.all(['ada', 'bob'].map((owner) => server.token(['read'], owner)));
  await login(kept?.token ?? '');
  const env = { STAMP_TOKEN: said?.token ?? '' };
  const name = async (more = {}): Promise<unknown> => JSON.parse((await run('whoami --json=name', more)).stdout).name;
  expect([await name(), await name({ env })]).toEqual(['ada', 'bob']);
  expect(await run('logout', { env })).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('STAMP_TOKEN is set'),
  });
  await login(kept?.token ?? '');
  await fs.chmod(tokenFile(), 0o644);
  expect(await run('whoami')).toMatchObject({
    code: 4,
    stderr: `stamp: ${tokenFile()} has tokens, and other users of this machine can read it: chmod 600 ${tokenFile()}\n`,
  });
  expect(await name({ env })).toBe('bob');
  await fs.chmod(tokenFile(), 0o600);
  expect(await name()).toBe('ada');
  await fs.writeFile(tokenFile(), `{"${server.base}": "${kept?.token}`);
  const broken = await run('whoami');
  expect(broken).toMatchObject({ code: 4, stderr: expect.stringContaining('is not in the format of stamp login') });
  expect(broken.stderr).not.toContain('stl_');
});

test('a repository that names a server does not get the token that was meant for one’s own', async () => {
  const { token } = await server.token(['read'], 'ada');
  await fs.mkdir(path.dirname(tokenFile()), { recursive: true });
  await fs.writeFile(
    path.join(home, '.config', 'stampline', 'config.json'),
    JSON.stringify({ url: server.base, token }),
  );
  const env = { HOME: home, STAMP_URL: '' };
  expect(await stamp('whoami', { cwd: home, env })).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ada\n/) });
  const clone = path.join(home, 'clone');
  await fs.mkdir(clone);
  await fs.writeFile(path.join(clone, '.stamprc.json'), JSON.stringify({ url: server.base }));
  expect(await stamp('whoami', { cwd: clone, env })).toMatchObject({ code: 4 });
});

test('stamp token: made, listed, replaced and revoked by whoever has the scope admin', async () => {
  const { token: giver } = await server.token(['admin', 'read', 'status:write', 'map:qa'], 'ops');
  await login(giver);
  const made = await run(
    'token create --owner bot --scope read,map:qa --scope status:write --project default --days 3 --json',
  );
  const { id, token } = JSON.parse(made.stdout) as { id: number; token: string };
  const env = { STAMP_TOKEN: token };
  const who = async (): Promise<unknown> =>
    JSON.parse((await run('whoami --json=name,scopes,projects', { env })).stdout || '{}');
  expect(await who()).toEqual({ name: 'bot', scopes: ['read', 'map:qa', 'status:write'], projects: ['default'] });
  expect((await run('token list')).stdout).toContain(`${id}\tbot\tread map:qa status:write\tdefault\t20`);
  const fresh = await run(`token rotate ${id}`);
  expect(fresh).toMatchObject({ code: 0, stdout: expect.stringMatching(/^stl_[\w-]{49}\n$/), stderr: '' });
  expect(await run(`token revoke ${id}`)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(`^Revoked token ${id}`),
  });
  expect(await run('list', { env })).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('revoked or expired. Get a new one. It is the token of STAMP_TOKEN.'),
  });
  expect(await run('token list', { env: { STAMP_TOKEN: fresh.stdout.trim() } })).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/lacks the scope admin\. .*stampline token create --owner NAME --scope admin\n/),
  });
  expect(await run(`token revoke ${id}`)).toMatchObject({
    code: 7,
    stderr: expect.stringContaining('stamp token list'),
  });
  expect(await run('token rotate x')).toMatchObject({ code: 2 });
});

/** On a terminal, where somebody types. */
const onTerminal = (line: string): Terminal =>
  Terminal.run([process.execPath, STAMP, ...line.split(' ')], { cwd: home, env: stampEnvironment(server.base, home) });

test('on a terminal login asks, and shows nothing of what is typed; Ctrl-C leaves all as it was', async () => {
  const { token } = await server.token(['read'], 'ada');
  const left = onTerminal('login');
  await left.until('Token for http://127.0.0.1');
  left.type('\u0003');
  expect(await left.ended).toBe(130);
  const terminal = onTerminal('login');
  await terminal.until('(not shown): ');
  terminal.type(`${token}\r`);
  expect(await terminal.ended).toBe(0);
  expect(terminal.seen).toContain(`Logged in to ${server.base} as ada.`);
  expect(terminal.raw).not.toContain(token.slice(4, 12));
});

test('on a terminal revoke asks first', async () => {
  const { id } = await server.token(['read'], 'bot');
  await login(server.admin);
  const no = onTerminal(`token revoke ${id}`);
  await no.until(`Revoke token ${id} of bot (read)? [y/N]`);
  no.type('n\r');
  expect(await no.ended).toBe(1);
  expect(no.seen).toContain('Not confirmed: nothing was changed.');
  const yes = onTerminal(`token revoke ${id}`);
  await yes.until('[y/N]');
  yes.type('y\r');
  expect(await yes.ended).toBe(0);
});
