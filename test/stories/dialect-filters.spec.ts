// Every lookup on every kind of field (rest-api.md, section 2), asked of one small set of rows.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.sql(`INSERT INTO ticket (project_id, key, normal_key, title, owner, bug_id, current_workflow_step, status, created_at, failure) VALUES
    (1, 'TKT-1', 'TKT-1', 'Fix 100% of it', 'ann@example.com', NULL, 100, 0, '2025-12-31T23:59:59.999999Z', NULL),
    (1, 'TKT-2', 'TKT-2', 'fix a_b', 'bob@example.com', '12', 200, 7, '2026-01-01T00:00:00Z', NULL),
    (1, 'TKT-3', 'TKT-3', 'back\\slash', 'ann@example.com', '13', 300, 999, '2026-02-28T12:30:00Z', NULL),
    (1, 'TKT-4', 'TKT-4', 'Über alles', 'bob@example.com', 'None', 999, 999, '2026-02-28T12:30:00.000001Z', '{"cause": "report"}'),
    (1, 'TKT-5', 'TKT-5', 'axb fixed', '', '9', 1000, 1000, '2027-03-15T00:00:00Z', NULL)`);
  await server.sql(`INSERT INTO sourcepackage (name) VALUES ('apt'), ('zlib')`);
  await server.sql(
    `INSERT INTO binarypackage (name, sourcepackage_id, seeded) VALUES ('apt', 1, true), ('libapt', 1, false), ('zlib1g', 2, true)`,
  );
  await server.sql(`INSERT INTO spu (sourcepackage_id, version) VALUES (1, '1.0'), (2, '2.0')`);
  await server.sql(
    `INSERT INTO subticket (ticket_id, source_package_upload_id, superseded_by_id) VALUES (1, 1, NULL), (2, 2, NULL), (2, 2, 2)`,
  );
});
afterAll(() => server.stop());

async function found(resource: string, query: string): Promise<number[]> {
  const reply = await server.http.get(`/api/v1/${resource}/?${query}`);
  if (reply.status !== 200) throw new Error(`${query}: ${reply.text}`);
  return (reply.body as { objects: { id: number }[] }).objects.map((one) => one.id);
}

const onTexts: [string, number[]][] = [
  ['title=fix%20a_b', [2]],
  ['title=Fix%20a_b', []],
  ['title__exact=fix%20a_b', [2]],
  ['title__iexact=FIX%20A_B', [2]],
  ['title__iexact=%C3%BCBER%20ALLES', [4]],
  ['title__contains=fix', [2, 5]],
  ['title__icontains=FIX', [1, 2, 5]],
  ['title__icontains=%C3%9C', [4]],
  ['title__startswith=fix', [2]],
  ['title__istartswith=fix', [1, 2]],
  ['title__endswith=it', [1]],
  ['title__iendswith=FIXED', [5]],
  ['title__gt=back%5Cslash', [2, 4]],
  ['title__gte=back%5Cslash', [2, 3, 4]],
  ['title__lt=axb%20fixed', [1]],
  ['title__lte=axb%20fixed', [1, 5]],
  ['owner__in=ann@example.com,bob@example.com', [1, 2, 3, 4]],
  ['owner__in=ann@example.com&owner__in=bob@example.com', [1, 2, 3, 4]],
  ['owner__in=', []],
  ['owner=', [5]],
  ['title__range=a,c', [3, 5]],
  ['title__range=a&title__range=c', [3, 5]],
  ['title__regex=%5Efix', [2]],
  ['title__regex=(a|b)_', [2]],
  ['title__iregex=%5Efix', [1, 2]],
  ['bug_id__isnull=true', [1]],
  ['bug_id__isnull=True', [1]],
  ['bug_id__isnull=1', [1]],
  ['bug_id__isnull=false', [2, 3, 4, 5]],
  ['bug_id__isnull=False', [2, 3, 4, 5]],
  ['bug_id=None', [1]],
  ['bug_id=nil', [1]],
  ['bug_id__exact=None', [1]],
  ['bug_id__contains=None', [4]],
];
it.each(onTexts)('texts: %s', async (query, ids) => expect(await found('ticket', query)).toEqual(ids));

const literal: [string, number[]][] = [
  ['title__contains=%25', [1]],
  ['title__contains=a_b', [2]],
  ['title__contains=%5C', [3]],
  ['title__icontains=K%5CS', [3]],
  ['title__startswith=%25', []],
  ['title__endswith=_b', [2]],
  ['title__iendswith=A_B', [2]],
];
it.each(literal)('%% _ \\ are literal: %s', async (query, ids) => expect(await found('ticket', query)).toEqual(ids));

const onNumbers: [string, number[]][] = [
  ['id=3', [3]],
  ['id__gt=3', [4, 5]],
  ['id__gte=3&id__lt=5', [3, 4]],
  ['id__lte=1', [1]],
  ['id__in=5,1,77', [1, 5]],
  ['id__in=5&id__in=1', [1, 5]],
  ['id__range=2,4', [2, 3, 4]],
  ['id=999999999999999', []],
  ['id=-1', []],
  ['version=1&id__lt=3', [1, 2]],
  ['id__isnull=true', []],
  ['failed_at_step=None', [1, 2, 3, 4, 5]],
];
it.each(onNumbers)('numbers: %s', async (query, ids) => expect(await found('ticket', query)).toEqual(ids));

const onWork: [string, number[]][] = [
  ['current_workflow_step=100', [1]],
  ['current_workflow_step__in=100,999', [1, 4]],
  ['current_workflow_step__gte=300', [3, 4, 5]],
  ['current_workflow_step__range=200,300', [2, 3]],
  ['current_workflow_step__startswith=1', [1, 5]],
  ['status=000', [1]],
  ['status=0', [1]],
  ['status=7', [2]],
  ['status=007', [2]],
  ['status__exact=1000', [5]],
  ['status__in=000,1000', [1, 5]],
  ['status__gt=7', [3, 4, 5]],
  ['status__startswith=00', [1, 2]],
  ['status__regex=%5E9', [3, 4]],
];
it.each(onWork)('steps and statuses: %s', async (query, ids) => expect(await found('ticket', query)).toEqual(ids));

const onTimes: [string, number[]][] = [
  ['created_at=2026-01-01T00:00:00Z', [2]],
  ['created_at=2026-01-01', [2]],
  ['created_at=2026-01-01%2001:00:00%2B01:00', [2]],
  ['created_at__gt=2026-02-28T12:30:00Z', [4, 5]],
  ['created_at__gte=2026-02-28T12:30:00.000000Z', [3, 4, 5]],
  ['created_at__lt=2026-01-01', [1]],
  ['created_at__range=2026-01-01,2026-12-31', [2, 3, 4]],
  ['created_at__in=2026-01-01,2027-03-15', [2, 5]],
  ['created_at__year=2026', [2, 3, 4]],
  ['created_at__month=12', [1]],
  ['created_at__day=28', [3, 4]],
  ['created_at__year=2026&created_at__month=1', [2]],
  ['closed_at__isnull=true&id__lt=3', [1, 2]],
];
it.each(onTimes)('times: %s', async (query, ids) => expect(await found('ticket', query)).toEqual(ids));

const onBooleans: [string, number[]][] = [
  ['seeded=true', [1, 3]],
  ['seeded=True', [1, 3]],
  ['seeded=1', [1, 3]],
  ['seeded=false', [2]],
  ['seeded=False', [2]],
  ['seeded=0', [2]],
  ['seeded__in=true,false', [1, 2, 3]],
  ['seeded=None', []],
];
it.each(onBooleans)('booleans: %s', async (query, ids) => expect(await found('binarypackage', query)).toEqual(ids));

const onRelations: [string, number[]][] = [
  ['ticket=2', [2, 3]],
  ['ticket__id=2', [2, 3]],
  ['ticket__pk=2', [2, 3]],
  ['ticket=/api/v1/ticket/2/', [2, 3]],
  ['ticket=/api/v1/ticket/2', [2, 3]],
  ['ticket=http://elsewhere.example/api/v1/ticket/2/', [2, 3]],
  ['ticket=TKT-2', [2, 3]],
  ['ticket=tkt-002', [2, 3]],
  ['ticket__id=TKT-2', [2, 3]],
  ['ticket=TKT-77', []],
  ['ticket=77', []],
  ['ticket=1&ticket=2', [2, 3]],
  ['ticket__in=1,2', [1, 2, 3]],
  ['ticket__in=/api/v1/ticket/1/,TKT-77', [1]],
  ['ticket__id__in=TKT-1,2', [1, 2, 3]],
  ['ticket__id__gt=1', [2, 3]],
  ['ticket__owner=ann@example.com', [1]],
  ['ticket__owner__startswith=bob', [2, 3]],
  ['ticket__key=tkt-2', [2, 3]],
  ['ticket__created_at__year=2025', [1]],
  ['source_package_upload__sourcepackage__name=zlib', [2, 3]],
  ['source_package_upload__sourcepackage__name__icontains=AP', [1]],
  ['source_package_upload__sourcepackage=1', [1]],
  ['superseded_by__isnull=true', [1, 2]],
  ['superseded_by=None', [1, 2]],
  ['superseded_by=2', [3]],
  ['superseded_by__ticket=2', [3]],
];
it.each(onRelations)('relations: %s', async (query, ids) => expect(await found('subticket', query)).toEqual(ids));

it('joins several filters by and, and ignores reserved words and names that begin with _', async () => {
  const query =
    'owner=ann@example.com&current_workflow_step__gt=100&format=json&_=1234&_x__y=1&__proto__=1&limit=9&offset=0';
  expect(await found('ticket', query)).toEqual([3]);
});

it('filters the views of tickets alike', async () => {
  expect(await found('ticketstatus', 'current_workflow_step=999')).toEqual([4]);
  expect(await found('opentickets', 'owner=bob@example.com')).toEqual([2]);
  expect(await found('opentickets', '')).toEqual([1, 2, 3]);
  expect(await found('fullticket', 'status__in=999')).toEqual([3, 4]);
});
