// Deletes by age what may be millions of rows: batch by batch, each a transaction of its own well within a statement's time,
// so that what was done stays done, and a clean-up that was behind catches up instead of failing each time.
import type { Sql } from './statement.js';

/** Rows of one batch. */
export const BATCH = 10_000;

export interface Batches {
  /** The table, and which of its rows are over: SQL over alias `t`. */
  readonly table: string;
  readonly where: string;
  /** What the rows are taken by, oldest first, where an index helps. */
  readonly orderBy?: string;
  /** Rows of one batch; BATCH without it. */
  readonly size?: number;
  /** Milliseconds that finding a batch may take, where the usual limit is too short. */
  readonly limitMs?: number;
  /** Asked before each batch. */
  readonly isLeaving?: () => boolean;
}

/** Answers how many are gone. Rows that somebody else holds are left to the next time. */
export async function deleteInBatches(
  sql: Sql,
  { table, where, orderBy, size = BATCH, limitMs, isLeaving = () => false }: Batches,
): Promise<number> {
  const order = orderBy ? ` ORDER BY ${orderBy}` : '';
  for (let all = 0; ;) {
    if (isLeaving()) return all;
    const [row] = await sql.run<{ gone: number }>({
      text: `WITH gone AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM ${table} t WHERE ${where}${order} LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING 1)
        SELECT count(*)::int AS gone FROM gone`,
      values: [size],
      ...(limitMs === undefined ? {} : { limitMs }),
    });
    all += row?.gone ?? 0;
    if ((row?.gone ?? 0) < size) return all;
  }
}
