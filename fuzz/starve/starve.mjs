// npm run fuzz -- --starve: each attack runs with 16 clients while /livez and production's import map are asked for. What is
// promised: they are as quick as beside 16 plain readers of the same run, or nearly, and none of them fails. And what the attacks
// are for must have been done: each way of theirs, and in all of them each operation that openapi.json says takes a list, a
// pattern or a file.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Answers, attack, inPeace } from './attackers.mjs';
import { ATTACKS, WITHOUT_ENTRY } from './attacks.mjs';
import { layFeast } from './feast.mjs';
import { needsOf, routesOf } from './record.mjs';

const PROBED = ['/livez', '/import-map.json'];
/** Milliseconds of the p99: what is promised at least, as a multiple of the plain run's, and where CI draws the line. */
const PROMISED = { ms: 250, times: 3, inCi: 1000 };

const PLAIN = { name: 'plain readers', ways: [({ send }) => send('/api/v1/ticketstatus/')] };

/** @typedef {{name: string, p99: Record<string, number>, failures: string[], weak: string[], statuses: Map<string, number>}} Outcome */

/**
 * Prints a line for each attack. Resolves to whether all is as promised and all was done; with `ci` the bound is a second, and who
 * was late once is measured again.
 * @param {{base: string, seconds: number, ci: boolean, lookups: readonly string[], only?: RegExp, isAlive: () => boolean}} options
 */
export async function starve({ base, seconds, ci, lookups, only, isAlive }) {
  const ground = await layFeast(base);
  const done = new Set();
  const run = (one) => beside(one, ground, seconds, new Answers(routesOf(ground.operations), done));
  const plain = await run(PLAIN);
  const bounds = Object.fromEntries(
    PROBED.map((path) => [path, ci ? PROMISED.inCi : Math.max(PROMISED.ms, PROMISED.times * plain.p99[path])]),
  );
  const late = ({ p99 }) => PROBED.filter((path) => p99[path] > bounds[path]);
  console.log(line(plain, []));
  const broken = [];
  for (const one of ATTACKS.filter(({ name }) => !only || only.test(name))) {
    let outcome = await run(one);
    if (ci && late(outcome).length > 0) {
      console.log(line(outcome, ['late, and measured again']));
      outcome = await run(one);
    }
    const faults = [
      ...late(outcome).map((path) => `${path} is late`),
      ...outcome.failures.slice(0, 3),
      ...outcome.weak,
    ];
    console.log(line(outcome, faults));
    if (faults.length > 0) broken.push(one.name);
    if (!isAlive()) throw new Error(`The server ended: ${one.name}`);
  }
  const missing = only
    ? []
    : [...needsOf(ground.document, lookups)].filter((need) => !done.has(need) && !WITHOUT_ENTRY.has(need));
  const shown = PROBED.map((path) => `${path} ${Math.round(bounds[path])} ms`).join(', ');
  console.log(`\nBound of the p99: ${shown}. ${broken.length === 0 ? 'All kept.' : `Broken by: ${broken.join(', ')}`}`);
  console.log(`${done.size} operations and parts of operations were answered 2xx.`);
  if (missing.length > 0)
    console.log(`Never answered 2xx, though they take lists, patterns or files: ${missing.join(', ')}`);
  return broken.length === 0 && missing.length === 0;
}

/** Runs an attack for some seconds, and the probes beside it until it is over. @returns {Promise<Outcome>} */
async function beside({ name, ways: given, prepare }, ground, seconds, answers) {
  await prepare?.(ground);
  await calm(ground.base);
  const ways = typeof given === 'function' ? given(ground) : given;
  const probe = new Worker(new URL('probe.mjs', import.meta.url), { workerData: { base: ground.base, paths: PROBED } });
  await attack(ways, ground, seconds, answers);
  probe.postMessage('stop');
  const [results] = await once(probe, 'message');
  await probe.terminate();
  const statuses = new Map(answers.statuses);
  return { name, statuses, weak: await inPeace(ways, ground, answers), ...judged(results) };
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

function line({ name, p99, statuses }, faults) {
  const shown = [...statuses].sort().map(([status, times]) => `${times}× ${status}`);
  const times = PROBED.map((path) => `${Math.round(p99[path])} ms`).join(' / ');
  const found = faults.length > 0 ? `  (${faults.join('; ')})` : '';
  return `${faults.length > 0 ? 'BROKEN' : 'ok    '} ${name.padEnd(62)} p99 ${times.padEnd(20)} ${shown.join(', ')}${found}`;
}
