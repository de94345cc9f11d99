// Eight writers with transactions of uneven length, relays that are killed again and again, and readers that follow all the
// time; and the account of what the readers got.
import pg from 'pg';
import type { RelaySql } from '../../src/stream/number-events.js';

export interface Written {
  /** Each event that was committed, by the writer's own mark. */
  readonly marks: readonly string[];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const APPEND = `INSERT INTO event (type, subject, actor, version, line)
  SELECT 'scene.written', 'writer/' || $1::int, 'scene', n, $1::int || '/' || n FROM generate_series($2::int, $3::int) n`;

/**
 * Writes `total` events over all, in transactions of 1 to 40 events with pauses inside, one in ten of which is rolled back.
 * `paced`: whether to pause at all.
 */
export async function writeAll(connection: pg.ClientConfig, total: number, writers = 8): Promise<Written> {
  const marks: string[] = [];
  const one = async (writer: number): Promise<void> => {
    const client = new pg.Client(connection);
    await client.connect();
    for (let from = 1; from <= total / writers;) {
      const until = Math.min(from + Math.floor(Math.random() ** 3 * 40), total / writers);
      const middle = Math.floor((from + until) / 2);
      await client.query('BEGIN');
      await client.query(APPEND, [writer, from, middle]);
      if (Math.random() < 0.3) await pause(Math.random() ** 4 * 150);
      if (middle < until) await client.query(APPEND, [writer, middle + 1, until]);
      const commits = Math.random() > 0.1;
      await client.query(commits ? 'COMMIT' : 'ROLLBACK');
      if (!commits) continue;
      for (let mark = from; mark <= until; mark += 1) marks.push(`${writer}/${mark}`);
      from = until + 1;
    }
    await client.end();
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => one(writer)));
  return { marks };
}

/** What is wrong with what a reader got, in words: events missed, twice, out of order; nothing is wrong in an empty list. */
export function faultsOf(written: Written, got: readonly { seq: number; line: string }[], firstSeq: number): string[] {
  const faults: string[] = [];
  const wrongNumbers = got.filter((one, index) => one.seq !== firstSeq + index).length;
  if (wrongNumbers > 0) faults.push(`${wrongNumbers} numbers that are not dense and in order`);
  const lines = new Set(got.map((one) => one.line));
  if (lines.size < got.length) faults.push(`${got.length - lines.size} twice`);
  const missed = written.marks.filter((mark) => !lines.has(mark)).length;
  if (missed > 0) faults.push(`${missed} missed`);
  if (lines.size > written.marks.length) faults.push(`${lines.size - written.marks.length} that nobody committed`);
  // Each writer's own order: what it committed first has the lower number.
  const last = new Map<string, number>();
  let disordered = 0;
  for (const { line } of got) {
    const [writer = '', mark = ''] = line.split('/');
    if (Number(mark) <= (last.get(writer) ?? 0)) disordered += 1;
    last.set(writer, Number(mark));
  }
  if (disordered > 0) faults.push(`${disordered} out of order`);
  return faults;
}

/** What a relay's connection can do, on one of the test's. */
export const sqlOn = (on: pg.Client): RelaySql => ({
  run: async <Row>({ name, text, values }: { name?: string; text: string; values?: readonly unknown[] }) =>
    (await on.query({ name, text, values: values as unknown[] })).rows as Row[],
  plain: async (text) => void (await on.query(text)),
});
