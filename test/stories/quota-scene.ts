// Two servers with small quotas, and projects with owners of their own: what the stories of quotas are told with.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { INVARIANTS } from '../../src/operate/invariants.js';
import { bearer, type GuardedServer, startGuarded, UNLIMITED } from '../access/world.js';
import { upload, type UploadReply } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const QUOTAS = { files: 1000, keys: 10, events: 10, streams: 5, waits: 5 };
export let one: GuardedServer;
export let other: TestServer;
let turn = 0;

/** A number that no other was. */
export const next = (): number => ++turn;

/** Two servers on one database, with small quotas. */
export async function startScene(): Promise<void> {
  one = await startGuarded(false, { quotas: QUOTAS });
  const settings = { quotas: QUOTAS, limits: UNLIMITED, access: { required: true, publicRead: false } };
  other = await startTestServer(settings, one.connection);
}

export async function stopScene(): Promise<void> {
  await other.stop();
  await one.stop();
}

export interface Scene {
  readonly id: number;
  readonly name: string;
  readonly owner: string;
  readonly token: string;
  ticket(): Promise<number>;
}

/** A project of its own, and an owner with a token for it. */
export async function aProject(owner = `owner-${++turn}`): Promise<Scene> {
  const name = `project-${++turn}`;
  const auth = bearer(one.admin);
  const made = await one.http
    .post('/api/v1/project/')
    .set(...auth)
    .send({ name })
    .expect(201);
  const scopes = ['read', 'ticket:write', 'map:dev', 'map:prod', 'event:write', 'status:write'];
  const { token } = await one.token(scopes, owner, [name]);
  const ticket = async (): Promise<number> => {
    const reply = await one.http
      .post('/api/v1/ticket/')
      .set(...bearer(token))
      .send({ title: 'x', project: made.body.resource_uri })
      .expect(201);
    return reply.body.id as number;
  };
  return { id: made.body.id, name, owner, token, ticket };
}

export async function setQuotas({ id }: Scene, quotas: object): Promise<void> {
  const url = `/api/v1/project/${id}/`;
  const auth = bearer(one.admin);
  const { etag } = (await one.http.get(url).set(...auth)).headers as { etag: string };
  await one.http
    .patch(url)
    .set(...auth)
    .set('If-Match', etag)
    .send({ settings: { quotas } })
    .expect((reply) => expect(reply.status).toBeLessThan(300));
}

export interface Told {
  type: string;
  severity: string;
  line: string;
  data: { used: number; limit: number; scope: string };
}

/** What the stream of a project was told of quotas. */
export const told = ({ id }: { id: number }): Promise<Told[]> =>
  one.sql<Told>(
    "SELECT type, severity, line, data FROM event WHERE project_id = $1 AND type LIKE 'quota.%' ORDER BY id",
    [id],
  );

/** The event of a refusal comes a moment after it. */
export async function toldIn(scene: Scene, count: number): Promise<Told[]> {
  for (let tries = 0; ; tries += 1) {
    const all = await told(scene);
    if (all.length >= count || tries > 200) return all;
    await pause(20);
  }
}

export const text = (bytes: number): string => `// ${String(++turn).padStart(bytes - 4, 'x')}\n`;

export const put = (scene: Scene, ticket: number, bytes: number, server: TestServer = one): Promise<UploadReply> =>
  upload(
    server,
    ticket,
    { specifier: `m${++turn}` },
    { 'm.js': text(bytes) },
    { Authorization: `Bearer ${scene.token}` },
  );

export const used = async (scope: string, what: string): Promise<number> =>
  (await one.sql<{ used: number }>('SELECT used::int FROM quota_use WHERE scope = $1 AND what = $2', [scope, what]))[0]
    ?.used ?? 0;

export const files = (): number =>
  ['blobs', 'trees', 'files'].flatMap((folder) => {
    const at = path.join(one.dataFolder, folder);
    if (!fs.existsSync(at)) return [];
    return fs.readdirSync(at, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  }).length;

/** All rows but those of the stream, of requests and of what was told. */
export async function rows(): Promise<unknown> {
  const tables = [
    'map_revision',
    'blob',
    'blob_use',
    'quota_file',
    'ticket',
    'ticket_key',
    'spu_file',
    'ingested_event',
  ];
  const counts = tables.map(
    (table) =>
      `SELECT '${table}' AS name, count(*)::int, md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${table} t`,
  );
  return one.sql(counts.join(' UNION ALL '));
}

export async function holds(): Promise<void> {
  const quota = INVARIANTS.find(({ says }) => says.includes('quota'));
  const found = await quota?.find(
    { run: async ({ text: sql }) => (await one.sql(sql)) as never },
    { dataFolder: '', read: false },
  );
  expect(found).toEqual([]);
}
