// What the policies say, and in what order.
import { type StepsFacts, stepsVerdict } from '../../../src/promotion/domain/steps-policy.js';
import {
  allPass,
  type Grade,
  requestAction,
  summaryOf,
  type Verdict,
  worst,
  worstFirst,
} from '../../../src/promotion/domain/verdict.js';

const [SINCE, BASE] = ['2026-01-01T12:00:00.000Z', 'http://127.0.0.1:8000'];
const verdict = (policy: string, grade: Grade): Verdict => ({
  policy,
  verdict: grade,
  code: 'steps.fine',
  summary: '',
  actor: 'you',
  since: SINCE,
  next_actions: [],
});

test('the worst comes first, equally bad ones keep their order', () => {
  const grades: Grade[] = [
    'pass',
    'error',
    'waiting',
    'blocked',
    'needs_approval',
    'pass_overridden',
    'failed',
    'waiting_for_ticket',
  ];
  const given = [...grades, 'pass' as const].map((grade, index) => verdict(String(index), grade));
  expect(worstFirst(given).map((one) => `${one.policy} ${one.verdict}`)).toEqual([
    '1 error',
    '6 failed',
    '3 blocked',
    '4 needs_approval',
    '7 waiting_for_ticket',
    '2 waiting',
    '5 pass_overridden',
    '0 pass',
    '8 pass',
  ]);
  expect(given[0]?.policy).toBe('0');
  expect(worst(given)?.verdict).toBe('error');
  expect(worst([])).toBeUndefined();
});

test('only what passes lets through', () => {
  expect(allPass([])).toBe(true);
  expect(allPass([verdict('a', 'pass'), verdict('b', 'pass_overridden')])).toBe(true);
  expect(allPass([verdict('a', 'pass'), verdict('b', 'waiting')])).toBe(false);
});

test('a summary has 140 characters at most, and no half ones', () => {
  expect(summaryOf('x'.repeat(140))).toBe('x'.repeat(140));
  expect(summaryOf('x'.repeat(141))).toBe(`${'x'.repeat(139)}…`);
  expect(summaryOf(`${'x'.repeat(138)}😀😀`)).toBe(`${'x'.repeat(138)}…`);
  expect(summaryOf(`${'x'.repeat(137)}😀😀`)).toBe(`${'x'.repeat(137)}😀…`);
});

test('an action has a line for the shell', () => {
  const request = { verb: 'revert', method: 'POST', base: BASE, path: '/x/', body: { a: "it's" } } as const;
  expect(requestAction('Do', 'read', request)).toEqual({
    label: 'Do',
    verb: 'revert',
    body: { a: "it's" },
    permission: 'read',
    method: 'POST',
    href: '/x/',
    command: `curl --fail-with-body --request POST --header 'content-type: application/json' --data '{"a":"it'\\''s"}' '${BASE}/x/'`,
  });
  expect(requestAction('Do', 'read', { verb: 'history', method: 'GET', base: BASE, path: '/x/' }).command).toBe(
    `curl --fail-with-body --request GET '${BASE}/x/'`,
  );
});

describe('steps', () => {
  const failure = {
    cause: 'reported',
    code: 'x',
    kind: 'product',
    summary: 'No tests',
    step: '400',
    subticket: null,
    log: null,
  } as const;
  const nav = { id: 3, name: 'nav', step: 200, status: 1000, failed: false };
  const facts: StepsFacts = { ticketKey: 'TKT-1', ticketId: 7, failed: false, failure: null, subtickets: [nav] };
  const say = (given: Partial<StepsFacts>) => stepsVerdict({ ...facts, ...given }, SINCE, BASE);

  test('pass', () => {
    expect(say({})).toEqual({
      policy: 'steps',
      verdict: 'pass',
      code: 'steps.fine',
      summary: 'TKT-1 has not failed, and no subticket is failed or unfinished.',
      actor: 'you',
      since: SINCE,
      next_actions: [],
    });
    expect(say({ subtickets: [] }).verdict).toBe('pass');
  });

  test('a failed ticket says why, and how to retry it where it failed', () => {
    expect(say({ failed: true, failure })).toEqual({
      policy: 'steps',
      since: SINCE,
      verdict: 'failed',
      code: 'steps.ticket_failed',
      summary: 'TKT-1 failed at 400: No tests',
      actor: 'you',
      next_actions: [
        {
          label: 'Retry TKT-1',
          verb: 'status',
          body: { current_workflow_step: '400', status: '000' },
          command: `curl --fail-with-body --request PATCH --header 'content-type: application/json' --data '{"current_workflow_step":"400","status":"000"}' '${BASE}/api/v1/updateticketstatus/7/'`,
          method: 'PATCH',
          href: '/api/v1/updateticketstatus/7/',
          permission: 'status:write',
        },
        {
          label: 'What happened',
          verb: 'history',
          command: `curl --fail-with-body --request GET '${BASE}/api/v1/ticket/7/history/'`,
          method: 'GET',
          href: '/api/v1/ticket/7/history/',
          permission: 'read',
        },
      ],
    });
  });

  test('a failure that nobody explained is retried from the queue', () => {
    const { summary, next_actions } = say({ failed: true });
    expect(summary).toBe('TKT-1 failed: no reason was given');
    expect(next_actions[0]?.command).toContain('"current_workflow_step":"100"');
    expect(say({ failed: true, failure: { ...failure, step: null, summary: null } }).summary).toBe(summary);
  });

  test.each([
    ['product', 'you'],
    ['policy', 'you'],
    ['conflict', 'you'],
    ['infra', 'infra'],
    ['timeout', 'infra'],
    [null, 'you'],
  ] as const)('a failure of %s is for %s', (kind, actor) => {
    expect(say({ failed: true, failure: { ...failure, kind } }).actor).toBe(actor);
    const failed = { ...nav, failed: true };
    expect(say({ failed: true, failure: { ...failure, kind, cause: 'roll_up' }, subtickets: [failed] }).actor).toBe(
      actor,
    );
  });

  test('a failed subticket is the one to retry, at its step or from package building', () => {
    const subtickets = [
      nav,
      { id: 4, name: 'cart', step: 999, status: 999, failed: true },
      { id: 5, name: 'ui', step: 300, status: 999, failed: true },
    ];
    const rolledUp = { ...failure, cause: 'roll_up', subticket: 4 } as const;
    expect(say({ failed: true, failure: rolledUp, subtickets })).toEqual({
      policy: 'steps',
      since: SINCE,
      verdict: 'failed',
      code: 'steps.subticket_failed',
      summary: 'Subticket 4 (cart) and 1 more are failed: No tests',
      actor: 'you',
      next_actions: [
        expect.objectContaining({
          label: 'Retry cart',
          href: '/api/v1/updatesubticketstatus/4/',
          command: expect.stringContaining('"current_workflow_step":"200"'),
        }),
        expect.objectContaining({
          label: 'Retry ui',
          href: '/api/v1/updatesubticketstatus/5/',
          command: expect.stringContaining('"current_workflow_step":"300"'),
        }),
      ],
    });
    expect(say({ failed: true, failure, subtickets }).code).toBe('steps.ticket_failed');
    expect(say({ failed: true, failure: { ...rolledUp, subticket: 5 }, subtickets }).summary).toBe(
      'Subticket 4 (cart) and 1 more are failed.',
    );
    expect(say({ failure: { ...rolledUp, summary: null }, subtickets: subtickets.slice(0, 2) }).summary).toBe(
      'Subticket 4 (cart) is failed.',
    );
    expect(say({ failure: null, subtickets })).toMatchObject({ code: 'steps.subticket_failed', actor: 'you' });
  });

  test('no more than five retries are offered', () => {
    const subtickets = Array.from({ length: 8 }, (_, id) => ({ ...nav, id, failed: true }));
    expect(say({ subtickets }).next_actions).toHaveLength(5);
  });

  test('an unfinished subticket is waited for', () => {
    expect(say({ subtickets: [nav, { ...nav, id: 4, status: 100 }] })).toEqual({
      policy: 'steps',
      since: SINCE,
      verdict: 'waiting',
      code: 'steps.subticket_unfinished',
      summary: 'Subticket 4 (nav) is not complete yet.',
      actor: 'upstream',
      next_actions: [
        {
          label: 'The subtickets',
          verb: 'subtickets',
          command: `curl --fail-with-body --request GET '${BASE}/api/v1/subticket/?ticket=7'`,
          method: 'GET',
          href: '/api/v1/subticket/?ticket=7',
          permission: 'read',
        },
      ],
    });
  });
});
