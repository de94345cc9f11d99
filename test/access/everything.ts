// All that there is at a server, to see that a refused call has no effect; and one object of each kind.
import fs from 'node:fs/promises';
import path from 'node:path';
import { bearer, type GuardedServer } from './world.js';

const PROBE = /^\./;

/** A checksum of each table, the files, and the calls that were made outside. Numbers of the stream come later by themselves. */
export async function everything(server: GuardedServer, calls = 0): Promise<Record<string, string>> {
  const tables = await server.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('rate_count', 'stream_head', 'stream_mark', 'database_clock', 'clock_step') ORDER BY 1",
  );
  const sums = tables.map(({ name }) => {
    const row = name === 'event' ? "(to_jsonb(t) - 'seq' - 'numbered_at')::text" : 't::text';
    const rows = name === 'event' ? "(SELECT * FROM event WHERE type <> 'command.refused')" : `"${name}"`;
    return `SELECT '${name}' AS name, count(*) || ' ' || COALESCE(md5(string_agg(${row}, '|' ORDER BY ${row})), '') AS sum FROM ${rows} t`;
  });
  const summed = await server.sql<{ name: string; sum: string }>(sums.join(' UNION ALL '));
  // The server's own look at whether the disk takes files.
  const found = await fs.readdir(server.dataFolder, { recursive: true, withFileTypes: true });
  const files = found
    .filter((one) => one.isFile() && !PROBE.test(one.name))
    .map((one) => path.join(one.parentPath, one.name));
  return {
    ...Object.fromEntries(summed.map(({ name, sum }) => [name, sum])),
    files: files.sort().join('\n'),
    calls: `${calls}`,
  };
}

/** What the examples of the document name, with the ids that they have there. */
export async function makeSomeOfEach(server: GuardedServer, token: string): Promise<void> {
  const post = (url: string, body: object): Promise<{ status: number; text: string }> =>
    server.http
      .post(url)
      .set(...bearer(token))
      .send(body);
  const made: readonly (readonly [string, object])[] = [
    ['person', { name: 'Ada', email: 'ada@example.com' }],
    ['person', { name: 'QA', email: 'qa@example.com', is_team: true }],
    ['personmember', { team: 2, person: 1 }],
    ['membership', { project: 1, person: 2, role: 'qa' }],
    ['sourcepackage', { name: 'curl' }],
    ['spu', { sourcepackage: 1, version: '1' }],
    ['ticket', { title: 'Is there' }],
    ['subticket', { ticket: 1, source_package_upload: 1 }],
    ['branch', { unique_name: 'trunk', owner: 1, type: 'trunk', project: '/api/v1/project/1/' }],
    ['testsuite', { name: 'smoke', kind: 'dep8', project: '/api/v1/project/1/' }],
    ['ticketlink', { ticket: 1, kind: 'bug', url: 'https://bugs.example/1' }],
  ];
  for (const [name, body] of made) expect([name, (await post(`/api/v1/${name}/`, body)).status]).toEqual([name, 201]);
  const module = { specifier: 'cart', url: 'https://cdn.example/cart.js' };
  expect((await post('/api/v1/ticket/1/modules/', module)).status).toBe(201);
}
