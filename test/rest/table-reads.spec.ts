// What no index serves has the connections of slow lookups, and what has the API's reads few rows, however large the table is.
import { Db } from '../../src/platform/database/db.js';
import { FoundKeys } from '../../src/rest/reading/key-reader.js';
import { compileList } from '../../src/rest/reading/list-statement.js';
import type { Query } from '../../src/rest/reading/list-query.js';
import { withIds } from '../../src/rest/reading/named-reference.js';
import { lookupsOf } from '../../src/rest/reading/lookups.js';
import { allResources, type Resource, resourceNamed } from '../../src/rest/resource.js';
import type { Field } from '../../src/rest/fields/field.js';
import { tableOf } from '../../src/rest/reading/columns.js';
import type { PostgresProxy } from '../setup/postgres-proxy.js';
import type { TestServer } from '../setup/test-server.js';
import { startTwoServers, type TwoServers } from '../setup/two-servers.js';

let servers: TwoServers;
let near: TestServer;
let far: TestServer;
let proxy: PostgresProxy;
/** As Postgres has them: table, columns in order. */
let indexes: readonly { table: string; columns: string[]; unique: boolean; of: string | null }[];

beforeAll(async () => {
  servers = await startTwoServers();
  ({ near, far, proxy } = servers);
  indexes =
    await near.sql(`SELECT i.indrelid::regclass::text AS table, i.indisunique AS unique, pg_get_expr(i.indpred, i.indrelid) AS of,
      ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(att, nr)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.att ORDER BY k.nr) AS columns
    FROM pg_index i WHERE i.indrelid::regclass::text = ANY(SELECT tablename FROM pg_tables WHERE schemaname = 'public')`);
});
afterAll(() => servers.stop());

const listed = (): Resource[] =>
  allResources().filter(({ verbs, hidden, name }) => verbs.includes('GET') && !hidden && name !== 'event');

const VALUES: Partial<Record<string, string>> = {
  ...{ id: '1', integer: '1', reference: '1', references: '1', boolean: 'true', step: '1000', status: '000' },
  time: '2026-01-01T00:00:00Z',
};
const ASKED = ['exact', 'in', 'lt', 'isnull'];

const usable = (resource: Resource): typeof indexes =>
  indexes.filter(
    ({ table, columns, of }) =>
      table === tableOf(resource).name &&
      (of === null || [`(${columns[0]} IS NOT NULL)`, `(${columns[0]} <> '{}'::bigint[])`].includes(of)),
  );

function isSlow(resource: Resource, { name, kind }: Field, asked: string): boolean {
  const column = tableOf(resource).columnOf.get(name);
  if (resource.name === 'opentickets') return false; // Of these there is an index.
  if (resource.keyed && name === 'key' && ['exact', 'in'].includes(asked)) return false;
  const found = usable(resource).filter(({ columns }) => columns[0] === column);
  const isAlone = found.some(({ columns, unique }) => unique && columns.length === 1);
  if (asked === 'exact' || asked === 'in') return found.length === 0;
  if (asked === 'lt' || asked === 'descending') return !isAlone;
  if (asked === 'ascending') return !isAlone && !found.some(({ columns }) => columns[1] === 'id');
  return asked === 'isnull' || kind === 'json';
}

it('each question about one field goes where its index, or the lack of one, sends it', async () => {
  await far.http.get('/api/v1/person/?name__regex=x');
  const wrong: string[] = [];
  const seen = { slow: 0, quick: 0 };
  for (const resource of listed()) {
    for (const field of resource.fields.filter(({ writeOnly }) => !writeOnly)) {
      const value = VALUES[field.kind] ?? 'none';
      const filters = lookupsOf(field)
        .filter((lookup) => ASKED.includes(lookup))
        .map((lookup) => [lookup, `${field.name}__${lookup}=${lookup === 'isnull' ? 'true' : value}`]);
      const orders = field.orderable
        ? [
            ['ascending', `order_by=${field.name}`],
            ['descending', `order_by=-${field.name}`],
          ]
        : [];
      for (const [asked = '', query] of [...filters, ...orders]) {
        const before = proxy.statementsOf('stampline lookups');
        await far.http.get(`/api/v1/${resource.name}/?${query}`).expect(200);
        const went = proxy.statementsOf('stampline lookups') > before;
        seen[went ? 'slow' : 'quick'] += 1;
        if (went !== isSlow(resource, field, asked))
          wrong.push(`${resource.name}/?${query}: ${went ? 'slow' : 'quick'}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect([seen.slow > 150, seen.quick > 100]).toEqual([true, true]);
}, 300_000);

/** What clients ask all day, and what may look like it. */
const ORDINARY = [
  'ticket/?',
  'ticket/?order_by=-id',
  'ticket/?limit=1000&order_by=-id',
  'ticket/?after=0',
  'ticket/?project=2',
  'ticket/?project__name=small',
  'ticket/?project__name=small&order_by=-id',
  'ticket/?current_workflow_step=300',
  'ticket/?current_workflow_step=300&status=000',
  'ticketstatus/?current_workflow_step=100&status=000&order_by=-updated_at',
  'ticket/?current_workflow_step__in=100,200,300,400,500&project=1',
  'ticket/?key=TKT-7',
  'ticket/?key__in=TKT-7,TKT-8&title=none',
  'ticket/?owner=rare@example.com',
  'ticket/?bug_id=77',
  'ticket/?stage=qa&project__name=small',
  'opentickets/?status=000',
  'opentickets/?project__name=small&stage=qa&order_by=-updated_at',
  'opentickets/?title=none',
  'subticket/?ticket=7',
  'subticket/?ticket=7&superseded_by__isnull=true&order_by=-updated_at',
  'subticket/?current_workflow_step=200&status=000',
  'subticket/?source_package_upload=1&status=000',
  'ticketlink/?ticket=7&kind=bug',
  'person/?email=n77@example.com',
  'person/?name=n77',
  'sourcepackage/?name=none',
  'spu/?sourcepackage=1&version=1&order_by=-id',
  'release/?project__name=small&order_by=-number',
  'release/?project=1&number=7',
];
const SLOW = [
  'ticket/?status=000',
  'ticket/?project=1&title=none',
  'ticket/?project=1&order_by=-updated_at',
  'ticket/?project__name=default&bug_id__isnull=true',
  'ticket/?owner=&title=none',
  'ticket/?current_workflow_step=1000&title=none',
  'ticket/?current_workflow_step__in=300,1000&title=none',
  'ticket/?current_workflow_step__lt=999',
  'ticket/?bug_id=None',
  'ticket/?key__lt=B',
  'ticket/?order_by=key',
  'ticket/?id__gt=0&title=none',
  'ticket/?order_by=owner,title',
  'subticket/?ticket__title=none',
  'subticket/?order_by=ticket__owner',
  'subticket/?assignee=none',
  'ticket/?project__display_name=none',
];

const parsed = (url: string): [Resource, Query] => {
  const [name = '', query] = url.split('/?');
  const all: Record<string, string> = Object.fromEntries(new URLSearchParams(query));
  return [resourceNamed(name), all];
};
async function compiled(url: string): ReturnType<typeof compileList> {
  const [resource, query] = parsed(url);
  return compileList(resource, await withIds(resource, query, near.app.get(Db)), {}, async () => new FoundKeys([]));
}

describe('on large tables', () => {
  const MANY = 60_000;
  beforeAll(async () => {
    await near.sql("INSERT INTO project (name) VALUES ('small')");
    // As a table grows: old ones are complete, what is at work is at its end; and so is a project with few.
    await near.sql(
      `INSERT INTO ticket (project_id, key, normal_key, title, owner, bug_id, stage, current_workflow_step, status)
       SELECT CASE WHEN n > ${MANY} - 5 THEN 2 ELSE 1 END, 'TKT-' || n, 'TKT-' || n, 'Ticket ' || n,
         CASE WHEN n > ${MANY} - 9 THEN 'rare@example.com' ELSE 'bot@example.com' END, n::text,
         CASE WHEN n > ${MANY} - 20 THEN 'qa' ELSE 'prod' END, CASE WHEN n > ${MANY} - 30 THEN 300 ELSE 1000 END, CASE WHEN n > ${MANY} - 30 THEN 0 ELSE 1000 END
       FROM generate_series(1, ${MANY}) n`,
    );
    await near.sql("INSERT INTO sourcepackage (name) VALUES ('curl')");
    await near.sql(`INSERT INTO spu (sourcepackage_id, version) SELECT 1, '0' FROM generate_series(1, 10)`);
    await near.sql(
      `INSERT INTO subticket (ticket_id, source_package_upload_id, current_workflow_step, status)
       SELECT n, 1 + n % 10, CASE WHEN n > ${MANY} - 30 THEN 200 ELSE 1000 END, 0 FROM generate_series(1, ${MANY}) n`,
    );
    await near.sql(
      `INSERT INTO person (name, email) SELECT 'n' || n, 'n' || n || '@example.com' FROM generate_series(1, ${MANY}) n`,
    );
    await near.sql(
      `INSERT INTO ticketlink (ticket_id, kind, url) SELECT n, 'bug', 'https://bugs.example' FROM generate_series(1, ${MANY}) n`,
    );
    await near.sql('ANALYZE');
  }, 120_000);

  it.each(ORDINARY)('%s is quick, and reads few rows', async (url) => {
    const { slow, uncounted } = await compiled(url);
    expect(slow).toBe(false);
    const [plan] = await near.sql<{ 'QUERY PLAN': object[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${uncounted.text}`, [
      ...(uncounted.values ?? []),
    ]);
    expect(mostRead(plan?.['QUERY PLAN'])).toBeLessThan(8000);
  });

  it.each(SLOW)('%s has the share of slow lookups', async (url) => {
    expect((await compiled(url)).slow).toBe(true);
  });

  it('a token of some projects reads its own tickets alone', async () => {
    const reach = new Map([[2, 'small']]) as never;
    const list = await compileList(resourceNamed('ticket'), {}, { reach }, async () => new FoundKeys([]));
    expect(list.slow).toBe(false);
    const [plan] = await near.sql<{ 'QUERY PLAN': object[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${list.uncounted.text}`, [
      ...(list.uncounted.values ?? []),
    ]);
    expect(mostRead(plan?.['QUERY PLAN'])).toBeLessThan(100);
  });

  it('a list that is deleted is found in the same share', async () => {
    const before = proxy.statementsOf('stampline lookups');
    await far.http.delete('/api/v1/ticketlink/?url=none').expect(204);
    expect(proxy.statementsOf('stampline lookups')).toBeGreaterThan(before);
  });

  it('names of references say the same as their ids', async () => {
    for (const query of [
      'project__name=small',
      'project__name__exact=small',
      'project=2',
      'project__name=none',
      'project__name=None',
    ]) {
      const { body } = await far.http.get(`/api/v1/ticket/?${query}`).expect(200);
      expect([query, body.meta.total_count]).toEqual([query, query.includes('one') ? 0 : 5]);
    }
    const { body } = await far.http.get('/api/v1/ticket/?project__name=%00').expect(400);
    expect(body.code).toBe('filter.bad_text');
  });
});

/** Rows that any step of a plan took, with those that it left out. */
function mostRead(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  const one = node as Record<string, unknown>;
  const own = Number(one['Actual Rows'] ?? 0) + Number(one['Rows Removed by Filter'] ?? 0);
  return Math.max(own * Number(one['Actual Loops'] ?? 1), ...Object.values(one).map(mostRead));
}
