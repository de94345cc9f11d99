// Processes that stand still for some seconds and go on (SIGSTOP, SIGCONT): a backend of Postgres, a server, and the server
// that numbers the log. Nobody is told, no connection ends, and what each has in hand it finishes later.
import { setTimeout as pause } from 'node:timers/promises';
import fs from 'node:fs';
import { signal } from './postgres-processes.mjs';
import { repeatedly, untilOver } from './time.mjs';

/** One after the other: below, around and above what a relay, a statement and a connection wait for. */
const STOPPED_MS = [3000, 6000, 1000];
/** Time for the first two. */
export const SHORT_STOPS = 14;
const stopFor = (turn) => STOPPED_MS[turn % STOPPED_MS.length];

/** A server that stands still knows for a second that it hears nothing: until then its map may be as old. */
export const LINK_LATE_MS = 1100;

async function standStill(pid, ms) {
  signal(pid, 'SIGSTOP');
  try {
    await pause(ms);
  } finally {
    signal(pid, 'SIGCONT');
  }
}

const missing = () => (fs.existsSync('/proc/self/stat') ? undefined : 'there is no /proc to find processes by');

/** A pause of each length by turns; a second in between. */
async function byTurns(until, act) {
  await repeatedly(until - Math.max(...STOPPED_MS), 1000, act);
  await untilOver(until);
}

/** @type {import('./all.mjs').Fault} */
export const stopBackend = {
  name: 'stop-backend',
  about: 'one Postgres backend after the other stands still for 1 to 6 s, most often within a write (SIGSTOP)',
  seconds: 30,
  short: SHORT_STOPS,
  missing,
  mapLate: LINK_LATE_MS,
  inject: async ({ world, until }) => {
    let stopped = 0;
    await byTurns(until, async (turn) => {
      const [found] = await world
        .sql(
          `SELECT a.pid FROM pg_stat_activity a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
            ORDER BY EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.relation = 'event'::regclass AND l.mode = 'RowExclusiveLock') DESC, a.state = 'active' DESC, random() LIMIT 1`,
        )
        .catch(() => []);
      if (!found) return;
      stopped += 1;
      await standStill(found.pid, stopFor(turn));
    });
    if (stopped === 0) throw new Error('No backend was found to stop.');
  },
};

/** @type {import('./all.mjs').Fault} */
export const stopServer = {
  name: 'stop-server',
  about: 'one server after the other stands still for 1 to 6 s (SIGSTOP)',
  seconds: 30,
  short: SHORT_STOPS,
  mapLate: LINK_LATE_MS,
  inject: ({ world, until }) =>
    byTurns(until, (turn) => standStill(world.servers[turn % world.servers.length].pid, stopFor(turn))),
};

/** Who numbers the log sends this all the time, and nobody else does. */
const LOOKS = Buffer.from('relay_look');

/** @type {import('./all.mjs').Fault} */
export const stopLeader = {
  name: 'stop-leader',
  about: 'whichever server numbers the log stands still for 1 to 6 s (SIGSTOP)',
  seconds: 30,
  short: SHORT_STOPS,
  wishes: () => ({ proxied: true }),
  mapLate: LINK_LATE_MS,
  inject: async ({ world, until }) => {
    let leader;
    world.proxies.forEach((proxy, index) => {
      proxy.hearing = (chunk) => {
        if (chunk.includes(LOOKS)) leader = world.servers[index];
        return false;
      };
    });
    await byTurns(until, async (turn) => {
      if (leader) await standStill(leader.pid, stopFor(turn));
    });
    for (const proxy of world.proxies) proxy.hearing = () => false;
    if (!leader) throw new Error('No server was seen to number the log.');
  },
};
