// Servers that go in turn, each when the one before is back: killed, or asked to leave, which no client may notice.
import { hasHaproxy } from '../world/front.mjs';

const missing = () => (hasHaproxy ? undefined : 'there is no haproxy (Debian: apt-get install haproxy)');

/** Each goes once at least, however long that takes. */
async function inTurn({ world, until }, signal) {
  for (let turn = 0; turn < world.servers.length || performance.now() < until; turn += 1) {
    const server = world.servers[turn % world.servers.length];
    const { starts } = server;
    server.kill(signal);
    await server.replaced(starts);
    await world.front.untilSees(server);
  }
}

/** @type {import('./all.mjs').Fault} */
export const haproxy = {
  name: 'haproxy',
  about: 'behind haproxy each server is killed with -9 in turn',
  seconds: 20,
  missing,
  wishes: () => ({ probe: '/readyz' }),
  inject: (stage) => inTurn(stage, 'SIGKILL'),
};

/** @type {import('./all.mjs').Fault} */
export const rollingRestart = {
  name: 'rolling-restart',
  about: 'behind haproxy each server is restarted in turn with SIGTERM: no request may fail',
  seconds: 30,
  missing,
  wishes: () => ({ probe: '/readyz' }),
  inject: (stage) => inTurn(stage, 'SIGTERM'),
  mustNotFail: true,
};
