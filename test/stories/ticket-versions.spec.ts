// Versions, ETags and If-Match of tickets and subtickets, on the fast path of status updates as elsewhere.
import { aTicket } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { patch, patchSubticket, ticketOf, subticketOf, historyOf } = workflowCalls(() => server);

it('counts each change once, whichever way it came', async () => {
  const { id, uri } = await aTicket(server);
  const tags = [
    await patch(id, { status: 1 }),
    await patch(id, { status: 2 }, { 'Idempotency-Key': 'count-1' }),
    await server.http.patch(uri).send({ title: 'B' }),
    await server.http.put(uri).send({ title: 'C' }),
    await patch(id, { current_workflow_step: 999, reason: 'x' }),
    await server.http.post(`${uri}close/`),
    await server.http.post(`${uri}reopen/`),
  ].map(({ headers, body }) => [headers.etag, body.version]);
  expect(tags).toEqual([2, 3, 4, 5, 6, 7, 8].map((version) => [`"${version}"`, version]));
  expect((await historyOf(id)).map((row) => row.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it.each([
  ['the version', '"2"', 202],
  ['the version, weak', 'W/"2"', 202],
  ['anything', '*', 202],
  ['one of several', '"1", "2"', 202],
  ['an older version', '"1"', 412],
  ['a newer version', '"3"', 412],
  ['something else', '"abc"', 412],
  ['a version without quotes', '2', 412],
])('takes %s as If-Match: %s → %d', async (_what, tag, status) => {
  for (const headers of [
    { 'If-Match': tag },
    { 'If-Match': tag, 'Idempotency-Key': `match-${tag.replaceAll(/\W/g, '-')}` },
  ] as Record<string, string>[]) {
    const { id } = await aTicket(server).at(200);
    const reply = await patch(id, { status: 5 }, headers);
    expect(reply.status).toBe(status);
    if (status === 412) expect(reply.body.error).toContain('its ETag is "2"');
    expect((await ticketOf(id)).version).toBe(status === 202 ? 3 : 2);
  }
});

it('checks If-Match before the rules, for a repeat as for a refusal', async () => {
  const { id } = await aTicket(server).at(200).closed();
  await patch(id, { status: 5 }, { 'If-Match': '"1"' }).expect(412);
  await patch(id, { status: 5 }, { 'If-Match': '"3"' }).expect(409);
  const open = await aTicket(server).at(200);
  await patch(open.id, { current_workflow_step: 200 }, { 'If-Match': '"1"' }).expect(412);
  await patch(open.id, { current_workflow_step: 200 }, { 'If-Match': '"2"' }).expect(202);
});

it('shows the version as ETag and answers 304 until it changes', async () => {
  const { id, uri } = await aTicket(server);
  const { headers } = await server.http.get(uri).expect(200);
  expect(headers.etag).toBe('"1"');
  await server.http.get(uri).set('If-None-Match', '"1"').expect(304);
  await patch(id, { status: 1 }).expect(202);
  expect((await server.http.get(uri).set('If-None-Match', '"1"').expect(200)).headers.etag).toBe('"2"');
});

it('does the same for subtickets; the roll-up counts on the ticket', async () => {
  const ticket = await aTicket(server).withSubticket('gcc');
  const { id } = ticket.subtickets[0]!;
  await patchSubticket(id, { current_workflow_step: 200 }, { 'If-Match': '"2"' }).expect(412);
  expect(
    (await patchSubticket(id, { current_workflow_step: 200 }, { 'If-Match': '"1"' }).expect(202)).headers.etag,
  ).toBe('"2"');
  expect([(await subticketOf(id)).version, (await ticketOf(ticket.id)).version]).toEqual([2, 2]);
  await patchSubticket(id, { current_workflow_step: 200 }).expect(202);
  expect([(await subticketOf(id)).version, (await ticketOf(ticket.id)).version]).toEqual([2, 2]);
});

it('answers with no body to those who prefer little', async () => {
  const { id } = await aTicket(server);
  const reply = await patch(id, { status: 1 }, { Prefer: 'return=minimal' }).expect(202);
  expect([reply.text, reply.headers.etag, reply.headers['content-type']]).toEqual(['', '"2"', undefined]);
});
