// What leaves the database, and when (stream.md, "Retention"): events from outside that name no ticket, once their day and
// the days that their project keeps are over. Whatever is about a ticket, a release or a stage of ours stays for good.

/** Days where neither the project nor the project `default` says another number. */
const DAYS = 30;

const DEFAULT_DAYS = `COALESCE((SELECT (d.settings->>'retention_days')::int FROM project d WHERE d.name = 'default'), ${DAYS})`;

/** The beginning of the first day, in UTC, that is kept for this many days. Only the database's clock counts. */
const beginSql = (days: string): string =>
  `((date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') - make_interval(days => ${days})) AT TIME ZONE 'UTC')`;

/** Conditions over alias `e` of an event that goes into an archive. */
export const EXPIRED_SQL = `e.ticket_id IS NULL AND e.subject LIKE 'from/%' AND e.seq IS NOT NULL
  AND e.time < ${beginSql(`COALESCE((SELECT (p.settings->>'retention_days')::int FROM project p WHERE p.id = e.project_id), ${DEFAULT_DAYS})`)}`;

/** From when on the stream replays: as long as the project that keeps the most. */
export const REPLAYED_SINCE_SQL = beginSql(
  `GREATEST(${DEFAULT_DAYS}, (SELECT max((p.settings->>'retention_days')::int) FROM project p))`,
);
