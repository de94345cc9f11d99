// promises.md, 9: one server at a time owns an embedded database, and only its owner stops its Postgres. Who lost it while it was
// paused ends itself and stops nothing of the new owner's; who only lost its session takes the lock again.
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import {
  call,
  endAll,
  eventually,
  isAlive,
  newFolder,
  postgresOf,
  PROCESS_MS,
  type ServerProcess,
  startServer,
} from './server-process.js';

afterAll(endAll);

/** A server whose database another one took while it was paused, and that one. */
async function takenOver(): Promise<{ folder: string; paused: ServerProcess; owner: ServerProcess }> {
  const folder = newFolder();
  const paused = startServer({ STAMPLINE_DATA: folder });
  await paused.ready;
  paused.kill('SIGSTOP');
  const postgres = postgresOf(folder) ?? 0;
  process.kill(postgres, 'SIGKILL');
  await eventually('its Postgres is gone', () => !isAlive(postgres));
  const owner = startServer({ STAMPLINE_DATA: folder });
  await owner.ready;
  return { folder, paused, owner };
}

async function stillOwns(owner: ServerProcess, folder: string, postgres: number | undefined): Promise<void> {
  expect(postgresOf(folder)).toBe(postgres);
  expect(isAlive(postgres ?? 0)).toBe(true);
  expect((await call(owner.base, 'POST', '/api/v1/ticket/', { title: 'mine' })).status).toBe(201);
  expect((await call(owner.base, 'GET', '/readyz')).status).toBe(200);
  expect(owner.output()).not.toContain('ended unexpectedly');
}

it(
  'a paused owner that wakes up finds another one, ends itself, and leaves Postgres alone',
  async () => {
    const { folder, paused, owner } = await takenOver();
    const postgres = postgresOf(folder);
    paused.kill('SIGCONT');
    expect(await paused.ended).toBe(1);
    expect(paused.output()).toMatch(
      /stampline: Another Stampline server has taken over the data in \S+ while this one was paused/,
    );
    await stillOwns(owner, folder, postgres);
  },
  PROCESS_MS,
);

it.each(['SIGTERM', 'SIGINT'] as const)(
  'a %s that waited for a paused owner stops nothing of the new one',
  async (signal) => {
    const { folder, paused, owner } = await takenOver();
    const postgres = postgresOf(folder);
    paused.kill(signal);
    paused.kill('SIGCONT');
    await paused.ended;
    await stillOwns(owner, folder, postgres);
    // The new one is an owner in full: its Postgres ends with it.
    owner.kill('SIGTERM');
    expect(await owner.ended).toBe(0);
    expect(isAlive(postgres ?? 0)).toBe(false);
  },
  PROCESS_MS,
);

/** SQL beside the server, as its own user. */
async function sql(folder: string, text: string): Promise<Record<string, unknown>[]> {
  const pid = fs.readFileSync(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const client = new pg.Client({
    host: pid[4] ?? '',
    port: Number(pid[3]),
    user: 'stampline',
    database: 'stampline',
    password: fs.readFileSync(path.join(folder, 'postgres', 'stampline.password'), 'utf8').trim(),
  });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
const OWNERS = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'stampline owner%'`;

it(
  'an owner whose session alone was ended takes the lock again and goes on',
  async () => {
    const folder = newFolder();
    const owner = startServer({ STAMPLINE_DATA: folder });
    await owner.ready;
    const [before] = await sql(folder, OWNERS);
    await sql(folder, `SELECT pg_terminate_backend(${String(before?.pid)})`);
    await eventually('it has a new session', async () => {
      const [now] = await sql(folder, OWNERS);
      return now !== undefined && now.pid !== before?.pid;
    });
    const second = startServer({ STAMPLINE_DATA: folder });
    expect(await second.ended).toBe(1);
    await stillOwns(owner, folder, postgresOf(folder));
  },
  PROCESS_MS,
);

it(
  "an owner whose session does not answer goes on: the lock is its own session's, and no other server's",
  async () => {
    const folder = newFolder();
    const owner = startServer({ STAMPLINE_DATA: folder });
    await owner.ready;
    const [session] = await sql(folder, OWNERS);
    const pid = Number(session?.pid);
    process.kill(pid, 'SIGSTOP');
    try {
      await eventually('it asks for the lock anew', async () => (await sql(folder, OWNERS)).length === 1 && waited());
      await stillOwns(owner, folder, postgresOf(folder));
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually('it has a new session', async () => {
      const [now] = await sql(folder, OWNERS);
      return now !== undefined && now.pid !== pid;
    });
    await stillOwns(owner, folder, postgresOf(folder));
  },
  PROCESS_MS,
);

/** Longer than an owner waits for its session's answer. */
let since = 0;
function waited(): boolean {
  since ||= performance.now();
  return performance.now() - since > 8000;
}
