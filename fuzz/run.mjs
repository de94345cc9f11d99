// npm run fuzz: 100 000 hostile requests against a server of its own. --requests N, --seed S (printed at the start), --guarded: a
// server that asks for tokens, and callers with all kinds of them; --slow: slow clients instead, and what they cost the others;
// --starve: attacks that could stop everybody, and what they cost the others: --seconds for each, --only PATTERN.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { ensureBuilt } from '../scripts/build.mjs';
import { databaseUrl } from '../scripts/database-url.mjs';
import { callersOf, EVERY_SCOPE } from './callers.mjs';
import { launch, ROOT, sharedFolder } from '../test/setup/launch.js';
import { fuzz } from './fuzz.mjs';
import { layGround } from './fixtures.mjs';
import { brokenHistories } from './history.mjs';
import { besideSlowClients } from './slow-clients.mjs';
import { silentNameServer } from './starve/silent-names.mjs';
import { starve } from './starve/starve.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    guarded: { type: 'boolean', default: false },
    slow: { type: 'boolean', default: false },
    starve: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    only: { type: 'string' },
  },
});
const count = Number(values.requests);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);

/** Asks for tokens, and from one address nearly everything comes. */
const GUARDED = { STAMPLINE_AUTH: 'required', STAMPLINE_MAX_FAILURES: '1000000', STAMPLINE_MAX_WRITES: '1000000' };

async function startServer(url) {
  const own = { DATABASE_URL: url, HOST: '127.0.0.1', STAMPLINE_DATA: path.join(folder, 'server') };
  const env = { ...own, ...(values.guarded ? GUARDED : {}), ...(names ? { STAMPLINE_DNS: names.address } : {}) };
  const server = launch({ env });
  server.child.stderr.pipe(process.stderr);
  await server.ready;
  return server;
}

await ensureBuilt({ say: console.log });
const { startEmbeddedPostgres } = await import('../dist/src/platform/database/embedded/embedded-postgres.js');
const { LOOKUP_NAMES } = await import('../dist/src/rest/reading/lookups.js');
const names = values.starve ? await silentNameServer() : undefined;
const folder = sharedFolder('stampline-fuzz-');
const postgres = await startEmbeddedPostgres({ dataFolder: folder });
const server = await startServer(databaseUrl(postgres.connection));
const client = new pg.Client(postgres.connection);
await client.connect();

/** As the operator makes it. */
function rootToken() {
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl(postgres.connection),
    STAMPLINE_DATA: path.join(folder, 'server'),
  };
  const words = ['token', 'create', '--owner', 'root', '--scope', EVERY_SCOPE.join()];
  return execFileSync(process.execPath, ['scripts/stampline.mjs', ...words], { cwd: ROOT, env })
    .toString()
    .trim();
}

async function sendHostile() {
  const callers = values.guarded ? await callersOf(server.base, rootToken()) : undefined;
  await layGround(server.base, callers?.[0].headers);
  console.log(`${count} requests, seed ${seed}${callers ? `, ${callers.length} callers` : ''}`);
  const started = Date.now();
  const line = (sent) => `${sent} of ${count}, ${Math.round((sent * 1000) / (Date.now() - started))} a second`;
  const onProgress = (sent) =>
    process.stderr.isTTY
      ? process.stderr.write(`\r${line(sent)}   `)
      : sent % 10_000 === 0 && console.error(line(sent));
  const { sent, counts, never } = await fuzz({ base: server.base, seed, count, inParallel: 16, onProgress, callers });
  const broken = await brokenHistories(async (text) => (await client.query(text)).rows);
  if (broken.length > 0) throw new Error(broken.slice(0, 10).join('\n'));
  if (!server.isRunning()) throw new Error('The server has ended.');
  const shown = [...counts].sort(([one], [other]) => one - other).map(([status, times]) => `${status}: ${times}`);
  console.log(
    `\n${sent} requests in ${Math.round((Date.now() - started) / 1000)} s, nothing found. Answers by status: ${shown.join(', ')}`,
  );
  if (never.length > 0) console.log(`Never answered 2xx: ${never.join(', ')}`);
}

const starveOthers = () =>
  starve({
    base: server.base,
    seconds: Number(values.seconds),
    ci: process.env.CI === 'true',
    lookups: LOOKUP_NAMES,
    only: values.only === undefined ? undefined : new RegExp(values.only),
    isAlive: server.isRunning,
  });

try {
  if (values.starve) process.exitCode = (await starveOthers()) ? 0 : 1;
  else if (values.slow) process.exitCode = (await besideSlowClients(server.base)) ? 0 : 1;
  else await sendHostile();
} catch (error) {
  console.error(values.starve ? error.message : `\nfuzz: found with seed ${seed}:\n${error.message}`);
  process.exitCode = 1;
} finally {
  await client.end();
  await server.stop();
  await postgres.stop();
  names?.close();
  fs.rmSync(folder, { recursive: true, force: true });
}
