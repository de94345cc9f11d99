// From the body of POST /events to events: CloudEvents 1.0, one (structured or binary) or a batch, and the simple form for
// shell scripts. Pure but for the id that a simple event gets from its caller.
import { asLine } from '../../log/lines/line.js';
import { readCloudEvent } from './cloud-event.js';
import { binaryEvent, type EventsRequest, jsonOf, modeOf } from './http-mode.js';
import {
  bad,
  checkType,
  type Incoming,
  isObject,
  isStorable,
  type Json,
  linkIn,
  LONGEST_NAME,
  severityIn,
  stageIn,
  textOf,
  ticketIn,
  wording,
} from './incoming.js';

/** Events of a batch. */
export const MOST_EVENTS = 500;
/** So many are read before others have a turn. */
const AT_A_TIME = 20;
/** Characters of one event: what every intermediary of CloudEvents must pass on. */
const LONGEST_EVENT = 64 * 1024;

type ReadOne = (given: Json, part: string) => Incoming;

/** The events in their order, read in slices. `newId` names those that have no name of their own. */
export function* readEvents(request: EventsRequest, newId: () => string): Generator<undefined, Incoming[]> {
  const mode = modeOf(request);
  if (mode === 'binary') return [checked(binaryEvent(request), '', readCloudEvent)];
  const body = jsonOf(request);
  const read: ReadOne = mode === 'json' ? (given, part) => readEither(given, part, newId) : readCloudEvent;
  if (mode === 'batch' && !Array.isArray(body))
    throw bad('not_a_batch', '', 'A batch must be a JSON list. Send one event as application/cloudevents+json.');
  if (mode === 'structured' || !Array.isArray(body)) return [checked(body, '', read)];
  if (body.length > MOST_EVENTS) throw bad('too_many', '', `A batch may have at most ${MOST_EVENTS} events.`);
  const events: Incoming[] = [];
  for (const [index, one] of (body as unknown[]).entries())
    if (events.push(checked(one, `[${index}]`, read)) % AT_A_TIME === 0) yield;
  return events;
}

function checked(given: unknown, part: string, read: ReadOne): Incoming {
  if (!isObject(given))
    throw bad(
      'not_an_object',
      part,
      'An event must be a JSON object: a CloudEvent, or {"line": …, "ticket": …, "severity": …}. A list is a batch: send it as application/json or application/cloudevents-batch+json.',
    );
  if (JSON.stringify(given).length > LONGEST_EVENT)
    throw bad(
      'too_large',
      part,
      `An event may have at most ${LONGEST_EVENT} characters. Put the details at the URL of its link.`,
    );
  if (!isStorable(given)) throw bad('invalid', part, 'Strings must be valid Unicode without NUL.');
  return read(given, part);
}

const readEither = (given: Json, part: string, newId: () => string): Incoming =>
  Object.hasOwn(given, 'specversion') ? readCloudEvent(given, part) : readSimple(given, part, newId);

/** `{"line": "…"}` and whatever else is known. Without `id` each request is an event of its own. */
function readSimple(given: Json, part: string, newId: () => string): Incoming {
  const type = checkType(textOf(given, 'type', part, 200) ?? 'message', part);
  const line = textOf(given, 'line', part, 10_000);
  if (line === undefined && (type === 'message' || !isObject(given.data)))
    throw bad('no_line', part ? `${part}.line` : 'line', 'is missing. Describe in one line what happened.');
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
