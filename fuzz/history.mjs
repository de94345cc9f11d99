// What must hold in the database whatever was sent: each change of a ticket or subticket is in the log once, in order.

const BROKEN = (table) => `SELECT t.id, t.version, e.rows, e.first, e.last FROM ${table} t
  JOIN LATERAL (SELECT count(*)::int AS rows, count(DISTINCT version)::int AS versions, min(version) AS first, max(version) AS last,
      bool_and(ordered) AS ordered
    FROM (SELECT version, version > COALESCE(lag(version) OVER (ORDER BY id), 0) AS ordered FROM event WHERE subject = '${table}/' || t.id AND version IS NOT NULL) v) e ON true
  WHERE (e.rows, e.versions, e.first, e.last, e.ordered) IS DISTINCT FROM (t.version, t.version, 1, t.version, true)`;

/** Tickets and subtickets whose history is not gapless, once each and in the order of versions; empty when all is well. */
export async function brokenHistories(sql) {
  const broken = [];
  for (const table of ['ticket', 'subticket']) {
    for (const row of await sql(BROKEN(table)))
      broken.push(
        `${table} ${row.id} is at version ${row.version}, its history has ${row.rows} rows from ${row.first} to ${row.last}`,
      );
  }
  return broken;
}
