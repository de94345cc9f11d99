// The hot statement and the pure rules are one set of rules: the same outcome, row, version and event for every state of a
// ticket and everything asked. Failures keep a record and strict mode's 1000 asks the subtickets: those the statement must
// leave to the long way.
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { resourceNamed } from '../../src/rest/resource.js';
import { statusPatch } from '../../src/tickets/status-patch-sql.js';
import { moveEvent, workChanges, workStateOf } from '../../src/tickets/ticket-state.js';
import { isSubticketComplete } from '../../src/workflow/roll-up.js';
import { isFailed, move } from '../../src/workflow/move.js';
import { subticketCompleteSql } from '../../src/workflow/move-sql.js';
import { STEPS } from '../../src/workflow/steps.js';
import { type MoveCase, moveCases } from '../builders/move-cases.js';
import { insertCases, readTickets, type TicketAsKept } from '../builders/tickets-by-sql.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Answer {
  readonly body: string;
  readonly version: number;
}

/** What the statement answered, and what it left behind. */
interface Done {
  readonly answer: Answer | undefined;
  readonly before: TicketAsKept;
  readonly after: TicketAsKept;
}

/** Runs every case on a ticket of its own. */
async function runStatement(cases: readonly MoveCase[]): Promise<Done[]> {
  const before = await insertCases(server, cases);
  const patch = statusPatch(resourceNamed('updateticketstatus'));
  const client = new pg.Client(server.connection);
  await client.connect();
  const answered: (Answer | undefined)[] = [];
  for (const [index, { asked, ifMatch }] of cases.entries()) {
    const { id, version } = before[index]!.row;
    const match = ifMatch === 'none' ? undefined : ifMatch === 'matching' ? version : version + 1;
    const statement = patch(id, asked, match, 'local');
    answered.push(statement && (await client.query<Answer>(statement as pg.QueryConfig)).rows[0]);
  }
  await client.end();
  const after = await readTickets(
    server,
    before.map(({ row }) => row.id),
  );
  return cases.map((_case, index) => ({ answer: answered[index], before: before[index]!, after: after[index]! }));
}

/** The pure rules' answer: the columns and the event of a move, `same`, or that the statement must do nothing. */
function expected({ mode, state, asked, ifMatch }: MoveCase, before: TicketAsKept): unknown {
  const result = move(workStateOf(before.row), asked, { mode, openSubtickets: [], name: before.row.key });
  const failure = isFailed(state) || asked.step === 999 || asked.status === 999;
  const decidedElsewhere = failure || (mode === 'strict' && asked.step === 1000 && state.step !== 1000);
  if (ifMatch === 'other' || result.refused || decidedElsewhere) return { outcome: 'nothing' };
  if (!result.changed) return { outcome: 'same', version: before.row.version };
  const set = workChanges(before.row, result.next);
  const { type, severity, line, data } = moveEvent(
    resourceNamed('ticket'),
    before.row.key,
    before.row,
    result.next,
    set,
  );
  const version = before.row.version + 1;
  const oneLine = [...line.replace(/[\n\r\t]/g, ' ')].slice(0, 140).join('');
  return {
    outcome: 'moved',
    version,
    set,
    event: { type, severity, line: oneLine, data, version, actor: 'local', project: before.row.project },
  };
}

function found({ answer, before, after }: Done): unknown {
  const changes = Object.entries(after.row).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before.row[name as keyof typeof before.row]),
  );
  if (changes.length === 0 && after.events.length === 0) {
    return answer ? { outcome: 'same', version: answer.version } : { outcome: 'nothing' };
  }
  const { version, updated_at, step_entered_at, ...set } = Object.fromEntries(changes);
  // Every change is timed, and the time at the step begins anew exactly when the step changes.
  if (updated_at === undefined || 'current_workflow_step' in set !== (step_entered_at !== undefined))
    return { set, updated_at, step_entered_at };
  return {
    outcome: 'moved',
    version: answer?.version === version ? version : { answer, version },
    set,
    event: after.events[0],
  };
}

it('decides, writes and tells the same as the pure rules', async () => {
  const cases = moveCases();
  const done = await runStatement(cases);
  const outcomes: Record<string, number> = {};
  for (const [index, one] of cases.entries()) {
    const wanted = expected(one, done[index]!.before) as { outcome: string };
    outcomes[wanted.outcome] = (outcomes[wanted.outcome] ?? 0) + 1;
    const got = { ...(found(done[index]!) as object) };
    if (!isDeepStrictEqual(got, wanted)) expect({ case: one, ...got }).toEqual({ case: one, ...wanted });
    expect(done[index]!.after.events.length).toBe(wanted.outcome === 'moved' ? 1 : 0);
  }
  // Every kind of outcome was among them.
  for (const outcome of ['moved', 'same', 'nothing']) expect(outcomes[outcome]).toBeGreaterThan(100);
}, 120_000);

it('knows complete subtickets as the pure rule does', async () => {
  const all = STEPS.flatMap((step) =>
    [0, 1, 998, 999, 1000].map((status) => ({ current_workflow_step: step, status })),
  );
  const rows = await server.sql<{ current_workflow_step: number; status: number; complete: boolean }>(
    `SELECT s.*, ${subticketCompleteSql('s')} AS complete FROM jsonb_to_recordset($1) AS s(current_workflow_step int, status int)`,
    [JSON.stringify(all)],
  );
  expect(rows).toHaveLength(35);
  for (const row of rows) {
    expect(row.complete).toBe(isSubticketComplete({ step: row.current_workflow_step, status: row.status }));
  }
});
