// Archives of large events, many archives, and a log of which nearly all stays: what a run and a page cost has bounds.
import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { deleteInBatches } from '../../src/platform/database/delete-in-batches.js';
import type { Statement } from '../../src/platform/database/statement.js';
import { ArchiveEvents, OLD_NAMES } from '../../src/stream/archive/archive-events.js';
import { writeArchive } from '../../src/stream/archive/archive-file.js';
import { untilNumbered } from '../builders/numbered.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const MEGABYTE = 1024 * 1024;

let server: TestServer;
let archives: ArchiveEvents;
beforeAll(async () => {
  server = await startTestServer();
  archives = server.app.get(ArchiveEvents, { strict: false });
});
afterAll(() => server.stop());

const lineOf = ({ line }: { line: string }): string => line;

describe('what is large, or many', () => {
  /** Events of 60 kB, 40 days old. */
  const tellLarge = async (count: number): Promise<void> => {
    await server.sql(
      `INSERT INTO event (time, type, subject, actor, line, data)
        SELECT date_trunc('day', now()) - interval '40 days' + interval '12 hours', 'ci.told', 'from/ci', 'local', 'large ' || n, jsonb_build_object('text', repeat('large ', 10000))
        FROM generate_series(1, $1::int) n`,
      [count],
    );
    await untilNumbered(server);
  };

  it('is in files of some megabytes, and on pages of some megabytes, whatever the limit', async () => {
    await tellLarge(400);
    const made = await archives.run();
    expect(made.reduce((sum, { events }) => sum + events, 0)).toBeGreaterThanOrEqual(400);
    for (const { file } of made)
      expect(gunzipSync(await fs.readFile(path.join(archives.folder, file))).length).toBeLessThan(12 * MEGABYTE);
    const lines: string[] = [];
    for (let next = '/api/v1/event/?archived=1&limit=0&type=ci.told'; next;) {
      const { body, text } = await server.http.get(next).expect(200);
      expect(text.length).toBeLessThan(5 * MEGABYTE);
      lines.push(...body.objects.map(lineOf));
      next = body.meta.next as string;
    }
    expect(lines).toEqual(Array.from({ length: 400 }, (_, index) => `large ${index + 1}`));
  });

  it('a filter that finds nothing looks through some archives a page, and says where it goes on', async () => {
    const [{ last }] = (await server.sql<{ last: string }>('SELECT max(last_seq) AS last FROM event_archive')) as [
      { last: string },
    ];
    const begin = Number(last) + 1000;
    for (let index = 0; index < 250; index++) {
      const day = new Date(Date.UTC(2020, 0, 2 + index)).toISOString().slice(0, 10);
      const seq = begin + index;
      const body = JSON.stringify({ seq, type: index === 249 ? 'ci.rare' : 'ci.usual', project: null, ticket: null });
      const pieces = Readable.from([[{ seq, body }]]);
      const { part, file, sha256, bytes } = await writeArchive(archives.folder, { day, part: 0 }, pieces);
      await server.sql(
        `INSERT INTO event_archive (day, part, file, sha256, bytes, events, first_seq, last_seq) VALUES ($1, $2, $3, $4, $5, 1, $6, $6)`,
        [day, part, file, sha256, bytes, seq],
      );
    }
    const pages: number[] = [];
    for (let next = `/api/v1/event/?archived=1&type=ci.rare&after=${begin - 1}`; next;) {
      const { body } = await server.http.get(next).expect(200);
      pages.push(body.objects.length as number);
      next = body.meta.next as string;
    }
    expect(pages).toEqual([0, 0, 1]);
  });
});

it('forgets old names by reading them, not the log, however many events stay', async () => {
  await server.sql(
    `INSERT INTO event (type, subject, actor, line, ticket_id) SELECT 'a', 'ticket/1', 'c', 'stays', 1 FROM generate_series(1, 30000)`,
  );
  await untilNumbered(server);
  await server.sql('UPDATE stream_head SET oldest = seq - 100');
  const name = (which: string): Promise<unknown> =>
    server.sql(
      `INSERT INTO ingested_event (source, id, event_id) SELECT 'names', e.id::text, e.id FROM event e WHERE e.line = 'stays' AND ${which}`,
    );
  await name('e.seq >= (SELECT oldest - 50 FROM stream_head)');
  await server.sql('ANALYZE event');
  await server.sql('ANALYZE ingested_event');
  const left = async (): Promise<number | undefined> =>
    (await server.sql<{ n: number }>("SELECT count(*)::int AS n FROM ingested_event WHERE source = 'names'"))[0]?.n;
  const read = async (): Promise<number> => {
    let rows = 0;
    const run = async <Row>({ text, values }: Statement): Promise<Row[]> => {
      const [plan] = await server.sql<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        values as unknown[],
      );
      rows += rowsRead(plan!['QUERY PLAN'][0].Plan);
      return [];
    };
    await deleteInBatches({ run }, OLD_NAMES);
    return rows;
  };
  expect(await read()).toBeLessThan(5000);
  expect(await left()).toBe(101);
  // Nor does one that finds nothing.
  expect(await read()).toBeLessThan(5000);
  expect(await left()).toBe(101);
}, 60_000);

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Rows of tables that a plan looked at. */
const rowsRead = (node: PlanNode): number =>
  (node['Relation Name'] === undefined
    ? 0
    : (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']) +
  (node.Plans ?? []).reduce((sum, inner) => sum + rowsRead(inner), 0);
