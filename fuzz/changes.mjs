// What a request did to the database: which rows are new, changed or gone, and which events tell of it.

/** Each table with what names a row of it: its primary key's columns. */
const TABLES = `SELECT c.conrelid::regclass::text AS name, string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) AS key
  FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
  WHERE c.contype = 'p' AND c.connamespace = 'public'::regnamespace
    AND c.conrelid::regclass::text NOT IN ('event', 'idempotency_key', 'ingested_event', 'migrations', 'rate_count', 'stream_head', 'stream_mark', 'database_clock', 'clock_step') GROUP BY 1 ORDER BY 1`;

/** What events call a table's rows, where they don't by its name. */
const CALLED = { access_token: 'token' };

/**
 * Every row of every table but the log and the kept answers, by what an event calls it (`ticket/7`), and the end of the log.
 * @param {(text: string) => Promise<any[]>} sql
 * @returns {Promise<{rows: Map<string, string>, lastEvent: string}>}
 */
export async function snapshot(sql) {
  const parts = (await sql(TABLES)).map(
    ({ name, key }) =>
      `SELECT '${CALLED[name] ?? name}/' || concat_ws('/', ${key}) AS subject, hashtextextended(t::text, 0)::text AS hash FROM ${name} t`,
  );
  const rows = await sql(parts.join(' UNION ALL '));
  const [{ last }] = await sql('SELECT COALESCE(max(id), 0)::text AS last FROM event');
  return { rows: new Map(rows.map(({ subject, hash }) => [subject, hash])), lastEvent: last };
}

/** What is wrong with what a request did since a snapshot; undefined when nothing is. */
export async function faultSince(sql, before, { operation }, { status }) {
  const after = await snapshot(sql);
  const all = new Set([...before.rows.keys(), ...after.rows.keys()]);
  const changed = [...all].filter((subject) => before.rows.get(subject) !== after.rows.get(subject)).sort();
  const events = await sql(`SELECT subject FROM event WHERE id > ${before.lastEvent}`);
  // What was asked for in words is told whatever came of it; what it changed has events of its own.
  const told = events
    .map(({ subject }) => subject)
    .filter((subject) => operation !== 'run_command' || subject !== 'command')
    .sort();
  const fits =
    status < 400
      ? tells(operation, changed.filter(hasEvents), told.filter(hasEvents))
      : changed.length + told.length === 0;
  return fits ? undefined : `answered ${status}: changed [${changed}], events tell of [${told}]`;
}

/**
 * What a ticket's modules consist of, its hold, its approvals and overrides change along with the ticket, which tells of it, or with a release.
 */
const hasEvents = (subject) =>
  !/^(approval|blob|blob_use|layer|map_pointer|map_revision|pending_command|policy_override|quota_file|quota_use|release|ticket_hold|ticket_key)\//.test(
    subject,
  );

/** One event for each changed row, in general. */
function tells(operation, changed, told) {
  // One event sums up the whole list.
  if (operation === 'put_package_list') return told.join() === (changed.length > 0 ? 'package-list' : '');
  // Files of an upload are told as one event of the upload.
  if (operation === 'upload_spu_files')
    return (
      changed.every((row) => row.startsWith('spu_file/')) &&
      told.length === (changed.length > 0 ? 1 : 0) &&
      told.every((subject) => subject.startsWith('spu/'))
    );
  // What came from outside changes nothing but the log.
  if (operation === 'post_events') return changed.filter(hasEvents).length === 0;
  // One row may be changed twice, which are two events, and even back to what it was.
  if (operation.startsWith('patchList_')) return changed.every((subject) => told.includes(subject));
  return changed.join() === told.join();
}
