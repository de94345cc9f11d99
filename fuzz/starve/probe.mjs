// A thread of its own asks what must be answered whatever happens, so that what the attackers cost their own thread isn't
// measured with it. Told to stop, it sends how long each answer took.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const { base, paths } = workerData;
const LONGEST_MS = 20_000;
const PAUSE_MS = 5;

/** @type {Record<string, {ms: number[], failures: string[]}>} */
const results = Object.fromEntries(paths.map((path) => [path, { ms: [], failures: [] }]));
let stopped = false;
parentPort.once('message', () => (stopped = true));

/** Resolves to the status, or to why there is none. */
const ask = (agent, path) =>
  new Promise((resolve) => {
    const request = http.get(base + path, { agent, timeout: LONGEST_MS }, (reply) => {
      reply.resume();
      reply.once('end', () => resolve(reply.statusCode));
      reply.once('error', (error) => resolve(error.message));
    });
    request.once('timeout', () => request.destroy(new Error(`no answer in ${LONGEST_MS / 1000} s`)));
    request.once('error', (error) => resolve(error.message));
  });

async function follow(path) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const { ms, failures } = results[path];
  while (!stopped) {
    const from = performance.now();
    const status = await ask(agent, path);
    ms.push(performance.now() - from);
    if (status !== 200) failures.push(String(status));
    await sleep(PAUSE_MS);
  }
  agent.destroy();
}

await Promise.all(paths.map(follow));
parentPort.postMessage(results);
