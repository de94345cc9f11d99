// /api/v1/event/: the log as a list in the dialect, each event under its number, and only what has one.
import pg from 'pg';
import { StreamWorld } from './stream-world.js';

let world: StreamWorld;
let first: number;
let ticket: { id: number; key: string };
beforeAll(async () => {
  world = await StreamWorld.start();
  first = (await world.settled()) + 1;
  ticket = (await world.server.http.post('/api/v1/ticket/').send({ title: 'Listed' }).expect(201))
    .body as typeof ticket;
  await world.settled();
  await world.append(2, { type: 'build.failed', severity: 'error', ticket_id: ticket.id, project_id: 1 });
  await world.settled();
  await world.append(1, { type: 'release.made', stage: 'prod' });
  await world.settled();
});
afterAll(() => world.server.stop());

const list = async (query: string): Promise<Record<string, any>> =>
  (await world.server.http.get(`/api/v1/event/?${query}`).expect(200)).body as Record<string, any>;
const seqs = async (query: string): Promise<number[]> =>
  (await list(query)).objects.map((one: { seq: number }) => one.seq - first + 1) as number[];

it.each([
  ['everything, in the order of numbers', () => '', [1, 2, 3, 4]],
  ['a type', () => 'type=build.failed', [2, 3]],
  ['the beginning of a type', () => 'type__startswith=release.', [4]],
  ['severities', () => 'severity__in=warn,error', [2, 3]],
  ['a ticket by id', () => `ticket=${ticket.id}`, [1, 2, 3]],
  ['a ticket by key', () => `ticket=${ticket.key}`, [1, 2, 3]],
  ['a field of the ticket', () => 'ticket__title=Listed', [1, 2, 3]],
  ['a project by name', () => 'project__name=default', [1, 2, 3]],
  ['a stage', () => 'stage=prod', [4]],
  ['what came after a number', () => `seq__gt=${first + 1}`, [3, 4]],
  ['pages by number', () => `after=${first}&limit=2`, [2, 3]],
  ['a time that nothing has', () => 'time__lt=2000-01-01', []],
  ['a time on', () => 'time__gte=2000-01-01T00:00:00Z', [1, 2, 3, 4]],
  ['the latest first', () => 'order_by=-seq&limit=2', [4, 3]],
])('finds by %s', async (_name, query, expected) => {
  expect(await seqs(query())).toEqual(expected);
});

it('shows one by its number, several at once, and no others', async () => {
  const one = (await world.server.http.get(`/api/v1/event/${first}/`).expect(200)).body;
  expect(one).toMatchObject({
    id: first,
    seq: first,
    type: 'ticket.created',
    ticket: `/api/v1/ticket/${ticket.id}/`,
    project: '/api/v1/project/1/',
    subticket: null,
    version: 1,
    resource_uri: `/api/v1/event/${first}/`,
    data: { after: { title: 'Listed' } },
  });
  const set = (await world.server.http.get(`/api/v1/event/set/${first};${first + 3};999999/`).expect(200)).body;
  expect(set.objects.map((each: { seq: number }) => each.seq)).toEqual([first, first + 3]);
  expect(set.not_found).toEqual(['999999']);
  await world.server.http.get('/api/v1/event/999999/').expect(404);
  await world.server.http.post('/api/v1/event/').send({ line: 'made up' }).expect(405);
});

it('keeps back what has no number yet, and shows it as soon as it has', async () => {
  const holder = new pg.Client(world.server.connection);
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT seq FROM stream_head FOR UPDATE');
  await world.append(1, { type: 'late.one' });
  expect((await list('type=late.one')).objects).toEqual([]);
  const history = (await list(`ticket=${ticket.id}`)).meta.total_count as number;
  expect(history).toBe(3);
  await holder.query('COMMIT');
  await holder.end();
  await world.settled();
  expect((await list('type=late.one')).objects).toHaveLength(1);
});

it("a ticket's history shows the same numbers", async () => {
  const { objects } = (await world.server.http.get(`/api/v1/ticket/${ticket.id}/history/`).expect(200)).body;
  expect(objects.map((one: { seq: number }) => one.seq)).toEqual([first, first + 1, first + 2]);
});
