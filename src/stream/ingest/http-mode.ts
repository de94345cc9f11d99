// In which mode an event came, by its content type (CloudEvents' HTTP binding 1.0.2, section 3): structured, a batch, binary
// with its attributes in `ce-…` headers, or none of them, which is JSON of ours. And what binary mode's request says. Pure.
import { DomainError } from '../../platform/errors.js';
import { decode, parseText } from '../../platform/http/json-text.js';
import { bad, type Json } from './incoming.js';

export interface EventsRequest {
  /** As it came. */
  readonly body: Buffer | undefined;
  /** Each header's values, by its name in lower case. */
  readonly headers: Readonly<Record<string, string[] | undefined>>;
}

export type Mode = 'structured' | 'batch' | 'binary' | 'json';

/** Headers that say that it is a CloudEvent: those of the attributes that each one has. */
const REQUIRED = ['ce-specversion', 'ce-id', 'ce-source', 'ce-type'];

const typeOf = ({ headers }: EventsRequest): string | undefined => headers['content-type']?.[0];
/** A media type without its parameters, in lower case. */
const mediaType = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase();

/** Throws unsupported_media_type `event.unknown_format`. */
export function modeOf(request: EventsRequest): Mode {
  const type = mediaType(typeOf(request) ?? '');
  if (type === 'application/cloudevents+json') return 'structured';
  if (type === 'application/cloudevents-batch+json') return 'batch';
  if (/^application\/cloudevents(?:-batch)?(?:$|\+)/.test(type))
    throw new DomainError(
      'unsupported_media_type',
      'event.unknown_format',
      'This server supports the JSON format of CloudEvents: send application/cloudevents+json or application/cloudevents-batch+json.',
    );
  return REQUIRED.some((name) => request.headers[name] !== undefined) ? 'binary' : 'json';
}

/** The body's JSON; undefined where there is no body. Throws invalid `body.bad_json`, `body.not_utf8`. */
export const jsonOf = ({ body }: EventsRequest): unknown =>
  body === undefined || body.length === 0 ? undefined : parseText(decode(body));

/**
 * Binary mode's event as the JSON format would have it: attributes from headers, `datacontenttype` from the content type, the
 * data from the body. Throws invalid `event.invalid`, `body.bad_json`, `body.not_utf8`.
 */
export function binaryEvent(request: EventsRequest): Json {
  const type = typeOf(request);
  const attributes = Object.entries(request.headers).flatMap(([name, values]) =>
    name.startsWith('ce-') ? [[attributeOf(name), decoded(name, values ?? [])] as const] : [],
  );
  for (const name of REQUIRED)
    if (request.headers[name] === undefined)
      throw bad(
        'invalid',
        name,
        'is missing. In binary mode each CloudEvent must have ce-specversion, ce-id, ce-source and ce-type.',
      );
  return {
    ...Object.fromEntries(attributes),
    ...(type === undefined ? {} : { datacontenttype: type }),
    ...dataOf(request, type),
  };
}

function attributeOf(header: string): string {
  const name = header.slice('ce-'.length);
  if (name === 'datacontenttype')
    throw bad('invalid', header, 'Remove it: the Content-Type header gives the type of the data.');
  if (name === 'data' || !/^[a-z0-9]+$/.test(name))
    throw bad(
      'invalid',
      header,
      'An attribute must have lower-case letters and digits after "ce-", and may not be called data.',
    );
  return name;
}

/** True for a media type whose content is JSON (JSON format, section 3.1.1); without one it is JSON too. */
export const isJson = (type: string | undefined): boolean =>
  type === undefined || /^[^/]+\/(?:json|[^/]*\+json)$/.test(mediaType(type));

const isText = (type: string): boolean =>
  (/^text\/|[/+]xml$|[/+]ya?ml$/.test(mediaType(type)) || mediaType(type) === 'application/x-www-form-urlencoded') &&
  charsetsOf(type).every((charset) => charset === 'utf-8' || charset === '"utf-8"');

const charsetsOf = (type: string): string[] =>
  type
    .toLowerCase()
    .split(';')
    .slice(1)
    .map((parameter) => parameter.trim())
    .flatMap((parameter) => (parameter.startsWith('charset=') ? [parameter.slice('charset='.length)] : []));

function dataOf(request: EventsRequest, type: string | undefined): Json {
  const { body } = request;
  if (body === undefined || body.length === 0) return {};
  if (isJson(type)) return { data: jsonOf(request) };
  const text = type !== undefined && isText(type) ? asText(body) : undefined;
  return text === undefined ? { data_base64: body.toString('base64') } : { data: text };
}

const asText = (body: Buffer): string | undefined => {
  try {
    return decode(body);
  } catch {
    return undefined;
  }
};

/** A header's value: unquoted, then one round of percent-decoding (section 3.1.3.2). */
function decoded(name: string, values: readonly string[]): string {
  const [value = '', ...more] = values;
  if (more.length > 0) throw bad('invalid', name, 'was sent twice. Send each attribute once.');
  if (/[^\t -~]/.test(value)) throw bad('invalid', name, 'Percent-encode what is not ASCII, as UTF-8: é is %C3%A9.');
  try {
    return unquoted(name, value).replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) throw bad('invalid', name, 'The percent-encoding of the header is not UTF-8.');
    throw error;
  }
}

function unquoted(name: string, value: string): string {
  if (!value.startsWith('"')) return value;
  const inside = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
  if (inside === undefined)
    throw bad('invalid', name, 'begins with a double quote, and has no end of the quoted text.');
  return inside.replace(/\\(.)/g, '$1');
}
