// Attacks with large bodies: tickets, bundles, package lists, events, files, tokens, settings.
import { ANY_VERSION, form, fresh, get, JSON_BODY, patch, post, put, refused, several } from './making.mjs';

const subticketOf = (name) => (index) => ({
  sourcepackage: `${name}-${index % 20}`.toLowerCase(),
  version: `1.${index}`,
});
const bundleOf = (count) => post({ title: fresh(), subtickets: several(count, subticketOf(fresh())) });

const LARGE_TEXT = 'x'.repeat(95_000);
const largeTicket = () => ({
  title: fresh(),
  description: LARGE_TEXT,
  testsuites: several(100, () => '/api/v1/testsuite/1/'),
});

const eventOf = (index) => ({
  specversion: '1.0',
  id: fresh(),
  source: 'https://ci.example/',
  type: 'x',
  data: { line: `${index} ${'x'.repeat(500)}` },
});

const tokenOf = (scopes) =>
  post({
    owner: fresh(),
    scopes: several(scopes, (index) => `map:stage-${index}`),
    projects: several(100, () => 'default'),
  });

const settingsOf = (count, length) => ({
  settings: { url_safe_list: several(count, (index) => `https://cdn.example/${index}/${'x'.repeat(length)}`) },
});
const AS_MUCH = settingsOf(100, 900);

/** Windows that no server has looked at yet: each day of a year, at a minute of its own. */
const windowsOf = (count, windows) => ({
  settings: {
    policies: several(count, (index) => ({
      policy: 'window',
      name: `${index}`,
      stages: 'all',
      closed: several(windows, (window) => ({
        start: `20${String(10 + (Date.now() % 15)).padStart(2, '0')}-01-01T${String(index % 24).padStart(2, '0')}:${String(Math.trunc(Math.random() * 60)).padStart(2, '0')}`,
        duration: 'PT1M',
        rrule: 'FREQ=DAILY',
        timezone: 'Europe/Berlin',
        reason: `closed ${window}`,
      })),
    })),
  },
});

/** @type {readonly import('./making.mjs').Attack[]} */
export const BODY_ATTACKS = [
  {
    name: 'a bundle, and tickets, with many parts',
    ways: [
      ({ send }) => send('/api/v1/bundle/', bundleOf(1000)),
      refused('1001 subtickets', ({ send }) => send('/api/v1/bundle/', bundleOf(1001))),
      ({ send }) => send('/api/v1/ticket/', post(largeTicket())),
      ({ send, client }) => send(`/api/v1/ticket/${client + 10}/`, patch(largeTicket())),
      ({ send, client }) => send(`/api/v1/ticket/${client + 30}/`, put(largeTicket())),
    ],
  },
  {
    name: 'a package list of 50 000',
    ways: [
      ({ send }) =>
        send('/api/v1/package-list/', {
          method: 'PUT',
          headers: JSON_BODY,
          body: JSON.stringify(
            several(50_000, (index) => ({ binary: `b${index}`, source: `s${index % 5000}`, version: fresh() })),
          ),
        }),
    ],
  },
  {
    name: 'batches of 500 events',
    ways: [
      ({ send }) =>
        send('/events', {
          method: 'POST',
          headers: { 'content-type': 'application/cloudevents-batch+json' },
          body: JSON.stringify(several(500, eventOf)),
        }),
    ],
  },
  {
    name: 'files of an upload, and their list',
    ways: [
      ({ send, client }) =>
        send(
          `/api/v1/spu/${client + 1}/files/`,
          form({}, Object.fromEntries(several(200, (index) => [`f${index}_${fresh()}_amd64.deb`, fresh()]))),
        ),
      get(({ client }) => `/api/v1/spu/${client + 1}/files/?limit=1000&offset=1`),
    ],
  },
  {
    name: 'tokens with many scopes and projects, and their list',
    ways: [
      ({ send }) => send('/api/v1/token/', tokenOf(50)),
      refused('5000 scopes', ({ send }) => send('/api/v1/token/', tokenOf(5000))),
      get('/api/v1/token/'),
    ],
  },
  {
    name: 'settings with as many URLs as may be, and with 1 700',
    ways: [
      ({ send }) => send('/api/v1/project/', post({ name: fresh().toLowerCase(), ...AS_MUCH })),
      ({ send }) => send('/api/v1/project/2/', patch(AS_MUCH, ANY_VERSION)),
      ({ send }) => send('/api/v1/project/2/', put({ name: 'my-project', ...AS_MUCH }, ANY_VERSION)),
      refused('1 700 URLs', ({ send }) =>
        send('/api/v1/project/', post({ name: fresh().toLowerCase(), ...settingsOf(1700, 8) })),
      ),
    ],
  },
  {
    name: 'rules of promotion with as many windows as may be, and with too many',
    ways: [
      ({ send }) => send('/api/v1/project/2/', patch(windowsOf(3, 2), ANY_VERSION)),
      refused('four rules', ({ send }) => send('/api/v1/project/2/', patch(windowsOf(4, 1), ANY_VERSION))),
      refused('50 windows a rule', ({ send }) => send('/api/v1/project/2/', patch(windowsOf(1, 50), ANY_VERSION))),
    ],
  },
];
