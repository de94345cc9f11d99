// Attacks on what is read for long, or made anew for each question: old maps, Hosts, streams, waits, pages of history.
import { fresh, get, laid, post, several } from './making.mjs';

const MAPS = ['/import-map.json', '/p/default/import-map.json'];
const PAGES = [...MAPS, '/stamp.js', '/p/default/stamp.js', '/snippet.html', '/p/default/snippet.html'];

/** A Host of its own each time: localhost counts with any port. */
const host = ({ turn }) => ({ headers: { host: `localhost:${1000 + (turn % 60_000)}` } });
const unknown = () => several(20, () => `dev=${fresh()}`).join('&');

const FILTERS = `stage=prod&type=ticket.*&severity=warn,error&project=default&ticket=${several(50, (index) => `TKT-${index + 1}`).join(',')}`;

const RELEASES = 5;

/** Some releases of 40 000 keys that are not live any more. */
async function oldReleases(ground) {
  const read = async () => (await (await fetch(`${ground.base}/api/v1/release/?limit=1000`)).json()).objects;
  for (let count = (await read()).length; count <= RELEASES; count += 1) {
    const reply = await fetch(`${ground.base}/import-map.json?skip_url_check=true`, laid(40_000));
    if (!reply.ok) throw new Error(`A map of 40 000 keys: ${reply.status} ${await reply.text()}`);
  }
  const all = (await read()).map(({ number, created_at: at }) => ({ number, at }));
  ground.releases = all.filter(({ number }) => number > 0 && number < Math.max(...all.map((one) => one.number)));
}

/** One of them. */
const old = ({ turn, ground }) => ground.releases[turn % ground.releases.length];

/** @type {readonly import('./making.mjs').Attack[]} */
export const READ_ATTACKS = [
  {
    name: 'maps of 20 unknown tickets',
    ways: [...MAPS, '/stamp.js', '/p/default/stamp.js'].map((path) => get(() => `${path}?${unknown()}`)),
  },
  {
    name: 'old releases, and what was live',
    prepare: oldReleases,
    ways: MAPS.flatMap((path) => [
      get((turn) => `${path}?release=${old(turn).number}`),
      get((turn) => `${path}?at=${new Date(Date.parse(old(turn).at) + (turn.turn % 3)).toISOString()}`),
      get(({ ground }) => `${path}?env=dev:${ground.ticket}`),
    ]),
  },
  {
    name: 'maps and pages for ever other Hosts',
    ways: PAGES.map((path) => (turn) => turn.send(path, host(turn))),
  },
  {
    name: 'streams with filters, from the beginning',
    ways: [`?earliest=1&${FILTERS}`, '?last_event_id=1&detail=1', `?since=2026-01-01T00:00:00Z&${FILTERS}`].map(
      (query) =>
        ({ hold }) =>
          hold(`/stream${query}`),
    ),
  },
  {
    name: 'waits for what does not come',
    ways: [get(({ client }) => `/api/v1/ticket/${client + 50}/?until=version%3E1000000&wait=1`)],
  },
  {
    name: 'revisions and releases of many keys',
    ways: [
      get(({ client, ground }) => `/api/v1/ticket/${ground.own[client]}/revision/?limit=1000&offset=0`),
      get(({ client, ground }) => `/api/v1/ticket/${ground.own[client]}/revision/?after=0`),
      get('/api/v1/release/?limit=1000'),
      get('/api/v1/release/1/?project=default'),
      get('/api/v1/stage/?project=default'),
      get('/api/v1/stage/prod/?project=default'),
    ],
  },
  {
    name: 'the schemas of everything, and commands',
    ways: [
      get('/api/v1/?fullschema=true'),
      ({ send, client }) =>
        send('/api/v1/command/?project=default', post({ text: `why TKT-${client + 1}`, dry_run: true })),
    ],
  },
];
