// Ids of the client's choice are shared by all projects, so nobody without admin goes far beyond the highest: a table over
// every PUT that there is.
import { callOperation, type Operation, operationsOf } from './operations.js';
import { bearer, type GuardedServer, startGuarded } from './world.js';

let server: GuardedServer;
let puts: Operation[];
beforeAll(async () => {
  server = await startGuarded();
  puts = operationsOf(server).filter(({ method, path }) => method === 'put' && path.endsWith('/{id}/'));
});
afterAll(() => server.stop());

const tableOf = (path: string): string =>
  path.includes('artifact') ? 'artifact' : (/v1\/(\w+)\//.exec(path)?.[1] ?? '');

async function highestOf(path: string): Promise<number> {
  const [row] = await server.sql<{ highest: number }>(
    `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS highest FROM ${tableOf(path)}_id_seq`,
  );
  return row?.highest ?? 0;
}

async function put(operation: Operation, above: number, token: string): Promise<string> {
  const id = (await highestOf(operation.path)) + above;
  const reply = await callOperation(server, operation, operation.path.replace('{id}', String(id)), { token });
  return `${reply.status} ${(JSON.parse(reply.text) as { code?: string }).code}`;
}

test('more than 1000 above the highest: 403 without admin, and nothing has happened', async () => {
  expect(puts.length).toBeGreaterThan(14);
  const found: Record<string, unknown> = {};
  for (const operation of puts) {
    const { token } = await server.token([operation.scope ?? '']);
    if (operation.scope === 'admin') continue;
    const before = await highestOf(operation.path);
    const refused = await put(operation, 1001, token);
    found[operation.name] = { refused, moved: (await highestOf(operation.path)) - before };
  }
  expect(found).toEqual(
    Object.fromEntries(Object.keys(found).map((name) => [name, { refused: '403 id.needs_admin', moved: 0 }])),
  );
});

test('up to 1000 above it anybody may, up to 1 000 000 whoever has admin, and farther nobody', async () => {
  const wrong: unknown[] = [];
  for (const operation of puts) {
    const { token } = await server.token([operation.scope ?? '', 'admin']);
    const far = await put(operation, 1_000_000, token);
    const farther = await put(operation, 1_000_001, token);
    // The empty body is what the first is refused for, where it is refused.
    if (/403|too_high/.test(far) || farther !== '400 id.too_high') wrong.push([operation.name, far, farther]);
  }
  expect(wrong).toEqual([]);
  const { token } = await server.token(['ticket:write'], 'shop', ['default']);
  const at = async (above: number): Promise<number> => {
    const id = (await highestOf('/v1/ticket/')) + above;
    const reply = await server.http
      .put(`/api/v1/ticket/${id}/`)
      .set(...bearer(token))
      .send({ title: 'x', project: 1 });
    return reply.status;
  };
  expect([await at(1000), await at(1000), await at(1001)]).toEqual([201, 201, 403]);
});
