// promises.md, 11: a restore is whole or nothing, also where it is ended by kill -9, and the next one needs nobody to clear up.
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { upload } from '../builders/modules.js';
import { untilNumbered } from '../builders/numbered.js';
import { aTicket } from '../builders/ticket.builder.js';
import { endAll, newFolder, PROCESS_MS } from '../process/server-process.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { backupTo, bareDatabase, type Database, filesIn, sqlAt } from './backup-world.js';
import { startStampline, stampline } from './stampline.js';

const MODULES = 200;
const TICKETS = 8000;
/** What is locked in this database: others are on the same Postgres. */
const LOCKED = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE d.datname = current_database() AND locktype = 'advisory'`;

let server: TestServer;
let file: string;
let folder: string;

beforeAll(async () => {
  server = await startTestServer();
  folder = newFolder();
  const { id } = await aTicket(server);
  const names = Array.from({ length: MODULES }, (_, number) => `module-${number}.js`);
  const contents = names.map((name) => [name, `export default '${name}';\n`.repeat(200)]);
  await upload(server, id, { name: 'app', entry: 'module-0.js' }, Object.fromEntries(contents));
  await server.sql(
    `WITH t AS (INSERT INTO ticket (project_id, key, normal_key, title, description)
        SELECT 1, 'OLD-' || n, 'OLD-' || n, 'Number ' || n, repeat('Why it was. ', 20) FROM generate_series(1, $1::int) n RETURNING *)
      INSERT INTO event (type, subject, actor, project_id, ticket_id, version, line, data)
        SELECT 'ticket.created', 'ticket/' || id, 'local', 1, id, 1, 'Made', jsonb_build_object('after', to_jsonb(t)) FROM t`,
    [TICKETS],
  );
  await untilNumbered(server);
  file = path.join(folder, 'backup.tgz');
  await backupTo(file, server.connection, server.dataFolder);
}, PROCESS_MS);

afterAll(async () => {
  await server.stop();
  await endAll();
});

interface Target {
  readonly database: Database;
  readonly data: string;
  readonly env: Record<string, string>;
}

async function target(name: string): Promise<Target> {
  const database = await bareDatabase();
  const data = path.join(folder, name);
  return { database, data, env: { DATABASE_URL: databaseUrl(database), STAMPLINE_DATA: data } };
}

/** The tickets that are there; undefined where there is no such table. */
async function firstFileIn(folder: string): Promise<void> {
  for (const last = performance.now() + PROCESS_MS; filesIn(folder).length === 0 && performance.now() < last;)
    await pause(2);
}

async function ticketsIn(database: Database): Promise<number | undefined> {
  const [table] = await sqlAt<{ there: string | null }>(database, "SELECT to_regclass('ticket')::text AS there");
  if (!table?.there) return undefined;
  return (await sqlAt<{ count: number }>(database, 'SELECT count(*)::int AS count FROM ticket'))[0]?.count;
}

it(
  'leaves all or nothing wherever it is killed, and then it can be done again',
  async () => {
    const whole = await target('whole');
    const begun = performance.now();
    expect(await stampline(['restore', file], whole.env)).toMatchObject({ code: 0, err: '' });
    const ms = performance.now() - begun;
    const files = filesIn(path.join(whole.data, 'blobs'));
    expect(files.length).toBeGreaterThanOrEqual(MODULES);

    const seen = new Set<string>();
    for (const share of [0.4, 0.75, 0.95, 'first file'] as const) {
      const { database, data, env } = await target(`killed-${share}`);
      const restoring = startStampline(['restore', file], env);
      await Promise.race([share === 'first file' ? firstFileIn(data) : pause(ms * share), restoring.ended]);
      restoring.kill('SIGKILL');
      const { code } = await restoring.ended;
      // Its connection's end is noticed a moment later.
      while ((await sqlAt(database, LOCKED)).length > 0) await pause(20);
      const tickets = await ticketsIn(database);
      seen.add(tickets === undefined ? (filesIn(data).length > 0 ? 'files and no row' : 'nothing') : 'all');
      expect([undefined, TICKETS + 1]).toContain(tickets);
      if (code === 0) expect(tickets).toBe(TICKETS + 1);
      if (tickets === undefined) expect(await stampline(['restore', file], env)).toMatchObject({ code: 0, err: '' });
      expect(await ticketsIn(database)).toBe(TICKETS + 1);
      expect(filesIn(path.join(data, 'blobs'))).toEqual(expect.arrayContaining(files));
      expect(await stampline(['verify'], env)).toMatchObject({ code: 0, err: '' });
    }
    expect([...seen]).toContain('files and no row');
  },
  2 * PROCESS_MS,
);
