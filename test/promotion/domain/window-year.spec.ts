// A year's walk, hour by hour: what the policy `window` says of each is what a slow reference says.
import { type RuleWindow, windowState } from '../../../src/promotion/domain/window-policy.js';
import { atOnce } from '../../../src/platform/sliced.js';
import { windowFaults, windowTimesFaults } from '../../../src/promotion/domain/window-rule.js';
import { covers, stretchesOf } from './window-reference.js';

const HOUR = 3_600_000;
const FROM = Date.parse('2027-01-01T00:30:00Z');
const STEPS = 366 * 24;

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'];

/** Without their zones, which the walk puts in. */
const WINDOWS: readonly Omit<RuleWindow, 'timezone'>[] = [
  { start: '2024-01-05T18:00', end: '2024-01-08T08:00', rrule: 'FREQ=WEEKLY' },
  { start: '2024-01-01T22:00', duration: 'PT10H', rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH' },
  { start: '2025-06-01T02:30', end: '2025-06-01T04:00', rrule: 'FREQ=DAILY' },
  { start: '2025-06-01T01:30', duration: 'P1DT1H', rrule: 'FREQ=DAILY;INTERVAL=3' },
  { start: '2020-01-31T16:00', duration: 'PT8H', rrule: 'FREQ=MONTHLY;BYDAY=-1FR' },
  { start: '2020-01-01T00:00', duration: 'P2D', rrule: 'FREQ=MONTHLY;BYMONTHDAY=1,15,-1' },
  { start: '2020-02-29T00:00', duration: 'P1D', rrule: 'FREQ=YEARLY' },
  { start: '2019-12-20T00:00', end: '2020-01-06T00:00', rrule: 'FREQ=YEARLY' },
  { start: '2025-03-03T09:00', duration: 'PT30H', rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA;UNTIL=20270901T120000Z' },
  { start: '2027-02-11T12:00', duration: 'PT5H', rrule: 'FREQ=DAILY;BYDAY=SA,SU;COUNT=40' },
  { start: '2026-11-30T23:00', duration: 'PT2H', rrule: 'FREQ=MONTHLY;BYMONTH=3,10,11;BYDAY=2SU,-1SU' },
  { start: '2027-03-27T00:00', end: '2027-11-08T00:00' },
];

/** All moments whose answers differ; a list, so that a failure says which. */
function differences(closed: readonly RuleWindow[], say: (now: Date) => boolean, isOpenList: boolean): string[] {
  const stretches = closed.flatMap((window) => stretchesOf(window, FROM + STEPS * HOUR)).filter(([, to]) => to > FROM);
  return Array.from({ length: STEPS }, (_, step) => FROM + step * HOUR)
    .filter((moment) => say(new Date(moment)) !== (covers(stretches, moment) === isOpenList))
    .map((moment) => new Date(moment).toISOString());
}

const PLACED = WINDOWS.map((window, index) => ({ ...window, timezone: ZONES[(index + 3) % ZONES.length] as string }));

describe('a year of one window', () => {
  test.each(PLACED)('$timezone: $start, $rrule', ({ timezone, ...window }) => {
    const closed = [{ ...window, timezone, reason: 'closed' }];
    expect(windowFaults({ closed })).toEqual([]);
    expect(atOnce(windowTimesFaults({ closed }, new Date(FROM)))).toEqual([]);
    expect(differences(closed, (now) => windowState({ closed }, now).open, false)).toEqual([]);
  });
});

describe.each(ZONES.slice(0, 3))('a year of several windows in %s', (timezone) => {
  test('closed, or open', () => {
    const windows = WINDOWS.slice(0, 6).map((window) => ({ ...window, timezone, reason: 'closed' }));
    expect(differences(windows, (now) => windowState({ closed: windows }, now).open, false)).toEqual([]);
    expect(differences(windows, (now) => windowState({ open: windows }, now).open, true)).toEqual([]);
  });

  test('until: the first moment at which the answer is another', () => {
    const closed = WINDOWS.slice(0, 6).map((window) => ({ ...window, timezone, reason: 'closed' }));
    const stretches = closed
      .flatMap((window) => stretchesOf(window, FROM + 500 * 24 * HOUR))
      .filter(([, to]) => to > FROM);
    const edges = [...new Set(stretches.flat())].sort((one, other) => one - other);
    for (let moment = FROM; moment < FROM + STEPS * HOUR; moment += 41 * HOUR) {
      const isClosed = covers(stretches, moment);
      const turn = edges.find((edge) => edge > moment && covers(stretches, edge) !== isClosed);
      expect(windowState({ closed }, new Date(moment)).until?.toISOString()).toBe(
        new Date(turn as number).toISOString(),
      );
      expect(windowState({ open: closed }, new Date(moment)).until?.toISOString()).toBe(
        new Date(turn as number).toISOString(),
      );
    }
  });
});
