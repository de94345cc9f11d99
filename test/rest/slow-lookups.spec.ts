// Lookups that no index serves, sixteen at a time and for as long as they take: they wait for each other, and everything else
// goes on as if they weren't there.
import { lookupsOf } from '../../src/rest/reading/lookups.js';
import { isSlowLookup } from '../../src/rest/reading/slow-lookups.js';
import { resourceNamed } from '../../src/rest/resource.js';
import type { PostgresProxy } from '../setup/postgres-proxy.js';
import type { TestServer } from '../setup/test-server.js';
import { startTwoServers, type TwoServers } from '../setup/two-servers.js';

let servers: TwoServers;
let near: TestServer;
let far: TestServer;
let proxy: PostgresProxy;

beforeAll(async () => {
  servers = await startTwoServers();
  ({ near, far, proxy } = servers);
  await near.sql(
    "INSERT INTO person (name, email) SELECT repeat('a', 3999) || n, 'x@example.com' FROM generate_series(1, 300) n",
  );
  await near.http.post('/api/v1/ticket/').send({ title: 'A ticket' }).expect(201);
});

afterAll(() => servers.stop());

// An odd number of a's is never twice the same three parts, which takes n³ tries to find out.
const EVIL = `name__regex=${encodeURIComponent('^(a+)(a+)(a+)\\1\\2\\3[0-9]+$')}`;

const running = (application: string): Promise<{ count: number }[]> =>
  near.sql(
    "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND state = 'active'",
    [application],
  );

it('leave everything else its connections, however many run', async () => {
  const evil = [
    `person/?${EVIL}`,
    `person/?${EVIL}&email=x@example.com&id__in=1,2,3,4,5,6,7,8,9`,
    `person/?${EVIL}&after=0`,
    `person/?limit=1&${EVIL}`,
  ];
  const slow = [
    ...Array.from({ length: 16 }, (_one, index) => far.http.get(`/api/v1/${evil[index % evil.length]}`)),
    ...Array.from({ length: 4 }, () => far.http.delete(`/api/v1/person/?${EVIL}`)),
  ].map((request) => request.then((reply) => reply));
  const [ordinary, most]: [number[], number[]] = [[], []];
  for (let round = 0; round < 10; round++) {
    const replies = await Promise.all([
      far.http.get('/api/v1/ticket/1/'),
      far.http.get('/api/v1/ticketstatus/?current_workflow_step=100&status=000'),
      far.http.patch('/api/v1/updateticketstatus/1/').send({ status: String(100 + round) }),
    ]);
    ordinary.push(...replies.map(({ status }) => status));
    most.push((await running('stampline lookups'))[0]?.count ?? 0);
  }
  expect(new Set(ordinary)).toEqual(new Set([200, 202]));
  expect(Math.max(...most)).toBeLessThanOrEqual(2);
  for (const reply of await Promise.all(slow)) {
    expect([reply.status, reply.body.code]).toEqual([503, 'lookup.too_slow']);
    expect([reply.headers['retry-after'], reply.body.error]).toEqual(['2', expect.stringContaining('Narrow it')]);
  }
  expect(await near.sql('SELECT count(*)::int AS count FROM person')).toMatchObject([{ count: 300 }]);
}, 60_000);

it.each([
  'name__icontains=zzz',
  'name__contains=zzz',
  'name__iexact=zzz',
  'name__endswith=zzz',
  'name__iendswith=zzz',
  'name__startswith=zzz',
  'name__istartswith=zzz',
  'name__iregex=zzz',
  'id=1&name__icontains=zzz',
  'offset=10001',
])("%s takes none of the others' connections", async (query) => {
  await far.http.get('/api/v1/ticketstatus/?id=1');
  const [api, own] = [proxy.statementsOf('stampline'), proxy.statementsOf('stampline lookups')];
  await far.http.get(`/api/v1/person/?${query}`).expect(200);
  expect([proxy.statementsOf('stampline'), proxy.statementsOf('stampline lookups') > own]).toEqual([api, true]);
});

it('every lookup that a field has is known to be one or the other', () => {
  const quick = ['exact', 'gt', 'gte', 'lt', 'lte', 'in', 'range', 'isnull'];
  const all = new Set(resourceNamed('ticket').fields.flatMap((field) => lookupsOf(field)));
  expect([...all].filter((lookup) => !isSlowLookup(lookup)).sort()).toEqual(quick.sort());
});

describe('what the log, which grows without end, is asked', () => {
  const served = ['seq', 'time', 'ticket'];
  const VALUES: Partial<Record<string, string>> = {
    id: '1',
    integer: '1',
    reference: '1',
    time: '2026-01-01T00:00:00Z',
    boolean: 'true',
  };
  const isServed = (name: string): boolean => served.includes(name);
  const asked = (): [string, boolean][] => {
    const { fields } = resourceNamed('event');
    const filters = fields.flatMap((field) =>
      lookupsOf(field).map((lookup): [string, boolean] => {
        const value = lookup === 'isnull' ? '0' : (VALUES[field.kind] ?? 'none');
        const isSlow = isSlowLookup(lookup) || lookup === 'isnull' || !isServed(field.name);
        return [
          `${field.name}__${lookup}=${lookup === 'range' ? `${value},${value}` : lookup === 'year' ? '2026' : value}`,
          isSlow,
        ];
      }),
    );
    const orders = fields.filter(({ orderable }) => orderable);
    return [
      ...filters.filter(([query]) => !/__(month|day)=/.test(query)),
      ...orders.map(({ name }): [string, boolean] => [`order_by=-${name}`, !isServed(name)]),
      ['', false],
      ['order_by=-id&limit=1', false],
      ['after=0', false],
      ['ticket=1&line=none', false],
      ['seq=1&order_by=line', false],
      ['id__gt=0&line=none', true],
      ['seq__gte=1&order_by=stage', true],
      ['ticket__title=none', true],
      ['order_by=ticket__title', true],
      ['after=0&actor=none', true],
    ];
  };

  it('goes to the connections of slow lookups exactly where no index finds it', async () => {
    const wrong: string[] = [];
    const table = asked();
    for (const [query, isSlow] of table) {
      await far.http.get('/api/v1/ticketstatus/?id=1');
      const before = proxy.statementsOf('stampline lookups');
      await far.http.get(`/api/v1/event/?${query}`).expect(200);
      if (proxy.statementsOf('stampline lookups') > before !== isSlow)
        wrong.push(`${query}: not ${isSlow ? 'slow' : 'quick'}`);
    }
    expect(wrong).toEqual([]);
    expect(table.length).toBeGreaterThan(80);
  }, 60_000);
});
