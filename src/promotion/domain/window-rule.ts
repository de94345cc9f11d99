// What a rule of the policy `window` may say in a project's settings (promotion.md, "Policies" and "Bad input").
import { quoted } from '../../platform/redact.js';
import { meantText, unknownText } from '../../rest/writing/did-you-mean.js';
import { recurrenceFaults } from './recurrence-rule.js';
import type { Sliced } from '../../platform/sliced.js';
import { lookingAt, windowState, type WindowTable } from './window-policy.js';
import { findingOccurrences, readLength, readLocal, type WindowTimes } from './window-times.js';

const MOST_WINDOWS = 50;
/** Of all windows of a rule, in a year: more would take long to look through. */
const MOST_OCCURRENCES = 800;
/** A rule that begins nothing in so many years is wrong: even leap days come every eight. */
const YEARS_LOOKED_AT = 40;
const LONGEST_REASON = 200;
const LONGEST_ZONE = 64;
/** How many faults are told at once. */
const MOST_FAULTS = 10;
const DAY = 86_400_000;
const YEAR = 366 * DAY;

const MEMBERS = ['start', 'end', 'duration', 'rrule', 'timezone', 'reason', 'reverts'] as const;

/**
 * What is wrong with how `closed` and `open` of a rule are written, each with what to do about it, at most 10; empty when nothing
 * is. Its other members are not looked at. Whether its times come to anything, windowTimesFaults() says.
 */
export function windowFaults(given: unknown): string[] {
  const { closed, open } = (given ?? {}) as { closed?: unknown; open?: unknown };
  if ((closed === undefined) === (open === undefined))
    return ['A window rule has either closed or open, a list of windows. Give one of them.'];
  const kind = closed === undefined ? 'open' : 'closed';
  const list = closed ?? open;
  if (!Array.isArray(list) || list.length === 0) return [`${kind} must be a list of at least one window.`];
  if (list.length > MOST_WINDOWS)
    return [`${kind} has at most ${MOST_WINDOWS} windows. Use rrule for those that recur.`];
  const faults = list.flatMap((window: unknown, index) =>
    oneWindowFaults(window, kind).map((fault) => `${kind}[${index}]: ${fault}`),
  );
  return faults.slice(0, MOST_FAULTS);
}

function oneWindowFaults(given: unknown, kind: 'closed' | 'open'): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return ['must be an object.'];
  const window = given as Partial<Record<(typeof MEMBERS)[number], unknown>>;
  const unknown = Object.keys(given).filter((name) => !(MEMBERS as readonly string[]).includes(name));
  return [
    ...unknown.slice(0, 3).map((name) => unknownText('member', name, MEMBERS)),
    ...startFaults(window),
    ...(window.rrule === undefined ? [] : recurrenceFaults(window.rrule)),
    ...zoneFaults(window.timezone),
    ...reasonFaults(window.reason, kind),
    ...(window.reverts === undefined || typeof window.reverts === 'boolean' ? [] : ['reverts must be true or false.']),
  ];
}

/** A year that calendars and time zones are sure about. */
const isNear = (wall: number): boolean =>
  wall >= Date.parse('1970-01-02T00:00:00Z') && wall < Date.parse('2200-01-01T00:00:00Z');

const localTime = (given: unknown): number | undefined => {
  const wall = typeof given === 'string' ? readLocal(given) : undefined;
  return wall !== undefined && isNear(wall) ? wall : undefined;
};

const LOCAL_WORDS =
  "must be a local date-time that exists, from 1970 to 2199, without a zone, such as '2026-12-24T18:00'. The zone is in timezone.";

function startFaults({ start, end, duration }: { start?: unknown; end?: unknown; duration?: unknown }): string[] {
  const from = localTime(start);
  const faults = from === undefined ? [`start ${LOCAL_WORDS}`] : [];
  if ((end === undefined) === (duration === undefined)) return [...faults, 'Give either end or duration.'];
  if (end !== undefined) {
    const to = localTime(end);
    if (to === undefined) return [...faults, `end ${LOCAL_WORDS}`];
    if (from === undefined) return faults;
    if (to <= from) return ['end must be after start.'];
    return to - from > YEAR ? ['end must be at most 366 days after start.'] : [];
  }
  const length = typeof duration === 'string' ? readLength(duration) : undefined;
  if (!length) return [...faults, "duration must be a duration such as 'PT90M', 'P2DT14H' or 'P1W', longer than zero."];
  return length.days * DAY + length.seconds * 1000 > YEAR ? [...faults, 'duration is at most 366 days.'] : faults;
}

function zoneFaults(given: unknown): string[] {
  const words = "timezone must be an IANA name such as 'Europe/Berlin'.";
  if (typeof given !== 'string' || given.length > LONGEST_ZONE) return [words];
  if (/^[A-Za-z]/.test(given) && isZone(given)) return [];
  const hint = given.length < 3 ? '' : meantText(given, Intl.supportedValuesOf('timeZone'));
  return [`${words} Unknown: '${quoted(given, LONGEST_ZONE)}'.${hint}`];
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function reasonFaults(given: unknown, kind: 'closed' | 'open'): string[] {
  if (given === undefined && kind === 'open') return [];
  if (typeof given !== 'string' || given.trim() === '')
    return ['reason must be a string: it is shown to people whose tickets wait.'];
  return given.length > LONGEST_REASON ? [`reason may have at most ${LONGEST_REASON} characters.`] : [];
}

/**
 * What is wrong with the times of a rule that windowFaults() finds nothing wrong with; empty when nothing is. A year of a daily
 * window takes a tenth of a second the first time, so it is done in slices.
 *
 * @param now the database's: the rule must open within a year from then. Without it, one with `closed` must open within a year of
 *   its latest start, and one with `open` may be over: its verdict says so
 */
export function* windowTimesFaults(table: WindowTable, now?: Date): Sliced<string[]> {
  const kind = table.closed ? 'closed' : 'open';
  const windows = table.closed ?? table.open ?? [];
  let left = MOST_OCCURRENCES;
  for (const [index, window] of windows.entries()) {
    const count = yield* occurrencesInAYear(window);
    if (count === 0)
      return [`${kind}[${index}]: it never occurs: no day fits rrule, or UNTIL is before it. Change rrule.`];
    left -= count;
    if (left < 0)
      return [
        `${kind} has at most ${MOST_OCCURRENCES} occurrences a year, all windows together. Join windows or give fewer.`,
      ];
  }
  if (now === undefined && table.open) return [];
  const latest = Math.max(...windows.map(({ start }) => readLocal(start) as number));
  // A day later it has begun, wherever on earth.
  const moment = now ?? new Date(latest + DAY);
  yield* lookingAt(table, moment);
  const state = windowState(table, moment);
  if (state.open || state.until !== null) return [];
  return [
    `The rule is always closed: it does not open within a year. ${
      kind === 'closed' ? 'Shorten a window, or let it recur less often.' : 'Give a window that is still to come.'
    }`,
  ];
}

/** In the year from its first on; 0 where there is none, or where the library can't follow the rule. */
function* occurrencesInAYear(window: WindowTimes): Sliced<number> {
  const begin = readLocal(window.start) as number;
  try {
    for (let year = 0; year < YEARS_LOOKED_AT; year++) {
      const [first] = yield* findingOccurrences(window, begin + year * YEAR, begin + year * YEAR);
      if (!first) continue;
      const end = first.start + YEAR;
      return (yield* findingOccurrences(window, first.start, end)).filter(({ start }) => start < end).length;
    }
    return 0;
  } catch (error) {
    if (error instanceof Error) return 0;
    throw error;
  }
}
