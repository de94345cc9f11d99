// Whole numbers as ids, positions and numbers of events are: from 0 to what JSON's readers hold exactly.

/** The largest id that there is, in the database and in JSON: 2^53 - 1. */
export const LARGEST_ID = Number.MAX_SAFE_INTEGER;

/** How the OpenAPI document describes an id, or a place in the log: generated clients take 64 bits for it. */
export const ID_SCHEMA = { type: 'integer', format: 'int64', maximum: LARGEST_ID };

/** Undefined for what is none, or larger than any. */
export function wholeNumberIn(text: string): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Infinity;
  return number <= LARGEST_ID ? number : undefined;
}
