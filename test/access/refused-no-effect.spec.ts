// A refused call has no effect: every operation of the OpenAPI document, refused for each reason that there is, leaves every
// table as it was, no file, and calls nobody. Only counts of rates, and the word of a refused command, may be new.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { everything, makeSomeOfEach } from './everything.js';
import { type Operation, operationsOf } from './operations.js';
import { type GuardedServer, startGuarded } from './world.js';

const ALL = [
  'read',
  'ticket:write',
  'status:write',
  'artifact:write',
  'event:write',
  'map:dev',
  'map:qa',
  'map:prod',
  'override',
  'admin',
];
/** A request's body that is none. */
const BROKEN = '{"objects": [{"title": "half';

let server: GuardedServer;
let operations: Operation[];
let outside: http.Server;
let calls = 0;
const tokens: Record<string, string> & { all: string } = { all: '' };

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
  await makeSomeOfEach(server, tokens.all);
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
    let before = await everything(server, calls);
    let refused = 0;
    for (const operation of operations) {
      const refusal = REFUSALS[reason]?.(operation);
      if (!refusal) continue;
      refused += 1;
      const status = await statusOf(operation, refusal);
      const after = await everything(server, calls);
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
  const before = await everything(server, calls);
  const patch = operations.find(({ name }) => name === 'patch /services') as Operation;
  expect(await statusOf(patch, { token: tokens.all })).toBe(200);
  const after = await everything(server, calls);
  expect([after.calls === before.calls, after.release === before.release]).toEqual([false, false]);
});
