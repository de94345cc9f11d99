// A CloudEvent 1.0 in its JSON format: which attributes it may have, its data, and the event that it is here. Pure.
import { isDay } from '../../platform/time-text.js';
import { decode, parseText } from '../../platform/http/json-text.js';
import { asLine } from '../../log/lines/line.js';
import { isJson } from './http-mode.js';
import {
  bad,
  checkType,
  type Incoming,
  isKnownType,
  isObject,
  type Json,
  linkIn,
  LONGEST_NAME,
  severityIn,
  stageIn,
  textOf,
  ticketIn,
  wording,
} from './incoming.js';

/** Texts where they are there (CloudEvents 1.0, "Optional attributes"), with the most characters that each may have. */
const OPTIONAL_TEXTS: Readonly<Record<string, number>> = { subject: 2048, dataschema: 2048, datacontenttype: 300 };
/** Members that are not attributes. */
const DATA = new Set(['data', 'data_base64']);

/** `part` names it in refusals: `[1]` of a batch, empty for one alone. Throws invalid `event.invalid`, `event.own_type`. */
export function readCloudEvent(event: Json, part: string): Incoming {
  const at = (name: string): string => (part ? `${part}.${name}` : name);
  const need = (name: string): string => {
    const value = textOf(event, name, part, LONGEST_NAME);
    if (value === undefined)
      throw bad('invalid', at(name), 'is missing: a CloudEvent must have specversion, id, source and type.');
    return value;
  };
  if (need('specversion') !== '1.0') throw bad('invalid', at('specversion'), 'This server supports CloudEvents 1.0.');
  checkAttributes(event, part, at);
  const type = checkType(need('type'), part);
  const data = dataOf(event, at);
  checkSent(event, type, data, at);
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
      (type.startsWith('deployment.') ? stageIn(inside, dataAt, 'environment') : null),
    data: kept(event),
  };
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const isRfc3339 = (time: string): boolean =>
  RFC3339.test(time) && isDay(time.slice(0, 10)) && Number.isFinite(Date.parse(time));

const kept = (event: Json): object =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !['specversion', 'type'].includes(name)));

const CONTROL = /\p{Cc}/u;

/** Attributes are lower-case letters and digits, and plain values (CloudEvents 1.0, "Attributes", "Type system"). */
function checkAttributes(event: Json, part: string, at: (name: string) => string): void {
  for (const [name, value] of Object.entries(event)) {
    if (DATA.has(name)) continue;
    if (!/^[a-z0-9]+$/.test(name))
      throw bad('invalid', at(name), 'names of attributes of a CloudEvent must be lower-case letters and digits.');
    if (typeof value === 'object' && value !== null)
      throw bad('invalid', at(name), 'must be a string, a number, true or false. Put objects into data.');
    if (typeof value === 'string' && CONTROL.test(value))
      throw bad('invalid', at(name), 'has a control character. Remove it.');
  }
  for (const [name, most] of Object.entries(OPTIONAL_TEXTS)) textOf(event, name, part, most);
  const time = textOf(event, 'time', part, 50);
  if (time !== undefined && !isRfc3339(time))
    throw bad('invalid', at('time'), 'must be an RFC 3339 time, such as 2026-01-01T12:00:00Z.');
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The data as a JSON value: `data`, or of JSON that came as bytes its value. Undefined where it is none, or other bytes. */
function dataOf(event: Json, at: (name: string) => string): unknown {
  const bytes = event.data_base64;
  if (bytes === undefined || bytes === null) return event.data;
  if (Object.hasOwn(event, 'data'))
    throw bad('invalid', at('data_base64'), 'was sent together with data. Send one of the two.');
  if (typeof bytes !== 'string' || !BASE64.test(bytes))
    throw bad('invalid', at('data_base64'), 'must be Base64 with +, / and its padding.');
  const type = event.datacontenttype;
  if (typeof type !== 'string' || !isJson(type)) return undefined;
  return parseText(decode(Buffer.from(bytes, 'base64')));
}

/** A known type's data is JSON; whoever sends it as a form or a text learns how. */
function checkSent(event: Json, type: string, data: unknown, at: (name: string) => string): void {
  const sent = event.datacontenttype;
  if (!isKnownType(type) || isObject(data) || typeof sent !== 'string' || isJson(sent)) return;
  throw bad(
    'invalid',
    at('data'),
    `${type} needs JSON data, but ${sent} was sent. Send it with Content-Type: application/json.`,
  );
}
