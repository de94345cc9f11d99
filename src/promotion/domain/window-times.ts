// When a window of a rule is: its occurrences as moments, whatever clock changes its time zone has (RFC 5545; promotion.md, "Policies").
import { LRUCache } from 'lru-cache';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { atOnce, type Sliced } from '../../platform/sliced.js';
import { partsOf, readUntil, type Until } from './recurrence-rule.js';

/** The times of a window, as its rule has them. */
export interface WindowTimes {
  /** A local date-time, `2026-12-24T18:00`: RFC 5545's DTSTART. */
  readonly start: string;
  /** A local date-time: DTEND. A window that recurs ends so many days later, at this time of day. */
  readonly end?: string;
  /** RFC 5545's DURATION, instead of `end`: `P2DT14H`. Days are calendar days; hours are hours. */
  readonly duration?: string;
  /** Without one it occurs once. */
  readonly rrule?: string;
  /** An IANA name, `Europe/Berlin`. */
  readonly timezone: string;
}

/** Milliseconds since 1970, UTC; `end` is not part of it. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
}

/** Milliseconds since 1970 that a local clock shows, as if it were UTC's. */
type Wall = number;

interface Length {
  readonly days: number;
  readonly seconds: number;
}

const DAY = 86_400_000;
/** What the library looks at for the days of one year. */
const MOST_PERIODS = 1000;
const MOST_CANDIDATES = 20_000;
/** Of days, and of occurrences, that are kept: some megabytes. */
const MOST_KEPT = 50_000;

const LOCAL = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

/** Undefined for what is no local date-time, and for days that there are not. */
export function readLocal(text: string): Wall | undefined {
  const [, date, hours, minutes, seconds = '00'] = LOCAL.exec(text) ?? [];
  if (date === undefined) return undefined;
  const wall = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
  return !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(date) ? wall : undefined;
}

const LENGTH = /^P(?:(\d{1,2})W|(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)$/;

/** RFC 5545's DURATION without a sign; undefined for anything else, and for none at all. */
export function readLength(text: string): Length | undefined {
  const found = LENGTH.exec(text);
  if (!found) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const length = { days: weeks * 7 + days, seconds: hours * 3600 + minutes * 60 + seconds };
  return length.days + length.seconds > 0 ? length : undefined;
}

/**
 * A time that a clock shows twice is the first of both; one that it skips is what it would have been without the change
 * (RFC 5545, 3.3.5). So a window that begins in the skipped hour is not left out on that day, as a meeting would be.
 */
const momentOf = (wall: Wall, timezone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(wall)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
    .toZonedDateTime(timezone, { disambiguation: 'compatible' }).epochMilliseconds;

/**
 * Which days of a year an RRULE begins an occurrence on, whatever COUNT and UNTIL say. The library is asked in UTC, which has no
 * clock changes. Pure, and costs milliseconds: kept by all that it depends on, as occurrencesIn() is.
 */
const keptDays = new LRUCache<string, readonly Wall[]>({
  maxSize: MOST_KEPT,
  sizeCalculation: (list) => list.length + 1,
});

function daysIn(start: string, rrule: string, year: number): readonly Wall[] {
  const key = `${year} ${start} ${rrule}`;
  const found = keptDays.get(key);
  if (found) return found;
  const parts = [...partsOf(rrule)].filter(([name]) => name !== 'COUNT' && name !== 'UNTIL');
  const dtstart = `${new Date(readLocal(start) as Wall).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const rule = new RRuleTemporal({
    rruleString: `DTSTART:${dtstart}\nRRULE:${parts.map(([name, value]) => `${name}=${value}`).join(';')}`,
    ...{ strict: true, maxIterations: MOST_PERIODS, maxCandidateEvaluations: MOST_CANDIDATES },
  });
  const [from, to] = [new Date(Date.UTC(year, 0, 1)), new Date(Date.UTC(year + 1, 0, 1) - 1)];
  const days = rule.between(from, to, true).map(({ epochMilliseconds }) => epochMilliseconds);
  keptDays.set(key, days);
  return days;
}

const yearOf = (wall: Wall): number => new Date(wall).getUTCFullYear();

/** Those of a year that COUNT leaves. */
function startsIn({ start, rrule }: WindowTimes, year: number): readonly Wall[] {
  const first = readLocal(start) as Wall;
  if (year < yearOf(first)) return [];
  if (rrule === undefined) return year === yearOf(first) ? [first] : [];
  const count = partsOf(rrule).get('COUNT');
  if (count === undefined) return daysIn(start, rrule, year);
  let left = Number(count);
  for (let earlier = yearOf(first); earlier < year && left > 0; earlier++) left -= daysIn(start, rrule, earlier).length;
  return left > 0 ? daysIn(start, rrule, year).slice(0, left) : [];
}

const keptOccurrences = new LRUCache<string, readonly Occurrence[]>({
  maxSize: MOST_KEPT,
  sizeCalculation: (list) => list.length + 1,
});

const keyIn = ({ start, end, duration, rrule, timezone }: WindowTimes, year: number): string =>
  [year, start, end ?? '', duration ?? '', timezone, rrule ?? ''].join(' ');

/** Those that begin in a year by the clocks of the zone, without any that a skipped hour swallowed whole. */
function occurrencesIn(times: WindowTimes, year: number): readonly Occurrence[] {
  const { rrule, timezone } = times;
  const key = keyIn(times, year);
  const found = keptOccurrences.get(key);
  if (found) return found;
  const until = rrule === undefined ? undefined : partsOf(rrule).get('UNTIL');
  const last = until === undefined ? Infinity : lastMoment(until, timezone);
  const made = startsIn(times, year)
    .map((wall) => occurrenceAt(times, wall))
    .filter((occurrence) => occurrence.start <= last && occurrence.end > occurrence.start);
  keptOccurrences.set(key, made);
  return made;
}

function lastMoment(text: string, timezone: string): number {
  const { wall, utc } = readUntil(text) as Until;
  return utc ? wall : momentOf(wall, timezone);
}

function occurrenceAt({ start, end, duration, timezone }: WindowTimes, wall: Wall): Occurrence {
  const from = momentOf(wall, timezone);
  if (end !== undefined) {
    const nominal = (readLocal(end) as Wall) - (readLocal(start) as Wall);
    return { start: from, end: momentOf(wall + nominal, timezone) };
  }
  const { days, seconds } = readLength(duration ?? '') as Length;
  const onDay = days === 0 ? from : momentOf(wall + days * DAY, timezone);
  return { start: from, end: onDay + seconds * 1000 };
}

/**
 * The occurrences of one window that has no faults, of all years that two moments and what is between them may be in: at least
 * those that begin between both. In their order. Costs the same however old the window is, but where it has COUNT. A year that
 * is not kept takes up to a tenth of a second, so others have their turn before it.
 *
 * @throws what the calendar library throws for a rule that it can't follow
 */
export function* findingOccurrences(times: WindowTimes, from: number, to: number): Sliced<Occurrence[]> {
  const found: Occurrence[] = [];
  for (let year = yearOf(from - DAY); year <= yearOf(to + DAY); year++) {
    if (!keptOccurrences.has(keyIn(times, year))) yield;
    found.push(...occurrencesIn(times, year));
  }
  return found;
}

/** The same at once. */
export const occurrencesOf = (times: WindowTimes, from: number, to: number): Occurrence[] =>
  atOnce(findingOccurrences(times, from, to));
