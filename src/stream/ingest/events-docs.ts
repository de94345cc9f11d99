// What the OpenAPI document says of POST /events.
import { LARGEST_ID } from '../../platform/whole-number.js';
import type { KnownType } from './known-types.js';
import { KNOWN_TYPES } from './known-types.js';

const text = (description: string): object => ({ type: 'string', description });
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

export const EVENTS_BODY: object = {
  anyOf: [...ONE.anyOf, { type: 'array', description: 'A batch: all of it or nothing.', maxItems: 500, items: ONE }],
  description: 'An event or a batch.',
};

export const EVENTS_EXAMPLE: object = {
  specversion: '1.0',
  id: 'run-17',
  source: 'https://ci.example/dep8',
  type: 'testrun.finished',
  ticket: 1,
  link: 'https://ci.example/dep8/17',
  data: { suite: 'dep8', verdict: 'passed', total: 120 },
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
