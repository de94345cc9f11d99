// What the OpenAPI document says of POST /events.
import { ApiHeader } from '@nestjs/swagger';
import { LARGEST_ID } from '../../platform/whole-number.js';
import type { KnownType } from './known-types.js';
import { KNOWN_TYPES } from './known-types.js';
import { MOST_EVENTS } from './read-events.js';
import { text } from '../../rest/operations/schema-words.js';

const oneOf = (description: string, values: readonly string[]): object => ({
  type: 'string',
  enum: values,
  description,
});

const COMMON = {
  ticket: {
    type: ['string', 'integer'],
    maximum: LARGEST_ID,
    description: 'The ticket that it is about: its key or id.',
  },
  project: text('The project that it is about, or in which the ticket is.'),
  severity: text('info, warn or error; words such as critical are understood.'),
  link: text('Where to look: http or https.'),
};

const SIMPLE = {
  type: 'object',
  description: 'The simple form.',
  properties: {
    line: text('What happened. The stream shows the first 140 characters, on one line.'),
    ...COMMON,
    type: text('`message` unless you say.'),
    source: text('Who says so; `simple` unless you say.'),
    id: text('What makes a repeat safe; each request is an event of its own without it.'),
  },
};

const CLOUD_EVENT = {
  type: 'object',
  description:
    'A CloudEvent 1.0, structured. `ticket`, `project`, `severity` and `link` are attributes or, of a type below, members of data.',
  properties: {
    specversion: oneOf('The only one.', ['1.0']),
    id: text('Unique within its source: a repeat changes nothing.'),
    source: text('Who says so.'),
    type: text('What happened.'),
    time: text('When it happened there; the stream is ordered by when it came.'),
    ...COMMON,
    data: { description: 'By its type; see the table of types.' },
    data_base64: text('Bytes in Base64, in place of data.'),
  },
  required: ['specversion', 'id', 'source', 'type'],
};

const ONE = { anyOf: [CLOUD_EVENT, SIMPLE], description: 'A CloudEvent, or the simple form.' };

const batchOf = (items: object): object => ({
  type: 'array',
  description: 'A batch: all of it or nothing.',
  maxItems: MOST_EVENTS,
  items,
});

const SIMPLE_EXAMPLE = { line: 'The nightly build is green', ticket: 1, severity: 'info' };
const EVENT_EXAMPLE = {
  specversion: '1.0',
  id: 'run-17',
  source: 'https://ci.example/dep8',
  type: 'testrun.finished',
  ticket: 1,
  link: 'https://ci.example/dep8/17',
  data: { suite: 'dep8', verdict: 'passed', total: 120 },
};
const OF_ANOTHER = {
  ...EVENT_EXAMPLE,
  id: 'run-18',
  type: 'example.lunch',
  data: { menu: 'soup' },
};
/** What binary mode says in headers, of which the body is the data. */
const BINARY_EXAMPLE = {
  'ce-specversion': '1.0',
  'ce-id': 'run-19',
  'ce-source': 'https://ci.example/dep8',
  'ce-type': 'testrun.finished',
};

type MediaTypeObject = {
  readonly schema: object;
  readonly examples: Record<string, { summary: string; value: unknown }>;
};

const media = (
  schema: object,
  examples: Readonly<Record<string, readonly [summary: string, value: unknown]>>,
): MediaTypeObject => ({
  schema,
  examples: Object.fromEntries(Object.entries(examples).map(([name, [summary, value]]) => [name, { summary, value }])),
});

/** A body for each mode of CloudEvents' HTTP binding, by its content type. Binary mode's is any other type, with the headers. */
const CONTENT = {
  'application/json': media(
    { anyOf: [...ONE.anyOf, batchOf(ONE)], description: 'An event or a batch, in either form.' },
    {
      event: ['A CloudEvent', EVENT_EXAMPLE],
      simple: ['The simple form', SIMPLE_EXAMPLE],
      batch: ['Both in a batch', [SIMPLE_EXAMPLE, OF_ANOTHER]],
    },
  ),
  'application/cloudevents+json': media(CLOUD_EVENT, { structured: ['Structured: an event', EVENT_EXAMPLE] }),
  'application/cloudevents-batch+json': media(batchOf(CLOUD_EVENT), {
    batch: ['A batch of events', [EVENT_EXAMPLE, OF_ANOTHER]],
  }),
  '*/*': media(
    { description: 'Binary mode: the data, whatever it is; its attributes are in the headers ce-….' },
    { binary: ['Binary: the data of an event, whose attributes are headers', EVENT_EXAMPLE.data] },
  ),
};

export const EVENTS_BODY = { required: true, content: CONTENT };

const HEADERS = {
  'ce-specversion': 'Binary mode: the version of CloudEvents, 1.0. With it ce-id, ce-source and ce-type are required.',
  'ce-id': 'Binary mode: unique within its source.',
  'ce-source': 'Binary mode: who says so.',
  'ce-type': 'Binary mode: what happened.',
};

/** The headers of binary mode; every other attribute has one, too, such as `ce-ticket`. */
export const BINARY_HEADERS: MethodDecorator = (target, property, descriptor) => {
  for (const [name, description] of Object.entries(HEADERS))
    ApiHeader({
      name,
      required: false,
      description,
      schema: { type: 'string' },
      examples: { binary: { summary: 'In binary mode', value: BINARY_EXAMPLE[name as keyof typeof HEADERS] } },
    })(target, property, descriptor);
};

export const EVENTS_REPLY: object = {
  type: 'object',
  description: 'What was taken.',
  properties: {
    taken: { type: 'integer', description: 'Events that are new.' },
    repeated: { type: 'integer', description: 'Events that had come before.' },
    events: {
      type: 'array',
      description: 'Each event, in the order of the request.',
      items: {
        type: 'object',
        description: 'What became of an event.',
        properties: {
          source: text('Who says so.'),
          id: text('What they call it.'),
          type: text('What happened.'),
          severity: text('info, warn or error.'),
          line: text('As the stream shows it.'),
          ticket: { type: ['string', 'null'], description: 'The ticket in whose history it is.' },
          repeated: { type: 'boolean', description: 'It had come before; nothing happened now.' },
        },
      },
    },
  },
  required: ['taken', 'repeated', 'events'],
};

const fieldsOf = ({ fields }: KnownType): string =>
  Object.entries(fields)
    .map(([name, { required, of }]) => `${name}${required ? '' : '?'}${of ? ` (${of.join(', ')})` : ''}`)
    .join(', ');

export const EVENTS_TEXT = `CloudEvents 1.0, or the simple form \`{"line": …, "ticket": …, "severity": …}\`. The content type decides, as CloudEvents' HTTP binding says: \`application/cloudevents+json\` is one event, \`application/cloudevents-batch+json\` a list of them, which may be empty; any other type with \`ce-…\` headers is an event in binary mode, whose body is the data. Without these the body is JSON, whatever the content type: either form, or a list of both. Each \`source\` and \`id\` is taken once. What names a ticket is in that ticket's history.

Types with words of their own and the members of their data:

${Object.entries(KNOWN_TYPES)
  .map(([type, known]) => `- \`${type}\`: ${fieldsOf(known)}`)
  .join('\n')}

Every other type is kept and shown as it is.`;
