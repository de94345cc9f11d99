// The wording of every line as a table, and a story in which everything that is told leads to where one can look.
import { asLine } from '../../src/log/lines/line.js';
import { safeLink } from '../../src/log/lines/link.js';
import { packageListLine, resourceChangedLine } from '../../src/log/lines/resource-lines.js';
import { moveSeverity, severityOf } from '../../src/log/lines/severity.js';
import * as stage from '../../src/log/lines/stage-lines.js';
import * as work from '../../src/log/lines/work-lines.js';
import { aTicket, anUploadOf } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const at = { name: 'TKT-1', from: 200, to: 200, stepName: 'Package Building', status: '1000' };
const until = new Date('2026-11-22T08:00:30Z');

it.each([
  [work.movedLine(at), 'TKT-1 at 200 (Package Building): status 1000'],
  [work.movedLine({ ...at, from: 100, status: '000' }), 'TKT-1 moved 100 → 200 (Package Building), status 000'],
  [
    work.movedLine({ ...at, to: 999, stepName: 'Failed', status: '999', why: 'no space left' }),
    'TKT-1 moved 200 → 999 (Failed), status 999: no space left',
  ],
  [work.changedLine('TKT-1', ['title', 'owner']), 'TKT-1 changed: title, owner'],
  [work.closedLine('TKT-1'), 'TKT-1 closed'],
  [work.closedLine('TKT-1', 'superseded by TKT-9'), 'TKT-1 closed: superseded by TKT-9'],
  [work.reopenedLine('TKT-1', 300, 'TKT-9 was wrong'), 'TKT-1 reopened at step 300: TKT-9 was wrong'],
  [work.supersededLine(3, 4), 'Subticket 3 superseded by subticket 4'],
  [work.reinstatedLine(3, 4), 'Subticket 3 is live again: subticket 4 was deleted'],
  [resourceChangedLine('source package', 7, ['name']), 'Source package 7 changed: name'],
  [
    packageListLine({ created: 1, updated: 2, unchanged: 3, removed: 4 }),
    'Package list replaced: 1 created, 2 updated, 3 unchanged, 4 removed',
  ],
  [stage.stampedLine('TKT-1', 'dev', 1, 3), 'TKT-1 stamped at dev: revision 1, 3 keys'],
  [stage.modulesChangedLine('TKT-1', 2, 1), 'TKT-1 changed its modules: revision 2, 1 key'],
  [stage.promotedLine({ key: 'TKT-1', from: 'dev', to: 'qa', revision: 2 }), 'TKT-1 promoted dev → qa: revision 2'],
  [
    stage.promotedLine({ key: 'TKT-1', from: 'qa', to: 'prod', revision: 2, release: 42 }),
    'TKT-1 promoted qa → prod: release 42',
  ],
  [
    stage.revertedLine({ key: 'TKT-1', from: 'prod', to: 'qa', release: 43, reason: 'the menu is gone' }),
    'TKT-1 reverted prod → qa: release 43: the menu is gone',
  ],
  [stage.revertedLine({ key: 'TKT-1', from: 'qa', to: 'dev' }), 'TKT-1 reverted qa → dev'],
  [stage.modulesRevertedLine('TKT-1', 2, 'worse'), 'TKT-1 reverted its modules to revision 2: worse'],
  [stage.rebasedLine('TKT-1', 42, ['nav mine']), 'TKT-1 rebased on release 42: nav mine'],
  [stage.releaseLine(42, 'TKT-1 promoted'), 'Release 42: TKT-1 promoted'],
  [
    stage.heldLine('TKT-1', { until, reason: 'waits for the notes' }),
    'TKT-1 held until 2026-11-22 08:00 UTC: waits for the notes',
  ],
  [stage.heldLine('TKT-1', {}), 'TKT-1 held'],
  [stage.unheldLine('TKT-1', 'done'), 'TKT-1 no longer held: done'],
  [stage.lockedLine('prod', 'shop', { reason: 'holidays' }), 'prod of shop locked: holidays'],
  [stage.unlockedLine('prod', 'shop'), 'prod of shop unlocked'],
  [stage.commandLine('promote TKT-1', 'promoted'), '"promote TKT-1": promoted'],
])('says %j', (line, expected) => expect(line).toBe(expected));

it.each([
  ['two\r\nlines\tand a tab', 'two lines and a tab'],
  ['\u001b[31mred\u001b[0m\u0007', '[31mred [0m'],
  ['a \u202egnp.exe', 'a gnp.exe'],
  ['half \ud83d of a sign', 'half \ufffd of a sign'],
  ['x'.repeat(200), `${'x'.repeat(139)}…`],
  ['\u{1f680}'.repeat(140), '\u{1f680}'.repeat(140)],
])('makes one safe line of %j', (text, expected) => expect(asLine(text)).toBe(expected));

it.each([
  ['ticket.created', 'info'],
  ['ticket.promoted', 'info'],
  ['ticket.reverted', 'warn'],
  ['release.rolled_back', 'warn'],
  ['stage.locked', 'warn'],
])('%s is %s', (type, severity) => expect(severityOf(type)).toBe(severity));

it('is an error when something fails, and not when a failed one is edited', () => {
  expect(moveSeverity('step_changed', true)).toBe('error');
  expect(moveSeverity('status_changed', true)).toBe('error');
  expect(moveSeverity('changed', true)).toBe('info');
  expect(moveSeverity('step_changed', false)).toBe('info');
});

it.each([
  ['https://ci.example/1', 'https://ci.example/1'],
  ['javascript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['https://ci.example/a b', undefined],
  ['//ci.example', undefined],
  [7, undefined],
])('leads to %j as %j', (link, shown) => expect(safeLink(link)).toBe(shown));

describe('over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());
  const calls = workflowCalls(() => server);

  type Told = { type: string; severity: string; line: string; link: string | null };
  const told = (since: string): Promise<Told[]> =>
    server.sql('SELECT type, severity, line, link FROM event WHERE id > $1 ORDER BY id', [since]);
  const newest = async (): Promise<string> =>
    (await server.sql<{ id: string }>('SELECT COALESCE(max(id), 0) AS id FROM event'))[0]!.id;

  it('tells of every part of a ticket by its key, with where to look', async () => {
    const { id, uri, key } = await aTicket(server).with({ title: 'Fix the menu' });
    const first = await newest();
    const { id: sub } = await anUploadOf(server, { uri }, 'curl');
    await calls
      .patchSubticket(sub, { current_workflow_step: 999, reason: 'test 1560 failed', log: 'https://ci.example/9' })
      .expect(202);
    const link = await server.http
      .post('/api/v1/ticketlink/')
      .send({ ticket: uri, kind: 'bug', url: 'https://bugs.example/1' })
      .expect(201);
    await server.http.delete(link.body.resource_uri as string).expect(204);
    const path = `/api/v1/ticket/${id}/`;
    expect((await told(first)).slice(-6)).toEqual([
      {
        type: 'subticket.created',
        severity: 'info',
        line: `${key}: Subticket ${sub} (curl) created`,
        link: `/api/v1/subticket/${sub}/`,
      },
      {
        type: 'subticket.step_changed',
        severity: 'error',
        line: `${key}: Subticket ${sub} moved 100 → 999 (Failed), status 000: test 1560 failed`,
        link: 'https://ci.example/9',
      },
      {
        type: 'subticketartifact.created',
        severity: 'info',
        line: `${key}: Artifact LOGS log created`,
        link: 'https://ci.example/9',
      },
      {
        type: 'ticket.step_changed',
        severity: 'error',
        line: `${key} moved 100 → 999 (Failed), status 999: test 1560 failed`,
        link: 'https://ci.example/9',
      },
      {
        type: 'ticketlink.created',
        severity: 'info',
        line: `${key}: Ticket link bug https://bugs.example/1 created`,
        link: 'https://bugs.example/1',
      },
      {
        type: 'ticketlink.deleted',
        severity: 'info',
        line: `${key}: Ticket link bug https://bugs.example/1 deleted`,
        link: `${path}history/`,
      },
    ]);
  });

  it('names a new ticket with its title, and leads nowhere that does not answer', async () => {
    const first = await newest();
    const { id, key } = await aTicket(server)
      .with({ title: 'A\tlong one'.padEnd(200, '.') })
      .at(200, 5);
    await server.http.post('/api/v1/bundle/').send({
      title: 'Two packages',
      owner: 'owner@example.com',
      subtickets: [{ sourcepackage: 'openssl', version: '3.0.15' }],
    });
    await server.http.patch(`/api/v1/ticket/${id}/`).send({ owner: 'other@example.com' }).expect(202);
    const rows = await told(first);
    expect(rows[0]).toMatchObject({ type: 'ticket.created', link: `/api/v1/ticket/${id}/` });
    expect(rows[0]!.line).toMatch(new RegExp(`^Ticket ${key} created: A long one\\.+$`));
    expect([...rows[0]!.line]).toHaveLength(140);
    expect(rows.map(({ line }) => line)).toContain(`${key} moved 100 → 200 (Package Building), status 005`);
    expect(rows.map(({ line }) => line)).toContain(`${key} changed: owner`);
    expect(rows.length).toBeGreaterThan(6);
    for (const { link } of rows) await server.http.get(link!).expect(200);
  });
});

it('redacts before it cuts: wherever the end of a line falls in a secret, none of it is there', () => {
  const jwt = `eyJ${'h'.repeat(20)}.${'p'.repeat(20)}.${'s'.repeat(20)}`;
  for (const secret of [
    `stl_${'s'.repeat(43)}`,
    jwt,
    `password=${'s'.repeat(30)}`,
    `https://ada:${'s'.repeat(30)}@ci.example/`,
  ])
    for (let before = 0; before <= 70; before++) {
      const line = asLine(`${'a '.repeat(35).slice(0, before)} ${secret}`, 70);
      expect([before, line.length <= 70, /sss|hhh|ppp/.test(line)]).toEqual([before, true, false]);
    }
});
