// A POST that means another method by X-HTTP-Method-Override is guarded as that method, in every operation: tokens, scopes, and
// pages of other origins.
import { type Operation, operationsOf } from './operations.js';
import { type GuardedServer, startGuarded } from './world.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const ALL = [
  'read',
  'ticket:write',
  'status:write',
  'artifact:write',
  'event:write',
  'stage:lock',
  'map:dev',
  'map:qa',
  'map:prod',
];

let server: GuardedServer;
let open: TestServer;
let operations: Operation[];
beforeAll(async () => {
  server = await startGuarded();
  open = await startTestServer();
  operations = operationsOf(server).filter(
    ({ path, method, scope }) => path.startsWith('/api/v1/') && method !== 'post' && scope !== 'anonymous',
  );
});
afterAll(async () => {
  await open.stop();
  await server.stop();
});

interface Called {
  readonly status: number;
  readonly text: string;
}

async function post(base: string, { url, method }: Operation, headers: Record<string, string>): Promise<Called> {
  const leaving = new AbortController();
  const reply = await fetch(base + url, {
    method: 'POST',
    signal: leaving.signal,
    headers: { 'x-http-method-override': method, 'content-type': 'application/json', ...headers },
    body: '{}',
  });
  const isEndless = reply.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isEndless ? '' : await reply.text();
  leaving.abort();
  return { status: reply.status, text };
}

const called = async (headers: (operation: Operation) => Promise<Record<string, string>>, base: () => string) => {
  const all: [Operation, Called][] = [];
  for (const operation of operations) all.push([operation, await post(base(), operation, await headers(operation))]);
  return all;
};

test('there are operations of each method', () => {
  const count = (method: string): number => operations.filter((one) => one.method === method).length;
  for (const method of ['get', 'put', 'patch', 'delete']) expect(count(method)).toBeGreaterThan(5);
});

test('without a token: 401', async () => {
  const all = await called(
    async () => ({}),
    () => server.base,
  );
  expect(all.filter(([, { status }]) => status !== 401).map(([{ name }]) => name)).toEqual([]);
});

test('with all scopes but those of the method that is meant: 403 that names one', async () => {
  const tokens = new Map<string, string>();
  const without = async ({ scope = '' }: Operation): Promise<Record<string, string>> => {
    const kinds = scope.split('|');
    const scopes = [...ALL, 'admin'].filter((one) =>
      kinds.every((kind) => (kind === 'map:*' ? !one.startsWith('map:') : one !== kind)),
    );
    const token = tokens.get(scopes.join()) ?? (await server.token(scopes)).token;
    tokens.set(scopes.join(), token);
    return { authorization: `Bearer ${token}` };
  };
  const all = await called(without, () => server.base);
  const scoped = all.filter(([{ scope }]) => scope !== 'token');
  const wrong = scoped.filter(([{ scope = '' }, { status, text }]) => {
    const [kind = ''] = scope.split('|');
    return status !== 403 || !text.includes(`lacks the scope ${kind === 'map:*' ? 'map:<stage>' : kind}.`);
  });
  expect(wrong.map(([{ name }, reply]) => [name, reply])).toEqual([]);
});

test.each<Record<string, string>>([
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
])('from a page elsewhere, %j: 403 for all that changes something', async (headers) => {
  const all = await called(
    async () => headers,
    () => open.base,
  );
  const unsafe = all.filter(([{ method }]) => method !== 'get');
  const wrong = unsafe.filter(([, { status, text }]) => status !== 403 || !text.includes('origin.foreign'));
  expect(wrong.map(([{ name }, reply]) => [name, reply])).toEqual([]);
});
