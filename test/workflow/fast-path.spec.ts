// A status PATCH takes the fast path, or with an Idempotency-Key the long one. Nobody can tell which it was: the same status,
// headers and body, the same row and the same event.
import type { Response } from 'supertest';
import { type MoveCase, requestCases } from '../builders/move-cases.js';
import { insertCases, readTickets, type TicketAsKept } from '../builders/tickets-by-sql.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
const { patch } = workflowCalls(() => server);
beforeAll(async () => {
  server = await startTestServer();
  // Numbers that stand for nothing else in a reply, and are equally long.
  await server.sql(`SELECT setval('ticket_id_seq', 5000000)`);
});
afterAll(() => server.stop());

const VOLATILE = /"(time|updated_at|step_entered_at|request_id)":"[^"]*"/g;

/** A reply with the ticket's own number and key, and what time and chance put into it, made neutral. */
function neutral({ status, headers, text }: Response, id: number): object {
  const { date: _date, 'x-request-id': _request, ...rest } = headers as Record<string, string>;
  const body = text.replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'ID').replaceAll(VOLATILE, '"$1":"…"');
  return { status, headers: { ...rest, 'content-length': String(body.length) }, body };
}

/** What is kept, with which of its times are new instead of the times. */
function neutralKept({ row, events }: TicketAsKept, before: TicketAsKept): object {
  const {
    created_at: _created,
    preview_key: _random,
    updated_at,
    step_entered_at,
    ...rest
  } = row as typeof row & {
    preview_key?: string;
  };
  const renewed = {
    updated: updated_at !== before.row.updated_at,
    entered: step_entered_at !== before.row.step_entered_at,
    closed: rest.closed_at !== before.row.closed_at,
  };
  const text = JSON.stringify({ ...rest, id: 0, closed_at: rest.closed_at !== null, renewed, events });
  return JSON.parse(text.replaceAll(`TKT-${row.id}`, 'KEY')) as object;
}

async function run(cases: readonly MoveCase[], key: string | undefined): Promise<{ reply: object; kept: object }[]> {
  const before = await insertCases(server, cases);
  const replies: object[] = [];
  for (const [index, { asked, ifMatch }] of cases.entries()) {
    const { id, version } = before[index]!.row;
    const body = {
      ...(asked.step !== undefined && { current_workflow_step: asked.step }),
      ...(asked.status !== undefined && { status: asked.status }),
    };
    const headers = {
      ...(ifMatch !== 'none' && { 'If-Match': `"${ifMatch === 'matching' ? version : 2}"` }),
      ...(key !== undefined && { 'Idempotency-Key': `${key}-${index}` }),
    };
    replies.push(neutral(await patch(id, body, headers), id));
  }
  const after = await readTickets(
    server,
    before.map(({ row }) => row.id),
  );
  return after.map((kept, index) => ({ reply: replies[index]!, kept: neutralKept(kept, before[index]!) }));
}

it('answers and keeps the same on both paths', async () => {
  const cases = requestCases();
  const fast = await run(cases, undefined);
  const long = await run(cases, 'long');
  for (const [index, one] of cases.entries())
    expect({ case: one, ...fast[index] }).toEqual({ case: one, ...long[index] });
  const statuses = new Set(fast.map(({ reply }) => (reply as Response).status));
  expect([...statuses].sort()).toEqual([202, 409, 412]);
}, 120_000);

it.each([
  ['no such ticket', 999_999, { status: 1 }],
  ['an id that is none', 'nonsense', { status: 1 }],
  ['a step that is none', 1, { current_workflow_step: 150 }],
  ['a status beyond 1000', 1, { status: 1001 }],
])('answers %s the same', async (_what, id, body) => {
  await insertCases(server, requestCases().slice(0, 1));
  const [fast, long] = [
    await patch(id, body),
    await patch(id, body, { 'Idempotency-Key': `${_what.replaceAll(' ', '-')}` }),
  ];
  expect(neutral(fast, 0)).toEqual(neutral(long, 0));
  expect([400, 404]).toContain(fast.status);
});
