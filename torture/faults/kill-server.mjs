// kill -9 of a server every two seconds, 7 in 14 s: each is started again at once.
import { repeatedly } from './time.mjs';

/** The next in turn that is up: to kill what is just starting would test nothing. */
export async function killOne({ servers }, turn) {
  for (let n = 0; n < servers.length; n += 1) {
    const server = servers[(turn + n) % servers.length];
    if (await server.isReady()) return server.kill('SIGKILL');
  }
}

/** @type {import('./all.mjs').Fault} */
export const killServer = {
  name: 'kill-server',
  about: 'kill -9 of a server, 7 in 14 s',
  seconds: 20,
  short: 8,
  inject: ({ world, until }) => repeatedly(until, 2000, (turn) => killOne(world, turn)),
};
