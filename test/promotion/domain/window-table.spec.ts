// When windows close and open, at clock changes, leap days and ends of months; and what the verdict says.
import { type RuleWindow, windowState, windowVerdict } from '../../../src/promotion/domain/window-policy.js';
import { windowFaults } from '../../../src/promotion/domain/window-rule.js';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';

/** One window, and the first moment at which it is closed and the first at which it is open again, from `from` on. */
const TIMES: [name: string, window: Omit<RuleWindow, 'reason'>, from: string, closes: string, opens: string][] = [
  // Berlin's clocks go from 02:00 to 03:00 on 28 March 2027, and from 03:00 back to 02:00 on 31 October.
  [
    'a night over the change to summer time',
    { start: '2027-03-27T22:00', end: '2027-03-28T06:00', timezone: BERLIN },
    '2027-03-27T00:00Z',
    '2027-03-27T21:00Z',
    '2027-03-28T04:00Z',
  ],
  [
    'PT8H over it: eight hours',
    { start: '2027-03-27T22:00', duration: 'PT8H', timezone: BERLIN },
    '2027-03-27T00:00Z',
    '2027-03-27T21:00Z',
    '2027-03-28T05:00Z',
  ],
  [
    'P1D over it: the same time of the next day',
    { start: '2027-03-27T22:00', duration: 'P1D', timezone: BERLIN },
    '2027-03-27T00:00Z',
    '2027-03-27T21:00Z',
    '2027-03-28T20:00Z',
  ],
  [
    'a start that clocks skip',
    { start: '2027-03-28T02:30', duration: 'PT2H', timezone: BERLIN },
    '2027-03-28T00:00Z',
    '2027-03-28T01:30Z',
    '2027-03-28T03:30Z',
  ],
  [
    'an end that clocks skip',
    { start: '2027-03-28T01:00', end: '2027-03-28T02:30', timezone: BERLIN },
    '2027-03-27T20:00Z',
    '2027-03-28T00:00Z',
    '2027-03-28T01:30Z',
  ],
  [
    'daily, in the skipped hour',
    { start: '2027-01-01T02:30', duration: 'PT2H', rrule: 'FREQ=DAILY', timezone: BERLIN },
    '2027-03-27T12:00Z',
    '2027-03-28T01:30Z',
    '2027-03-28T03:30Z',
  ],
  [
    'daily, swallowed by the skipped hour',
    { start: '2027-01-01T02:00', end: '2027-01-01T03:00', rrule: 'FREQ=DAILY', timezone: BERLIN },
    '2027-03-27T12:00Z',
    '2027-03-29T00:00Z',
    '2027-03-29T01:00Z',
  ],
  [
    'a start that clocks show twice: the first',
    { start: '2027-10-31T02:30', duration: 'PT1H', timezone: BERLIN },
    '2027-10-30T00:00Z',
    '2027-10-31T00:30Z',
    '2027-10-31T01:30Z',
  ],
  [
    'an end that clocks show twice: the first',
    { start: '2027-10-31T01:00', end: '2027-10-31T02:30', timezone: BERLIN },
    '2027-10-30T00:00Z',
    '2027-10-30T23:00Z',
    '2027-10-31T00:30Z',
  ],
  [
    'the weekend of the change to winter time',
    { start: '2027-01-01T18:00', end: '2027-01-04T08:00', rrule: 'FREQ=WEEKLY', timezone: BERLIN },
    '2027-10-28T00:00Z',
    '2027-10-29T16:00Z',
    '2027-11-01T07:00Z',
  ],
  // New York's go forward on 14 March 2027 and back on 7 November, at 02:00.
  [
    'New York, the weekend of the change to summer time',
    { start: '2027-01-01T18:00', end: '2027-01-04T08:00', rrule: 'FREQ=WEEKLY;BYDAY=FR', timezone: NEW_YORK },
    '2027-03-10T00:00Z',
    '2027-03-12T23:00Z',
    '2027-03-15T12:00Z',
  ],
  [
    'New York, a start that clocks skip',
    { start: '2027-03-14T02:15', duration: 'PT1H', timezone: NEW_YORK },
    '2027-03-14T00:00Z',
    '2027-03-14T07:15Z',
    '2027-03-14T08:15Z',
  ],
  [
    'New York, a start that clocks show twice',
    { start: '2027-11-07T01:30', duration: 'PT2H', timezone: NEW_YORK },
    '2027-11-07T00:00Z',
    '2027-11-07T05:30Z',
    '2027-11-07T07:30Z',
  ],
  [
    'New York, a night over the change to winter time',
    { start: '2027-01-01T22:00', end: '2027-01-02T06:00', rrule: 'FREQ=DAILY', timezone: NEW_YORK },
    '2027-11-06T12:00Z',
    '2027-11-07T02:00Z',
    '2027-11-07T11:00Z',
  ],
  [
    'Kolkata, half an hour off, over midnight',
    { start: '2027-01-01T23:00', end: '2027-01-02T01:15', rrule: 'FREQ=DAILY', timezone: 'Asia/Kolkata' },
    '2027-06-01T12:00Z',
    '2027-06-01T17:30Z',
    '2027-06-01T19:45Z',
  ],
  [
    'a leap day',
    { start: '2024-02-29T00:00', duration: 'P1D', rrule: 'FREQ=YEARLY', timezone: 'Asia/Kolkata' },
    '2027-06-01T00:00Z',
    '2028-02-28T18:30Z',
    '2028-02-29T18:30Z',
  ],
  [
    'the last Friday of a month',
    { start: '2027-01-01T16:00', duration: 'PT8H', rrule: 'FREQ=MONTHLY;BYDAY=-1FR', timezone: BERLIN },
    '2027-04-01T00:00Z',
    '2027-04-30T14:00Z',
    '2027-04-30T22:00Z',
  ],
  [
    'the last working day of a month',
    {
      start: '2027-01-01T16:00',
      duration: 'PT1H',
      rrule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
      timezone: 'UTC',
    },
    '2027-05-10T00:00Z',
    '2027-05-31T16:00Z',
    '2027-05-31T17:00Z',
  ],
  [
    'the 31st, in months that have one',
    { start: '2027-01-31T00:00', duration: 'P1D', rrule: 'FREQ=MONTHLY', timezone: 'UTC' },
    '2027-04-01T00:00Z',
    '2027-05-31T00:00Z',
    '2027-06-01T00:00Z',
  ],
  [
    'the last day of a month',
    { start: '2027-01-31T00:00', duration: 'P1D', rrule: 'FREQ=MONTHLY;BYMONTHDAY=-1', timezone: 'UTC' },
    '2027-02-02T00:00Z',
    '2027-02-28T00:00Z',
    '2027-03-01T00:00Z',
  ],
  [
    'every other week',
    { start: '2027-01-04T09:00', duration: 'PT1H', rrule: 'FREQ=WEEKLY;INTERVAL=2', timezone: 'UTC' },
    '2027-01-05T00:00Z',
    '2027-01-18T09:00Z',
    '2027-01-18T10:00Z',
  ],
  [
    'a start on another day than the rule: from its first day on',
    { start: '2027-01-04T09:00', duration: 'PT1H', rrule: 'FREQ=WEEKLY;BYDAY=WE', timezone: 'UTC' },
    '2027-01-04T00:00Z',
    '2027-01-06T09:00Z',
    '2027-01-06T10:00Z',
  ],
  [
    'two days that touch are one stretch',
    { start: '2027-01-02T00:00', duration: 'P1D', rrule: 'FREQ=WEEKLY;BYDAY=SA,SU', timezone: 'UTC' },
    '2027-01-05T00:00Z',
    '2027-01-09T00:00Z',
    '2027-01-11T00:00Z',
  ],
  [
    'a series of forty years',
    { start: '1987-01-02T18:00', end: '1987-01-05T08:00', rrule: 'FREQ=WEEKLY', timezone: BERLIN },
    '2027-07-01T00:00Z',
    '2027-07-02T16:00Z',
    '2027-07-05T06:00Z',
  ],
];

const at = (text: string): Date => new Date(text);
const closedRule = (...windows: object[]) => ({
  closed: windows.map((window) => ({ reason: 'stock-taking', ...window }) as RuleWindow),
});

describe('when a window is', () => {
  test.each(TIMES)('%s', (_name, window, from, closes, opens) => {
    const rule = closedRule(window);
    const [closing, opening] = [at(closes), at(opens)];
    expect(windowFaults(rule)).toEqual([]);
    expect(windowState(rule, at(from))).toEqual({ open: true, until: closing });
    expect(windowState(rule, new Date(closing.getTime() - 1)).open).toBe(true);
    const closed = { open: false, reason: 'stock-taking', reverts: false, until: opening };
    expect(windowState(rule, closing)).toMatchObject(closed);
    expect(windowState(rule, new Date(opening.getTime() - 1))).toMatchObject(closed);
    expect(windowState(rule, opening).open).toBe(true);
  });

  const daily = { start: '2027-01-01T10:00', duration: 'PT1H', timezone: BERLIN };

  test('UNTIL: the last occurrence begins then, not later; a date is its whole day', () => {
    const lastIs = (until: string) => {
      const rule = closedRule({ ...daily, rrule: `FREQ=DAILY;UNTIL=${until}` });
      return ['02', '03', '04'].map((day) => windowState(rule, at(`2027-01-${day}T09:30Z`)).open);
    };
    expect(lastIs('20270103T090000Z')).toEqual([false, false, true]);
    expect(lastIs('20270103T085959Z')).toEqual([false, true, true]);
    expect(lastIs('20270103T100000')).toEqual([false, false, true]);
    expect(lastIs('20270103')).toEqual([false, false, true]);
  });

  test('COUNT: so many, over the turn of years too', () => {
    const rule = closedRule({ ...daily, start: '2026-12-30T10:00', rrule: 'FREQ=DAILY;COUNT=4' });
    const states = ['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02', '2027-01-03'].map(
      (day) => windowState(rule, at(`${day}T09:30Z`)).open,
    );
    expect(states).toEqual([false, false, false, false, true]);
    expect(windowState(rule, at('2027-01-03T00:00Z'))).toEqual({ open: true });
  });

  test('several windows: until all are over, with the reason of the one that ends last', () => {
    const rule = closedRule(
      { ...daily, reason: 'first', reverts: true },
      { ...daily, start: '2027-01-01T10:30', duration: 'PT2H', reason: 'second' },
      { ...daily, start: '2027-01-01T12:30', reason: 'third' },
    );
    const until = at('2027-01-01T12:30Z');
    expect(windowState(rule, at('2027-01-01T09:45Z'))).toMatchObject({ reason: 'second', reverts: true, until });
    expect(windowState(rule, at('2027-01-01T10:45Z'))).toMatchObject({ reason: 'second', reverts: false, until });
    expect(windowState(rule, at('2027-01-01T09:45Z'), true)).toMatchObject({
      reason: 'first',
      until: at('2027-01-01T10:00Z'),
    });
    expect(windowState(rule, at('2027-01-01T10:45Z'), true)).toEqual({ open: true });
  });

  test('open: closed but in its windows', () => {
    const hours = {
      start: '2027-01-04T09:00',
      duration: 'PT8H',
      rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH',
      timezone: 'UTC',
    };
    const rule = { open: [hours] };
    expect(windowState(rule, at('2027-01-07T12:00Z'))).toEqual({ open: true, until: at('2027-01-07T17:00Z') });
    expect(windowState(rule, at('2027-01-08T12:00Z'))).toEqual({
      ...{ open: false, reason: 'outside its open windows', reverts: false },
      ...{ since: at('2027-01-07T17:00Z'), until: at('2027-01-11T09:00Z') },
    });
    expect(windowState(rule, at('2027-01-08T12:00Z'), true)).toEqual({ open: true });
    expect(windowState({ open: [{ ...hours, reverts: true }] }, at('2027-01-08T12:00Z'), true).open).toBe(false);
    expect(windowState({ open: [{ ...hours, rrule: undefined }] }, at('2027-01-08T12:00Z')).until).toBeNull();
  });
});

describe('its verdict', () => {
  const SINCE = '2026-01-01T00:00:00.000Z';
  const rule = closedRule({
    start: '2027-01-01T18:00',
    end: '2027-01-04T08:00',
    rrule: 'FREQ=WEEKLY',
    timezone: BERLIN,
  });
  const say = (now: string, exempt = false, given: object = rule) =>
    windowVerdict({ stage: 'prod', project: 'shop', rule: given, exempt, now: at(now) }, SINCE);
  const base = { policy: 'window', next_actions: [] };

  test('open, closed, exempt, never', () => {
    expect(say('2027-02-03T00:00Z')).toEqual({
      ...{ ...base, verdict: 'pass', code: 'window.open', actor: 'you', since: SINCE },
      summary: 'prod of shop is open until 2027-02-05 17:00 UTC.',
    });
    expect(say('2027-02-06T00:00Z')).toEqual({
      ...{ ...base, verdict: 'waiting', code: 'window.closed', actor: 'upstream' },
      ...{ since: '2027-02-05T17:00:00.000Z', until: '2027-02-08T07:00:00.000Z' },
      summary: 'prod of shop is closed until 2027-02-08 07:00 UTC: stock-taking',
    });
    expect(say('2027-02-06T00:00Z', true)).toMatchObject({ verdict: 'pass', code: 'window.open' });
    const past = { open: [{ start: '2026-01-01T00:00', duration: 'PT1H', timezone: 'UTC' }] };
    expect(say('2027-02-06T00:00Z', false, past)).toMatchObject({
      ...{ verdict: 'blocked', code: 'window.never_opens', actor: 'you' },
      summary: 'prod of shop does not open within a year: outside its open windows',
    });
  });
});
