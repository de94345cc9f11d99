// Paging and ordering of lists (rest-api.md, section 2): the shape that Tastypie's clients know, links that lead on.
import { startTestServer, type TestServer } from '../setup/test-server.js';

interface Listed {
  meta: { limit: number; next: string | null; offset: number; previous: string | null; total_count: number | null };
  objects: { id: number; title: string; owner: string }[];
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  // 45 tickets: titles count down, owners take turns.
  await server.sql(`INSERT INTO ticket (project_id, key, normal_key, title, owner)
    SELECT 1, 'TKT-' || n, 'TKT-' || n, 'ticket ' || lpad((100 - n)::text, 3, '0'), (ARRAY['a', 'b', 'c'])[n % 3 + 1] || '@example.com'
    FROM generate_series(1, 45) n`);
  await server.sql("SELECT setval('ticket_id_seq', 45)");
});
afterAll(() => server.stop());

const list = async (query: string): Promise<Listed> => (await server.http.get(query).expect(200)).body as Listed;
const ticketIds = async (query: string): Promise<number[]> =>
  (await list(`/api/v1/ticket/?${query}`)).objects.map((one) => one.id);
const refusal = async (query: string): Promise<string> =>
  ((await server.http.get(`/api/v1/ticket/?${query}`).expect(400)).body as { error: string }).error;

it('shows 20 objects in the order of their ids, and how many there are', async () => {
  const page = await list('/api/v1/ticket/');
  expect(page.meta).toEqual({
    limit: 20,
    next: '/api/v1/ticket/?limit=20&offset=20',
    offset: 0,
    previous: null,
    total_count: 45,
  });
  expect(page.objects.map((one) => one.id)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

it('leads through all pages by next and back by previous, with the filter and the ordering kept', async () => {
  const seen: number[] = [];
  let url: string | null = '/api/v1/ticket/?owner=a%40example.com&order_by=title&limit=4&title__contains=ticket%20';
  const back: (string | null)[] = [];
  while (url) {
    const page: Listed = await list(url);
    expect(page.meta.total_count).toBe(15);
    expect(page.objects.every((one) => one.owner === 'a@example.com')).toBe(true);
    seen.push(...page.objects.map((one) => one.id));
    back.push(page.meta.previous);
    url = page.meta.next;
  }
  expect(seen).toEqual(Array.from({ length: 15 }, (_, index) => 45 - 3 * index));
  expect(back[0]).toBeNull();
  const [first, , second] = [seen.slice(0, 4), 0, back[1] ?? ''];
  expect((await list(second)).objects.map((one) => one.id)).toEqual(first);
});

it('keeps repeated parameters and odd characters in its links', async () => {
  const page = await list('/api/v1/ticket/?order_by=owner&order_by=-id&title__contains=c&_note=what%3F+a%26b?&limit=1');
  const next = new URL(page.meta.next ?? '', server.base).searchParams;
  expect(next.getAll('order_by')).toEqual(['owner', '-id']);
  expect(next.get('_note')).toBe('what? a&b?');
  expect([next.get('limit'), next.get('offset')]).toEqual(['1', '1']);
});

it('names previous only where a whole page lies before', async () => {
  expect((await list('/api/v1/ticket/?limit=10&offset=9')).meta.previous).toBeNull();
  expect((await list('/api/v1/ticket/?limit=10&offset=10')).meta.previous).toBe('/api/v1/ticket/?limit=10&offset=0');
  expect((await list('/api/v1/ticket/?limit=10&offset=35')).meta.next).toBeNull();
  expect((await list('/api/v1/ticket/?limit=10&offset=34')).meta.next).toBe('/api/v1/ticket/?limit=10&offset=44');
});

it('answers an empty page past the end', async () => {
  const page = await list('/api/v1/ticket/?offset=1000&limit=5');
  expect(page).toEqual({
    meta: { limit: 5, next: null, offset: 1000, previous: '/api/v1/ticket/?offset=995&limit=5', total_count: 45 },
    objects: [],
  });
  expect((await list('/api/v1/ticket/?offset=99999999999999999999')).objects).toEqual([]);
});

it('takes limit 0 and limits above 1000 as 1000', async () => {
  expect((await list('/api/v1/ticket/?limit=0')).meta.limit).toBe(1000);
  expect((await list('/api/v1/ticket/?limit=0')).objects).toHaveLength(45);
  expect((await list('/api/v1/ticket/?limit=1001')).meta.limit).toBe(1000);
  expect((await list('/api/v1/ticket/?limit=999')).meta.limit).toBe(999);
});

it('takes the last of a repeated single-valued parameter', async () => {
  expect((await list('/api/v1/ticket/?limit=abc&limit=3')).objects).toHaveLength(3);
});

it('refuses limits and offsets that are none, in these words', async () => {
  expect(await refusal('limit=abc')).toBe("Invalid limit 'abc' provided. Please provide a positive integer.");
  expect(await refusal('limit=1.5')).toBe("Invalid limit '1.5' provided. Please provide a positive integer.");
  expect(await refusal('limit=-1')).toBe("Invalid limit '-1' provided. Please provide a positive integer >= 0.");
  expect(await refusal('offset=abc')).toBe("Invalid offset 'abc' provided. Please provide an integer.");
  expect(await refusal('offset=-1')).toBe("Invalid offset '-1' provided. Please provide a positive integer >= 0.");
});

it('pages by key with after: no count, and links that stay keyed to the end', async () => {
  const seen: number[] = [];
  let url: string | null = '/api/v1/ticket/?after=0&limit=20&owner__in=a@example.com,b@example.com';
  while (url) {
    const page: Listed = await list(url);
    expect(page.meta).toMatchObject({ total_count: null, previous: null, limit: 20 });
    seen.push(...page.objects.map((one) => one.id));
    url = page.meta.next;
    if (url) expect(new URL(url, server.base).searchParams.get('after')).toBe(String(seen.at(-1)));
  }
  expect(seen).toEqual(Array.from({ length: 45 }, (_, index) => index + 1).filter((id) => id % 3 !== 2));
  expect(await refusal('after=x')).toBe("Invalid after 'x' provided. Please provide an id, 0 for the first page.");
  expect(await refusal('after=1&order_by=title')).toContain('leave out order_by');
});

it('orders by fields, downwards with a minus, by several, and by sort_by too', async () => {
  expect(await ticketIds('order_by=title&limit=3')).toEqual([45, 44, 43]);
  expect(await ticketIds('order_by=-title&limit=3')).toEqual([1, 2, 3]);
  expect(await ticketIds('order_by=owner&order_by=-id&limit=2')).toEqual([45, 42]);
  expect(await ticketIds('order_by=-owner,title&limit=2')).toEqual([44, 41]);
  expect(await ticketIds('sort_by=-id&limit=2')).toEqual([45, 44]);
  expect(await ticketIds('order_by=owner&limit=2')).toEqual([3, 6]);
});

it('orders by the fields of a relation', async () => {
  for (const [name, ticket] of [
    ['zlib', 1],
    ['apt', 2],
    ['make', 3],
  ] as const) {
    const made = await server.http.post('/api/v1/sourcepackage/').send({ name }).expect(201);
    const upload = await server.http
      .post('/api/v1/spu/')
      .send({ sourcepackage: (made.body as { id: number }).id, version: '1' });
    const body = { ticket, source_package_upload: (upload.body as { resource_uri: string }).resource_uri };
    await server.http.post('/api/v1/subticket/').send(body).expect(201);
  }
  const order = async (by: string): Promise<string[]> =>
    ((await list(`/api/v1/subticket/?order_by=${by}`)).objects as unknown as { ticket: string }[]).map(
      (one) => one.ticket,
    );
  const uris = (...ids: number[]): string[] => ids.map((id) => `/api/v1/ticket/${id}/`);
  expect(await order('source_package_upload__sourcepackage__name')).toEqual(uris(2, 3, 1));
  expect(await order('-source_package_upload__sourcepackage__name')).toEqual(uris(1, 3, 2));
  expect(await order('-ticket')).toEqual(uris(3, 2, 1));
  expect(await order('-ticket__id')).toEqual(uris(3, 2, 1));
  expect(await order('ticket__title')).toEqual(uris(3, 2, 1));
});

it('refuses orderings that make no sense, in these words', async () => {
  expect(await refusal('order_by=titel')).toBe("No matching 'titel' field for ordering on.");
  expect(await refusal('order_by=-titel')).toBe("No matching 'titel' field for ordering on.");
  expect(await refusal('order_by=title;drop')).toBe("No matching 'title;drop' field for ordering on.");
  expect(await refusal('order_by=failure')).toBe("The 'failure' field does not allow ordering.");
  expect(await refusal('order_by=title__contains')).toBe("The 'title' field does not allow ordering.");
  expect(await refusal(`order_by=${Array.from({ length: 9 }, () => 'id').join(',')}`)).toBe(
    'order_by takes at most 8 fields.',
  );
});
