#!/usr/bin/env -S node --v8-pool-size=1
// npm start: builds what is stale, then runs the server in this process. One V8 worker: four of them, which is Node's default,
// take the processor from Postgres on a small machine just when a request waits for it.
import { ensureBuilt } from './build.mjs';

await ensureBuilt({ say: console.log });
const { main } = await import('../dist/src/main.js');
endWithNpm();
await main();

/**
 * A SIGTERM to `npm start` ends npm and the shell between, which tells the server nothing: when they are gone, it is taken
 * as meant for the server.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  timer.unref();
}
