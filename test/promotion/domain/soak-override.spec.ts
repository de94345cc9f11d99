// The policy `soak`, judged by the database's clock, and what an override does to a verdict.
import { type Override, overriding } from '../../../src/promotion/domain/override.js';
import { soakVerdict } from '../../../src/promotion/domain/soak-policy.js';
import type { Verdict } from '../../../src/promotion/domain/verdict.js';

const at = (since: string | null, now: string): Parameters<typeof soakVerdict>[0] => ({
  ticketKey: 'TKT-1',
  stage: 'qa',
  since,
  now,
  stepped: 0,
});

test.each([
  [
    '2026-11-01T10:00:00.000000Z',
    '2026-11-01T10:29:59.999000Z',
    'soak.waiting',
    'TKT-1 stays at qa for 30 minutes until 2026-11-01 10:30 UTC.',
  ],
  ['2026-11-01T10:00:00.000000Z', '2026-11-01T10:30:00.000000Z', 'soak.over', 'TKT-1 has been at qa for 30 minutes.'],
  [null, '2026-11-01T10:00:00.000000Z', 'soak.over', 'TKT-1 has been at qa for 30 minutes.'],
])('since %s, at %s: %s', (since, now, code, summary) => {
  expect(soakVerdict(at(since, now), 30)).toMatchObject({ code, summary });
});

test('what the clock stepped forth is no time', () => {
  const facts = { ...at('2026-11-01T10:00:00.000000Z', '2026-11-01T11:00:00.000000Z'), stepped: 3600 };
  expect(soakVerdict(facts, 30)).toMatchObject({ code: 'soak.waiting', until: '2026-11-01T11:30:00.000Z' });
});

test('the time is told in the unit that fits', () => {
  const text = (minutes: number): string => soakVerdict(at(null, '2026-11-01T10:00:00Z'), minutes).summary;
  expect([1, 60, 90, 1440, 2880].map(text)).toEqual([
    'TKT-1 has been at qa for 1 minute.',
    'TKT-1 has been at qa for 1 hour.',
    'TKT-1 has been at qa for 90 minutes.',
    'TKT-1 has been at qa for 1 day.',
    'TKT-1 has been at qa for 2 days.',
  ]);
});

const verdict = (policy: string, grade: Verdict['verdict'], name?: string): Verdict => ({
  policy,
  verdict: grade,
  code: 'stage.locked',
  summary: 'as it is',
  actor: 'you',
  since: '2026-11-01T10:00:00.000000Z',
  next_actions: [],
  ...(name === undefined ? {} : { name }),
});
const override = (policy: string, name: string | null = null): Override => ({
  id: 1,
  policy,
  name,
  actor: 'carol',
  reason: "the fix can't wait",
  until: '2026-11-01T12:00:00.000000Z',
});

test.each<[string, Verdict, Override, string]>([
  ['what waits', verdict('soak', 'waiting'), override('soak'), 'pass_overridden'],
  ['another policy', verdict('soak', 'waiting'), override('window'), 'waiting'],
  ['its own rule', verdict('soak', 'waiting', 'long'), override('soak', 'long'), 'pass_overridden'],
  ['another rule', verdict('soak', 'waiting', 'long'), override('soak', 'short'), 'waiting'],
  ['what passes', verdict('soak', 'pass'), override('soak'), 'pass'],
  ['an unfinished subticket', verdict('steps', 'waiting'), override('steps'), 'pass_overridden'],
  ['a failed ticket', verdict('steps', 'failed'), override('steps'), 'failed'],
  ['a policy that cannot be overridden', verdict('lock', 'blocked'), override('lock'), 'blocked'],
])('an override of %s', (_what, given, over, grade) => {
  const [found] = overriding([given], [over], (policy) => policy !== 'lock');
  expect(found?.verdict).toBe(grade);
});

test('an overridden verdict says who, why, until when, and what it would be', () => {
  const [found] = overriding([verdict('soak', 'waiting')], [override('soak')], () => true);
  expect(found?.summary).toBe(
    "Overridden by carol until 2026-11-01 12:00 UTC: the fix can't wait. It would be waiting: as it is",
  );
});
