// One fault from beginning to end: a world, the load on it, the fault, what is left, and the verdict.
import { setTimeout as pause } from 'node:timers/promises';
import { check, isClean } from './check/check.mjs';
import { readBack } from './check/read-back.mjs';
import { numbersFrom } from './load/random.mjs';
import { Load } from './load/load.mjs';
import { World } from './world/world.mjs';

/**
 * @typedef {object} Verdict
 * @property {string} name
 * @property {number} operations with a definite answer
 * @property {number} failed attempts that clients saw fail
 * @property {number} longestGap in ms
 * @property {import('./check/check.mjs').Findings} findings
 * @property {string[]} wrong answers that promises.md rules out
 * @property {Record<string, number>} refusals definite ones, by status and code
 * @property {Record<string, number>} failures by status and code, or what became of the connection
 * @property {boolean} isProof it had to find losses
 * @property {boolean} ok
 */

/**
 * @param {import('./faults/all.mjs').Fault} fault
 * @param {{servers: number, clients: number, seed: number, seconds?: number, short?: boolean, operations?: number, ownProxy?: boolean, progress: (line: string) => void}} options
 * @returns {Promise<Verdict>}
 */
export async function tryFault(fault, options) {
  const { servers, clients, seed, progress, ownProxy } = options;
  progress('starting');
  const world = await World.start({ ...fault.wishes?.(), ownProxy }, servers);
  running = world;
  try {
    await fault.prepare?.({ world, random: numbersFrom(seed), progress });
    const load = new Load(() => world.base, { clients, seed, ...fault.load });
    await load.start();
    await underLoad(fault, world, load, options);
    progress('checking');
    await Promise.all(world.servers.map((server) => server.ready()));
    return verdictOn(
      fault,
      load.history,
      check(load.history, await readBack(world, load), Math.max(options.mapLate, fault.mapLate ?? 0)),
    );
  } finally {
    progress('clearing up');
    running = undefined;
    await world.stop();
  }
}

/** @type {World | undefined} */
let running;

/** For who is interrupted: no process of ours stays. */
export const endRunning = async () => running?.stop();

/** After the fault the load goes on until so much was done, but not for longer than this. */
const MORE_MS = 60_000;

async function underLoad(fault, world, load, { seed, seconds, short, operations = 0, progress }) {
  const { history } = load;
  const lasts = seconds ?? ((short && fault.short) || fault.seconds);
  const until = performance.now() + lasts * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.round((until - performance.now()) / 1000));
    progress(`${history.operations} operations, ${history.failed} failed, ${left} s left`);
  }, 1000);
  try {
    await fault.inject({ world, load, until, random: numbersFrom(seed) });
    for (const last = performance.now() + MORE_MS; history.operations < operations && performance.now() < last;)
      await pause(500);
  } finally {
    progress('waiting for the last answers');
    await load.stop();
    clearInterval(timer);
  }
}

function verdictOn(fault, history, findings) {
  const { operations, failed, longestGap, wrong, refusals, failures } = history;
  const zeros = isClean(findings) && wrong.length === 0 && !(fault.mustNotFail && failed > 0);
  return {
    name: fault.name,
    gap: fault.gap,
    operations,
    failed,
    longestGap,
    findings,
    wrong,
    refusals: Object.fromEntries(refusals),
    failures: Object.fromEntries(failures),
    isProof: fault.isProof ?? false,
    ok: fault.isProof ? findings.lost.length > 0 : zeros,
  };
}
