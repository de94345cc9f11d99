// The figures of import maps that are no rates: how long a promotion takes with few and with many open tickets and keys, how
// long an upload takes to be visible, also of one file among the thousands of a watched folder. Part of npm run bench; `npm run bench -- promote` runs one.
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { databaseUrl } from '../scripts/database-url.mjs';
import { mapUpdates } from './map-updates.mjs';
import { fillMaps } from './maps-fill.mjs';
import { startServer } from './world.mjs';
import { percentile } from './percentile.mjs';

/** How many open tickets there are, and how many keys production has. */
const SIZES = { small: { tickets: 10, keys: 10 }, large: { tickets: 10_000, keys: 10_000 } };
/** Promotions go in groups, and so many before the first that counts: until then the code is being compiled. */
const GROUP = 30;
const WARM_UP = 20;
/** So many count in each round: of 300, a p99 would be the third worst, and of twice as many a different one each time. */
const GROUPS_A_ROUND = 4;
const PROMOTE_MS = 10;
const PROMOTE_GROWTH = 1.3;
const VISIBLE_MS = 30;
/** A watched folder, of which one file at a time is saved. */
const SOURCES = 2000;
const SAVED_MS = 100;

const round = (ms) => Number(ms.toFixed(2));

/** Over a connection that stays, and not by fetch(), which takes a third of a promotion's processor time. */
const agent = new http.Agent({ keepAlive: true });

async function call(server, method, url, body) {
  const sent = body === undefined ? '' : JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) };
  const reply = await new Promise((resolve, reject) => {
    http
      .request(server.url + url, { method, agent, headers }, resolve)
      .on('error', reject)
      .end(sent);
  });
  const text = (await reply.setEncoding('utf8').toArray()).join('');
  if (reply.statusCode >= 300) throw new Error(`${method} ${url} answered ${reply.statusCode}: ${text.slice(0, 300)}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** A database of its own on the run's Postgres, with a server. */
async function startSized(world, name, size) {
  const connection = { ...world.connection, database: `maps_${name}` };
  await world.sql(`CREATE DATABASE ${connection.database}`);
  const server = await startServer(name, ['scripts/start.mjs'], databaseUrl(connection));
  const client = new pg.Client(connection);
  await client.connect();
  const ready = await fillMaps((text) => client.query(text), size);
  await client.end();
  return { server, ready };
}

/** Promotions to production, one after the other; the two sizes alternate in groups, so that both meet the same machine. */
async function promote(world, { rounds }) {
  const worlds = {};
  const groups = rounds * GROUPS_A_ROUND;
  const ready = (WARM_UP + groups) * GROUP;
  for (const [name, size] of Object.entries(SIZES)) worlds[name] = await startSized(world, name, { ...size, ready });
  const times = { small: [], large: [] };
  try {
    for (let group = -WARM_UP; group < groups; group++) {
      for (const name of group % 2 === 0 ? ['small', 'large'] : ['large', 'small']) {
        const { server, ready } = worlds[name];
        for (const ticket of ready.splice(0, GROUP)) {
          const started = performance.now();
          await call(server, 'POST', `/api/v1/ticket/${ticket}/promote/`);
          if (group >= 0) times[name].push(performance.now() - started);
        }
      }
    }
  } finally {
    for (const { server } of Object.values(worlds)) await server.end();
  }
  const [small, large] = [times.small, times.large].map((values) => ({
    p50: round(percentile(values, 0.5)),
    p99: round(percentile(values, 0.99)),
  }));
  const growth = Number((large.p50 / small.p50).toFixed(2));
  return {
    path: 'promote',
    met: small.p99 <= PROMOTE_MS && large.p99 <= PROMOTE_MS && growth <= PROMOTE_GROWTH,
    small,
    large,
    growth,
    promotions: times.large.length,
    line: `promote p99 ${small.p99} ms with 10 open tickets and keys, ${large.p99} ms with 10 000 of each (p50 ${small.p50} and ${large.p50}: ${growth}; targets ${PROMOTE_MS} ms, ${PROMOTE_GROWTH})`,
  };
}

/** From the moment that a file is sent until `?dev=` shows it. */
async function uploadToVisible(world, { rounds }) {
  const { ours } = world;
  const { id, key } = await call(ours, 'POST', '/api/v1/ticket/', { title: 'Uploads' });
  const times = [];
  for (let turn = -5; turn < rounds * 20; turn++) {
    const file = { 'cart.js': `export const turn = ${turn};\n` };
    const taken = await visibleAfter(ours, { id, key }, { specifier: '@shop/cart' }, file);
    if (turn >= 0) times.push(taken);
  }
  const [p50, p99] = [round(percentile(times, 0.5)), round(percentile(times, 0.99))];
  return {
    path: 'upload_to_visible',
    met: p50 <= VISIBLE_MS,
    p50,
    p99,
    line: `upload_to_visible p50 ${p50} ms, p99 ${p99} ms (target ${VISIBLE_MS} ms)`,
  };
}

/** Milliseconds from sending one file until the ticket's map shows it. */
async function visibleAfter(server, { id, key }, texts, file) {
  const started = performance.now();
  const [{ specifier, url }] = (await uploadFiles(server, id, texts, file)).modules;
  for (;;) {
    const map = await call(server, 'GET', `/import-map.json?dev=${key}`);
    if (map.imports[specifier] === url) return performance.now() - started;
  }
}

async function uploadFiles(server, ticket, texts, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(texts)) form.set(name, value);
  for (const [name, content] of Object.entries(files)) form.append('file', new Blob([content]), name);
  const reply = await fetch(`${server.url}/api/v1/ticket/${ticket}/modules/`, { method: 'POST', body: form });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(`The upload answered ${reply.status}: ${JSON.stringify(answer).slice(0, 500)}`);
  return answer;
}

/** A file of 2 to 6 kB that imports three others of the folder. */
function sourceFile(number, turn) {
  const near = (step) => (number * 7 + step) % SOURCES;
  const imports = [1, 2, 3].map((step) => `import { value as value${step} } from '../${sourceName(near(step))}';`);
  const lines = Array.from(
    { length: 40 + (number % 80) },
    (_, line) => `export const line${line} = ${number} + ${line};`,
  );
  return [...imports, `export const value = ${number};`, `export const turn = ${turn};`, ...lines, ''].join('\n');
}

const sourceName = (number) => `part${number % 40}/file-${number}.js`;

/** One file saved in a ticket that watches SOURCES of them, each of which production doesn't have, until `?dev=` shows it. */
async function sourceSaved(world, { rounds }) {
  const { ours } = world;
  const ticket = await call(ours, 'POST', '/api/v1/ticket/', { title: 'Watched sources' });
  const texts = { mode: 'sources' };
  const all = Array.from({ length: SOURCES }, (_, number) => [`src/${sourceName(number)}`, sourceFile(number, 0)]);
  const started = performance.now();
  await uploadFiles(ours, ticket.id, texts, Object.fromEntries(all));
  const first = round((performance.now() - started) / 1000);
  const times = [];
  for (let turn = -5; turn < rounds * 20; turn++) {
    const number = ((turn + 5) * 37) % SOURCES;
    const file = { [`src/${sourceName(number)}`]: sourceFile(number, turn + 6) };
    const taken = await visibleAfter(ours, ticket, texts, file);
    if (turn >= 0) times.push(taken);
  }
  const [p50, p99] = [round(percentile(times, 0.5)), round(percentile(times, 0.99))];
  return {
    path: 'source_saved',
    met: p50 <= SAVED_MS,
    p50,
    p99,
    first_seconds: first,
    line: `source_saved p50 ${p50} ms, p99 ${p99} ms with ${SOURCES} watched files, all of them sent in ${first} s (target ${SAVED_MS} ms)`,
  };
}

/** By name, in the order in which they run. */
export const MAP_FIGURES = {
  promote,
  upload_to_visible: uploadToVisible,
  source_saved: sourceSaved,
  map_updates: mapUpdates,
};
