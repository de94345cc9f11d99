// What the policies hold and lock say, and how people say until when.
import fc from 'fast-check';
import { parseUntil } from '../../../src/promotion/domain/hold.js';
import { holdVerdict } from '../../../src/promotion/domain/hold-policy.js';
import { lockVerdict } from '../../../src/promotion/domain/lock-policy.js';

const [SINCE, BASE] = ['2026-01-01T12:00:00.000Z', 'http://127.0.0.1:8000'];
const HELD_SINCE = '2026-01-02T08:00:00.000000Z';
const END = '2026-01-03T08:30:15.000000Z';
const held = { actor: 'ada', reason: 'waits for the notes', since: HELD_SINCE };

describe('hold', () => {
  const verdict = (hold?: Parameters<typeof holdVerdict>[0]['hold']) =>
    holdVerdict({ ticketKey: 'TKT-1', ticketId: 7, hold }, SINCE, BASE);

  test('passes where nobody holds the ticket', () => {
    expect(verdict()).toEqual({
      policy: 'hold',
      verdict: 'pass',
      code: 'ticket.not_held',
      summary: 'TKT-1 is not held.',
      actor: 'you',
      since: SINCE,
      next_actions: [],
    });
  });

  test('blocks until somebody lifts it, and has the command', () => {
    expect(verdict({ ...held, until: null })).toEqual({
      policy: 'hold',
      verdict: 'blocked',
      code: 'ticket.held',
      summary: 'TKT-1 is held by ada: waits for the notes',
      actor: 'ada',
      since: HELD_SINCE,
      next_actions: [
        {
          label: 'Unhold TKT-1',
          verb: 'unhold',
          command: `curl --fail-with-body --request POST '${BASE}/api/v1/ticket/7/unhold/'`,
          method: 'POST',
          href: '/api/v1/ticket/7/unhold/',
          permission: 'ticket:write',
        },
      ],
    });
  });

  test('waits where it clears by itself', () => {
    expect(verdict({ ...held, until: END })).toMatchObject({
      verdict: 'waiting',
      summary: 'TKT-1 is held by ada until 2026-01-03 08:30 UTC: waits for the notes',
      until: END,
    });
  });

  test('never says more than a line has room for', () => {
    expect(verdict({ ...held, reason: 'x'.repeat(500), until: null }).summary).toHaveLength(140);
  });
});

describe('lock', () => {
  const verdict = (lock?: Parameters<typeof lockVerdict>[1]) =>
    lockVerdict({ stage: 'prod', project: 'the shop' }, lock, SINCE, BASE);

  test('passes where nobody locked the stage', () => {
    expect(verdict(undefined)).toEqual({
      policy: 'lock',
      verdict: 'pass',
      code: 'stage.open',
      summary: 'prod of the shop is not locked.',
      actor: 'you',
      since: SINCE,
      next_actions: [],
    });
  });

  test('blocks until somebody unlocks it, and has the command', () => {
    expect(verdict({ ...held, until: null })).toMatchObject({
      verdict: 'blocked',
      code: 'stage.locked',
      summary: 'prod of the shop is locked by ada: waits for the notes',
      actor: 'ada',
      since: HELD_SINCE,
      next_actions: [{ href: '/api/v1/stage/prod/unlock/?project=the%20shop', permission: 'admin' }],
    });
    expect(verdict({ ...held, until: null })).not.toHaveProperty('until');
  });

  test('waits where it clears by itself', () => {
    expect(verdict({ ...held, until: END })).toMatchObject({
      verdict: 'waiting',
      until: END,
      summary: 'prod of the shop is locked by ada until 2026-01-03 08:30 UTC: waits for the notes',
    });
  });
});

describe('until when', () => {
  test.each([
    ['30m', { seconds: 1800 }],
    ['2h', { seconds: 7200 }],
    ['3d', { seconds: 259_200 }],
    ['1w', { seconds: 604_800 }],
    ['366d', { seconds: 31_622_400 }],
    ['2026-11-22', { at: '2026-11-22T00:00:00.000Z' }],
    ['2026-11-22T08:00', { at: '2026-11-22T08:00:00.000Z' }],
    ['2026-11-22 08:00', { at: '2026-11-22T08:00:00.000Z' }],
    ['2026-11-22T08:00:15.5Z', { at: '2026-11-22T08:00:15.500Z' }],
    ['2026-11-22T08:00+02:00', { at: '2026-11-22T06:00:00.000Z' }],
    ['2024-02-29', { at: '2024-02-29T00:00:00.000Z' }],
  ])('%s', (text, until) => expect(parseUntil(text)).toEqual(until));

  test.each([
    '',
    '0h',
    '2',
    'h',
    '2y',
    '-2h',
    '367d',
    '99w',
    '2026-02-30',
    '2026-13-01',
    '2026-11-22T25:00',
    'tomorrow',
  ])('not %j', (text) => expect(parseUntil(text)).toBeUndefined());

  test('never throws, and an end is one that Postgres takes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ?$/)), (text) => {
        const until = parseUntil(text);
        if (until && 'at' in until) expect(until.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      }),
    );
  });
});
