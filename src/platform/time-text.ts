// Times as people and programs write them, read in one way everywhere: which forms there are, and which days exist.

export interface WrittenTime {
  /** As Postgres and JavaScript read it, with microseconds at most: `2026-01-01T12:00:00.123456Z`. Without a zone: UTC. */
  readonly text: string;
  readonly hasClock: boolean;
  readonly hasZone: boolean;
}

const FORM =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?)?(Z|([+ -])(0\d|1[0-5])(?::?([0-5]\d))?)?$/i;

/**
 * ISO 8601 in the forms of RFC 3339, of Postgres and of Python: a day, or a day and a clock with `T` or a space between them, up
 * to nanoseconds (which are cut to microseconds), and a zone as `Z`, `+02`, `+0200` or `+02:00`. A plus sign that wasn't encoded
 * in a query is a space here. Undefined for anything else, and for days and zones that there are not.
 */
export function readTime(text: string): WrittenTime | undefined {
  const [, day, hours, minutes = '00', seconds = '00', fraction = '', zone, sign, ahead, more = '00'] =
    FORM.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const clock = `${hours ?? '00'}:${minutes}:${seconds}${fraction === '' ? '' : `.${fraction.slice(0, 6)}`}`;
  return {
    text: `${day}T${clock}${sign === undefined ? 'Z' : `${sign === '-' ? '-' : '+'}${ahead}:${more}`}`,
    hasClock: hours !== undefined,
    hasZone: zone !== undefined,
  };
}

/**
 * As every answer has it: RFC 3339 in UTC with microseconds, `2026-01-01T12:00:00.123456Z`. Of a time that readTime() takes, such
 * as Postgres's JSON has it. Throws for another text: what the database keeps is a time.
 */
export function wireTime(text: string): string {
  const read = readTime(text);
  if (read === undefined) throw new Error(`This is not a time: ${text.slice(0, 100)}`);
  const [, fraction = ''] = /\.(\d+)/.exec(read.text) ?? [];
  const seconds = new Date(read.text.replace(/\.\d+/, '')).toISOString().slice(0, 19);
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}

/** `2026-02-28`, and not 30 February, which JavaScript takes for 2 March. There is no year 0. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith('0000')) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
