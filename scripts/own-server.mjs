// A server of one's own for a while: a free port, a data folder that is gone afterwards, never the caller's database.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const readyWithinMs = 30_000;
/** The server promises to be gone 30 s after SIGTERM. */
const stoppedWithinMs = 35_000;

/** A port that nobody listens on now; in the moment until the server takes it, another process could. */
export async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** A folder for data. Postgres may run as another user, who has to get through to it. */
export function dataFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-'));
  fs.chmodSync(folder, 0o755);
  return folder;
}

/** Starts the server with this Node; `ended` settles with its exit code or the name of the signal that ended it. */
export function startServer(port, data, more = {}) {
  const { DATABASE_URL: _database, HOST: _host, ...env } = { ...process.env, ...more };
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: { ...env, PORT: String(port), STAMPLINE_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  return { child, ended, running: () => child.exitCode === null && child.signalCode === null, output };
}

export async function waitUntilReady(server, url) {
  const deadline = Date.now() + readyWithinMs;
  let last = 'no answer';
  while (Date.now() < deadline) {
    if (!server.running()) throw new Error(`The server ended before it was ready (${await server.ended}).`);
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
      if (answer.status === 200) return;
      last = `${answer.status} ${await answer.text()}`;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    await wait(100);
  }
  throw new Error(`GET ${url}/readyz wasn't 200 within ${readyWithinMs / 1000} s: ${last}`);
}

/** Ends it as a supervisor does. Throws where it had ended by itself, or doesn't end well. */
export async function stopServer(server) {
  if (!server.running()) throw new Error(`The server ended by itself (${await server.ended}).`);
  server.child.kill('SIGTERM');
  const inTime = await Promise.race([server.ended.then(() => true), wait(stoppedWithinMs, false, { ref: false })]);
  if (!inTime) {
    server.child.kill('SIGKILL');
    throw new Error(`The server didn't stop within ${stoppedWithinMs / 1000} s of SIGTERM.`);
  }
  const end = await server.ended;
  if (end !== 0) throw new Error(`The server ended with ${end} after SIGTERM, not with 0.`);
}

/** Ends it whatever its state, and lets go of its output: a Postgres that outlived it may hold that open, and us with it. */
export async function dropServer(server) {
  if (server.running()) server.child.kill('SIGTERM');
  await Promise.race([server.ended, wait(stoppedWithinMs, undefined, { ref: false })]);
  if (server.running()) server.child.kill('SIGKILL');
  server.child.stdout.destroy();
  server.child.stderr.destroy();
}
