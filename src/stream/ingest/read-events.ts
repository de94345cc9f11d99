// From the body of POST /events to events: CloudEvents 1.0, one (structured or binary) or a batch, and the simple form for
// shell scripts. Pure but for the id that a simple event gets from its caller.
import { isDay } from '../../platform/time-text.js';
import { asLine } from '../lines/line.js';
import {
  bad,
  checkType,
  type Incoming,
  isKnownType,
  isObject,
  isStorable,
  type Json,
  linkIn,
  severityIn,
  textOf,
  ticketIn,
  wording,
} from './incoming.js';

/** Events of a batch. */
const MOST_EVENTS = 500;
/** So many are read before others have a turn. */
const AT_A_TIME = 20;
/** Characters of one event: what every intermediary of CloudEvents must pass on. */
const LONGEST_EVENT = 64 * 1024;
/** Characters of `source` and `id`. */
const LONGEST_NAME = 300;
/** Attributes that are not extensions. */
const OWN_ATTRIBUTES = new Set(['specversion', 'id', 'source', 'type', 'data']);

export interface EventsRequest {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The events in their order, read in slices. `newId` names those that have no name of their own. */
export function* readEvents({ body, headers }: EventsRequest, newId: () => string): Generator<undefined, Incoming[]> {
  if (headers['ce-specversion'] !== undefined) return [readCloudEvent(binary(body, headers), '')];
  if (Array.isArray(body)) {
    if (body.length === 0) throw bad('empty', '', 'The batch is empty.');
    if (body.length > MOST_EVENTS) throw bad('too_many', '', `A batch has at most ${MOST_EVENTS} events.`);
    const events: Incoming[] = [];
    for (const [index, one] of (body as unknown[]).entries())
      if (events.push(readOne(one, `[${index}]`, newId)) % AT_A_TIME === 0) yield;
    return events;
  }
  return [readOne(body, '', newId)];
}

function readOne(given: unknown, part: string, newId: () => string): Incoming {
  if (!isObject(given))
    throw bad(
      'not_an_object',
      part,
      'An event is a JSON object: a CloudEvent, or {"line": …, "ticket": …, "severity": …}.',
    );
  if (JSON.stringify(given).length > LONGEST_EVENT)
    throw bad(
      'too_large',
      part,
      `An event has at most ${LONGEST_EVENT} characters. Leave the details where the link leads.`,
    );
  if (!isStorable(given)) throw bad('invalid', part, 'Texts are Unicode without NUL.');
  return Object.hasOwn(given, 'specversion') ? readCloudEvent(given, part) : readSimple(given, part, newId);
}

/** Attributes from `ce-…` headers, the data from the body (HTTP binding, section 3.1). */
function binary(body: unknown, headers: EventsRequest['headers']): Json {
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('ce-') ? [[name.slice(3), decoded(name, String(value))] as const] : [],
  );
  const event = { ...Object.fromEntries(attributes), data: body };
  if (JSON.stringify(event).length > LONGEST_EVENT)
    throw bad('too_large', '', `An event has at most ${LONGEST_EVENT} characters.`);
  if (!isStorable(event)) throw bad('invalid', '', 'Texts are Unicode without NUL.');
  return event;
}

function decoded(name: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw bad('invalid', name, 'The header is percent-encoded, but not as UTF-8.');
  }
}

function readCloudEvent(event: Json, part: string): Incoming {
  const at = (name: string): string => (part ? `${part}.${name}` : name);
  const need = (name: string): string => {
    const value = textOf(event, name, part, LONGEST_NAME);
    if (value === undefined)
      throw bad('invalid', at(name), 'is missing: a CloudEvent has specversion, id, source and type.');
    return value;
  };
  if (need('specversion') !== '1.0') throw bad('invalid', at('specversion'), 'This server reads CloudEvents 1.0.');
  checkExtensions(event, at);
  const time = textOf(event, 'time', part, 50);
  if (time !== undefined && !isRfc3339(time))
    throw bad('invalid', at('time'), 'an RFC 3339 time, such as 2026-01-01T12:00:00Z, please.');
  const type = checkType(need('type'), part);
  const { data } = event;
  // What others call project, url or severity in theirs means something else: of their types only attributes count.
  const inside = isKnownType(type) && isObject(data) ? data : {};
  const words = wording(type, data, part);
  const dataAt = at('data');
  return {
    source: need('source'),
    id: need('id'),
    type,
    severity: severityIn(event, part) ?? severityIn(inside, dataAt) ?? words.severity,
    line: asLine(words.line),
    link: linkIn(event, 'link', part) ?? linkIn(inside, 'link', dataAt) ?? linkIn(inside, 'url', dataAt),
    project: textOf(event, 'project', part, 200) ?? textOf(inside, 'project', dataAt, 200),
    ticket: ticketIn(event, part) ?? ticketIn(inside, dataAt),
    stage:
      stageIn(event, part) ??
      stageIn(inside, dataAt) ??
      (type.startsWith('deployment.') ? environmentIn(inside, dataAt) : null),
    data: kept(event),
  };
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const isRfc3339 = (time: string): boolean =>
  RFC3339.test(time) && isDay(time.slice(0, 10)) && Number.isFinite(Date.parse(time));

const kept = (event: Json): object =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !['specversion', 'type'].includes(name)));

/** Attributes are lower-case letters and digits, and plain values (CloudEvents 1.0, "Attributes"). */
function checkExtensions(event: Json, at: (name: string) => string): void {
  for (const [name, value] of Object.entries(event)) {
    if (OWN_ATTRIBUTES.has(name) || name === 'data_base64') continue;
    if (!/^[a-z0-9]+$/.test(name))
      throw bad('invalid', at(name), 'attributes of a CloudEvent are lower-case letters and digits.');
    if (typeof value === 'object' && value !== null)
      throw bad('invalid', at(name), 'a plain value, please; objects go into data.');
  }
}

const stageIn = (from: Json, part: string, name = 'stage'): string | null => {
  const word = textOf(from, name, part, 50);
  return word === undefined ? null : asLine(word);
};

const environmentIn = (from: Json, part: string): string | null => stageIn(from, part, 'environment');

/** `{"line": "…"}` and whatever else is known. Without `id` each request is an event of its own. */
function readSimple(given: Json, part: string, newId: () => string): Incoming {
  const type = checkType(textOf(given, 'type', part, 200) ?? 'message', part);
  const line = textOf(given, 'line', part, 10_000);
  if (line === undefined && (type === 'message' || !isObject(given.data)))
    throw bad('no_line', part ? `${part}.line` : 'line', 'is missing. An event says what happened in one line.');
  const words = line === undefined ? wording(type, given.data, part) : { line, severity: 'info' as const };
  return {
    source: textOf(given, 'source', part, LONGEST_NAME) ?? 'simple',
    id: textOf(given, 'id', part, LONGEST_NAME) ?? newId(),
    type,
    severity: severityIn(given, part) ?? words.severity,
    line: asLine(words.line),
    link: linkIn(given, 'link', part),
    project: textOf(given, 'project', part, 200),
    ticket: ticketIn(given, part),
    stage: stageIn(given, part),
    data: given,
  };
}
