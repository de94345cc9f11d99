// Every operation of the OpenAPI document, with no token, with one that lacks the scope, and with the right one. With one for
// another project: other-project.spec.ts.
import { callOperation, type Operation, operationsOf, type Reply } from './operations.js';
import { bearer, type GuardedServer, startGuarded } from './world.js';

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
let operations: Operation[];
beforeAll(async () => {
  server = await startGuarded();
  operations = operationsOf(server);
});
afterAll(() => server.stop());

const call = (operation: Operation, token?: string): Promise<Reply> =>
  callOperation(server, operation, operation.url, { token });
const named = ({ name }: Operation): string => name;
/** Scopes of which one is enough. */
const kindsOf = ({ scope = '' }: Operation): string[] => scope.split('|');
const guarded = (): Operation[] => operations.filter(({ scope }) => scope !== 'anonymous');

test('there are operations, and each says what it needs', () => {
  expect(operations.length).toBeGreaterThan(150);
  expect(operations.filter(({ scope }) => scope === undefined).map(named)).toEqual([]);
  expect(
    guarded()
      .filter(({ project }) => project === undefined)
      .map(named),
  ).toEqual([]);
});

test('without a token: 401, but for what pages and probes load', async () => {
  const open: string[] = [];
  for (const operation of operations) {
    const { status } = await call(operation);
    if (status !== 401) open.push(named(operation));
  }
  expect(open).toEqual(operations.filter(({ scope }) => scope === 'anonymous').map(named));
  expect(open).toEqual(
    expect.arrayContaining(['get /livez', 'get /readyz', 'get /stamp.js', 'get /import-map.json', 'get /cli/{file}']),
  );
  expect(open.every((name) => name.startsWith('get '))).toBe(true);
});

test('with all scopes but the one: 403 that names it', async () => {
  const wrong: [string, unknown][] = [];
  for (const operation of guarded().filter(({ scope }) => scope !== 'token')) {
    const without = [...ALL, 'admin'].filter((scope) =>
      kindsOf(operation).every((kind) => (kind === 'map:*' ? !scope.startsWith('map:') : scope !== kind)),
    );
    const { token } = await cachedToken(without);
    const { status, text } = await call(operation, token);
    const [kind = ''] = kindsOf(operation);
    const expected = kind === 'map:*' ? 'map:<stage>' : kind;
    if (status !== 403 || !text.includes(`lacks the scope ${expected}.`))
      wrong.push([named(operation), { status, text }]);
  }
  expect(wrong).toEqual([]);
});

test('with the scope: neither 401 nor 403, nor 500', async () => {
  const wrong: [string, unknown][] = [];
  // Deleting comes last, so that there is something to ask for.
  const inOrder = guarded().sort((one, other) => Number(one.method === 'delete') - Number(other.method === 'delete'));
  for (const operation of inOrder) {
    const scopes =
      operation.scope === 'map:*'
        ? ['map:dev', 'map:qa', 'map:prod']
        : operation.scope === 'token'
          ? ['read']
          : operation.name.endsWith('/rotate/')
            ? [...ALL, 'admin'] // Nobody gives what they haven't got, and this gives all that the token has.
            : kindsOf(operation).slice(0, 1);
    const { token } = await cachedToken(scopes);
    const { status } = await call(operation, token);
    if ([401, 403, 500].includes(status)) wrong.push([named(operation), status]);
  }
  expect(wrong).toEqual([]);
});

const made = new Map<string, Promise<{ token: string }>>();
function cachedToken(scopes: readonly string[]): Promise<{ token: string }> {
  const key = scopes.join();
  const known = made.get(key) ?? server.token(scopes);
  made.set(key, known);
  return known;
}

test('a token that is none is 401 everywhere that asks for one', async () => {
  for (const operation of guarded().slice(0, 20))
    expect([named(operation), (await call(operation, 'stl_nonsense')).status]).toEqual([named(operation), 401]);
  const reply = await server.http.get('/api/v1/ticket/').set(...bearer('stl_nonsense'));
  expect(reply.headers['www-authenticate']).toBe('Bearer realm="stampline"');
});
