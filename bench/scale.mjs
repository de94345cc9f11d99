// npm run bench -- scale: what a million tickets cost. Two databases in one Postgres, a thousand tickets and a million, a
// server on each; every path alternates between them, and its line is the ratio of their times. See docs/PERFORMANCE.md.
import autocannon from 'autocannon';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { databaseUrl } from '../scripts/database-url.mjs';
import { ensureBuilt } from '../scripts/build.mjs';
import { fillScale } from './scale-fill.mjs';
import { startServer } from './world.mjs';

const CONNECTIONS = 8;
const SIZES = { small: 1000, large: 1_000_000 };
/** A list has as many rows in both, so that only the table's size differs. */
const OWNER_TICKETS = 20;

/** Requests for a table of `size` tickets; ids are spread over all of it. */
const PATHS = {
  detail: (size) => ids(size, 512).map((id) => ({ method: 'GET', path: `/api/v1/ticket/${id}/` })),
  list_after: (size) => ids(size, 256).map((id) => ({ method: 'GET', path: `/api/v1/ticket/?after=${id}` })),
  list_by_step: () => [100, 200, 300, 400, 500].map((step) => get(`ticket/?current_workflow_step=${step}`)),
  list_by_owner: (size) => ids(size / OWNER_TICKETS, 256).map((n) => get(`ticket/?owner=owner${n}@example.com`)),
  list_by_project: () => [1, 2, 3, 4].map((project) => get(`ticket/?project=${project}`)),
  ticketstatus_by_step: () => [100, 200, 300].map((step) => get(`ticketstatus/?current_workflow_step=${step}`)),
  status_patch: (size, round) =>
    ids(size, 512).map((id, n) => patch(id, [200, 300, 400][n % 3], (round * 7 + n) % 900)),
  bundle: (_size, round) => [bundle(round)],
};

const TARGET = 1.3;
const get = (rest) => ({ method: 'GET', path: `/api/v1/${rest}` });
const headers = { 'content-type': 'application/json' };

/** Spread evenly, each time the same; coprime to the sizes. */
const ids = (size, count) => Array.from({ length: count }, (_, n) => 1 + ((n * 7919 + 13) % Math.floor(size)));

function patch(id, step, status) {
  const body = JSON.stringify({ current_workflow_step: step, status });
  return { method: 'PATCH', path: `/api/v1/updateticketstatus/${id}/`, headers, body };
}

function bundle(round) {
  const subtickets = ['openssl', 'curl', 'zlib'].map((sourcepackage) => ({ sourcepackage, version: `1.${round}` }));
  const body = JSON.stringify({ title: 'A bundle', owner: 'bundles@example.com', subtickets });
  return { method: 'POST', path: '/api/v1/bundle/', headers, body };
}

const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1];

async function load(server, requests, seconds) {
  const result = await autocannon({ url: server.url, connections: CONNECTIONS, duration: seconds, requests });
  if (result['2xx'] === 0 || result.non2xx + result.errors + result.timeouts > 0) {
    throw new Error(
      `${server.name} answered ${result['2xx']} times 2xx, ${result.non2xx} times otherwise, with ${result.errors} errors.`,
    );
  }
  return result['2xx'] / result.duration;
}

let round = 0;

async function measure(servers, name, rounds, seconds, say) {
  const rates = { small: [], large: [] };
  for (let count = -1; count < rounds; count++) {
    for (const size of count % 2 === 0 ? ['small', 'large'] : ['large', 'small']) {
      const rate = await load(servers[size], PATHS[name](SIZES[size], ++round), count < 0 ? 1 : seconds);
      if (count >= 0) rates[size].push(rate);
    }
    if (count >= 0) say(`${name} round ${count + 1}: ${(rates.small[count] / rates.large[count]).toFixed(2)}`);
  }
  const ratio = median(rates.small.map((rate, index) => rate / rates.large[index]));
  return { path: name, ratio, met: ratio <= TARGET, small: median(rates.small), large: median(rates.large) };
}

/** Requests that no index can help: how long one takes, or when the time limit ends it. */
async function bounded(server) {
  const lines = [];
  for (const rest of [
    'ticket/?title__icontains=number+999999',
    'ticket/?description__icontains=nowhere',
    'ticket/?offset=900000',
    'ticket/?title__iregex=(a%7Caa)%2B%24',
  ]) {
    const started = performance.now();
    const reply = await fetch(`${server.url}/api/v1/${rest}`);
    await reply.arrayBuffer();
    lines.push(`bounded ${rest} answers ${reply.status} after ${Math.round(performance.now() - started)} ms`);
  }
  return lines;
}

/** Resident megabytes of a server's process; null where /proc isn't. */
function memoryOf(server) {
  const file = `/proc/${server.pid}/status`;
  return fs.existsSync(file)
    ? Math.round(Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(file, 'utf8'))?.[1]) / 1024)
    : null;
}

async function startWorlds(say, endings) {
  await ensureBuilt({ say });
  const { startEmbeddedPostgres } = await import('../dist/src/platform/database/embedded/embedded-postgres.js');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-scale-'));
  fs.chmodSync(folder, 0o755);
  endings.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({
    dataFolder: folder,
    settings: { shared_buffers: '512MB', max_wal_size: '4GB' },
  });
  endings.push(() => postgres.stop());
  const servers = {};
  for (const [name, tickets] of Object.entries(SIZES)) {
    const connection = { ...postgres.connection, database: `scale_${name}` };
    await once(postgres.connection, `CREATE DATABASE ${connection.database}`);
    servers[name] = await startServer(name, ['scripts/start.mjs'], databaseUrl(connection));
    endings.push(servers[name].end);
    const started = performance.now();
    await fillScale(connection, tickets, OWNER_TICKETS);
    say(`${tickets} tickets filled in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  return servers;
}

async function once(connection, text) {
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(text);
  await client.end();
}

/** @param {{rounds: number, seconds: number, json: boolean, check: boolean}} options @param {(line: string) => void} say */
export async function runScale({ rounds, seconds, json, check }, say) {
  const endings = [];
  try {
    const servers = await startWorlds(say, endings);
    const memory = [memoryOf(servers.large)];
    const results = [];
    for (const name of Object.keys(PATHS)) {
      const result = await measure(servers, name, rounds, seconds, say);
      results.push(result);
      memory.push(memoryOf(servers.large));
      if (!json)
        console.log(
          `scale ${name} ratio ${result.ratio.toFixed(2)} (${Math.round(result.small)}/s with 1 000 tickets, ${Math.round(result.large)}/s with 1 000 000)${result.met ? '' : `  MISSED: the target is ${TARGET}`}`,
        );
    }
    const limits = await bounded(servers.large);
    if (json)
      console.log(
        JSON.stringify({ date: new Date().toISOString(), scale: results, bounded: limits, memory_mb: memory }, null, 2),
      );
    else
      for (const line of [
        ...limits,
        `memory of the server with 1 000 000 tickets, path by path: ${memory.join(' ')} MB`,
      ])
        console.log(line);
    if (check && results.some((result) => !result.met)) process.exitCode = 1;
  } finally {
    for (const end of endings.reverse()) await end();
  }
}
