// The measured paths: what is asked, how fast it has to be beside the bare server, and what the requests are.
import { TICKETS } from './world.mjs';

export const CONNECTIONS = 16;

/**
 * @typedef {{method: string, path: string, headers?: Record<string, string>, body?: string}} Request
 * @typedef {{target: number, writes: boolean, status?: number, prepare?: (world: any) => Promise<void>,
 *   requests: (connection: number, round: number, world: any) => Request[]}} Path
 */

const JSON_TYPE = { 'content-type': 'application/json' };
const PER_CONNECTION = 128;
const range = (count, make) => Array.from({ length: count }, (_, index) => make(index));

/** The tickets of a connection: its own, so that requests don't queue for each other's row locks. */
const ticketsOf = (connection) => range(PER_CONNECTION, (index) => 1 + ((connection + index * CONNECTIONS) % TICKETS));

/** A build on its way: it starts, runs, moves on. Half of the moves change the step. */
const PASSES = ['200', '300', '400'].flatMap((step) => [0, 1].map((more) => ({ step, more })));

/**
 * Every move in its order for each of the connection's tickets. The status tells the rounds apart, so that no PATCH repeats
 * what a ticket has already.
 */
function moves(connection, round) {
  return PASSES.flatMap(({ step, more }) =>
    ticketsOf(connection).map((id) => ({
      method: 'PATCH',
      path: `/api/v1/updateticketstatus/${id}/`,
      headers: JSON_TYPE,
      body: JSON.stringify({
        current_workflow_step: step,
        status: String(1 + ((round * 2) % 996) + more).padStart(3, '0'),
      }),
    })),
  );
}

const newTicket = (connection, index) => ({
  owner: `owner${connection}@example.com`,
  title: `Ticket ${index} of connection ${connection}`,
  description: 'What it changes and why. '.repeat(8),
  bug_id: String(100_000 + index),
});

const KEYS = 200;

/** Production's map: set through the deployer's surface, and what Stampline makes of it given to the bare server to hold. */
async function publishMap(world) {
  if (world.mapTag) return;
  const imports = Object.fromEntries(
    range(KEYS, (index) => [
      `@shop/module-${index}`,
      `https://cdn.example/@shop/module-${index}/1.${index}.0/index.js`,
    ]),
  );
  const body = JSON.stringify({ imports });
  const patched = await fetch(`${world.ours.url}/import-map.json?skip_url_check`, {
    method: 'PATCH',
    headers: JSON_TYPE,
    body,
  });
  const map = await fetch(`${world.ours.url}/import-map.json`);
  const text = await map.text();
  if (!patched.ok || Object.keys(JSON.parse(text).imports).length < KEYS)
    throw new Error(`The map was not published: ${patched.status} ${text.slice(0, 200)}`);
  world.mapTag = map.headers.get('etag');
  await fetch(`${world.bare.url}/import-map.json`, { method: 'PUT', headers: { etag: world.mapTag }, body: text });
}

/** @type {Record<string, Path>} In the order in which they run: creating comes last, since it makes the table long. */
export const PATHS = {
  get_ticket: {
    target: 0.8,
    writes: false,
    requests: (connection) => ticketsOf(connection).map((id) => ({ method: 'GET', path: `/api/v1/ticket/${id}/` })),
  },
  patch_status: { target: 0.8, writes: true, requests: moves },
  list_tickets: {
    target: 0.7,
    writes: false,
    requests: () =>
      [100, 200, 300, 400, 500, 999, 1000].map((step) => ({
        method: 'GET',
        path: `/api/v1/ticket/?current_workflow_step=${step}&limit=20`,
      })),
  },
  import_map: {
    target: 0.75,
    writes: false,
    prepare: publishMap,
    requests: () => [{ method: 'GET', path: '/import-map.json' }],
  },
  import_map_304: {
    target: 0.5,
    writes: false,
    status: 304,
    prepare: publishMap,
    requests: (_connection, _round, { mapTag }) => [
      { method: 'GET', path: '/import-map.json', headers: { 'if-none-match': mapTag } },
    ],
  },
  create_ticket: {
    target: 0.6,
    writes: true,
    requests: (connection) =>
      range(PER_CONNECTION, (index) => ({
        method: 'POST',
        path: '/api/v1/ticket/',
        headers: JSON_TYPE,
        body: JSON.stringify(newTicket(connection, index)),
      })),
  },
};
