// npm run fuzz -- --starve: each attack runs with 16 clients while /livez and production's import map are asked for. What is
// promised: they are as quick as beside 16 plain readers of the same run, or nearly, and none of them fails.
import { once } from 'node:events';
import http from 'node:http';
import { Worker } from 'node:worker_threads';
import { ATTACKS } from './attacks.mjs';
import { layFeast } from './feast.mjs';

const CLIENTS = 16;
const PROBED = ['/livez', '/import-map.json'];
/** Milliseconds of the p99: what is promised at least, as a multiple of the plain run's, and where CI draws the line. */
const PROMISED = { ms: 250, times: 3, inCi: 1000 };
/** How much longer than the attack the last answers may take; then their connections are cut. The server itself gives up before. */
const LAST_ANSWERS_MS = 40_000;

/** @typedef {{name: string, p99: Record<string, number>, failures: string[], answers: Map<string, number>}} Outcome */

/**
 * Prints a line for each attack. Resolves to whether all is as promised; with `ci`, whether nothing failed and all was answered
 * within a second.
 * @param {{base: string, seconds: number, ci: boolean, only?: RegExp, isAlive: () => boolean}} options
 */
export async function starve({ base, seconds, ci, only, isAlive }) {
  const ground = await layFeast(base);
  const plain = await beside(
    { name: 'plain readers', once: ({ send }) => send('/api/v1/ticketstatus/') },
    ground,
    seconds,
  );
  const bounds = Object.fromEntries(
    PROBED.map((path) => [path, ci ? PROMISED.inCi : Math.max(PROMISED.ms, PROMISED.times * plain.p99[path])]),
  );
  console.log(line(plain, ''));
  const broken = [];
  const weak = [];
  for (const attack of ATTACKS.filter(({ name }) => !only || only.test(name))) {
    await attack.prepare?.(ground);
    const outcome = await beside(attack, ground, seconds);
    const late = PROBED.filter((path) => outcome.p99[path] > bounds[path]);
    const faults = [...late.map((path) => `${path} is late`), ...outcome.failures.slice(0, 3)];
    console.log(line(outcome, faults.join('; ')));
    if (faults.length > 0) broken.push(attack.name);
    if (isWeak(attack, outcome)) weak.push(attack.name);
    if (!isAlive()) throw new Error(`The server ended: ${attack.name}`);
  }
  const shown = PROBED.map((path) => `${path} ${Math.round(bounds[path])} ms`).join(', ');
  console.log(`\nBound of the p99: ${shown}. ${broken.length === 0 ? 'All kept.' : `Broken by: ${broken.join(', ')}`}`);
  // On a machine that does much else there may be no time for it.
  if (weak.length > 0) console.log(`Never did what they ask for: ${weak.join(', ')}`);
  return broken.length === 0 && (ci || weak.length === 0);
}

/** Says little, since all of it was refused, or given up on. */
const isWeak = ({ neverDone }, { answers }) =>
  neverDone === undefined && answers.size > 0 && ![...answers.keys()].some((status) => status.startsWith('2'));

/** Runs an attack for some seconds, and the probes beside it until it is over. @returns {Promise<Outcome>} */
async function beside({ name, once: attackOnce }, ground, seconds) {
  await calm(ground.base);
  const probe = new Worker(new URL('probe.mjs', import.meta.url), { workerData: { base: ground.base, paths: PROBED } });
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
  const answers = new Map();
  const send = sender(ground.base, agent, answers);
  const until = performance.now() + seconds * 1000;
  const client = async (_, index) => {
    for (let turn = 0; performance.now() < until; turn += 1)
      await attackOnce({ send, client: index, turn, seconds, ground });
  };
  const cut = setTimeout(() => agent.destroy(), seconds * 1000 + LAST_ANSWERS_MS);
  await Promise.all(Array.from({ length: CLIENTS }, client));
  clearTimeout(cut);
  agent.destroy();
  probe.postMessage('stop');
  const [results] = await once(probe, 'message');
  await probe.terminate();
  return { name, answers, ...judged(results) };
}

/** Resolves when the server has done with what the attack before left it, or after 10 s: each is measured by itself. */
async function calm(base) {
  const until = performance.now() + 10_000;
  for (let quick = 0; quick < 5 && performance.now() < until;) {
    const from = performance.now();
    await fetch(`${base}/import-map.json`).then((reply) => reply.arrayBuffer());
    quick = performance.now() - from < 50 ? quick + 1 : 0;
  }
}

function judged(results) {
  const p99 = Object.fromEntries(PROBED.map((path) => [path, p99Of(results[path].ms)]));
  const failures = PROBED.flatMap((path) => results[path].failures.map((why) => `${path} answered ${why}`));
  return { p99, failures };
}

function p99Of(all) {
  const sorted = [...all].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? Infinity;
}

/** Sends, counts what was answered, and never rejects: an attacker goes on. Resolves to the status, 0 where there is none. */
const sender =
  (base, agent, answers) =>
  async (path, options = {}) => {
    const { method = 'GET', headers, body } = options;
    const bytes = body === undefined ? undefined : new Request('http://localhost/', { method: 'POST', headers, body });
    const content = bytes && Buffer.from(await bytes.arrayBuffer());
    const given = bytes ? { ...Object.fromEntries(bytes.headers), 'content-length': content.length } : {};
    const status = await new Promise((resolve) => {
      const request = http.request(base + path, { agent, method, headers: given }, (reply) => {
        reply.resume();
        reply.once('close', () => resolve(reply.statusCode));
      });
      request.once('error', () => resolve(0));
      request.end(content);
    });
    const shown = status === 0 ? 'cut' : String(status);
    answers.set(shown, (answers.get(shown) ?? 0) + 1);
    return status;
  };

function line({ name, p99, answers }, faults) {
  const shown = [...answers].sort().map(([status, times]) => `${times}× ${status}`);
  const times = PROBED.map((path) => `${Math.round(p99[path])} ms`).join(' / ');
  return `${faults ? 'BROKEN' : 'ok    '} ${name.padEnd(46)} p99 ${times.padEnd(20)} ${shown.join(', ')}${faults ? `  (${faults})` : ''}`;
}
