// Gives committed rows of the log their public numbers: dense, in the order in which they are found committed, and within a
// batch by outbox id (stream.md, "The log").
import type { Sql } from '../platform/database/statement.js';

/** What every process listens to; the payload is the number that was given last. */
export const EVENT_CHANNEL = 'stampline_events';

/** Rows that one transaction numbers. More would keep the first of them from everybody for longer. */
export const BATCH = 1000;

/** The connection of a relay: nothing but the transaction control that a batch needs. */
export interface RelaySql extends Sql {
  plain(text: string): Promise<void>;
}

/**
 * The rows that wait are few and the table is large, so every plan goes by index, and by the index's order, which
 * also marks entries of rows that have their number; statistics taken while many waited would say otherwise. A session that is silent for longer than this belongs to a relay that is stopped: Postgres ends it, and with
 * it the relay's lock.
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

/** Whether a row beyond the outbox id `above` waits for its number. */
export async function isWaiting(sql: Sql, above: string): Promise<boolean> {
  const [row] = await sql.run<{ waits: boolean }>({
    name: 'relay_waiting',
    text: 'SELECT EXISTS (SELECT 1 FROM event WHERE seq IS NULL AND id > $1::bigint) AS waits',
    values: [above],
  });
  return row?.waits ?? false;
}

const NUMBER = `WITH batch AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM (SELECT id FROM event WHERE seq IS NULL AND id > $2::bigint ORDER BY id LIMIT ${BATCH}) waiting),
  numbered AS (UPDATE event e SET seq = $1::bigint + b.place FROM batch b WHERE e.id = b.id RETURNING e.id),
  total AS (SELECT count(*) AS count, max(id) AS highest FROM numbered),
  head AS (UPDATE stream_head h SET seq = $1::bigint + total.count FROM total WHERE total.count > 0 RETURNING h.seq)
  SELECT total.count::int AS count, total.highest, pg_notify('${EVENT_CHANNEL}', head.seq::text) FROM head, total`;

/** How many rows were numbered, and the highest outbox id among them. */
export interface Numbered {
  readonly count: number;
  readonly highest: string;
}

/**
 * Numbers one batch of the rows beyond the outbox id `above`, and tells everybody with one NOTIFY, which goes out if and when
 * the numbers are committed. The row of stream_head is locked first, by a statement of its own: the next one then sees what
 * whoever held it has numbered, so that two relays at once number nothing twice and leave no number out.
 */
export async function numberEvents(sql: RelaySql, above: string): Promise<Numbered> {
  await sql.plain('BEGIN');
  try {
    const [head] = await sql.run<{ seq: string }>({
      name: 'relay_head',
      text: 'SELECT seq FROM stream_head FOR UPDATE',
    });
    if (!head) throw new Error('stream_head is empty: the log cannot be numbered.');
    const [done] = await sql.run<Numbered>({ name: 'relay_number', text: NUMBER, values: [head.seq, above] });
    await sql.plain('COMMIT');
    return done ?? { count: 0, highest: above };
  } catch (error) {
    await sql.plain('ROLLBACK').catch(() => undefined); // The connection is gone, and the transaction with it.
    throw error;
  }
}
