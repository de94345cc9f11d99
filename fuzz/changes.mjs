// What a request did to the database: which rows are new, changed or gone, and which events tell of it.

const TABLES = `SELECT tablename AS name FROM pg_tables
  WHERE schemaname = 'public' AND tablename NOT IN ('event', 'idempotency_key', 'migrations') ORDER BY 1`;

/**
 * Every row of every table but the log and the kept answers, by what an event calls it (`ticket/7`), and the end of the log.
 * @param {(text: string) => Promise<any[]>} sql
 * @returns {Promise<{rows: Map<string, string>, lastEvent: string}>}
 */
export async function snapshot(sql) {
  const parts = (await sql(TABLES)).map(
    ({ name }) => `SELECT '${name}/' || t.id AS subject, hashtextextended(t::text, 0)::text AS hash FROM ${name} t`,
  );
  const rows = await sql(parts.join(' UNION ALL '));
  const [{ last }] = await sql('SELECT COALESCE(max(id), 0)::text AS last FROM event');
  return { rows: new Map(rows.map(({ subject, hash }) => [subject, hash])), lastEvent: last };
}

/** What is wrong with what happened since a snapshot, given the answer's status; undefined when nothing is. */
export async function faultSince(sql, before, status) {
  const after = await snapshot(sql);
  const all = new Set([...before.rows.keys(), ...after.rows.keys()]);
  const changed = [...all].filter((subject) => before.rows.get(subject) !== after.rows.get(subject)).sort();
  const events = await sql(`SELECT subject FROM event WHERE id > ${before.lastEvent} ORDER BY subject`);
  const told = events.map(({ subject }) => subject).sort();
  if (status >= 400 && changed.length + told.length > 0)
    return `answered ${status} and changed ${changed} (events: ${told})`;
  if (changed.join() === told.join()) return undefined;
  return `answered ${status}: changed ${changed.join(', ') || 'nothing'}, but events tell of ${told.join(', ') || 'nothing'}`;
}
