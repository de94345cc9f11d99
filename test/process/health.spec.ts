// What containers ask: the server beside it, by http or, where it does TLS itself, by https, whoever its certificate is for.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const run = promisify(execFile);
const certificate = (name: string): string => path.resolve(`test/setup/certificates/first.${name}.pem`);
const TLS = { cert: certificate('cert'), key: certificate('key') };

/** The exit code. */
const health = (server: TestServer, asked: string, env: Record<string, string> = {}): Promise<number> =>
  run(process.execPath, ['scripts/health.mjs', asked], {
    env: { ...process.env, PORT: new URL(server.base).port, ...env },
  }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );

it.each([
  ['http', undefined, {}],
  ['https', TLS, { STAMPLINE_TLS_CERT: TLS.cert }],
])('a server that speaks %s is well when it says so', async (_protocol, tls, env) => {
  const server = await startTestServer({ tls });
  try {
    expect(await health(server, '/livez', env as Record<string, string>)).toBe(0);
    expect(await health(server, '/nothing', env as Record<string, string>)).toBe(1);
  } finally {
    await server.stop();
  }
  expect(await health(server, '/livez', env as Record<string, string>)).toBe(1);
});
