// What the driver makes of Postgres's 64 bit integers: numbers, as of the others. It would hand out texts, since a number
// holds only those up to 2^53-1 exactly; ours never get that far, because every sequence ends there.
import pg from 'pg';

const INT8 = 20;
const INT8_ARRAY = 1016;

/** Throws rather than answer another number than the one that is there. */
function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`${text} is too large for an exact number.`);
}

/** Of one dimension: `{1,2,NULL}`. */
const wholeNumbers = (text: string): (number | null)[] =>
  text === '{}'
    ? []
    : text
        .slice(1, -1)
        .split(',')
        .map((one) => (one === 'NULL' ? null : wholeNumber(one)));

const types = new pg.TypeOverrides();
types.setTypeParser(INT8, wholeNumber);
types.setTypeParser(INT8_ARRAY, wholeNumbers);

/** For every connection of ours, beside its other settings. */
export const WHOLE_NUMBERS = { types };
