// An outside event as it is kept: who says so, what happened, in one line, how loud, to which ticket, and where to look.
import { isKeepable } from '../../platform/keepable.js';
import { DomainError } from '../../platform/errors.js';
import { asLine } from '../../log/lines/line.js';
import { safeLink } from '../../log/lines/link.js';
import { readsAsOwn } from '../../log/lines/event-types.js';
import type { Severity } from '../../log/lines/severity.js';
import { type Field, KNOWN_TYPES } from './known-types.js';
import type { CodeOf } from '../../platform/refusals/refusals.js';

export interface Incoming {
  /** Who says so, and what they call it: the two together name an event (CloudEvents, `source` and `id`). */
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly severity: Severity;
  readonly line: string;
  readonly link: string | null;
  readonly project: string | undefined;
  /** A key, or an id in digits. */
  readonly ticket: string | undefined;
  readonly stage: string | null;
  /** What came, for those who follow the event to its details. */
  readonly data: object;
}

export type Json = Readonly<Record<string, unknown>>;

type Fault = CodeOf<'invalid'> extends infer Code ? (Code extends `event.${infer Name}` ? Name : never) : never;

export const bad = (code: Fault, part: string, message: string): DomainError =>
  new DomainError('invalid', `event.${code}`, `${part ? `${part}: ` : ''}${message}`, part ? { part } : {});

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Postgres can't keep, wherever in a document it stands: NUL, and halves of signs. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isKeepable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

/** A text member, or undefined where it is absent or null. */
export function textOf(from: Json, name: string, part: string, most: number): string | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  if (value === undefined || value === null) return undefined;
  const at = part ? `${part}.${name}` : name;
  if (typeof value !== 'string' || value.trim() === '') throw bad('invalid', at, 'must be a string that is not empty.');
  if (value.length > most) throw bad('invalid', at, `must have at most ${most} characters.`);
  return value;
}

const SEVERITY_WORDS: Readonly<Record<string, Severity>> = {
  debug: 'info',
  info: 'info',
  notice: 'info',
  ok: 'info',
  minor: 'warn',
  warn: 'warn',
  warning: 'warn',
  major: 'error',
  error: 'error',
  critical: 'error',
  fatal: 'error',
  blocker: 'error',
  page: 'error',
};

export function severityIn(from: Json, part: string): Severity | undefined {
  const word = textOf(from, 'severity', part, 50);
  if (word === undefined) return undefined;
  const severity = Object.hasOwn(SEVERITY_WORDS, word.toLowerCase()) ? SEVERITY_WORDS[word.toLowerCase()] : undefined;
  if (severity) return severity;
  throw bad('invalid', part ? `${part}.severity` : 'severity', 'must be info, warn or error.');
}

/** `TKT-7`, `7`, or the number 7. */
export function ticketIn(from: Json, part: string): string | undefined {
  const { ticket } = from;
  if (typeof ticket === 'number' && Number.isSafeInteger(ticket)) return String(ticket);
  const named = textOf(from, 'ticket', part, 100);
  return named?.replace(/^\/api\/v1\/ticket\/([^/]+)\/?$/, '$1');
}

/** A link that isn't http or https is refused, so that whoever sent it learns that nobody will see it. */
export function linkIn(from: Json, name: string, part: string): string | null {
  const link = textOf(from, name, part, 2048);
  if (link === undefined) return null;
  const safe = safeLink(link);
  if (safe) return safe;
  throw bad('invalid', part ? `${part}.${name}` : name, 'must be an http or https URL.');
}

/** Characters of `source` and `id`. */
export const LONGEST_NAME = 300;

/** The stage that a member names, as the stream shows it. */
export function stageIn(from: Json, part: string, name = 'stage'): string | null {
  const word = textOf(from, name, part, 50);
  return word === undefined ? null : asLine(word);
}

/** What can be seen of ASCII: a letter of another alphabet could make a type look like one of the server's own. */
const TYPE = /^[!-~](?:[ -~]{0,198}[!-~])?$/;

export function checkType(type: string, part: string): string {
  const at = part ? `${part}.type` : 'type';
  if (!TYPE.test(type))
    throw bad('invalid', at, 'must be 1 to 200 printable ASCII characters without a space at either end.');
  // `ticket.promoted` is said by who promotes.
  if (readsAsOwn(type))
    throw bad('own_type', at, `'${type}' is reserved for the server. Use another type, such as error.raised.`);
  return type;
}

/** True for a type that docs/STREAM.md describes, and whose data is checked. */
export const isKnownType = (type: string): boolean => Object.hasOwn(KNOWN_TYPES, type);

/** The line and severity of an event of this type; its data is checked where the type is known. */
export function wording(type: string, data: unknown, part: string): { line: string; severity: Severity } {
  const known = isKnownType(type) ? KNOWN_TYPES[type] : undefined;
  if (!known) return { line: unknownLine(type, data), severity: 'info' };
  const at = part ? `${part}.data` : 'data';
  if (!isObject(data))
    throw bad(
      'invalid',
      at,
      `must be an object for ${type}, with the members ${Object.keys(known.fields).join(', ')}.`,
    );
  const values: Record<string, string | number | undefined> = {};
  for (const [name, field] of Object.entries(known.fields)) values[name] = valueOf(data, name, field, at);
  return { line: known.line(values), severity: known.severity(values) };
}

function valueOf(data: Json, name: string, field: Field, part: string): string | number | undefined {
  const given = Object.hasOwn(data, name) ? data[name] : undefined;
  const at = `${part}.${name}`;
  if (given === undefined || given === null) {
    if (field.required) throw bad('invalid', at, `is missing. ${field.about}`);
    return undefined;
  }
  if (field.kind === 'count') {
    if (Number.isSafeInteger(given) && Number(given) >= 0) return Number(given);
    throw bad('invalid', at, 'must be a whole number.');
  }
  const value = textOf(data, name, part, 4096) as string;
  if (field.of && !field.of.includes(value)) throw bad('invalid', at, `must be one of ${field.of.join(', ')}.`);
  return asLine(value);
}

/** What is said of a type that has no words here: its own line, message, title or text, or else the type alone. */
function unknownLine(type: string, data: unknown): string {
  const said = isObject(data)
    ? ['line', 'summary', 'message', 'title'].map((name) => data[name]).find((value) => typeof value === 'string')
    : data;
  return typeof said === 'string' && said.trim() !== '' ? `${type}: ${said}` : type;
}
