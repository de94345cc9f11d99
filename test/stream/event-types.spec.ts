// The list of the server's own event types: whatever the source appends is in it, none of it can be sent from outside, and
// what is documented for outsiders, or only looks like ours, can.
import fs from 'node:fs';
import path from 'node:path';
import { checkType } from '../../src/stream/ingest/incoming.js';
import { KNOWN_TYPES } from '../../src/stream/ingest/known-types.js';
import { EVENT_TYPES, OWN_TYPES, RESOURCES } from '../../src/log/lines/event-types.js';
import { allResources } from '../../src/rest/resource.js';
import { bearer, type GuardedServer, startGuarded } from '../access/world.js';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuarded();
});
afterAll(() => server.stop());

const files = fs
  .readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.startsWith('cli'));

/** Texts that stand where an event's type does (and are no column of SQL, such as `g.type`): after `type:`, or handed to a function that tells of something. */
function typesIn(source: string): string[] {
  const places = [...source.matchAll(/\btype: ([^\n]*)|\btold\(\w+, ('[^']*')/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
  return places.flatMap((place) => [...place.matchAll(/'([a-z_]{2,}\.[a-z_]+)'/g)].map(([, type = '']) => type));
}

test('every type that the source names is in the list', () => {
  const found = files.flatMap((file) => typesIn(fs.readFileSync(path.join('src', file), 'utf8')));
  const outside = new Set(Object.keys(KNOWN_TYPES));
  // Examples in the documents are somebody else's.
  const own = [...new Set(found)].filter((type) => !outside.has(type) && !type.startsWith('example.'));
  expect(own.length).toBeGreaterThan(15);
  expect(own.filter((type) => !OWN_TYPES.has(type))).toEqual([]);
});

test('each says in a sentence what it tells', () => {
  expect(Object.entries(EVENT_TYPES).filter(([, [, about]]) => !/^[A-Z].*\.$/.test(about))).toEqual([]);
});

test('its resources are those that can be made', () => {
  const made = allResources().filter(({ verbs }) => verbs.includes('POST') || verbs.includes('DELETE'));
  expect(RESOURCES.filter((name) => !made.some((one) => one.name === name))).toEqual([]);
});

test('so is what is said of every resource', () => {
  const types = allResources()
    .filter(({ verbs }) => verbs.includes('POST'))
    .flatMap(({ name }) => ['created', 'changed', 'deleted'].map((what) => `${name}.${what}`));
  expect(types.length).toBeGreaterThan(40);
  expect(types.filter((type) => !OWN_TYPES.has(type))).toEqual([]);
});

test('none of it can be sent from outside, in whatever case, nor what begins as it does', async () => {
  const { token } = await server.token(['event:write', 'read']);
  const words = [...new Set([...OWN_TYPES.keys()].map((type) => type.split('.')[0] ?? ''))];
  const types = [
    ...OWN_TYPES.keys(),
    ...words.flatMap((word) => [`${word}.anything`, `${word.toUpperCase()}.x`, `${word}:x`, `${word}/x`]),
  ];
  const taken: string[] = [];
  for (const type of types) {
    const reply = await server.http
      .post('/events')
      .set(...bearer(token))
      .send({ line: 'It was me', type });
    if (reply.status !== 400 || reply.body.code !== 'event.own_type') taken.push(type);
  }
  expect(taken).toEqual([]);
  expect(await server.sql("SELECT 1 FROM event WHERE line = 'It was me'")).toEqual([]);
}, 60_000);

test.each([
  ...Object.keys(KNOWN_TYPES),
  'message',
  'com.github.label.deleted',
  'io.gitlab.ticket.closed',
  'ticketing.opened',
  'thing.deleted',
])('%s is for outsiders', (type) => {
  expect(checkType(type, '')).toBe(type);
});

test('an event of a project’s token is of a project: the only one, or the one that it names', async () => {
  await server.sql("INSERT INTO project (name) VALUES ('shop'), ('bank')");
  const one = await server.token(['event:write'], 'one', ['shop']);
  const two = await server.token(['event:write'], 'two', ['shop', 'default']);
  const post = async (token: string, body: object): Promise<unknown[]> => {
    const reply = await server.http
      .post('/events')
      .set(...bearer(token))
      .send(body);
    return [reply.status, (reply.body as { code?: string }).code];
  };
  const projects = (line: string): Promise<object[]> =>
    server.sql('SELECT p.name FROM event e LEFT JOIN project p ON p.id = e.project_id WHERE e.line = $1', [line]);
  expect(await post(one.token, { line: 'inherits' })).toEqual([202, undefined]);
  expect(await projects('inherits')).toEqual([{ name: 'shop' }]);
  expect(await post(two.token, { line: 'of none' })).toEqual([400, 'event.no_project']);
  expect(await post(two.token, [{ line: 'of none', project: 'shop' }, { line: 'of none' }])).toEqual([
    400,
    'event.no_project',
  ]);
  expect(await projects('of none')).toEqual([]);
  expect(await post(two.token, { line: 'says which', project: 'default' })).toEqual([202, undefined]);
  expect(await post(one.token, { line: 'elsewhere', project: 'bank' })).toEqual([403, 'project.other']);
  const { token: all } = await server.token(['event:write']);
  expect(await post(all, { line: 'of all' })).toEqual([202, undefined]);
  expect(await projects('of all')).toEqual([{ name: null }]);
});
