// Runs a command against a server of its own: `node scripts/with-server.mjs -- examples/lander.sh`.
// A free port, a data folder that is gone afterwards, never the caller's database. The command finds the server at
// STAMP_URL; its exit code is ours. The server's output is shown only when something failed.
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
async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Starts the server; `ended` settles with its exit code or the name of the signal that ended it. */
function startServer(port, folder) {
  const { DATABASE_URL: _database, HOST: _host, ...env } = process.env;
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: { ...env, PORT: String(port), STAMPLINE_DATA: path.join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  return { child, ended, running: () => child.exitCode === null && child.signalCode === null, output };
}

async function waitUntilReady(server, url) {
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

/** Runs the command with our own input and output; resolves with its exit code, 1 when a signal ended it. */
function runCommand([command, ...args], url) {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, STAMP_URL: url } });
  passSignalsTo(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Whoever stops us stops what runs in front: the server while it starts, then the command, after which all is tidied. */
function passSignalsTo(child) {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.removeAllListeners(signal);
    process.on(signal, () => child.kill(signal));
  }
}

async function stop(server) {
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

async function withServer(command) {
  // Postgres may run as another user, who has to get through to the data folder.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-'));
  fs.chmodSync(folder, 0o755);
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = startServer(Number(new URL(url).port), folder);
  passSignalsTo(server.child);
  let code = 1;
  try {
    await waitUntilReady(server, url);
    code = await runCommand(command, url);
    await stop(server);
  } catch (error) {
    console.error(`with-server: ${error.message}`);
    code ||= 1;
    if (server.running()) server.child.kill('SIGTERM');
    await Promise.race([server.ended, wait(stoppedWithinMs, undefined, { ref: false })]);
    if (server.running()) server.child.kill('SIGKILL');
  }
  if (code !== 0) console.error(`── the server's output\n${Buffer.concat(server.output)}`);
  // A Postgres that outlived its server may hold them open, and us with them.
  server.child.stdout.destroy();
  server.child.stderr.destroy();
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return code;
}

const command = process.argv.slice(process.argv[2] === '--' ? 3 : 2);
if (command.length === 0) {
  console.error('Usage: node scripts/with-server.mjs -- COMMAND [ARGUMENT…]');
  process.exitCode = 2;
} else {
  process.exitCode = await withServer(command);
}
