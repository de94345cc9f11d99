// What happens between the servers and Postgres: cuts, silence, a database that stands still, answers that don't come.
import { setTimeout as pause } from 'node:timers/promises';
import fs from 'node:fs';
import { repeatedly, untilOver } from './time.mjs';

const proxied = () => ({ proxied: true });

/** @type {import('./all.mjs').Fault} */
export const resetConnections = {
  name: 'reset-connections',
  about: 'all database connections are cut, each second',
  seconds: 20,
  wishes: proxied,
  inject: ({ world, until }) =>
    repeatedly(until, 1000, () => {
      for (const proxy of world.proxies) proxy.cutAll();
    }),
};

const AWAY_MS = 5000;

/** @type {import('./all.mjs').Fault} */
export const databaseUnreachable = {
  name: 'database-unreachable',
  about: 'no way to the database for 5 s: refused, then in silence',
  seconds: 24,
  wishes: proxied,
  inject: async ({ world, until }) => {
    for (const fault of ['goDark', 'goSilent']) {
      await pause(2500);
      for (const proxy of world.proxies) proxy[fault]();
      await pause(AWAY_MS);
      for (const proxy of world.proxies) proxy.heal();
    }
    await untilOver(until);
  },
};

const STOPPED_MS = 4000;

/** @type {import('./all.mjs').Fault} */
export const stopPostgres = {
  name: 'stop-postgres',
  about: 'Postgres, with all its processes, stands still for 4 s (SIGSTOP)',
  seconds: 16,
  inject: async ({ world, until }) => {
    await pause(3000);
    const stopped = [world.postmaster, ...childrenOf(world.postmaster)];
    for (const pid of stopped) signal(pid, 'SIGSTOP');
    try {
      await pause(STOPPED_MS);
    } finally {
      for (const pid of stopped) signal(pid, 'SIGCONT');
    }
    await untilOver(until);
  },
};

/** A backend that has ended by itself meanwhile needs no signal. */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** By /proc: their parent is the second number behind the name in parentheses. */
function childrenOf(parent) {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
    } catch {
      return false; // It has just ended.
    }
  });
}

stopPostgres.missing = () =>
  fs.existsSync('/proc/self/stat') ? undefined : 'there is no /proc to find its processes by';

const SHARE = 0.05;

/** @type {import('./all.mjs').Fault} */
export const cutCommit = {
  name: 'cut-commit',
  about: "the answer to 5 % of all COMMITs is cut off: the change is kept, and the server doesn't know",
  seconds: 25,
  wishes: proxied,
  inject: async ({ world, until, random }) => {
    for (const proxy of world.proxies) proxy.cutsCommit = () => random() < SHARE;
    await untilOver(until);
    for (const proxy of world.proxies) proxy.cutsCommit = () => false;
  },
};
