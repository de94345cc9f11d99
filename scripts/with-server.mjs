// Runs a command against a server of its own: `node scripts/with-server.mjs -- examples/lander.sh`.
// The command finds the server at STAMP_URL; its exit code is ours. The server's output is shown only when something failed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import './typescript.mjs';

const { launch, sharedFolder, untilReady } = await import('../test/setup/launch.js');
const READY_MS = 30_000;

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

async function withServer(command) {
  const folder = sharedFolder();
  const server = launch({ env: { STAMPLINE_DATA: path.join(folder, 'data') } });
  passSignalsTo(server.child);
  let code = 1;
  try {
    await server.ready;
    await untilReady(server.base, READY_MS, server.isRunning);
    code = await runCommand(command, server.base);
    if (!server.isRunning()) throw new Error(`The server ended by itself (${await server.ended}).`);
    const end = await server.stop();
    if (end !== 0) throw new Error(`The server ended with ${end} after SIGTERM, not with 0.`);
  } catch (error) {
    console.error(`with-server: ${error.message}`);
    code ||= 1;
  }
  await server.stop();
  if (code !== 0) console.error(`── the server's output\n${server.output()}`);
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
