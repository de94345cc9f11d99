// What a rule of the policy `window` may say: each fault is named, with what to do about it.
import { atOnce } from '../../../src/platform/sliced.js';
import { windowFaults as written, windowTimesFaults } from '../../../src/promotion/domain/window-rule.js';

/** Both looks at a rule, the second where the first finds nothing. */
function windowFaults(given: unknown, now?: Date): string[] {
  const faults = written(given);
  return faults.length > 0 ? faults : atOnce(windowTimesFaults(given as Parameters<typeof windowTimesFaults>[0], now));
}

const BERLIN = 'Europe/Berlin';

describe('a rule that is refused', () => {
  const good = { start: '2027-01-01T18:00', duration: 'PT8H', timezone: BERLIN, reason: 'freeze' };
  const weekly = (rrule: unknown) => [{ ...good, rrule }];
  const REFUSED: [name: string, closed: unknown, says: RegExp][] = [
    ['a zone in start', [{ ...good, start: '2027-01-01T18:00Z' }], /start must be a local date-time/],
    ['no such day', [{ ...good, start: '2027-02-29T18:00' }], /start must be a local date-time that exists/],
    ['a number as start', [{ ...good, start: 5 }], /start must be/],
    ['end before start', [{ ...good, duration: undefined, end: '2026-12-31T00:00' }], /end must be after start/],
    ['a long end', [{ ...good, duration: undefined, end: '2028-12-31T00:00' }], /at most 366 days/],
    ['end and duration', [{ ...good, end: '2027-01-02T00:00' }], /Give either end or duration/],
    ['neither', [{ ...good, duration: undefined }], /Give either end or duration/],
    ['a duration of words', [{ ...good, duration: '8 hours' }], /duration must be a duration such as/],
    ['a duration of nothing', [{ ...good, duration: 'PT0S' }], /longer than zero/],
    ['a long duration', [{ ...good, duration: 'P400D' }], /at most 366 days/],
    ['an unknown zone', [{ ...good, timezone: 'Europe/Berln' }], /Did you mean 'Europe\/Berlin'/],
    ['an offset', [{ ...good, timezone: '+01:00' }], /timezone must be an IANA name/],
    ['no reason', [{ ...good, reason: undefined }], /reason must be a string/],
    ['a long reason', [{ ...good, reason: 'x'.repeat(201) }], /at most 200 characters/],
    ['an unknown member', [{ ...good, reson: 'x' }], /Did you mean 'reason'/],
    ['reverts as a text', [{ ...good, reverts: 'yes' }], /reverts must be true or false/],
    ['no list', good, /closed must be a list/],
    ['an empty list', [], /at least one window/],
    ['many windows', Array.from({ length: 51 }, () => good), /at most 50 windows/],
    ['null', [null], /closed\[0\]: must be an object/],
    ['hourly', weekly('FREQ=HOURLY'), /does not support FREQ=HOURLY/],
    ['each second', weekly('FREQ=SECONDLY;COUNT=100000000'), /does not support FREQ=SECONDLY/],
    ['EXDATE as a part', weekly('FREQ=DAILY;EXDATE=20270105T180000'), /does not support EXDATE/],
    ['EXDATE as a line', weekly('FREQ=DAILY\nEXDATE:20270105T180000'), /FREQ, one of|EXDATE/],
    ['RRULE:', weekly('RRULE:FREQ=DAILY'), /Leave out 'RRULE:'/],
    ['BYHOUR', weekly('FREQ=DAILY;BYHOUR=9,12'), /does not support BYHOUR/],
    ['an unknown part', weekly('FREQ=DAILY;BYMOON=FULL'), /unknown part 'BYMOON'/],
    ['no FREQ', weekly('BYDAY=MO'), /needs FREQ/],
    ['a part twice', weekly('FREQ=DAILY;FREQ=DAILY'), /a part twice/],
    ['COUNT of many', weekly('FREQ=DAILY;COUNT=100000'), /COUNT in rrule must be a whole number from 1 to 1000/],
    ['INTERVAL=0', weekly('FREQ=DAILY;INTERVAL=0'), /INTERVAL in rrule/],
    ['COUNT and UNTIL', weekly('FREQ=DAILY;COUNT=3;UNTIL=20280101'), /COUNT and UNTIL/],
    ['UNTIL of no day', weekly('FREQ=DAILY;UNTIL=20270230'), /UNTIL in rrule/],
    ['UNTIL before start', weekly('FREQ=DAILY;UNTIL=20200101'), /never occurs/],
    ['a numbered weekday in a week', weekly('FREQ=WEEKLY;BYDAY=2MO'), /A number before a weekday/],
    ['a day that is none', weekly('FREQ=WEEKLY;BYDAY=XX'), /BYDAY in rrule must be a list of weekdays/],
    ['30 February', weekly('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'), /never occurs/],
    ['30 February, daily', weekly('FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'), /never occurs/],
    ['BYSETPOS alone', weekly('FREQ=MONTHLY;BYSETPOS=1'), /needs another part/],
    ['a number as rrule', weekly(7), /rrule must be an RRULE/],
    ['a long rrule', weekly(`FREQ=DAILY;BYMONTHDAY=${'1,'.repeat(500)}1`), /at most 500 characters/],
    ['as long as its interval', [{ ...good, duration: 'P1D', rrule: 'FREQ=DAILY' }], /always closed/],
    ['longer than its interval', [{ ...good, duration: 'P8D', rrule: 'FREQ=WEEKLY' }], /always closed/],
    [
      'days and nights',
      [
        { ...good, duration: 'PT14H', rrule: 'FREQ=DAILY' },
        { ...good, start: '2027-01-01T06:00', duration: 'PT14H', rrule: 'FREQ=DAILY' },
      ],
      /always closed/,
    ],
    [
      'three a day',
      Array.from({ length: 3 }, () => ({ ...good, duration: 'PT1H', rrule: 'FREQ=DAILY' })),
      /at most 800 occurrences a year/,
    ],
  ];

  test.each(REFUSED)('%s', (_name, closed, says) => {
    expect(windowFaults({ closed }).join(' ')).toMatch(says);
  });

  test('both lists, neither, one that is over', () => {
    expect(windowFaults({ closed: [good], open: [good] }).join(' ')).toMatch(/either closed or open/);
    expect(windowFaults({}).join(' ')).toMatch(/either closed or open/);
    expect(windowFaults(undefined).join(' ')).toMatch(/either closed or open/);
    expect(windowFaults({ open: [good] })).toEqual([]);
    expect(windowFaults({ open: [good] }, new Date('2028-01-01T00:00Z')).join(' ')).toMatch(/always closed/);
  });

  test('what is right passes', () => {
    for (const rule of [{ closed: [good] }, { open: [{ ...good, reason: undefined }] }])
      expect(windowFaults(rule)).toEqual([]);
  });
});
