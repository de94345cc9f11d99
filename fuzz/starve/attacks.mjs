// What one client could try to stop all the others with: one entry for each endpoint, or family of endpoints, that takes lists,
// patterns or files. `covers` names the operations of openapi.json; a test holds the table to the document.
import { MAP_ATTACKS } from './map-attacks.mjs';
import { JSON_BODY, patch, post, several, fresh, inTurn, form, holdUnread } from './making.mjs';

const subticketOf = (name) => (index) => ({
  sourcepackage: `${name}-${index % 20}`.toLowerCase(),
  version: `1.${index}`,
});

/** Changes that are allowed: of tickets, and new objects of the kinds that need no other. */
function changesOf1000({ turn, client }) {
  const kinds = [
    ['/api/v1/ticket/', (index) => ({ resource_uri: `/api/v1/ticket/${(index % 300) + 2}/`, title: fresh() })],
    ['/api/v1/person/', () => ({ name: fresh(), email: `${fresh()}@example.com` })],
    ['/api/v1/sourcepackage/', () => ({ name: fresh().toLowerCase() })],
  ];
  const [path, one] = kinds[(turn / 2 + client) % kinds.length];
  return [path, patch({ objects: several(1000, one) })];
}

const SET = /^set_/;
const LIST = /^list_/;
const PATCH_LIST = /^patchList_/;
const REMOVE_LIST = /^removeList_/;

/** A backreference can't be matched in linear time. */
const BACKREFERENCE = encodeURIComponent(String.raw`^(.*)(.*)(.*)\1\2\3x$`);

/** @type {readonly import('./making.mjs').Attack[]} */
export const ATTACKS = [
  ...MAP_ATTACKS,
  {
    name: 'a set of 250 keys',
    covers: SET,
    once: (turn) =>
      turn.send(
        inTurn(turn, SET).replace('{ids}', several(250, (index) => `${fresh().slice(0, 3)}-${index}`).join(';')),
      ),
  },
  {
    name: 'lists with 900 keys',
    covers: LIST,
    once: (turn) =>
      turn.send(`${inTurn(turn, LIST)}?id__in=${several(900, (index) => turn.turn * 1000 + index).join(',')}`),
  },
  {
    name: 'artifacts of 900 tickets by key',
    covers: /^list_(ticketartifact|subticket)$/,
    once: ({ send }) => send(`/api/v1/subticket/?ticket__in=${several(900, (index) => `A-${index}`).join(',')}`),
  },
  {
    name: 'regular expressions with backreferences',
    covers: LIST,
    once: ({ send }) => send(`/api/v1/event/?line__regex=${BACKREFERENCE}`),
  },
  {
    name: 'what no index of the log finds, and what no archive has',
    covers: LIST,
    once: ({ send, turn }) =>
      send(
        `/api/v1/event/?${['line=none', 'actor=none', 'order_by=stage', 'archived=1&type=none', 'after=0&stage=none'][turn % 5]}`,
      ),
  },
  {
    name: 'patterns and deep offsets',
    covers: LIST,
    once: ({ send, turn }) =>
      send(
        turn % 2
          ? `/api/v1/event/?line__icontains=${fresh()}&order_by=line`
          : `/api/v1/event/?offset=1000000&order_by=-line&limit=1000`,
      ),
  },
  {
    name: 'lists of 1000 large tickets',
    covers: LIST,
    once: ({ send }) => send('/api/v1/ticket/?limit=1000'),
  },
  {
    name: 'sets, and full lists, of 300 large tickets',
    covers: /^(set|list)_(ticket|fullticket)$/,
    once: ({ send, turn }) =>
      send(
        turn % 2
          ? `/api/v1/ticket/set/${several(300, (index) => index + 2).join(';')}/`
          : '/api/v1/fullticket/?limit=1000&order_by=-id',
      ),
  },
  {
    name: 'readers of lists of large tickets that never read',
    covers: LIST,
    once: holdUnread('/api/v1/ticket/?limit=1000'),
  },
  {
    name: 'deletions by a pattern',
    covers: REMOVE_LIST,
    once: ({ send }) => send(`/api/v1/person/?name__regex=${BACKREFERENCE}`, { method: 'DELETE' }),
  },
  {
    name: 'changes of 1000 objects',
    covers: PATCH_LIST,
    once: (turn) =>
      turn.turn % 2
        ? turn.send(inTurn(turn, PATCH_LIST), patch({ objects: several(1000, () => ({ name: fresh() })) }))
        : turn.send(...changesOf1000(turn)),
  },
  {
    name: 'a bundle, and a ticket, with many parts',
    covers: /^(create_bundle|create_ticket|update_ticket|replace_ticket)$/,
    once: ({ send, turn }) =>
      turn % 2
        ? send(
            '/api/v1/bundle/',
            post({
              ticket: { title: fresh() },
              subtickets: several(turn % 4 === 1 ? 1001 : 1000, subticketOf(fresh())),
            }),
          )
        : send('/api/v1/ticket/', post({ title: fresh(), description: 'x'.repeat(95_000) })),
  },
  {
    name: 'a package list of 50 000',
    covers: /^put_package_list$/,
    once: ({ send }) =>
      send('/api/v1/package-list/', {
        method: 'PUT',
        headers: JSON_BODY,
        body: JSON.stringify(
          several(50_000, (index) => ({ binary: `b${index}`, source: `s${index % 5000}`, version: fresh() })),
        ),
      }),
  },
  {
    name: 'batches of 500 events',
    covers: /^post_events$/,
    once: ({ send }) =>
      send('/events', {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(
          several(500, () => ({
            specversion: '1.0',
            id: fresh(),
            source: 'https://ci.example/',
            type: 'x',
            data: { line: 'x'.repeat(500) },
          })),
        ),
      }),
  },
  {
    name: 'files of an upload',
    covers: /^upload_spu_files$/,
    once: ({ send }) =>
      send(
        '/api/v1/spu/1/files/',
        form({}, Object.fromEntries(several(200, (index) => [`f${index}_${fresh()}_amd64.deb`, fresh()]))),
      ),
  },
  {
    name: 'a token with many scopes and projects',
    covers: /^create_token$/,
    once: ({ send, turn }) =>
      send(
        '/api/v1/token/',
        post({
          owner: fresh(),
          scopes: several(turn % 2 ? 5000 : 50, (index) => `map:stage-${index}`),
          projects: several(100, () => 'default'),
        }),
      ),
  },
  {
    name: 'settings with 1 700 URLs, and with as many as may be',
    covers: /^(create|update|replace)_project$/,
    once: ({ send, turn }) =>
      send(
        '/api/v1/project/',
        post({
          name: fresh().toLowerCase(),
          settings: {
            url_safe_list:
              turn % 2
                ? several(1700, (index) => `https://cdn.example/${index}/${fresh()}`)
                : several(100, (index) => `https://cdn.example/${index}/${'x'.repeat(900)}`),
          },
        }),
      ),
  },
];

/** Why an operation that takes a list, a pattern or a file needs no entry. */
export const WITHOUT_ENTRY = new Map([]);
