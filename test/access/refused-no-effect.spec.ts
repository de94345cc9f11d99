// A refused call has no effect: every operation of the OpenAPI document, refused for each reason that there is, leaves every
// table as it was, no file, and calls nobody. Only counts of rates, and the word of a refused command, may be new.
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Operation, operationsOf } from './operations.js';
import { bearer, type GuardedServer, startGuarded } from './world.js';

const ALL = [
  'read',
  'ticket:write',
  'status:write',
  'artifact:write',
  'event:write',
  'map:dev',
  'map:qa',
  'map:prod',
  'admin',
];
const PROBE = /(^|\/)\.[^/]*$/;
/** A request's body that is none. */
const BROKEN = '{"objects": [{"title": "half';

let server: GuardedServer;
let operations: Operation[];
let outside: http.Server;
let calls = 0;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  server = await startGuarded();
  outside = http.createServer((_request, reply) => {
    calls += 1;
    reply.setHeader('content-type', 'text/javascript').end('export {};');
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  tokens.all = (await server.token(ALL, 'all')).token;
  await server.sql("INSERT INTO project (name) VALUES ('elsewhere')");
  tokens.elsewhere = (await server.token(ALL, 'other', ['elsewhere'])).token;
  await makeSomeOfEach();
  operations = operationsOf(server).filter(({ scope }) => scope !== 'anonymous');
  for (const scope of new Set(operations.map((one) => one.scope ?? '')))
    tokens[`without ${scope}`] = (await server.token(allBut(scope), 'weak')).token;
});
afterAll(async () => {
  outside.close();
  await server.stop();
});

/** A scope of a stage that no project has passes the door where any stage's does. */
const allBut = (scope: string): string[] => {
  const wanted = scope.split('|');
  const left = ALL.filter(
    (one) => !wanted.includes(one.startsWith('map:') && wanted.includes('map:*') ? 'map:*' : one),
  );
  return scope === 'map:*' ? [...left, 'map:nope'] : left;
};

async function makeSomeOfEach(): Promise<void> {
  const post = (url: string, body: object): Promise<{ status: number; text: string }> =>
    server.http
      .post(url)
      .set(...bearer(tokens.all ?? ''))
      .send(body);
  const made: readonly (readonly [string, object])[] = [
    ['person', { name: 'Ada', email: 'ada@example.com' }],
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

/** All that there is: a checksum of each table, and the files. Numbers of the stream come later by themselves. */
async function everything(): Promise<Record<string, string>> {
  const tables = await server.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('rate_count', 'stream_head', 'stream_mark', 'database_clock', 'clock_step') ORDER BY 1",
  );
  const sums = tables.map(({ name }) => {
    const row = name === 'event' ? "(to_jsonb(t) - 'seq' - 'numbered_at')::text" : 't::text';
    const rows = name === 'event' ? "(SELECT * FROM event WHERE type <> 'command.refused')" : `"${name}"`;
    return `SELECT '${name}' AS name, count(*) || ' ' || COALESCE(md5(string_agg(${row}, '|' ORDER BY ${row})), '') AS sum FROM ${rows} t`;
  });
  const found = await server.sql<{ name: string; sum: string }>(sums.join(' UNION ALL '));
  // The server's own look at whether the disk takes files.
  const files = (await fs.readdir(server.dataFolder, { recursive: true })).filter((file) => !PROBE.test(file));
  return {
    ...Object.fromEntries(found.map(({ name, sum }) => [name, sum])),
    files: files.sort().join('\n'),
    calls: `${calls}`,
  };
}

/** The document's example, with every URL leading to who counts the calls. */
function bodyOf({ path, example }: Operation): string {
  const { port } = outside.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/module.js`;
  if (path.endsWith('/import-map.json')) return JSON.stringify({ imports: { menu: url } });
  if (path.endsWith('/services')) return JSON.stringify({ service: 'menu', url });
  if (path.endsWith('/modules/')) return JSON.stringify({ specifier: 'menu', url });
  return JSON.stringify(example ?? {});
}

interface Refusal {
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function statusOf(
  operation: Operation,
  { token, headers = {}, body = bodyOf(operation) }: Refusal,
): Promise<number> {
  const leaving = new AbortController();
  const reply = await fetch(server.base + operation.url, {
    method: operation.method.toUpperCase(),
    signal: leaving.signal,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(operation.method === 'get' ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(operation.method === 'get' ? {} : { body }),
  });
  if (!reply.headers.get('content-type')?.startsWith('text/event-stream')) await reply.arrayBuffer();
  leaving.abort();
  return reply.status;
}

const TAKES_NO_BODY = /^(delete|get) |\/(rotate|stamp|close|reopen)\/$/;
const REFUSALS: Readonly<Record<string, (operation: Operation) => Refusal | undefined>> = {
  'no token': () => ({}),
  'a token that is none': () => ({ token: 'stl_nonsense' }),
  'the wrong scope': ({ scope }) => (scope === 'token' ? undefined : { token: tokens[`without ${scope}`] }),
  'another project': ({ project }) =>
    ['none', 'own', 'written'].includes(project ?? '') ? undefined : { token: tokens.elsewhere },
  'a page of another site': ({ method }) =>
    method === 'get'
      ? undefined
      : { token: tokens.all, headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } },
  'a body that is broken': ({ name }) => (TAKES_NO_BODY.test(name) ? undefined : { token: tokens.all, body: BROKEN }),
};

test.each(Object.keys(REFUSALS))(
  '%s: refused, and nothing happened',
  async (reason) => {
    const wrong: [string, unknown][] = [];
    let before = await everything();
    let refused = 0;
    for (const operation of operations) {
      const refusal = REFUSALS[reason]?.(operation);
      if (!refusal) continue;
      refused += 1;
      const status = await statusOf(operation, refusal);
      const after = await everything();
      const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
      // A read of what isn't there, and a verb that has nothing left to do, may say so.
      const isAnswered = status < 300 && operation.name.startsWith('get ');
      if (!(isAnswered || (status >= 400 && status < 500)) || changed.length > 0)
        wrong.push([operation.name, { status, changed }]);
      before = after;
    }
    expect(refused).toBeGreaterThan(60);
    expect(wrong).toEqual([]);
  },
  240_000,
);

test('who may do it makes a row, and the call that the refused ones did not make', async () => {
  const before = await everything();
  const patch = operations.find(({ name }) => name === 'patch /services') as Operation;
  expect(await statusOf(patch, { token: tokens.all })).toBe(200);
  const after = await everything();
  expect([after.calls === before.calls, after.release === before.release]).toEqual([false, false]);
});
