// What an RRULE of a window may say (RFC 5545, 3.3.10): the parts that pick days. The time of day is that of the window's start.

/** At most so many occurrences are counted. */
const MOST_COUNTED = 1000;
const MOST_INTERVAL = 1000;
/** Far more than any calendar program writes. */
const LONGEST_RULE = 500;
const MOST_VALUES = 60;

const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY'];

/** Up to 24 hours a day, and none of them would be what a person means by a window. */
const TOO_OFTEN = ['HOURLY', 'MINUTELY', 'SECONDLY'];

/** With what each part is written, as a pattern of one of its values, and as words for people. */
const LISTS: Readonly<Record<string, readonly [pattern: RegExp, words: string]>> = {
  BYDAY: [/^([+-]?([1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)$/, 'weekdays such as MO,TU or -1FR'],
  BYMONTH: [/^([1-9]|1[0-2])$/, 'months, 1 to 12'],
  BYMONTHDAY: [/^[+-]?([1-9]|[12]\d|3[01])$/, 'days of the month, 1 to 31 or -31 to -1'],
  BYYEARDAY: [/^[+-]?([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6])$/, 'days of the year, 1 to 366 or -366 to -1'],
  BYWEEKNO: [/^[+-]?([1-9]|[1-4]\d|5[0-3])$/, 'weeks of the year, 1 to 53 or -53 to -1'],
  BYSETPOS: [/^[+-]?([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6])$/, 'positions, 1 to 366 or -366 to -1'],
};
const TIMES_OF_DAY = ['BYHOUR', 'BYMINUTE', 'BYSECOND'];
const OTHER_LINES = ['EXDATE', 'RDATE', 'EXRULE', 'DTSTART', 'DTEND', 'RRULE', 'DURATION'];
const KNOWN = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', ...Object.keys(LISTS)];

/** In capitals, as they came. */
type Parts = ReadonlyMap<string, string>;

/** A local or UTC moment as iCalendar writes it. `utc`: it ends with Z. */
export interface Until {
  /** Milliseconds since 1970 as if the clock that it is read from were UTC's. */
  readonly wall: number;
  readonly utc: boolean;
}

const splitParts = (rrule: string): [name: string, value: string][] =>
  rrule
    .toUpperCase()
    .split(';')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    });

/** Of a rule that has no faults. */
export const partsOf = (rrule: string): Parts => new Map(splitParts(rrule));

const UNTIL = /^(\d{4})(\d\d)(\d\d)(?:T([01]\d|2[0-3])([0-5]\d)([0-5]\d)(Z)?)?$/;

/** A date alone means the whole day. Undefined for what is no moment. */
export function readUntil(text: string): Until | undefined {
  const [, year, month, day, hours = '23', minutes = '59', seconds = '59', zone] = UNTIL.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  const wall = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return undefined;
  return { wall, utc: zone !== undefined };
}

/** What is wrong with an RRULE, each with what to do instead; empty when nothing is. `rrule` is the field's name in messages. */
export function recurrenceFaults(given: unknown): string[] {
  if (typeof given !== 'string' || given === '') return ["rrule must be an RRULE such as 'FREQ=WEEKLY;BYDAY=FR'."];
  if (given.length > LONGEST_RULE) return [`rrule has at most ${LONGEST_RULE} characters.`];
  const split = splitParts(given);
  const unknown = split.flatMap(([name]) => (KNOWN.includes(name) ? [] : [unknownPart(name)]));
  if (unknown.length > 0) return unknown.slice(0, 3);
  const parts = new Map(split);
  if (parts.size < split.length) return ['rrule has a part twice. Give each part once.'];
  const faults = [frequencyFault(parts), ...numberFaults(parts), ...listFaults(parts)].filter((fault) => fault !== '');
  return faults.length > 0 ? faults : combinationFaults(parts);
}

function unknownPart(name: string): string {
  const shown = name.slice(0, 40);
  const [line = ''] = shown.split(/[:;]/);
  if (OTHER_LINES.includes(line)) {
    const instead =
      line === 'RRULE'
        ? "Leave out 'RRULE:' and begin with FREQ=."
        : ['EXDATE', 'RDATE', 'EXRULE'].includes(line)
          ? 'Give a window for each stretch between the exceptions, or end one with UNTIL.'
          : 'Give start, end or duration beside rrule.';
    return `rrule does not support ${line}. ${instead}`;
  }
  if (TIMES_OF_DAY.includes(shown))
    return `rrule does not support ${shown}: an occurrence begins at the time of day of start. Give a window for each time.`;
  return `rrule has the unknown part '${shown}'. Known: ${KNOWN.join(', ')}.`;
}

function frequencyFault(parts: Parts): string {
  const frequency = parts.get('FREQ') ?? '';
  if (TOO_OFTEN.includes(frequency))
    return `rrule does not support FREQ=${frequency}: windows recur daily at most. Use FREQ=DAILY, and a window for each time of day.`;
  return FREQUENCIES.includes(frequency) ? '' : `rrule needs FREQ, one of ${FREQUENCIES.join(', ')}.`;
}

function numberFaults(parts: Parts): string[] {
  const most = { INTERVAL: MOST_INTERVAL, COUNT: MOST_COUNTED };
  const numbers = Object.entries(most).map(([name, limit]) => {
    const text = parts.get(name);
    const isFine = text === undefined || (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= limit);
    return isFine ? '' : `${name} in rrule must be a whole number from 1 to ${limit}.`;
  });
  const until = parts.get('UNTIL');
  return [
    ...numbers,
    until === undefined || readUntil(until)
      ? ''
      : 'UNTIL in rrule must be a day or a time that exists, such as 20261231 or 20261231T230000Z.',
    /^(MO|TU|WE|TH|FR|SA|SU)$/.test(parts.get('WKST') ?? 'MO') ? '' : 'WKST in rrule must be a weekday, such as MO.',
  ];
}

const listFaults = (parts: Parts): string[] =>
  Object.entries(LISTS).map(([name, [pattern, words]]) => {
    const values = parts.get(name)?.split(',') ?? [];
    if (values.length > MOST_VALUES) return `${name} in rrule has at most ${MOST_VALUES} values.`;
    return values.every((value) => pattern.test(value)) ? '' : `${name} in rrule must be a list of ${words}.`;
  });

/** Which parts RFC 5545 lets stand together. */
function combinationFaults(parts: Parts): string[] {
  const frequency = parts.get('FREQ') ?? '';
  const numbered = /\d/.test(parts.get('BYDAY') ?? '');
  const pickers = Object.keys(LISTS).filter((name) => name !== 'BYSETPOS' && parts.has(name));
  const rules: [broken: boolean, words: string][] = [
    [parts.has('COUNT') && parts.has('UNTIL'), 'rrule has COUNT and UNTIL. Give one of them.'],
    [
      numbered && (!['MONTHLY', 'YEARLY'].includes(frequency) || parts.has('BYWEEKNO')),
      'A number before a weekday in BYDAY, such as -1FR, needs FREQ=MONTHLY or FREQ=YEARLY, without BYWEEKNO.',
    ],
    [parts.has('BYMONTHDAY') && frequency === 'WEEKLY', 'BYMONTHDAY in rrule does not fit FREQ=WEEKLY. Use MONTHLY.'],
    [parts.has('BYYEARDAY') && frequency !== 'YEARLY', 'BYYEARDAY in rrule needs FREQ=YEARLY.'],
    [parts.has('BYWEEKNO') && frequency !== 'YEARLY', 'BYWEEKNO in rrule needs FREQ=YEARLY.'],
    [
      parts.has('BYSETPOS') && pickers.length === 0,
      'BYSETPOS in rrule needs another part to pick from, such as BYDAY.',
    ],
  ];
  return rules.flatMap(([broken, words]) => (broken ? [words] : []));
}
