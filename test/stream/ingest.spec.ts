// What comes in at POST /events: CloudEvents in every form, the simple form, each once, and what is refused.
import { KNOWN_TYPES } from '../../src/stream/ingest/known-types.js';
import { aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { historyOf, ticketOf } = workflowCalls(() => server);

let made = 0;
const cloudEvent = (fields: object = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id: `id-${++made}`,
  source: 'https://ci.example/dep8',
  type: 'testrun.finished',
  data: { suite: 'dep8', verdict: 'failed', failed: 3, total: 120 },
  ...fields,
});

const post = (body: unknown, type = `application/cloudevents${Array.isArray(body) ? '-batch' : ''}+json`) =>
  server.http
    .post('/events')
    .set('content-type', type)
    .send(typeof body === 'string' ? body : JSON.stringify(body));

const count = async (): Promise<number> =>
  Number((await server.sql<{ n: string }>('SELECT count(*) AS n FROM event'))[0]!.n);

const rowOf = async (source: string, id: string): Promise<Record<string, unknown>> => {
  const rows = await server.sql(
    'SELECT e.* FROM event e JOIN ingested_event i ON i.event_id = e.id WHERE i.source = $1 AND i.id = $2',
    [source, id],
  );
  expect(rows).toHaveLength(1);
  return rows[0]!;
};

it("keeps a CloudEvent that names a ticket in that ticket's history, without changing the ticket", async () => {
  const { id, key } = await aTicket(server).at(200);
  const before = await ticketOf(id);
  const given = cloudEvent({
    ticket: key.toLowerCase(),
    link: 'https://ci.example/dep8/17',
    time: '2026-01-01T12:00:00Z',
  });
  const reply = await post(given).expect(202);
  expect(reply.body).toEqual({
    taken: 1,
    repeated: 0,
    events: [
      {
        source: given.source,
        id: given.id,
        type: 'testrun.finished',
        severity: 'error',
        line: `${key}: dep8 failed: 3 of 120 tests`,
        ticket: `/api/v1/ticket/${id}/`,
        repeated: false,
      },
    ],
  });
  const rows = await historyOf(id);
  expect(rows.at(-1)).toMatchObject({
    type: 'testrun.finished',
    severity: 'error',
    version: null,
    line: `${key}: dep8 failed: 3 of 120 tests`,
    data: { source: given.source, id: given.id, time: '2026-01-01T12:00:00Z', data: given.data },
  });
  expect(await ticketOf(id)).toEqual(before);
  expect(await rowOf(String(given.source), String(given.id))).toMatchObject({
    subject: 'from/https://ci.example/dep8',
    link: 'https://ci.example/dep8/17',
    ticket_id: id,
    version: null,
    actor: 'local',
  });
  // The history still pages and filters with a row that has no version.
  const page = await server.http.get(`/api/v1/ticket/${id}/history/?order_by=-version&limit=2`).expect(200);
  expect(page.body.meta.total_count).toBe(rows.length);
  const none = await server.http.get(`/api/v1/ticket/${id}/history/?version__isnull=true`).expect(200);
  expect(none.body.objects.map((row: { type: string }) => row.type)).toEqual(['testrun.finished']);
});

it('keeps one that names no ticket, and the stream lists it under its number', async () => {
  const given = cloudEvent({ type: 'alert.fired', data: { name: 'HighLatency', service: 'shop' }, project: 'default' });
  await post(given).expect(202);
  const row = await rowOf(String(given.source), String(given.id));
  expect(row).toMatchObject({ ticket_id: null, severity: 'warn', line: 'Alert HighLatency on shop' });
  expect(row.project_id).not.toBeNull();
});

it.each([
  [
    'com.github.label.deleted',
    { label: { name: 'bug' }, url: { href: 'x' }, project: { id: 7 }, ticket: 'none of ours' },
  ],
  ['com.gitlab.pipeline', { project: 'nowhere', severity: 'blocking', url: 'git@example.com:shop', ticket: 99999999 }],
  ['dev.cdevents.incident.reported.0.2.0', { ticket: { id: 1 }, severity: 5, link: 'javascript:alert(1)', stage: [] }],
])('keeps the data of %s as it is, whatever its members mean there', async (type, data) => {
  const given = cloudEvent({ type, data });
  await post(given).expect(202);
  const row = await rowOf(String(given.source), String(given.id));
  expect(row).toMatchObject({ type, ticket_id: null, severity: 'info', line: type });
  expect((row.data as { data: object }).data).toEqual(data);
  const { id } = await aTicket(server);
  const named = cloudEvent({ type, data, ticket: id, severity: 'warn', link: 'https://x.example/1' });
  await post(named).expect(202);
  expect(await rowOf(String(named.source), String(named.id))).toMatchObject({ ticket_id: id, severity: 'warn' });
});

it('takes each source and id once, whatever comes the second time, also when both come at once', async () => {
  const given = cloudEvent();
  const first = await post(given).expect(202);
  const before = await count();
  const again = await post({ ...given, data: { suite: 'other', verdict: 'passed' } }).expect(200);
  expect(again.body).toEqual({ taken: 0, repeated: 1, events: [{ ...first.body.events[0], repeated: true }] });
  expect(await count()).toBe(before);
  await post({ ...given, source: 'https://elsewhere.example/' }).expect(202);

  const raced = cloudEvent();
  const replies = await Promise.all(Array.from({ length: 8 }, () => post(raced)));
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 202]);
  expect(new Set(replies.map(({ body }) => body.events[0].line)).size).toBe(1);
  expect(await count()).toBe(before + 2);
});

it('takes a batch as a whole, in its order, and answers for each', async () => {
  const { id, key } = await aTicket(server);
  const twice = cloudEvent();
  const batch = [cloudEvent({ ticket: id }), twice, { line: 'a line', ticket: key }, twice];
  const reply = await post(batch, 'application/json').expect(202);
  expect(reply.body).toMatchObject({ taken: 3, repeated: 1 });
  expect(reply.body.events.map((one: { repeated: boolean }) => one.repeated)).toEqual([false, false, false, true]);
  // Without a link of its own it leads to the ticket.
  const { id: simple } = reply.body.events[2];
  expect(await rowOf('simple', simple)).toMatchObject({ link: `/api/v1/ticket/${id}/` });
  expect((await historyOf(id)).slice(-2).map(({ line }) => line)).toEqual([
    `${key}: dep8 failed: 3 of 120 tests`,
    `${key}: a line`,
  ]);
});

it('takes nothing of a batch in which one is wrong, and says which', async () => {
  const before = await count();
  const good = cloudEvent();
  const reply = await post([good, cloudEvent({ ticket: 'TKT-99999' })]).expect(400);
  expect(reply.body).toMatchObject({ code: 'event.unknown_ticket', error: expect.stringContaining('[1].ticket') });
  const data = await post([good, cloudEvent({ data: { suite: 'dep8', verdict: 'maybe' } })]).expect(400);
  expect(data.body.error).toContain('[1].data.verdict');
  expect(await count()).toBe(before);
  // The good one was not taken as come either.
  await post(good).expect(202);
});

it('understands what the CloudEvents SDKs send: structured, batched and binary', async () => {
  // As cloudevents 10.0.0 for JavaScript writes them.
  const structured =
    '{"id":"sdk-1","time":"2026-11-21T07:32:33.412Z","type":"com.example.sample","source":"/sdk","specversion":"1.0","datacontenttype":"application/json; charset=utf-8","ticketless":true,"data":{"message":"hello"}}';
  const one = await post(structured, 'application/cloudevents+json; charset=utf-8').expect(202);
  expect(one.body.events[0]).toMatchObject({ source: '/sdk', id: 'sdk-1', line: 'com.example.sample: hello' });
  await post(`[${structured}]`, 'application/cloudevents-batch+json; charset=utf-8').expect(200);
  const binary = await server.http
    .post('/events')
    .set({
      'content-type': 'application/json; charset=utf-8',
      'ce-id': 'sdk-2',
      'ce-source': '/sdk',
      'ce-specversion': '1.0',
      'ce-type': 'error.raised',
      'ce-severity': 'warning',
      'ce-subject': 'caf%C3%A9',
    })
    .send('{"service":"shop","message":"x is undefined","count":12}')
    .expect(202);
  expect(binary.body.events[0]).toMatchObject({ severity: 'warn', line: 'shop: x is undefined (×12)' });
  expect((await rowOf('/sdk', 'sdk-2')).data).toMatchObject({ subject: 'café', data: { count: 12 } });
});

it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/vnd.monitor+json'])(
  'takes the simple form as %s',
  async (type) => {
    const { id, key } = await aTicket(server);
    const body = { line: 'two\nlines \u001b[31mred', ticket: id, severity: 'critical', link: 'https://ci.example/1' };
    const reply = await post(body, type).expect(202);
    expect(reply.body.events[0]).toMatchObject({
      source: 'simple',
      type: 'message',
      severity: 'error',
      line: `${key}: two lines [31mred`,
    });
    // Without an id of its own each request is a new event.
    await post(body, type).expect(202);
    expect(await historyOf(id)).toHaveLength(3);
  },
);

it('answers a repeat with the same Idempotency-Key byte for byte', async () => {
  const send = () => post({ line: 'once' }, 'application/json').set('idempotency-key', 'ingest-1');
  const first = await send().expect(202);
  const before = await count();
  const again = await send().expect(202);
  expect(again.text).toBe(first.text);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(await count()).toBe(before);
});

const LINES: Readonly<Record<string, string>> = {
  'commit.pushed': 'info alice pushed 2 commits up to 4f1a2b3 to main of shop',
  'testrun.finished': 'error dep8 failed on 4f1a2b3: 3 of 120 tests',
  'deployment.started': 'info shop 1.2.3 is being deployed to qa',
  'deployment.finished': 'info shop 1.2.3 is deployed to qa',
  'error.raised': 'error shop in qa: TypeError: menu is undefined (×12)',
  'alert.fired': 'warn Alert HighLatency on shop: p99 is above 1 s',
  'alert.resolved': 'info Alert HighLatency on shop is over',
  'defect.reported': 'warn Defect BUG-7 reported by bob: The menu is empty',
  'defect.resolved': 'info Defect BUG-7 resolved: The menu is empty',
};

it.each(Object.entries(KNOWN_TYPES).map(([type, known]) => [type, known] as const))(
  'has words for %s',
  async (type, { example }) => {
    const { body } = await post(cloudEvent({ type, data: example })).expect(202);
    expect(`${body.events[0].severity} ${body.events[0].line}`).toBe(LINES[type]);
  },
);

it.each([
  ['testrun.finished', { suite: 'dep8', verdict: 'passed', total: 120 }, 'info dep8 passed: 120 tests'],
  ['testrun.finished', { suite: 'dep8', verdict: 'error' }, 'error dep8 could not run'],
  ['testrun.finished', { suite: 'dep8', verdict: 'skipped' }, 'info dep8 was skipped'],
  [
    'commit.pushed',
    { repository: 'shop', revision: '4f1a2b3c4d5e6f708192a3b4c5d6e7f801234567' },
    'info An unknown author pushed 4f1a2b3 to shop',
  ],
  [
    'deployment.finished',
    { service: 'shop', environment: 'prod', outcome: 'failed' },
    'error shop was not deployed to prod: it failed',
  ],
  [
    'deployment.finished',
    { service: 'shop', environment: 'prod', outcome: 'rolled_back' },
    'warn shop was rolled back from prod',
  ],
  ['defect.reported', { title: 'x', severity: 'blocker' }, 'error Defect reported: x'],
  ['com.example.unknown', { anything: [1] }, 'info com.example.unknown'],
  ['com.example.unknown', { title: 'Said so' }, 'info com.example.unknown: Said so'],
])('says of %s %j: %s', async (type, data, expected) => {
  const { body } = await post(cloudEvent({ type, data })).expect(202);
  expect(`${body.events[0].severity} ${body.events[0].line}`).toBe(expected);
});

it("is at the stage that a deployment's environment names", async () => {
  const data = { service: 'shop', environment: 'qa', outcome: 'succeeded' };
  const given = cloudEvent({ type: 'deployment.finished', data });
  await post(given).expect(202);
  expect(await rowOf(String(given.source), String(given.id))).toMatchObject({ stage: 'qa' });
});

it.each<[string, unknown, string, number?]>([
  ['no body', '', 'event.not_an_object'],
  ['no JSON', '{"line": ', 'body.bad_json'],
  ['a text', '"line"', 'event.not_an_object'],
  ['a batch of 501', Array.from({ length: 501 }, () => ({ line: 'x' })), 'event.too_many'],
  ['no line', { ticket: 1 }, 'event.no_line'],
  ['an empty line', { line: '  ' }, 'event.invalid'],
  ['a line that is no text', { line: 7 }, 'event.invalid'],
  ['an unknown severity', { line: 'x', severity: 'loud' }, 'event.invalid'],
  ['a severity from the prototype', { line: 'x', severity: 'constructor' }, 'event.invalid'],
  ['a link that runs', { line: 'x', link: 'javascript:alert(1)' }, 'event.invalid'],
  ['NUL', { line: 'x', data: { deep: ['a\0'] } }, 'event.invalid'],
  ['half a sign', '{"line": "x", "data": {"\\ud83d": 1}}', 'event.invalid'],
  ['an unknown ticket', { line: 'x', ticket: 987654321 }, 'event.unknown_ticket'],
  ['a ticket that is none', { line: 'x', ticket: '../1' }, 'event.unknown_ticket'],
  ['a ticket out of range', { line: 'x', ticket: 99999999999999 }, 'event.unknown_ticket'],
  ['an unknown project', { line: 'x', project: 'nowhere' }, 'event.unknown_project'],
  ["the server's own words", { line: 'x', type: 'ticket.promoted' }, 'event.own_type'],
  ['who is gone', { line: 'x', type: 'Person.deleted' }, 'event.own_type'],
  ['no id', cloudEvent({ id: undefined }), 'event.invalid'],
  ['an empty id', cloudEvent({ id: '' }), 'event.invalid'],
  ['an id that is a number', cloudEvent({ id: 5 }), 'event.invalid'],
  ['a long source', cloudEvent({ source: 'x'.repeat(301) }), 'event.invalid'],
  ['another version', cloudEvent({ specversion: '0.3' }), 'event.invalid'],
  ['a time that is none', cloudEvent({ time: 'yesterday' }), 'event.invalid'],
  ['an attribute in capitals', cloudEvent({ Ticket: 'TKT-1' }), 'event.invalid'],
  ['an attribute that is an object', cloudEvent({ extension: {} }), 'event.invalid'],
  ['data of a known type that is a text', cloudEvent({ data: 'failed' }), 'event.invalid'],
  ['a field that is missing', cloudEvent({ data: { suite: 'dep8' } }), 'event.invalid'],
  ['a count that is none', cloudEvent({ data: { suite: 'x', verdict: 'failed', failed: -1 } }), 'event.invalid'],
  ['an event too large', { line: 'x', data: 'x'.repeat(70_000) }, 'event.too_large'],
  ['a body too large', `{"line": "${'x'.repeat(1_100_000)}"}`, 'body.too_large', 413],
])('refuses %s', async (_what, body, code, status = 400) => {
  const before = await count();
  const reply = await post(body, 'application/json');
  expect([reply.status, reply.body.code]).toEqual([status, code]);
  expect(await count()).toBe(before);
});

it('refuses a form with files, and a page of another site', async () => {
  await server.http.post('/events').field('line', 'x').expect(415);
  const foreign = await post({ line: 'x' }, 'text/plain').set('origin', 'https://evil.example');
  expect(foreign.status).toBe(403);
});
