// The relay, which numbers the log: killed between its work and the word of it, and not alone.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { repeatedly, untilOver } from './time.mjs';

/** What the relay's connection sends: a batch by the statement's name, then the COMMIT that sends the NOTIFY with it. */
const NUMBERS = Buffer.from('relay_number');
const COMMIT = Buffer.from('COMMIT');
const EVERY_MS = 2000;

/** @type {import('./all.mjs').Fault} */
export const crashBetweenRelayAndNotify = {
  name: 'crash-between-relay-and-notify',
  about: 'kill -9 of the server that numbers the log, between a batch and its COMMIT, or right after it',
  seconds: 20,
  wishes: () => ({ proxied: true }),
  inject: async ({ world, until, random }) => {
    world.proxies.forEach((proxy, index) => (proxy.hearing = killerOf(world.servers[index], world, random)));
    await untilOver(until);
    for (const proxy of world.proxies) proxy.hearing = () => false;
  },
};

let last = 0;

/** Half of the time the COMMIT still goes out, and only its answer finds nobody. */
function killerOf(server, world, random) {
  const numbering = new WeakSet();
  return (chunk, link) => {
    if (chunk.includes(NUMBERS)) numbering.add(link);
    if (!numbering.has(link) || !chunk.includes(COMMIT)) return false;
    numbering.delete(link);
    if (performance.now() - last < EVERY_MS) return false;
    last = performance.now();
    server.kill('SIGKILL');
    return random() < 0.5;
  };
}

/** @type {import('./all.mjs').Fault} */
export const twoRelays = {
  name: 'two-relays',
  about: 'two more relays number the log without the lock, beside the one that has it',
  seconds: 25,
  inject: async ({ world, until }) => {
    const { RELAY_SESSION } = await import('../../dist/src/stream/number-events.js');
    const { NumberLog } = await import('../../dist/src/stream/number-log.js');
    await Promise.all([1, 2].map(() => relay(world.postgres.connection, until, NumberLog, RELAY_SESSION)));
  },
};

async function relay(connection, until, NumberLog, session) {
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(session);
  const sql = {
    run: async ({ name, text, values }) => (await client.query({ name, text, values })).rows,
    plain: async (text) => void (await client.query(text)),
  };
  const log = new NumberLog(sql, () => false);
  while (performance.now() < until) {
    await log.pass(performance.now());
    await pause(10);
  }
  await client.end();
}

/** @type {import('./all.mjs').Fault} */
export const relayLockTaken = {
  name: 'relay-lock-taken',
  about: "the relay's connection is ended every 300 ms, so that its lock goes from server to server",
  seconds: 25,
  inject: ({ world, until }) =>
    repeatedly(until, 300, () =>
      world.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stampline relay'"),
    ),
};
