// How many updates a second go through import-map-deployer's surface, beside import-map-deployer itself: from one client, from
// 16 and 64 at once, and from 16 on two of our processes. Part of npm run bench; `npm run bench -- map_updates` runs it.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { databaseUrl } from '../scripts/database-url.mjs';
import { freePort } from '../test/setup/launch.js';
import { percentile } from './percentile.mjs';
import { startServer } from './world.mjs';

const DEPLOYER = 'import-map-deployer@4.6.0';
/** import-map-deployer loses some of the updates that come at once, and says 200 for each. */
const LOADS = {
  one: { clients: 1, on: 'ours' },
  many: { clients: 16, on: 'ours' },
  two_processes: { clients: 16, on: 'both' },
  most: { clients: 64, on: 'ours' },
  deployer_one: { clients: 1, on: 'deployer' },
  deployer_many: { clients: 16, on: 'deployer' },
};
/** 16 at once write so many times as fast as one, no slower on two processes than one alone, and nobody waits longer. */
const GROWTH = 2.5;
const LONGEST_MS = { many: 300, most: 1000 };

const agent = new http.Agent({ keepAlive: true });

/** One PATCH; how long it took, and whether it was taken. */
async function patch(server, body) {
  const sent = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) };
  const began = performance.now();
  const reply = await new Promise((resolve, reject) => {
    http
      .request(`${server.url}/services?skip_url_check`, { method: 'PATCH', agent, headers }, resolve)
      .on('error', reject)
      .end(sent);
  });
  await reply.resume().toArray();
  return { ms: performance.now() - began, taken: reply.statusCode === 200 };
}

/** Each client sends its next update when the one before is answered, to the servers in turn. */
async function load(servers, clients, turn, seconds) {
  const until = performance.now() + seconds * 1000;
  const times = [];
  let refused = 0;
  const client = async (number) => {
    const server = servers[number % servers.length];
    for (let update = 0; performance.now() < until; update++) {
      const service = `module-${update % 50}`;
      const { ms, taken } = await patch(server, {
        service,
        url: `https://cdn.example/${turn}/${number}/${update}/${service}.js`,
      });
      times.push(ms);
      if (!taken) refused += 1;
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return { rate: times.length / ((performance.now() - began) / 1000), times, refused };
}

const releasesOf = async (world) => (await world.sql('SELECT count(*)::int AS n FROM release WHERE number > 0'))[0].n;

export async function mapUpdates(world, { rounds, seconds }, say) {
  const deployer = await startDeployer(say);
  const beside = await startServer('beside', ['scripts/start.mjs'], databaseUrl(world.connection));
  const places = { ours: [world.ours], both: [world.ours, beside], deployer: deployer && [deployer] };
  const found = Object.fromEntries(Object.keys(LOADS).map((name) => [name, { rates: [], times: [], refused: 0 }]));
  const before = await releasesOf(world);
  try {
    for (let turn = 0; turn < rounds; turn++) {
      const names = Object.keys(LOADS);
      for (const name of turn % 2 === 0 ? names : names.toReversed()) {
        const { clients, on } = LOADS[name];
        if (!places[on]) continue;
        const { rate, times, refused } = await load(places[on], clients, `${name}-${turn}`, seconds);
        found[name].rates.push(rate);
        found[name].times.push(...times);
        found[name].refused += refused;
      }
    }
    return summaryOf(found, (await releasesOf(world)) - before);
  } finally {
    await beside.end();
    await deployer?.end();
  }
}

function summaryOf(found, releases) {
  const figures = Object.fromEntries(
    Object.entries(found)
      .filter(([, { rates }]) => rates.length > 0)
      .map(([name, { rates, times, refused }]) => [
        name,
        { per_second: Math.round(percentile(rates, 0.5)), p99_ms: Math.round(percentile(times, 0.99)), refused },
      ]),
  );
  const { one, many, two_processes: two, most } = figures;
  const ours = ['one', 'many', 'two_processes', 'most'];
  const sent = ours.reduce((sum, name) => sum + found[name].times.length - found[name].refused, 0);
  const refused = ours.reduce((sum, name) => sum + found[name].refused, 0);
  const growth = Number((many.per_second / one.per_second).toFixed(2));
  const met =
    growth >= GROWTH &&
    two.per_second >= one.per_second &&
    many.p99_ms <= LONGEST_MS.many &&
    most.p99_ms <= LONGEST_MS.most &&
    refused === 0 &&
    releases === sent;
  return { path: 'map_updates', met, growth, refused, lost: sent - releases, figures, line: lineOf(figures, growth) };
}

function lineOf({ one, many, two_processes: two, most, deployer_one: file, deployer_many: files }, growth) {
  const say = ({ per_second, p99_ms }) => `${per_second}/s (p99 ${p99_ms} ms)`;
  const theirs = file
    ? `${DEPLOYER}, in a file: one ${say(file)}, 16 ${say(files)}`
    : `${DEPLOYER} can't be installed here`;
  return `map_updates one client ${say(one)}, 16 ${say(many)}, ${growth} times as many, 16 on two processes ${say(two)}, 64 ${say(most)}; ${theirs}`;
}

/** From npm, in a folder of its own: it isn't among our dependencies. Undefined where that fails. */
async function startDeployer(say) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-deployer-'));
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  say(`Installing ${DEPLOYER} to compare with …`);
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', DEPLOYER], {
      cwd: folder,
      stdio: 'pipe',
    });
  } catch (error) {
    say(String(error.stderr ?? error.message).slice(0, 500));
    remove();
    return undefined;
  }
  const port = await freePort();
  fs.writeFileSync(path.join(folder, 'map.json'), '{"imports":{}}');
  fs.writeFileSync(
    path.join(folder, 'config.json'),
    JSON.stringify({ port, manifestFormat: 'importmap', locations: { default: path.join(folder, 'map.json') } }),
  );
  const bin = path.join(folder, 'node_modules/import-map-deployer/bin/import-map-deployer');
  const child = spawn(process.execPath, [bin, 'config.json'], { cwd: folder, stdio: 'ignore' });
  const server = {
    name: 'deployer',
    url: `http://127.0.0.1:${port}`,
    end: async () => {
      child.kill('SIGKILL');
      remove();
    },
  };
  for (let attempt = 0; attempt < 300; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (await fetch(`${server.url}/health`).catch(() => undefined)) return server;
  }
  await server.end();
  return undefined;
}
