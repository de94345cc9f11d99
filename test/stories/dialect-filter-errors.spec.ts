// Filters that are refused, word for word, and regular expressions that would cost the database its time.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Refusal {
  error: string;
  code: string;
}

const refusal = async (path: string): Promise<Refusal> =>
  (await server.http.get(`/api/v1/${path}`).expect(400)).body as Refusal;

it('refuses a field that is none and names those that are', async () => {
  expect(await refusal('person/?nmae=x')).toMatchObject({
    error: "Unknown field 'nmae' in a filter of person. Known: id, name, email, is_team.",
    code: 'filter.unknown_field',
  });
  expect((await refusal('ticket/?titel__contains=x')).error).toContain("Unknown field 'titel'");
  expect((await refusal('ticket/?constructor=x')).error).toContain("Unknown field 'constructor'");
  expect((await refusal('ticket/?toString=x')).error).toContain("Unknown field 'toString'");
  expect((await refusal('ticket/?normal_key=TKT-1')).error).toContain("Unknown field 'normal_key'");
});

it('names the fields of the relation where the misspelt word stands there', async () => {
  const { error } = await refusal('spu/?sourcepackage__nmae=x');
  expect(error).toBe("Unknown field 'nmae' in a filter of sourcepackage. Known: id, name.");
});

const MISMATCH = 'Invalid resource lookup data provided (mismatched type).';

const texts: [string, string][] = [
  ['ticket/?failure=x', "The 'failure' field does not allow filtering."],
  ['ticket/?failure__isnull=true', "The 'failure' field does not allow filtering."],
  ['ticket/?id__contains=1', "'contains' is not an allowed filter on the 'id' field."],
  ['person/?is_team__gt=true', "'gt' is not an allowed filter on the 'is_team' field."],
  ['subticket/?ticket__contains=1', "'contains' is not an allowed filter on the 'ticket' field."],
  ['ticket/?title__year=2026', "'year' is not an allowed filter on the 'title' field."],
  ['ticket/?created_at__contains=2026', "'contains' is not an allowed filter on the 'created_at' field."],
  ['ticket/?title__name=x', "The 'title' field does not support relations."],
  ['ticket/?title__contains__exact=x', "The 'title' field does not support relations."],
  ['ticket/?title__CONTAINS=x', "The 'title' field does not support relations."],
  ['ticket/?title__constructor=x', "The 'title' field does not support relations."],
  ['ticket/?id=abc', MISMATCH],
  ['ticket/?id=1.5', MISMATCH],
  ['ticket/?id=', MISMATCH],
  ['ticket/?id=1,2', MISMATCH],
  ['ticket/?id__in=1,x', MISMATCH],
  ['ticket/?id__range=1', MISMATCH],
  ['ticket/?id__range=1,2,3', MISMATCH],
  ['ticket/?id=99999999999999999999', MISMATCH],
  ['ticket/?status=abc', MISMATCH],
  ['ticket/?current_workflow_step=queued', MISMATCH],
  ['ticket/?created_at=yesterday', MISMATCH],
  ['ticket/?created_at=2026-13-01', MISMATCH],
  ['ticket/?created_at=2026-02-30', MISMATCH],
  ['ticket/?created_at__year=abc', MISMATCH],
  ['person/?is_team=maybe', MISMATCH],
  ['ticket/?bug_id__isnull=maybe', MISMATCH],
  ['subticket/?ticket=abc', MISMATCH],
  ['subticket/?ticket=1,2', MISMATCH],
  ['subticket/?ticket=/api/v1/subticket/1/', MISMATCH],
];
it.each(texts)('%s', async (path, text) => expect((await refusal(path)).error).toBe(text));

it('refuses texts that no column can hold', async () => {
  expect((await refusal('ticket/?title=%00')).code).toBe('filter.bad_text');
  expect((await refusal('ticket/?title__in=a,%00')).code).toBe('filter.bad_text');
  expect((await refusal('ticket/?title__regex=%00')).code).toBe('filter.bad_text');
});

it('takes SQL for the text that it is', async () => {
  const reply = await server.http
    .get(`/api/v1/ticket/?title=${encodeURIComponent("x'; DROP TABLE ticket; --")}`)
    .expect(200);
  expect(reply.body).toMatchObject({ objects: [] });
  expect((await refusal(`ticket/?${encodeURIComponent('title = 1 OR 1=1 --')}=x`)).code).toBe('filter.unknown_field');
  await server.http.get('/api/v1/ticket/').expect(200);
});

it('refuses paths that only cost joins', async () => {
  const long = `subticket/?${Array.from({ length: 12 }, () => 'superseded_by').join('__')}__id=1`;
  expect((await refusal(long)).code).toBe('filter.unknown_field');
});

it('refuses regular expressions that are none', async () => {
  await server.sql("INSERT INTO person (name, email) VALUES ('x', 'x@example.com')");
  for (const pattern of ['(', '[', '*', 'a{2,1}', '\\']) {
    const reply = await refusal(`person/?name__regex=${encodeURIComponent(pattern)}`);
    expect(reply.code).toBe('filter.bad_regex');
    expect(reply.error).toContain('Invalid regular expression');
  }
});

it('ends a catastrophic regular expression after a second, says what to narrow, and answers others meanwhile', async () => {
  await server.sql(
    "INSERT INTO person (name, email) SELECT repeat('a', 3999) || n, 'x@example.com' FROM generate_series(1, 300) n",
  );
  // An odd number of a's is never twice the same three parts, which takes n³ tries to find out.
  const evil = encodeURIComponent('^(a+)(a+)(a+)\\1\\2\\3[0-9]+$');
  const bad = server.http.get(`/api/v1/person/?name__regex=${evil}`).then((reply) => reply);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await server.http.get('/api/v1/person/1/').expect(200);
  await server.http.post('/api/v1/person/').send({ name: 'y', email: 'y@example.com' }).expect(201);
  const reply = await bad;
  expect([reply.status, reply.body.code]).toEqual([503, 'lookup.too_slow']);
  expect([reply.headers['retry-after'], reply.body.error]).toEqual(['2', expect.stringContaining('Narrow it')]);
});
