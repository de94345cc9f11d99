// What is wrong with a server's own process: few descriptors, a clock of its own, readers that never read, an end in the
// middle of an upload.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { killOne } from './kill-server.mjs';
import { repeatedly, untilOver } from './time.mjs';

const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'].find((one) => fs.existsSync(one));

/** @type {import('./all.mjs').Fault} */
export const fewDescriptors = {
  name: 'few-descriptors',
  about: 'each server may open 60 files and connections, and 60 idle clients hold connections to it',
  seconds: 20,
  missing: () => (PRLIMIT ? undefined : 'there is no prlimit'),
  // Not from the start: Node opens more than that at a time to read its modules.
  prepare: async ({ world }) => {
    for (const { pid } of world.servers)
      execFileSync(PRLIMIT, ['--pid', String(pid), '--nofile=60'], { stdio: 'pipe' });
  },
  inject: async ({ world, until }) => {
    const idle = world.servers.flatMap(({ port }) => Array.from({ length: 60 }, () => idleAt(port)));
    // Half of the time; then they leave.
    await untilOver(performance.now() + (until - performance.now()) / 2);
    for (const socket of idle) socket.destroy();
    await untilOver(until);
  },
};

function idleAt(port) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined); // It is turned away, as it may be.
  return socket;
}

/** @type {import('./all.mjs').Fault} */
export const clock = {
  name: 'clock',
  about: "one server's clock is an hour ahead",
  seconds: 25,
  wishes: () => ({ nodeOptions: (index) => (index === 0 ? ['--import', './torture/clock-ahead.mjs'] : []) }),
  inject: ({ until }) => untilOver(until),
};

const STUCK = 12;
/** Events that there are from the start: more than what the buffers of a connection take. */
const EARLIER = 20_000;

/** @type {import('./all.mjs').Fault} */
export const stuckReader = {
  name: 'stuck-reader',
  about: `${STUCK} readers of the stream that ask for ${EARLIER} events and never read`,
  seconds: 25,
  prepare: ({ world }) =>
    world.sql(
      `INSERT INTO event (type, subject, actor, line) SELECT 'filler.told', 'from/filler', 'local', repeat('x', 120) FROM generate_series(1, ${EARLIER})`,
    ),
  inject: async ({ world, until }) => {
    const readers = Array.from({ length: STUCK }, (_, n) => stuckAt(world.servers[n % world.servers.length].port));
    await untilOver(until);
    for (const socket of readers) socket.destroy();
  },
};

function stuckAt(port) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined); // It is dropped, as it may be.
  socket.pause();
  socket.write(`GET /stream?earliest=1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  return socket;
}

/** @type {import('./all.mjs').Fault} */
export const crashInUpload = {
  name: 'crash-in-upload',
  about: 'kill -9 of a server every two seconds while ten clients upload a megabyte at a time',
  seconds: 20,
  load: { publishers: 10, bytes: 1_000_000 },
  inject: ({ world, until }) => repeatedly(until, 2000, (turn) => killOne(world, turn)),
};
