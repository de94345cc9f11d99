// The figures of the stream: events that the relay numbers a second and how long one takes from its commit to a reader, the
// same with thousands of readers on one process, and what a hundred readers cost the busiest write. Part of npm run bench;
// `npm run bench -- event_relay` runs one.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { databaseUrl } from '../scripts/database-url.mjs';
import { PATHS } from './paths.mjs';
import { runRound } from './round.mjs';
import { startServer } from './world.mjs';
import { percentile } from './percentile.mjs';

const RELAY = { perSecond: 5000, ms: 60 };
const BACKLOG = 50_000;
const FANOUT = { clients: [2000, 5000], perSecond: 10, ms: 250 };
const FOLLOWED = { clients: 100, ratio: 0.8 };

const now = () => performance.timeOrigin + performance.now();
const round = (number) => Number(number.toFixed(1));

/** `count` events whose lines say when they were sent, in one transaction. */
const append = (client, count) =>
  client.query({
    name: 'bench_append',
    text: `INSERT INTO event (type, subject, actor, project_id, ticket_id, version, line, data)
      SELECT 'ticket.status_changed', 'ticket/' || n, 'local', 1, n, 2, $2, '{"before": {"status": "000"}, "after": {"status": "100"}}'
      FROM generate_series(1, $1::int) n`,
    values: [count, now().toFixed(3)],
  });

/** A database of its own on the run's Postgres, with a server and connections to write by. */
async function startStream(world, name, writers) {
  const connection = { ...world.connection, database: `stream_${name}` };
  await world.sql(`CREATE DATABASE ${connection.database}`);
  const server = await startServer(name, ['scripts/start.mjs'], databaseUrl(connection));
  const clients = [];
  for (let count = 0; count < writers; count++) {
    const client = new pg.Client(connection);
    await client.connect();
    clients.push(client);
  }
  const end = async () => {
    for (const client of clients) await client.end();
    await server.end();
  };
  return { server, clients, end };
}

/** Readers in a process of their own. */
async function openReaders(server, count, path = '/stream') {
  const child = fork(fileURLToPath(new URL('stream-readers.mjs', import.meta.url))).setMaxListeners(0);
  let lost = 0;
  child.on('message', (message) => (lost += message.lost ? 1 : 0));
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('The readers ended.')));
  gone.catch(() => undefined);
  const ask = async (message, answer) => {
    child.send(message);
    for (;;) {
      const [reply] = await Promise.race([once(child, 'message'), gone]);
      if (answer in reply) return reply;
    }
  };
  await ask({ ask: 'open', port: Number(new URL(server.url).port), path, count }, 'opened');
  return {
    figures: () => ask({ ask: 'figures' }, 'delays'),
    get lost() {
      return lost;
    },
    close: () => child.send({ ask: 'close' }),
  };
}

/** Until the readers have got this many events; adds up what they say. */
async function gather(readers, count, withinMs = 60_000) {
  const all = { delays: [], events: 0, bytes: 0 };
  for (const until = performance.now() + withinMs; all.events < count;) {
    if (performance.now() > until) throw new Error(`Readers got ${all.events} of ${count} events.`);
    const { delays, events, bytes } = await readers.figures();
    for (const one of delays) all.delays.push(one);
    all.events += events;
    all.bytes += bytes;
    if (all.events < count) await pause(20);
  }
  return all;
}

/** First what waits is numbered as fast as it goes, then events come at the target's rate in transactions of 1 to 49. */
async function eventRelay(world, { rounds, seconds }) {
  const { server, clients, end } = await startStream(world, 'relay', 4);
  const readers = await openReaders(server, 1);
  try {
    const [client] = clients;
    await client.query('BEGIN');
    for (let count = 0; count < BACKLOG; count += 5000) await append(client, 5000);
    const started = performance.now();
    await client.query('COMMIT');
    await gather(readers, BACKLOG);
    const most = Math.round(BACKLOG / ((performance.now() - started) / 1000));
    let sent = 0;
    const begun = performance.now();
    const ends = begun + rounds * seconds * 1000;
    await Promise.all(
      clients.map(async (writer) => {
        for (let turn = 0; performance.now() < ends; turn++) {
          const count = 1 + ((turn * 17) % 49);
          await append(writer, count);
          sent += count;
          const due = begun + (sent / RELAY.perSecond) * 1000;
          if (due > performance.now()) await pause(due - performance.now());
        }
      }),
    );
    const perSecond = Math.round(sent / ((performance.now() - begun) / 1000));
    const { delays } = await gather(readers, sent);
    const [p50, p99] = [round(percentile(delays, 0.5)), round(percentile(delays, 0.99))];
    const enough = perSecond >= RELAY.perSecond * 0.95 && most >= RELAY.perSecond;
    return {
      path: 'event_relay',
      met: enough && p99 <= RELAY.ms,
      most_per_second: most,
      per_second: perSecond,
      p50_ms: p50,
      p99_ms: p99,
      line: `event_relay p99 ${p99} ms (p50 ${p50}) from before the commit to a reader at ${perSecond} events/s; ${most}/s at most (targets ${RELAY.ms} ms, ${RELAY.perSecond}/s)`,
    };
  } finally {
    readers.close();
    await end();
  }
}

const memoryOf = (pid) =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);

/** Ten events a second, one by one, to thousands of readers. */
async function sseFanout(world, { rounds, seconds }, say) {
  const results = [];
  for (const count of FANOUT.clients) {
    const { server, clients, end } = await startStream(world, `fanout_${count}`, 1);
    const before = memoryOf(server.pid);
    const readers = await openReaders(server, count);
    try {
      const events = FANOUT.perSecond * Math.min(rounds * seconds, 20);
      for (let turn = 0; turn < events; turn++) {
        const due = pause(1000 / FANOUT.perSecond);
        await append(clients[0], 1);
        await due;
      }
      const { delays } = await gather(readers, events * count);
      const memory = memoryOf(server.pid);
      const p99 = round(percentile(delays, 0.99));
      say(
        `sse_fanout ${count} clients: p99 ${p99} ms, ${memory} MB (${before} MB before they came), ${readers.lost} lost`,
      );
      results.push({
        clients: count,
        p50_ms: round(percentile(delays, 0.5)),
        p90_ms: round(percentile(delays, 0.9)),
        p99_ms: p99,
        memory_mb: memory,
        idle_mb: before,
        lost: readers.lost,
      });
    } finally {
      readers.close();
      await end();
    }
  }
  const of = ({ clients, p99_ms, memory_mb, idle_mb }) =>
    `p99 ${p99_ms} ms with ${clients} clients (${memory_mb} MB, ${idle_mb} without)`;
  return {
    path: 'sse_fanout',
    met: results.every(({ p99_ms, lost }) => p99_ms <= FANOUT.ms && lost === 0),
    results,
    line: `sse_fanout ${results.map(of).join(', ')} at ${FANOUT.perSecond} events/s (target ${FANOUT.ms} ms)`,
  };
}

/** patch_status, while a hundred readers get every event. The bare server's events go to them too: both meet the same machine. */
async function patchFollowed(world, { rounds, seconds }, say) {
  const readers = await openReaders(world.ours, FOLLOWED.clients);
  const rates = { ours: [], bare: [] };
  let number = 300;
  try {
    for (const server of [world.ours, world.bare])
      await runRound(world, server, 'patch_status', PATHS.patch_status, ++number, seconds);
    for (let turn = 0; turn < rounds; turn++) {
      for (const server of turn % 2 === 0 ? [world.ours, world.bare] : [world.bare, world.ours]) {
        const { perSecond } = await runRound(world, server, 'patch_status', PATHS.patch_status, ++number, seconds);
        rates[server.name].push(perSecond);
      }
      say(`patch_followed round ${turn + 1}: ${(rates.ours.at(-1) / rates.bare.at(-1)).toFixed(2)}`);
    }
    const { events, bytes } = await readers.figures();
    const ratios = rates.ours.map((rate, index) => rate / rates.bare[index]);
    const ratio = Number(percentile(ratios, 0.5).toFixed(3));
    const [ours, bare] = [rates.ours, rates.bare].map((values) => Math.round(percentile(values, 0.5)));
    return {
      path: 'patch_followed',
      met: ratio >= FOLLOWED.ratio,
      ratio,
      ours_per_second: ours,
      bare_per_second: bare,
      events_delivered: events,
      megabytes_delivered: Math.round(bytes / 1e6),
      lost: readers.lost,
      line: `patch_followed ratio ${ratio.toFixed(2)} (${ours}/s, bare ${bare}/s) with ${FOLLOWED.clients} readers of everything, who got ${events} messages, ${readers.lost} cut off (target ${FOLLOWED.ratio.toFixed(2)})`,
    };
  } finally {
    readers.close();
  }
}

/** By name, in the order in which they run. */
export const STREAM_FIGURES = { event_relay: eventRelay, sse_fanout: sseFanout, patch_followed: patchFollowed };
