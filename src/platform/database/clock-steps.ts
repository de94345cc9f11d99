// Steps of the database's clock as SQL: what took which back, and how old something is in spite of them.
import type { Tx } from './db.js';
import { BATCH } from './delete-in-batches.js';
import type { Sql } from './statement.js';

/** Nothing is deleted by an age above this, so older steps make nothing wrong. */
const KEEP_DAYS = 60;

/** SQL: now, and no earlier than the clock was known to be: what has ended stays ended when it steps back. */
export const NO_EARLIER = 'GREATEST(clock_timestamp(), (SELECT mark FROM database_clock))';

/** For each step: how many seconds went by since. What later steps added is no time. */
const STEPS = `(SELECT seconds, extract(epoch FROM clock_timestamp() - at) - (sum(seconds) OVER (ORDER BY id DESC) - seconds) AS since
  FROM clock_step) s`;

/** SQL: what was written before this is `hours` old, however the clock stepped forth meanwhile. */
export const olderThan = (hours: number): string =>
  `(SELECT clock_timestamp() - make_interval(hours => ${hours}, secs => COALESCE(sum(s.seconds), 0)) FROM ${STEPS} WHERE s.seconds > 0 AND s.since < ${hours * 3600})`;

/** SQL: now, less what steps that servers saw in `days` made the clock go on too far: for days that are promised. */
export const withoutSteps = (days: number): string =>
  `(clock_timestamp() - (SELECT make_interval(secs => GREATEST(0, COALESCE(sum(k.seconds), 0))) FROM clock_step k WHERE k.is_seen AND k.at > clock_timestamp() - interval '${days} days'))`;

/** `seconds`: negative where it went back. `isSeen`: a server ran then. */
export async function writeStep(tx: Tx, seconds: number, isSeen: boolean): Promise<void> {
  await tx.run({
    text: `WITH old AS (DELETE FROM clock_step WHERE at < clock_timestamp() - interval '${KEEP_DAYS} days')
      INSERT INTO clock_step (seconds, is_seen) VALUES ($1, $2)`,
    values: [seconds, isSeen],
  });
}

/** What ends at a time that it was told, with how far the clock stepped since (`clock_shift`). */
export interface Ends {
  readonly table: string;
  /** The column of the end. */
  readonly column: string;
  /** SQL: the rows whose end still means something; all of them where it is left out. */
  readonly where?: string;
  /** `at_most`: none lasts longer than it was given, by true time. `at_least`: none ends earlier. */
  readonly lasts: 'at_most' | 'at_least';
}

/** Moves the ends that were to come before a step of the clock; what had ended stays so. `seconds`: negative where it went back. */
export async function moveEnds(tx: Tx, { table, column, where = 'true', lasts }: Ends, seconds: number): Promise<void> {
  const kept = lasts === 'at_most' ? 'LEAST' : 'GREATEST';
  await tx.run({
    text: `UPDATE ${table} SET clock_shift = clock_shift + $1::float8,
        ${column} = ${column} + make_interval(secs => ${kept}(0, clock_shift + $1::float8) - ${kept}(0, clock_shift))
      WHERE ${where} AND ${column} > clock_timestamp() - make_interval(secs => GREATEST(0, $1::float8))`,
    values: [seconds],
  });
}

/**
 * What was written before the clock stepped back has a time to come, and would be kept for as long: it counts as written now.
 * `column`: its time. Whatever cleans up by age calls this first.
 */
export async function noneOfTheFuture(sql: Sql, table: string, column: string): Promise<void> {
  for (let changed = BATCH; changed === BATCH;) {
    const [row] = await sql.run<{ count: number }>({
      text: `WITH w AS (UPDATE ${table} SET ${column} = clock_timestamp() WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM ${table} t WHERE t.${column} > (SELECT clock_timestamp()) LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)) RETURNING 1)
        SELECT count(*)::int AS count FROM w`,
    });
    changed = row?.count ?? 0;
  }
}
