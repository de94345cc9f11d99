// kill -9 within Postgres: of one backend, which makes it restart all of them, and of the postmaster, which ends it.
import { repeatedly } from './time.mjs';

/** @type {import('./all.mjs').Fault} */
export const killBackend = {
  name: 'kill-backend',
  gap: 2,
  about: 'kill -9 of a Postgres backend every 4 s',
  seconds: 20,
  short: 8,
  inject: ({ world, until }) => repeatedly(until, 4000, () => killOneBackend(world)),
};

async function killOneBackend(world) {
  const [found] = await world
    .sql(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND application_name NOT LIKE 'stampline %' ORDER BY state = 'active' DESC, random() LIMIT 1`,
    )
    .catch(() => []); // It is still coming up from the last time.
  if (found) process.kill(found.pid, 'SIGKILL');
}

/** @type {import('./all.mjs').Fault} */
export const killPostmaster = {
  name: 'kill-postmaster',
  gap: 3,
  about: 'kill -9 of the postmaster every 6 s',
  seconds: 20,
  inject: ({ world, until }) =>
    repeatedly(until, 6000, () => {
      process.kill(world.postmaster, 'SIGKILL');
    }),
};
