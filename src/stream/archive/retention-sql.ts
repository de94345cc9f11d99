// What leaves the database, and when (stream.md, "Retention"): events from outside that name no ticket, once their day and
// the days that their project keeps are over. Whatever is about a ticket, a release or a stage of ours stays for good.
//
// The database's clock may have stepped back and forth, so that times don't follow numbers. Numbers decide: what was told
// after something that is still young is young, whatever its time says.

import { withoutSteps } from '../../platform/database/clock-steps.js';

/** Days where neither the project nor the project `default` says another number. */
const DAYS = 30;

const DEFAULT_DAYS = `COALESCE((SELECT (d.settings->>'retention_days')::int FROM project d WHERE d.name = 'default'), ${DAYS})`;

/** The beginning of the first day, in UTC, that is kept for this many days. Only the database's clock counts. */
const beginSql = (days: string): string =>
  `((date_trunc('day', ${withoutSteps(DAYS)} AT TIME ZONE 'UTC') - make_interval(days => ${days})) AT TIME ZONE 'UTC')`;

/** The first number after the stream's beginning whose time is no earlier than this; what comes next, where there is none. */
const firstSince = (begin: string): string => `COALESCE((SELECT f.seq FROM event f
  WHERE f.seq >= (SELECT h.oldest FROM stream_head h) AND f.time >= ${begin} ORDER BY f.seq LIMIT 1), (SELECT h.seq + 1 FROM stream_head h))`;

/** `WITH ${KEPT_SQL}`: for each number of days that somebody keeps, the first time and the first number that are young. */
export const KEPT_SQL = `kept AS MATERIALIZED (SELECT d.days, ${beginSql('d.days')} AS begin, ${firstSince(beginSql('d.days'))} AS first
  FROM (SELECT ${DEFAULT_DAYS} AS days UNION SELECT (p.settings->>'retention_days')::int FROM project p WHERE p.settings->>'retention_days' IS NOT NULL) d)`;

/** Conditions over alias `e` of an event that goes into an archive; with KEPT_SQL. */
export const EXPIRED_SQL = `e.ticket_id IS NULL AND e.subject LIKE 'from/%' AND e.seq IS NOT NULL
  AND EXISTS (SELECT 1 FROM kept k WHERE e.time < k.begin AND e.seq < k.first
    AND k.days = COALESCE((SELECT (p.settings->>'retention_days')::int FROM project p WHERE p.id = e.project_id), ${DEFAULT_DAYS}))`;

/** From which number on the stream replays: as long as the project that keeps the most. */
export const REPLAYED_FROM_SQL = firstSince(
  beginSql(`GREATEST(${DEFAULT_DAYS}, (SELECT max((p.settings->>'retention_days')::int) FROM project p))`),
);
