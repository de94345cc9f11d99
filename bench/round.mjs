// One round: a few seconds of load on one server over some connections, each asking again as soon as it is answered.
import autocannon from 'autocannon';
import { CONNECTIONS } from './paths.mjs';

/** @typedef {{perSecond: number, p99: number, answers: number}} Figures */

/**
 * Every answer must be 2xx (or what the path says), and on paths that write each must have made exactly one history row.
 * @param {import('./world.mjs').World} world @param {import('./world.mjs').Server} server
 * @param {string} name @param {import('./paths.mjs').Path} path @returns {Promise<Figures>}
 */
export async function runRound(world, server, name, path, round, seconds) {
  const before = path.writes ? await countChanges(world) : undefined;
  let connection = 0;
  const result = await autocannon({
    url: server.url,
    connections: CONNECTIONS,
    duration: seconds,
    setupClient: (client) => client.setRequests(path.requests(connection++, round, world)),
  });
  const { status = 200 } = path;
  const answers = result[`${Math.floor(status / 100)}xx`];
  const others = result['1xx'] + result['2xx'] + result['3xx'] + result['4xx'] + result['5xx'] - answers;
  if (answers === 0 || others + result.errors + result.timeouts > 0) {
    throw new Error(
      `${name} on ${server.name}: ${answers} answers as expected, ${others} others, ${result.errors} errors, ${result.timeouts} time-outs.`,
    );
  }
  if (before) requireChanges(`${name} on ${server.name}`, answers, before, await countChanges(world));
  return { perSecond: answers / result.duration, p99: result.latency.p99, answers };
}

async function countChanges(world) {
  // What was in flight when the load ended has been answered by then.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const [row] = await world.sql(
    'SELECT (SELECT count(*) FROM event)::int AS events, (SELECT sum(version) FROM ticket)::int AS versions',
  );
  return row;
}

/** Requests that the end of the round cut off are done but not counted: one a connection at most. */
function requireChanges(where, answers, before, after) {
  const events = after.events - before.events;
  const versions = after.versions - before.versions;
  if (events !== versions || events < answers || events > answers + CONNECTIONS) {
    throw new Error(`${where}: ${answers} answers made ${versions} changes and ${events} history rows.`);
  }
}
