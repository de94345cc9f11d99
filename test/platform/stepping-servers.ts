// Two servers on one database whose clock steps: one where everything is open, and one that asks for tokens.
import { readConfig } from '../../src/config.js';
import { DatabaseClock } from '../../src/platform/database/database-clock.js';
import { Db } from '../../src/platform/database/db.js';
import { UNLIMITED } from '../access/world.js';
import { eventually } from '../process/server-process.js';
import { createSteppingDatabase, step as stepClock } from '../setup/stepping-clock.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

export const HOUR = 3600;

export let connection: Awaited<ReturnType<typeof createSteppingDatabase>> | undefined;
export let server: TestServer;
export let guarded: TestServer;

/** On the same database, again where they were stopped. */
export async function startBoth(): Promise<void> {
  connection ??= await createSteppingDatabase();
  server = await startTestServer({ quotas: { ...readConfig({}).quotas, events: 5 } }, connection);
  const access = { required: true, publicRead: false };
  guarded = await startTestServer({ limits: UNLIMITED, access }, connection);
  await noted();
}
/** Both servers have looked at the clock as it is now; what follows is a step for them. They look by themselves, too. */
export async function noted(): Promise<void> {
  for (let times = 0; times < 2; times += 1)
    for (const { app } of [server, guarded]) {
      const clock = app.get(DatabaseClock, { strict: false });
      await clock.compare(app.get(Db, { strict: false }));
      await clock.noted;
    }
}

/** Steps the clock, and waits until it is known. */
export async function step(seconds: number): Promise<void> {
  await stepClock(server, seconds);
  await noted();
}

export async function stopBoth(): Promise<void> {
  await guarded.stop();
  await server.stop();
}

/** Every event has its number. */
export async function all({ sql }: TestServer): Promise<void> {
  await eventually(
    'all have their number',
    async () => (await sql('SELECT 1 FROM event WHERE seq IS NULL')).length === 0,
  );
}
