// Retention: what is over leaves the database for files that can be read back, and nothing is lost or there twice, whoever
// writes meanwhile and wherever a run ends.
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { ArchiveEvents } from '../../src/stream/archive/archive-events.js';
import { readArchive, writeArchive } from '../../src/stream/archive/archive-file.js';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let archives: ArchiveEvents;
beforeAll(async () => {
  server = await startTestServer();
  archives = server.app.get(ArchiveEvents, { strict: false });
});
afterAll(() => server.stop());

const post = (body: unknown) =>
  server.http
    .post('/events')
    .send(body as object)
    .expect(202);

/** Events from outside, by their lines. */
async function told(lines: readonly string[], fields: object = {}): Promise<void> {
  await post(lines.map((line) => ({ line, id: line, ...fields })));
  await numbered();
}

async function numbered(): Promise<void> {
  for (;;) {
    const [row] = await server.sql<{ n: number }>('SELECT count(*)::int AS n FROM event WHERE seq IS NULL');
    if (row!.n === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Lets events be older than they are, and what the server itself told before them older than that. */
const age = async (lines: readonly string[], days: number): Promise<unknown> => {
  await server.sql(
    `UPDATE event SET time = now() - interval '90 days' WHERE subject NOT LIKE 'from/%' AND NOT line = ANY($1)`,
    [lines],
  );
  return server.sql(
    `UPDATE event SET time = date_trunc('day', now()) - make_interval(days => $2) + interval '12 hours' WHERE line = ANY($1)`,
    [lines, days],
  );
};

const hot = async (): Promise<string[]> =>
  (await server.sql<{ line: string }>(`SELECT line FROM event WHERE subject LIKE 'from/%' ORDER BY seq`)).map(
    ({ line }) => line,
  );

async function archived(query = ''): Promise<{ seq: number; line: string }[]> {
  const { body } = await server.http.get(`/api/v1/event/?archived=1&limit=0${query}`).expect(200);
  return body.objects as { seq: number; line: string }[];
}

const lineOf = ({ line }: { line: string }): string => line;

const oldest = async (): Promise<number> =>
  Number((await server.sql<{ oldest: string }>('SELECT oldest FROM stream_head'))[0]!.oldest);

it('archives a day that is over: a file that is whole, a manifest, and the same objects as before', async () => {
  await told(['a1', 'a2', 'a3'], { severity: 'warn', project: 'default' });
  await age(['a1', 'a2'], 40);
  await age(['a3'], 39);
  const { body: before } = await server.http.get('/api/v1/event/?line__in=a1,a2,a3').expect(200);
  const made = await archives.run();
  expect(made.map(({ events }) => events)).toEqual([2, 1]);
  const [first] = made;
  const file = await fs.readFile(path.join(archives.folder, first!.file));
  expect(createHash('sha256').update(file).digest('hex')).toBe(first!.sha256);
  expect(gunzipSync(file).toString().trim().split('\n')).toHaveLength(2);
  expect(
    JSON.parse(await fs.readFile(path.join(archives.folder, first!.file.replace('.ndjson.gz', '.json')), 'utf8')),
  ).toEqual(first);
  expect(await hot()).toEqual([]);
  const { body: gone } = await server.http.get('/api/v1/event/?line__in=a1,a2,a3').expect(200);
  expect(gone.objects).toEqual([]);
  expect(await archived()).toEqual(before.objects.map((one: object) => one));
  // A second run finds nothing to do.
  expect(await archives.run()).toEqual([]);
});

it('keeps what is young, what names a ticket and what the server itself says; the stream replays from there', async () => {
  const { id, key } = await aTicket(server);
  await told(['old'], {});
  await told(['young']);
  await post({ line: 'of a ticket', ticket: id });
  await numbered();
  await age(['old', `${key}: of a ticket`, `Ticket ${key} created: A ticket`], 31);
  await age(['young'], 30);
  await archives.run();
  expect(await hot()).toEqual(['young', `${key}: of a ticket`]);
  const { body } = await server.http.get(`/api/v1/ticket/${id}/history/`).expect(200);
  expect(body.objects).toHaveLength(2);
  const [young] = await server.sql<{ seq: string }>(`SELECT seq FROM event WHERE line = 'young'`);
  expect(await oldest()).toBe(Number(young!.seq));
});

it('keeps as many days as the project says, and as the default project says', async () => {
  const { body: quick } = await server.http
    .post('/api/v1/project/')
    .send({ name: 'quick', settings: { retention_days: 7 } })
    .expect(201);
  await told(['quick 8', 'quick 7'], { project: 'quick' });
  await told(['any 8']);
  await age(['quick 8', 'any 8'], 8);
  await age(['quick 7'], 7);
  await archives.run();
  expect((await hot()).filter((line) => /^(quick|any) /.test(line))).toEqual(['quick 7', 'any 8']);
  expect((await archived('&project=quick')).map(lineOf)).toEqual(['quick 8']);
  expect((await archived(`&project=${quick.id}&severity=error`)).map(lineOf)).toEqual([]);
});

it("keeps what was told while the database's clock was behind: numbers decide, not times", async () => {
  await told(['before the step']);
  await told(['an hour back', 'a month back']);
  await age([], 0);
  await server.sql(`UPDATE event SET time = now() - interval '1 hour' WHERE line = 'an hour back'`);
  await server.sql(`UPDATE event SET time = now() - interval '40 days' WHERE line = 'a month back'`);
  await archives.run();
  expect(await hot()).toEqual(expect.arrayContaining(['before the step', 'an hour back', 'a month back']));
  const [before] = await server.sql<{ seq: string }>(`SELECT seq FROM event WHERE line = 'before the step'`);
  expect(await oldest()).toBeLessThanOrEqual(Number(before!.seq));
  // Nor is a name forgotten that may be said again.
  await server.http
    .post('/events')
    .send([{ line: 'a month back', id: 'a month back' }])
    .expect(200);
  expect((await hot()).filter((line) => line === 'a month back')).toHaveLength(1);
});

it('pages and filters what is archived', async () => {
  const { body } = await server.http.get('/api/v1/event/?archived=1&limit=2').expect(200);
  expect(body.meta).toMatchObject({ limit: 2, total_count: null, next: expect.stringContaining('after=') });
  expect(body.objects.map(lineOf)).toEqual(['a1', 'a2']);
  const second = await server.http.get(body.meta.next as string).expect(200);
  expect(second.body.objects.map(lineOf)).toEqual(['a3', 'old']);
  expect((await archived('&severity=warn')).map(lineOf)).toEqual(['a1', 'a2', 'a3']);
  const [{ day }] = (await server.sql<{ day: string }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day FROM event_archive ORDER BY day LIMIT 1`,
  )) as [{ day: string }];
  expect((await archived(`&day=${day}`)).map(lineOf)).toEqual(['a1', 'a2']);
  for (const bad of ['day=2026-02-30', 'day=yesterday', 'limit=-1', 'after=x', 'lien=a1'])
    await server.http.get(`/api/v1/event/?archived=1&${bad}`).expect(400);
  await server.http.get('/api/v1/event/?archived=2').expect(400);
  await server.http.get('/api/v1/event/?archived=0&limit=1').expect(200);
});

it('ends between file and database without losing anything, and is repeated', async () => {
  const lines = Array.from({ length: 20 }, (_, index) => `crash ${index}`);
  await age(await hot(), 60);
  await archives.run();
  await told(lines);
  await age(lines, 50);
  await server.sql(
    `CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed here'; END $$`,
  );
  await server.sql('CREATE TRIGGER stop BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION stop()');
  await expect(archives.run()).rejects.toThrow();
  expect((await hot()).filter((line) => line.startsWith('crash'))).toEqual(lines);
  expect((await archived()).filter(({ line }) => line.startsWith('crash'))).toEqual([]);
  await server.sql('DROP TRIGGER stop ON event');
  const [made] = await archives.run();
  expect(made).toMatchObject({ events: 20, part: 0 });
  expect((await archived()).filter(({ line }) => line.startsWith('crash')).map(lineOf)).toEqual(lines);
  expect((await fs.readdir(archives.folder)).filter((name) => name.endsWith('.draft'))).toEqual([]);
});

it('says so when a file was changed, and does not serve it', async () => {
  const [{ file }] = (await server.sql<{ file: string }>(
    'SELECT file FROM event_archive ORDER BY first_seq LIMIT 1',
  )) as [{ file: string }];
  const where = path.join(archives.folder, file);
  const whole = await fs.readFile(where);
  await fs.writeFile(where, whole.subarray(0, -1));
  const reply = await server.http.get('/api/v1/event/?archived=1').expect(503);
  expect(reply.body.code).toBe('archive.unreadable');
  await fs.writeFile(where, whole);
  await server.http.get('/api/v1/event/?archived=1').expect(200);
});

it('loses nothing while others write, and two runs at once archive nothing twice', async () => {
  let writing = true;
  const written: string[] = [];
  const writer = async (name: number): Promise<void> => {
    for (let batch = 0; batch < 12; batch++) {
      const lines = Array.from({ length: 10 }, (_, index) => `w${name}-${batch}-${index}`);
      await post(lines.map((line) => ({ line, id: line })));
      written.push(...lines);
      // What is being written is old soon, days apart.
      await age(lines, 35 + (batch % 2));
    }
  };
  const writers = Promise.all([writer(1), writer(2), writer(3)]).finally(() => (writing = false));
  while (writing) await Promise.all([archives.run(), archives.run()]);
  await writers;
  await numbered();
  await archives.run();
  const isOurs = (line: string): boolean => /^w\d-/.test(line);
  const stay = (await hot()).filter(isOurs);
  const left: string[] = [];
  for (let next = '/api/v1/event/?archived=1&limit=0'; next;) {
    const { body } = await server.http.get(next).expect(200);
    left.push(...body.objects.map(lineOf).filter(isOurs));
    next = body.meta.next as string;
  }
  expect(left.length).toBeGreaterThan(100);
  expect(left.length + stay.length).toBe(written.length);
  expect([...stay, ...left].sort()).toEqual([...written].sort());
});

it('keeps what one archiver wrote whole, whatever another that lost its turn writes late for the same day', async () => {
  const place = { day: '2020-01-01', part: 0 };
  const lines = (text: string) => [{ seq: 1, body: JSON.stringify({ seq: 1, text }) }];
  // Both at once, over and over: whichever writes last, each manifest names a file that is what it says.
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      writeArchive(archives.folder, place, Readable.from([lines(`of ${index % 2}`.repeat(2000))])),
    ),
  );
  for (const [index, manifest] of made.entries()) {
    const { value } = await readArchive(archives.folder, manifest).next();
    expect((value as string[])[0]).toContain(`of ${index % 2}`);
  }
  expect((await fs.readdir(archives.folder)).filter((name) => name.endsWith('.draft'))).toEqual([]);
});
