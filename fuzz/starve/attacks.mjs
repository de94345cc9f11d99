// What one client could try to stop all the others with: one entry for each endpoint, or family of endpoints, that takes lists,
// patterns or files. `covers` names the operations of openapi.json; a test holds the table to the document.
import { randomUUID } from 'node:crypto';
import net from 'node:net';

/**
 * @typedef {{base: string, ticket: number, modulePath: string, operations: {operationId: string, path: string}[]}} Ground
 * @typedef {{send: (path: string, options?: RequestInit) => Promise<number>, client: number, turn: number, seconds: number, ground: Ground}} Turn
 * @typedef {{
 *   name: string, covers: RegExp, prepare?: (ground: Ground) => Promise<void>, once: (turn: Turn) => Promise<unknown>,
 *   neverDone?: string
 * }} Attack
 * `prepare`: what it works on, before anything is measured. Each does at least once what it asks for (2xx), or `neverDone` says
 * why it can't: an attack that is only refused says little.
 */

const JSON_BODY = { 'content-type': 'application/json' };
const patch = (body) => ({ method: 'PATCH', headers: JSON_BODY, body: JSON.stringify(body) });
const post = (body) => ({ method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) });
const several = (count, one) => Array.from({ length: count }, (_, index) => one(index));
const fresh = () => randomUUID().slice(0, 8).toUpperCase();

/** The operations of a family take turns. */
const inTurn = ({ ground, turn, client }, family) => {
  const all = ground.operations.filter(({ operationId }) => family.test(operationId));
  return all[(turn * 16 + client) % all.length].path;
};

function form(texts, files) {
  const made = new FormData();
  for (const [name, text] of Object.entries(texts)) made.append(name, text);
  for (const [path, content] of Object.entries(files)) made.append('file', new Blob([content]), path);
  return { method: 'POST', body: made };
}

const upload = ({ send, ground }, texts, files) => send(`/api/v1/ticket/${ground.ticket}/modules/`, form(texts, files));

const relativeImports = (count) => several(count, (index) => `import './m${index}.js';`).join('\n');
const bareImports = (count) => several(count, (index) => `import 'p${index}';`).join('\n');

/** STAMPLINE_MAX_IMPORTS, of one module. */
const MOST_IMPORTS = 20_000;

/** STAMPLINE_MAX_FILES. */
const modulesByUrl = (from = 0) =>
  several(5000, (index) => ({ specifier: `k${from + index}`, url: `https://cdn.example/${fresh()}.js` }));

/** A ticket with many keys for each client. */
const own = [];

async function ownTickets({ base }) {
  const call = async (path, body) => {
    const reply = await fetch(base + path, post(body));
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  while (own.length < 16) {
    const { id } = await call('/api/v1/ticket/', { title: 'many keys' });
    for (const from of [0, 5000]) await call(`/api/v1/ticket/${id}/modules/`, { modules: modulesByUrl(from) });
    own.push(id);
  }
}

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

/** Connections that ask and never read, held for as long as the attack lasts. */
const holdUnread =
  (path) =>
  ({ ground, seconds, client }) =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(ground.base);
      const sockets = several(client % 4 === 0 ? 3 : 4, () => net.connect(Number(port), hostname));
      for (const socket of sockets) {
        socket.on('error', () => undefined);
        socket.pause();
        socket.write(`GET ${path ?? ground.modulePath} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      }
      setTimeout(() => {
        for (const socket of sockets) socket.destroy();
        resolve(undefined);
      }, seconds * 1000);
    });

/** @type {readonly Attack[]} */
export const ATTACKS = [
  {
    name: 'sources with a run of slashes',
    covers: /^upload_modules$/,
    once: (turn) =>
      upload(
        turn,
        { mode: 'sources' },
        { 'src/a.js': `//# sourceMappingURL=a.js.map\n${'/'.repeat(60)}\nexport default ${turn.turn};\n` },
      ),
  },
  {
    name: 'a package with 200 000 relative imports, and with as many as may be',
    covers: /^upload_modules$/,
    once: (turn) =>
      upload(
        turn,
        { name: 'wide' },
        { 'index.js': `${relativeImports(turn.turn % 2 ? 200_000 : MOST_IMPORTS)}\n// ${fresh()}` },
      ),
  },
  {
    name: 'a module with 100 000 bare imports, and with as many as may be',
    covers: /^upload_modules$/,
    once: (turn) =>
      upload(
        turn,
        { specifier: 'bare' },
        { 'bare.js': `${bareImports(turn.turn % 2 ? 100_000 : MOST_IMPORTS)}\n// ${fresh()}` },
      ),
  },
  {
    name: 'production gets 40 000 keys',
    covers: /^(deployer_patch_map|write_stage)$/,
    once: ({ send }) =>
      send(
        '/import-map.json?skip_url_check=true',
        patch({
          imports: Object.fromEntries(several(40_000, (index) => [`k${index}`, `https://cdn.example/${fresh()}.js`])),
        }),
      ),
  },
  {
    name: 'maps of 20 unknown tickets',
    covers: /^(import_map|stamp_script)(_of)?$/,
    once: ({ send }) => send(`/import-map.json?${several(20, () => `dev=${fresh()}`).join('&')}`),
  },
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
    name: 'readers of a large module that never read',
    covers: /^upload_modules$/,
    once: holdUnread(),
  },
  {
    name: 'URLs in a zone without a name server',
    covers: /^(deployer_patch_service|deployer_patch_map)$/,
    neverDone: 'a URL that nobody answers for is refused',
    once: ({ send }) => send('/services', patch({ service: fresh(), url: `https://${fresh()}.silent.example/app.js` })),
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
    name: 'modules by URL, as many as one body has',
    covers: /^upload_modules$/,
    prepare: ownTickets,
    once: ({ send, client }) => send(`/api/v1/ticket/${own[client]}/modules/`, post({ modules: modulesByUrl() })),
  },
  {
    name: 'rebases of 5000 keys',
    covers: /^rebase_ticket$/,
    prepare: ownTickets,
    once: ({ send, client, turn }) =>
      send(
        `/api/v1/ticket/${own[client]}/rebase/`,
        post(Object.fromEntries(several(5000, (index) => [turn % 4 === 3 ? fresh() : `k${index}`, 'mine']))),
      ),
  },
  {
    name: 'tickets of some 10 000 keys go on and back, and are looked at',
    covers: /^(promote_ticket|revert_ticket|why_ticket|diff_ticket|import_map)$/,
    prepare: ownTickets,
    once: ({ send, client, turn }) => {
      const url = `/api/v1/ticket/${own[client]}/`;
      const ways = [
        () => send(`${url}promote/`, post({})),
        () => send(`${url}why/`),
        () => send(`${url}diff/`),
        () => send(`/import-map.json?qa=${own[client]}`),
        () => send(`${url}revert/`, post({})),
      ];
      return ways[turn % ways.length]();
    },
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
  {
    name: 'modules by a pattern',
    covers: /^list_module$/,
    once: ({ send }) => send(`/api/v1/module/?specifier__startswith=${fresh()}&limit=1000`),
  },
];

/** Why an operation that takes a list, a pattern or a file needs no entry. */
export const WITHOUT_ENTRY = new Map([]);
