// What of a body is JSON: valid UTF-8, valid JSON, and not nested deeper than anybody means.
import { type DomainError, invalid } from '../errors.js';

export const DEEPEST = 32;

export const badJson = (): DomainError => invalid('body.bad_json', 'Request is not valid JSON.');
export const tooDeep = (): DomainError =>
  invalid('body.too_deep', `The body is nested more than ${DEEPEST} levels deep.`);

/** JSON text with `__proto__` and `constructor` as the ordinary keys that they are; nobody walks a body's prototype. */
export function parseText(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badJson();
  }
  if (isDeeper(value, DEEPEST)) throw tooDeep();
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

const DECODER = new TextDecoder('utf-8', { fatal: true });

/** Throws `body.not_utf8`. */
export function decode(body: Buffer): string {
  try {
    return DECODER.decode(body);
  } catch {
    throw invalid('body.not_utf8', 'The body is not valid UTF-8.');
  }
}
