// `npm run fuzz -- --starve` attacks each operation that takes lists, patterns or files: what its attacks send is held against
// openapi.json. That all of it is answered 2xx, only the run itself can say, and does.
import fs from 'node:fs';
import { ATTACKS, WITHOUT_ENTRY } from '../../fuzz/starve/attacks.mjs';
import { needsOf, operationsOf, partsOf, routesOf } from '../../fuzz/starve/record.mjs';
import { LOOKUP_NAMES } from '../../src/rest/reading/lookups.js';

interface Options {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
}
type Way = ((turn: object) => Promise<unknown>) & { readonly refused?: string };
interface Attack {
  readonly name: string;
  readonly ways: readonly Way[] | ((ground: object) => readonly Way[]);
}

const CLIENTS = 16;
const document = JSON.parse(fs.readFileSync('openapi.json', 'utf8')) as {
  readonly paths: object;
  readonly components: object;
};
const operations = operationsOf(document) as readonly { readonly operationId: string }[];
const routeOf = routesOf(operations) as (method: string, path: string) => { operationId: string } | undefined;
const needs = needsOf(document, LOOKUP_NAMES) as ReadonlySet<string>;

const ground = {
  base: 'http://localhost',
  ticket: 1,
  own: Array.from({ length: CLIENTS }, (_, index) => index + 400),
  common: Array.from({ length: CLIENTS }, (_, index) => index + 500),
  modulePath: '/modules/a/large.js',
  releases: [{ number: 1, at: '2026-01-01T00:00:00Z' }],
  document,
  operations,
};
const waysOf = ({ ways }: Attack): readonly Way[] => (typeof ways === 'function' ? ways(ground) : ways);

/** What one way asks for, as parts of operations; and what leads to no operation. */
async function sentBy(way: Way): Promise<string[]> {
  const parts: string[] = [];
  const send = async (path: string, { method = 'GET', headers, body }: Options = {}): Promise<number> => {
    const url = new URL(path, ground.base);
    const operation = routeOf(method, url.pathname);
    const bytes =
      typeof body === 'string' ? body.length : body ? (await new Response(body).arrayBuffer()).byteLength : 0;
    if (operation) parts.push(...partsOf(operation, { url, host: headers?.['host'], bytes }));
    else if (!url.pathname.startsWith('/modules/')) parts.push(`no operation: ${method} ${path}`);
    return 200;
  };
  await way({ send, hold: send, client: 0, turn: 0, ground });
  return parts;
}

async function allSent(attacks: readonly Attack[]): Promise<Set<string>> {
  const sent = new Set<string>();
  for (const way of attacks.flatMap(waysOf).filter(({ refused }) => refused === undefined))
    for (const part of await sentBy(way)) sent.add(part);
  return sent;
}

const attacks = ATTACKS as readonly Attack[];

it('sends each operation, parameter and lookup that takes lists, patterns or files', async () => {
  expect(needs.size).toBeGreaterThan(200);
  const sent = await allSent(attacks);
  expect([...sent].filter((part) => part.startsWith('no operation'))).toEqual([]);
  expect([...needs].filter((need) => !sent.has(need) && !WITHOUT_ENTRY.has(need))).toEqual([]);
});

it('knows the parameters and the Host for what they are, and misses an attack that is taken out', async () => {
  const known = [
    'import_map ?release',
    'import_map ?at',
    'import_map Host',
    'list_* ?archived',
    'ticket_sources ?under',
  ];
  expect([...needs]).toEqual(
    expect.arrayContaining([...known, 'diff_ticket ?to', 'write_stage long', 'list_* ?__regex']),
  );
  const sent = await allSent(attacks.filter(({ name }) => !name.startsWith('old releases')));
  expect([...needs].filter((need) => !sent.has(need))).toEqual([
    'import_map ?env',
    'import_map ?at',
    'import_map ?release',
    'import_map_of ?env',
    'import_map_of ?at',
    'import_map_of ?release',
  ]);
});

it('has no way without a name for its attack, nor a reason for what there is not', () => {
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
  for (const attack of attacks) expect([attack.name, waysOf(attack).length > 0]).toEqual([attack.name, true]);
  for (const [need, reason] of WITHOUT_ENTRY as ReadonlyMap<string, string>) {
    expect([...needs]).toContain(need);
    expect(reason.length).toBeGreaterThan(20);
  }
});
