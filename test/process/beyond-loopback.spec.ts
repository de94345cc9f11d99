// A server that others than its own machine reach, as operators start it: what it says when something is missing, https with
// a certificate that is renewed while it runs, and nobody past the proxies where it has none.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { FIRST, SECOND } from '../setup/certificates.js';
import { callHttps } from '../setup/https-call.js';
import { createTestDatabase } from '../setup/test-server.js';
import { endAll, eventually, newFolder, PROCESS_MS, type ServerProcess, startServer } from './server-process.js';

afterAll(endAll);

const GUARDED = { HOST: '0.0.0.0', STAMPLINE_AUTH: 'required', STAMPLINE_ALLOWED_HOSTS: 'stamp.example' };
/** An address of this machine that isn't its loopback; calls to it don't leave the machine. */
const outer = Object.values(os.networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

it(
  'lists everything that is missing, and exits with 1',
  async () => {
    const server = startServer({ HOST: '0.0.0.0', STAMPLINE_DATA: newFolder() });
    expect(await server.ended).toBe(1);
    for (const name of [
      'STAMPLINE_AUTH=',
      'STAMPLINE_TLS_CERT=',
      'STAMPLINE_TRUSTED_PROXIES=',
      'STAMPLINE_ALLOWED_HOSTS=',
    ])
      expect(server.output()).toContain(name);
    expect(server.output()).not.toMatch(/^\s+at /m);
    const unread = startServer({ ...GUARDED, STAMPLINE_TLS_CERT: '/nowhere.pem', STAMPLINE_TLS_KEY: '/nowhere.pem' });
    expect(await unread.ended).toBe(1);
    expect(unread.output()).toMatch(/^stampline: The certificate in STAMPLINE_TLS_CERT=\/nowhere\.pem .*ENOENT.*\n$/);
  },
  PROCESS_MS,
);

it(
  'with TLS of its own: https, the administrator’s token once, and a renewed certificate without a restart',
  async () => {
    const folder = newFolder();
    const files = { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') };
    const write = (pair: typeof FIRST): void => {
      fs.writeFileSync(files.cert, pair.cert);
      fs.writeFileSync(files.key, pair.key, { mode: 0o600 });
    };
    write(FIRST);
    const env = { ...GUARDED, STAMPLINE_TLS_CERT: files.cert, STAMPLINE_TLS_KEY: files.key };
    const server = startServer({ ...env, STAMPLINE_DATA: path.join(folder, 'data') });
    await server.ready;
    const tokenFile = path.join(folder, 'data', 'admin-token');
    await eventually('it says where the token is', () => server.output().includes(tokenFile));
    expect(server.output()).toContain(`https://stamp.example:${server.port}`);
    expect(fs.statSync(tokenFile).mode & 0o777).toBe(0o600);

    const ca = [FIRST.cert, SECOND.cert];
    const authorization = `Bearer ${fs.readFileSync(tokenFile, 'utf8').trim()}`;
    const list = await callHttps(server.port, '/api/v1/ticket/', { ca, headers: { authorization } });
    expect([list.status, list.certificate]).toEqual([200, 'stampline test first']);
    expect(list.headers['strict-transport-security']).toMatch(/^max-age=/);
    const nobody = await callHttps(server.port, '/api/v1/ticket/', { ca });
    expect(nobody.status).toBe(401);
    for (const _kept of [1, 2]) {
      const script = await callHttps(server.port, '/stamp.js', { ca });
      expect(script.body).toContain('https://stamp.example');
      expect(script.headers['strict-transport-security']).toMatch(/^max-age=/);
    }
    await expect(fetch(`http://127.0.0.1:${server.port}/livez`)).rejects.toThrow();

    fs.writeFileSync(files.cert, SECOND.cert); // With the key of the other: the last good pair stays.
    await eventually('the pair that does not fit is told', () => server.output().includes('cannot be used'));
    expect((await callHttps(server.port, '/livez', { ca })).certificate).toBe('stampline test first');
    write(SECOND);
    await eventually('the new certificate is shown', async () => {
      return (await callHttps(server.port, '/livez', { ca })).certificate === 'stampline test second';
    });

    server.kill('SIGTERM');
    await server.ended;
    const again = startServer({ ...env, STAMPLINE_DATA: path.join(folder, 'data') });
    await again.ready;
    await eventually('it has said all', () => again.output().includes('Try:'));
    expect(again.output()).not.toContain('admin-token');
    const data = path.join(folder, 'data');
    expect(again.output()).toContain(`Try:  STAMP_TOKEN=$(STAMPLINE_DATA=${data} npx stampline token create `);
    expect(again.output()).toMatch(/Try: .*\n +curl -H "Authorization: Bearer \$STAMP_TOKEN" /);
  },
  PROCESS_MS,
);

it(
  'its first words make a token in the data of this very server, wherever that is',
  async () => {
    const data = path.join(newFolder(), "it's data");
    const embedded = startServer({ STAMPLINE_AUTH: 'required', STAMPLINE_DATA: data });
    await embedded.ready;
    expect((await whoTries(embedded, { STAMPLINE_DATA: '' })).name).toBe('me');

    const connection = await createTestDatabase();
    const url = databaseUrl(connection);
    const shared = startServer({ STAMPLINE_AUTH: 'required', STAMPLINE_DATA: newFolder(), DATABASE_URL: url });
    await shared.ready;
    expect((await whoTries(shared, { DATABASE_URL: url })).name).toBe('me');
    expect(shared.output()).toContain('DATABASE_URL=$DATABASE_URL npx ');
    expect(shared.output()).not.toContain(connection.password);
  },
  PROCESS_MS,
);

/** Runs the line that makes a token as somebody pastes it, and asks whose it is. */
async function whoTries(server: ServerProcess, env: Record<string, string>): Promise<{ name: string }> {
  await eventually('it has said all', () => /Try: .*\n.+\n/.test(server.output()));
  const [, line = ''] = /Try: +(STAMP_TOKEN=.*)\n/.exec(server.output()) ?? [];
  const { stdout } = await promisify(execFile)('sh', ['-c', `${line}; printf %s "$STAMP_TOKEN"`], {
    env: { ...process.env, ...env },
  });
  const reply = await fetch(`${server.base}/api/v1/whoami/`, { headers: { authorization: `Bearer ${stdout}` } });
  return (await reply.json()) as { name: string };
}

(outer ? it : it.skip)(
  'with trusted proxies and no TLS: nobody else is answered, but this machine',
  async () => {
    const server = startServer({ ...GUARDED, STAMPLINE_TRUSTED_PROXIES: '127.0.0.9', STAMPLINE_DATA: newFolder() });
    await server.ready;
    expect((await fetch(`${server.base}/livez`)).status).toBe(200);
    const direct = await callHttp(outer ?? '', server.port);
    expect([direct.status, direct.code]).toEqual([403, 'proxy.required']);
    const forwarded = await callHttp('127.0.0.1', server.port, { 'x-forwarded-proto': 'https' });
    expect([forwarded.status, forwarded.code]).toEqual([403, 'proxy.not_trusted']);
  },
  PROCESS_MS,
);

function callHttp(host: string, port: number, headers = {}): Promise<{ status: number; code: string }> {
  return new Promise((resolve, reject) => {
    const options = { host, port, path: '/livez', headers: { host: 'stamp.example', ...headers } };
    const outgoing = http.request(options, (reply) => {
      let text = '';
      reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, code: (JSON.parse(text) as { code: string }).code }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
