// What happens between the servers and Postgres: cuts, silence, a database that stands still, answers that don't come.
import { setTimeout as pause } from 'node:timers/promises';
import fs from 'node:fs';
import { childrenOf, signal } from './postgres-processes.mjs';
import { LINK_LATE_MS, SHORT_STOPS } from './stopped.mjs';
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

stopPostgres.missing = () =>
  fs.existsSync('/proc/self/stat') ? undefined : 'there is no /proc to find its processes by';

const SHARE = 0.05;

/** @type {import('./all.mjs').Fault} */
export const cutCommit = {
  name: 'cut-commit',
  about: "the answer to 5 % of all COMMITs is cut off: the change is kept, and the server doesn't know",
  seconds: 25,
  short: 8,
  wishes: proxied,
  inject: async ({ world, until, random }) => {
    for (const proxy of world.proxies) proxy.cutsCommit = () => random() < SHARE;
    await untilOver(until);
    for (const proxy of world.proxies) proxy.cutsCommit = () => false;
  },
};

/** One after the other: shorter and longer than what a statement waits for. */
const HELD_MS = [3000, 6000, 1000];

/** @type {import('./all.mjs').Fault} */
export const holdLink = {
  name: 'hold-link',
  about: "one server's answers from the database are held for 1 to 6 s, and then come, each server in turn",
  seconds: 30,
  short: SHORT_STOPS,
  wishes: proxied,
  mapLate: LINK_LATE_MS,
  inject: async ({ world, until }) => {
    await repeatedly(until - Math.max(...HELD_MS), 1000, async (turn) => {
      const proxy = world.proxies[turn % world.proxies.length];
      proxy.holdAnswers();
      await pause(HELD_MS[turn % HELD_MS.length]);
      proxy.releaseAnswers();
    });
    await untilOver(until);
  },
};
