// Three servers start at once on an empty database and are killed with -9 while it is migrated, again and again, until one of
// them gets through: every migration ran once, and what follows is a load as any other.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { untilOver } from './time.mjs';

const DATABASES = 2;
const CRASHES = 3;
/** A migration of an empty database takes about this long. */
const WITHIN_MS = 150;

/** @type {import('./all.mjs').Fault} */
export const crashInMigration = {
  name: 'crash-in-migration',
  about: `three servers at once are killed while they migrate, ${CRASHES} times on each of ${DATABASES} empty databases`,
  seconds: 20,
  wishes: () => ({ idle: true }),
  prepare: async ({ world, random, progress }) => {
    for (const server of world.servers) server.start();
    for (let turn = 0; turn < DATABASES; turn += 1) {
      if (turn > 0) await emptyDatabase(world);
      for (let crash = 0; crash < CRASHES; crash += 1) {
        progress(`database ${turn + 1}, crash ${crash + 1}`);
        if (!(await crashThem(world, random))) break;
      }
      await Promise.all(world.servers.map((server) => server.ready()));
      await requireEachOnce(world);
    }
    await world.openFront();
  },
  inject: ({ until }) => untilOver(until),
};

/** False when the migrations are done before anybody could be killed. */
async function crashThem(world, random) {
  for (;;) {
    const rows = await world
      .sql(
        `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS migrates,
          to_regclass('stream_head') IS NOT NULL AS done`,
      )
      .catch(() => [{}]);
    if (rows[0].done) return false;
    if (rows[0].migrates) break;
    await pause(3);
  }
  await pause(random() * WITHIN_MS);
  for (const server of world.servers) server.kill('SIGKILL');
  return true;
}

/** The servers are killed first; those that start again meanwhile find no database, and try again. */
async function emptyDatabase({ servers, postgres }) {
  for (const server of servers) server.kill('SIGKILL');
  const { database } = postgres.connection;
  const client = new pg.Client({ ...postgres.connection, database: 'postgres' });
  await client.connect();
  await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${database} TEMPLATE template0`);
  await client.end();
}

async function requireEachOnce(world) {
  const twice = await world.sql('SELECT name FROM migrations GROUP BY name HAVING count(*) > 1');
  if (twice.length > 0) throw new Error(`Migrations ran twice: ${twice.map(({ name }) => name).join(', ')}.`);
}
