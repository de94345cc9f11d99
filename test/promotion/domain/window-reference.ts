// A slow and simple way to say when a window is, for comparison: every day is looked at by itself, and clocks are read by
// Intl.DateTimeFormat alone. It shares nothing with what it is compared with.
import type { RuleWindow } from '../../../src/promotion/domain/window-policy.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a zone show, as if it were UTC. */
function clockAt(moment: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The first moment at which the clocks show it; of a skipped time, the one that it would have been without the change. */
function momentAt(clock: number, timeZone: string): number {
  const before = clockAt(clock - DAY, timeZone) - (clock - DAY);
  const after = clockAt(clock + DAY, timeZone) - (clock + DAY);
  const shown = [clock - before, clock - after].filter((moment) => clockAt(moment, timeZone) === clock);
  return shown.length > 0 ? Math.min(...shown) : clock - before;
}

const numbers = (text: string | undefined): number[] | undefined => text?.split(',').map(Number);
const monthLength = (day: Date): number =>
  new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
const mondayOf = (time: number): number => time - ((new Date(time).getUTCDay() + 6) % 7) * DAY;

function isInterval(time: number, start: number, frequency: string, interval: number): boolean {
  const [day, first] = [new Date(time), new Date(start)];
  const years = day.getUTCFullYear() - first.getUTCFullYear();
  const passed: Record<string, number> = {
    DAILY: (time - start) / DAY,
    WEEKLY: (mondayOf(time) - mondayOf(start)) / (7 * DAY),
    MONTHLY: years * 12 + day.getUTCMonth() - first.getUTCMonth(),
    YEARLY: years,
  };
  return (passed[frequency] as number) % interval === 0;
}

function fitsWeekday(day: Date, given: string, frequency: string): boolean {
  const weekday = WEEKDAYS[day.getUTCDay()];
  return given.split(',').some((text) => {
    if (!text.endsWith(weekday as string)) return false;
    const nth = Number(text.slice(0, -2));
    if (nth === 0) return true;
    if (frequency !== 'MONTHLY') throw new Error('The reference knows numbered weekdays of months only.');
    const date = day.getUTCDate();
    return nth > 0 ? Math.ceil(date / 7) === nth : Math.ceil((monthLength(day) - date + 1) / 7) === -nth;
  });
}

function fits(time: number, start: number, parts: Record<string, string>): boolean {
  const [day, first] = [new Date(time), new Date(start)];
  const frequency = parts.FREQ as string;
  const [months, days] = [numbers(parts.BYMONTH), numbers(parts.BYMONTHDAY)];
  if (!isInterval(time, start, frequency, Number(parts.INTERVAL ?? 1))) return false;
  if (months && !months.includes(day.getUTCMonth() + 1)) return false;
  if (days && !days.some((date) => date === day.getUTCDate() || date + monthLength(day) + 1 === day.getUTCDate()))
    return false;
  if (parts.BYDAY) return fitsWeekday(day, parts.BYDAY, frequency);
  if (frequency === 'WEEKLY') return day.getUTCDay() === first.getUTCDay();
  if (frequency === 'DAILY' || days) return true;
  const sameDate = day.getUTCDate() === first.getUTCDate();
  return sameDate && (frequency === 'MONTHLY' || Boolean(months) || day.getUTCMonth() === first.getUTCMonth());
}

const clockOf = (text: string): number => Date.parse(`${text}:00Z`);

function endAt(window: RuleWindow, time: number): number {
  if (window.end !== undefined) return momentAt(time + clockOf(window.end) - clockOf(window.start), window.timezone);
  const [, days, hours] = /^P(?:(\d+)D)?(?:T(\d+)H)?$/.exec(window.duration ?? '') ?? [];
  return momentAt(time + Number(days ?? 0) * DAY, window.timezone) + Number(hours ?? 0) * HOUR;
}

/** All stretches of a window that begin before a moment, from its start on; ends are not part of them. */
export function stretchesOf(window: RuleWindow, before: number): [from: number, to: number][] {
  const start = clockOf(window.start);
  const parts = Object.fromEntries((window.rrule ?? '').split(';').map((part) => part.split('=') as [string, string]));
  const until = parts.UNTIL?.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
  const stretches: [number, number][] = [];
  for (let time = start; time < before + 2 * DAY; time += DAY) {
    if (window.rrule ? !fits(time, start, parts) : time > start) continue;
    const from = momentAt(time, window.timezone);
    if (until !== undefined && from > Date.parse(until)) break;
    stretches.push([from, endAt(window, time)]);
    if (stretches.length === Number(parts.COUNT)) break;
  }
  return stretches.filter(([from, to]) => from < to && from < before);
}

export const covers = (stretches: readonly [number, number][], moment: number): boolean =>
  stretches.some(([from, to]) => from <= moment && moment < to);
