// `npm start` of a page that is run: starts the server, waits until it answers, and leaves it running; one that runs is stopped.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import '../typescript.mjs';
import { stopBehind } from './stop-behind.mjs';

const { untilReady } = await import('../../test/setup/launch.js');
const READY_MS = 30_000;

const { ROOT, PORT, SERVER_LOG, SERVER_PID } = process.env;
await stopBehind(SERVER_PID);
const log = fs.openSync(SERVER_LOG, 'a');
const child = spawn(process.execPath, ['--v8-pool-size=1', path.join(ROOT, 'scripts', 'start.mjs')], {
  detached: true,
  stdio: ['ignore', log, log],
});
fs.writeFileSync(SERVER_PID, String(child.pid));
try {
  await untilReady(`http://localhost:${PORT}`, READY_MS, () => child.exitCode === null && child.signalCode === null);
} catch (error) {
  console.error(`${error.message}\n${fs.readFileSync(SERVER_LOG, 'utf8')}`);
  process.exitCode = 1;
}
child.unref();
