// Attacks on lists, sets and what is changed or deleted as a list.
import { exampleOf } from './examples.mjs';
import { fresh, get, nameOf, ofEach, patch, refused, several } from './making.mjs';

/** A backreference can't be matched in linear time. */
const BACKREFERENCE = encodeURIComponent(String.raw`^(.*)(.*)(.*)\1\2\3x$`);

const RESOURCES = /^list_(?!token|stage|release|ticket_revision|module|spu_files)/;
const ids = (from, count = 900) => several(count, (index) => from + index).join(',');

/** Two large tickets. */
const FEW = '5,6';

/** What each lookup is asked for: what takes long, and finds little; of some tickets, so that there is an answer in its second. */
const PATTERNS = {
  description: ['iexact', 'contains', 'icontains', 'startswith', 'istartswith', 'endswith', 'iendswith'],
  title: ['exact', 'gt', 'gte', 'lt', 'lte'],
};
const LOOKUPS = [
  ...Object.entries(PATTERNS).flatMap(([field, lookups]) =>
    lookups.map((lookup) => `ticket/?${field}__${lookup}=${'x'.repeat(100)}y&id__in=${FEW}`),
  ),
  `ticket/?description__regex=^y&id__in=${FEW}`,
  `ticket/?description__iregex=^y&id__in=${FEW}`,
  'ticket/?id__range=1,100000&title__isnull=false',
  'ticket/?created_at__year=2020&created_at__month=1&created_at__day=1',
];

/** A list's filters, as the document shows them, all at once. */
function filtersOf({ described }) {
  const OF_PAGES = ['limit', 'offset', 'after', 'order_by', 'archived', 'day', 'confirm'];
  const filters = described.parameters.filter(({ name, in: where }) => where === 'query' && !OF_PAGES.includes(name));
  const valueOf = ({ schema }) => schema.examples?.[0] ?? schema.default ?? 'none';
  return filters.map((one) => `${one.name}=${encodeURIComponent(valueOf(one))}`).join('&');
}

/** Creations, and what can be there once only is changed. */
/** Whose objects are told apart by what they refer to: the first one, again and again. */
const ONCE = /^(ticketperson|personmember|membership)$/;
const created = (ground, kind) => (index) =>
  ONCE.test(kind) ? { resource_uri: `/api/v1/${kind}/1/` } : exampleOf(ground, kind, index);

/** What such a list's body may have, nearly. */
const BODY_BYTES = 95_000;
/** A thousand, where they fit. */
const asManyAs = (bytes, one) => several(Math.min(1000, Math.floor(bytes / (JSON.stringify(one(0)).length + 8))), one);

/** @type {readonly import('./making.mjs').Attack[]} */
export const LIST_ATTACKS = [
  {
    name: 'a set of 250 keys',
    ways: ofEach(/^set_/, ({ path }) =>
      get(() => path.replace('{ids}', several(250, (index) => `${fresh().slice(0, 3)}-${index}`).join(';'))),
    ),
  },
  {
    name: 'lists with 900 keys',
    ways: ofEach(RESOURCES, ({ path }) => get(({ turn }) => `${path}?id__in=${ids(turn * 1000)}`)),
  },
  {
    name: 'lists by all of their filters at once',
    ways: ofEach(RESOURCES, (operation) => get(`${operation.path}?${filtersOf(operation)}&limit=1000`)),
  },
  {
    name: 'artifacts of 900 tickets by key',
    ways: ['subticket', 'ticketartifact'].map((name) =>
      get(`/api/v1/${name}/?ticket__in=${several(900, (index) => `A-${index}`).join(',')}`),
    ),
  },
  {
    name: 'regular expressions with backreferences',
    ways: [get(`/api/v1/event/?line__regex=${BACKREFERENCE}`)],
  },
  { name: 'every lookup there is', ways: LOOKUPS.map((lookup) => get(`/api/v1/${lookup}`)) },
  {
    name: 'what no index of the log finds, and what no archive has',
    ways: [
      'line=none',
      'actor=none',
      'order_by=stage',
      'archived=1&type=none',
      'archived=1&day=2026-01-01',
      'after=0&stage=none',
    ].map((query) => get(`/api/v1/event/?${query}`)),
  },
  {
    name: 'patterns and deep offsets',
    ways: [
      get(() => `/api/v1/event/?line__icontains=${fresh()}&order_by=line`),
      get('/api/v1/event/?offset=1000000&order_by=-line&limit=1000'),
      get('/api/v1/ticket/1/history/?offset=1000000&limit=1000'),
      get('/api/v1/ticket/1/history/?after=0&limit=1000'),
    ],
  },
  { name: 'lists of 1000 large tickets', ways: [get('/api/v1/ticket/?limit=1000')] },
  {
    name: 'sets, and full lists, of 300 large tickets',
    ways: [
      get(`/api/v1/ticket/set/${several(300, (index) => index + 2).join(';')}/`),
      get('/api/v1/fullticket/?limit=1000&order_by=-id'),
    ],
  },
  {
    name: 'readers of lists of large tickets that never read',
    ways: [({ hold }) => hold('/api/v1/ticket/?limit=1000')],
  },
  {
    name: 'deletions by patterns and of 600 keys',
    ways: (ground) => [
      (turn) => turn.send(`/api/v1/person/?name__regex=${BACKREFERENCE}`, { method: 'DELETE' }),
      ...ofEach(
        /^removeList_/,
        (operation) =>
          ({ send }) =>
            send(`${operation.path}?id__in=${ids(10 ** 9, 600)}&confirm=all&${filtersOf(operation)}`, {
              method: 'DELETE',
            }),
      )(ground),
    ],
  },
  {
    name: 'changes of as many objects as a body has',
    ways: (ground) => [
      ...ofEach(
        /^patchList_/,
        (operation) => (turn) =>
          turn.send(operation.path, patch({ objects: asManyAs(BODY_BYTES, created(ground, nameOf(operation))) })),
      )(ground),
      ({ send, turn }) =>
        send(
          '/api/v1/ticket/',
          patch({
            objects: several(1000, (index) => ({
              resource_uri: `/api/v1/ticket/${((turn + index) % 300) + 2}/`,
              title: fresh(),
            })),
          }),
        ),
      refused('fields that no ticket has', ({ send }) =>
        send('/api/v1/ticket/', patch({ objects: several(1000, () => ({ name: fresh() })) })),
      ),
    ],
  },
];
