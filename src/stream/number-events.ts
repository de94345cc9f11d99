// Gives committed rows of the log their public numbers: dense, in the order in which they are found committed, and within a
// batch by outbox id (stream.md, "The log").
import type { Sql } from '../platform/database/statement.js';
import { BATCH, type Ids } from './outbox.js';

/** What every process listens to; the payload is the number that was given last. */
export const EVENT_CHANNEL = 'stampline_events';

/** The connection of a relay: nothing but the transaction control that a batch needs. */
export interface RelaySql extends Sql {
  plain(text: string): Promise<void>;
}

/**
 * The rows that wait are few and the table is large, so every plan goes by index, and by the index's order; statistics taken
 * while many waited would say otherwise. A session that is silent for longer than this belongs to a relay that is stopped:
 * Postgres ends it, and with it the relay's lock.
 */
export const RELAY_SESSION = [
  "SET statement_timeout = '5s'",
  "SET lock_timeout = '2s'",
  "SET idle_in_transaction_session_timeout = '5s'",
  "SET idle_session_timeout = '5s'",
  'SET enable_seqscan = off',
  'SET enable_bitmapscan = off',
  'SET enable_hashjoin = off',
  'SET enable_mergejoin = off',
].join(';');

/** Numbers between two marks of how late it was, at least. */
const MARK_EVERY = 1000;

const OPEN = 'unnest($1::bigint[], $2::bigint[]) AS open(low, high)';

const boundsOf = (pieces: readonly Ids[]): number[][] => [pieces.map(({ low }) => low), pieces.map(({ high }) => high)];

/** The event id that was taken last, and whether a row in `pieces` waits for its number. */
export async function lookAt(sql: Sql, pieces: readonly Ids[]): Promise<{ upTo: number; waits: boolean }> {
  const [row] = await sql.run<{ up_to: string; waits: boolean }>({
    name: 'relay_look',
    // The id may be later than what EXISTS sees; the batches of a pass are statements after this one, and see all of it.
    text: `SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence('event', 'id')::regclass), 0) AS up_to,
      EXISTS (SELECT 1 FROM ${OPEN}, LATERAL (SELECT 1 FROM event WHERE seq IS NULL AND id > open.low AND id <= open.high LIMIT 1) one) AS waits`,
    values: boundsOf(pieces),
  });
  return { upTo: Number(row?.up_to ?? 0), waits: row?.waits ?? false };
}

/** Every transaction that may have taken the id of an event and has not ended (outbox.ts, 5). */
export async function idHolders(sql: Sql): Promise<string[]> {
  const rows = await sql.run<{ holder: string }>({
    name: 'relay_holders',
    text: `SELECT DISTINCT virtualtransaction AS holder FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
      AND relation = 'event'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  });
  return rows.map(({ holder }) => holder);
}

const NUMBER = `WITH batch AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM (SELECT waiting.id FROM ${OPEN},
      LATERAL (SELECT id FROM event WHERE seq IS NULL AND id > open.low AND id <= open.high ORDER BY id LIMIT ${BATCH}) waiting
      ORDER BY waiting.id LIMIT ${BATCH}) first),
  numbered AS (UPDATE event e SET seq = $3::bigint + b.place FROM batch b WHERE e.id = b.id RETURNING e.id, e.time),
  total AS (SELECT count(*) AS count, string_agg(id::text, ',' ORDER BY id) AS ids, max(time) AS latest FROM numbered),
  head AS (UPDATE stream_head h SET seq = $3::bigint + total.count, latest = GREATEST(h.latest, total.latest)
    FROM total WHERE total.count > 0 RETURNING h.seq, h.latest),
  mark AS (INSERT INTO stream_mark (seq, latest) SELECT seq, latest FROM head WHERE seq / ${MARK_EVERY} > $3::bigint / ${MARK_EVERY}
    ON CONFLICT (seq) DO NOTHING)
  SELECT total.ids, pg_notify('${EVENT_CHANNEL}', head.seq::text) FROM head, total`;

/**
 * Numbers the first batch of the rows in `pieces`, and tells everybody with one NOTIFY, which goes out if and when the numbers
 * are committed. Answers the rows' ids, ascending. The row of stream_head is locked first, by a statement of its own: the next
 * one then sees what whoever held it has numbered, so that two relays at once number nothing twice and leave no number out.
 */
export async function numberEvents(sql: RelaySql, pieces: readonly Ids[]): Promise<number[]> {
  await sql.plain('BEGIN');
  try {
    const [head] = await sql.run<{ seq: number }>({
      name: 'relay_head',
      text: 'SELECT seq FROM stream_head FOR UPDATE',
    });
    if (!head) throw new Error('stream_head is empty: the log cannot be numbered.');
    const values = [...boundsOf(pieces), head.seq];
    const [done] = await sql.run<{ ids: string }>({ name: 'relay_number', text: NUMBER, values });
    await sql.plain('COMMIT');
    return done?.ids.split(',').map(Number) ?? [];
  } catch (error) {
    await sql.plain('ROLLBACK').catch(() => undefined); // The connection is gone, and the transaction with it.
    throw error;
  }
}
