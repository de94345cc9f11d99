// What must hold of every database of ours, whatever happened to it: `stampline verify` looks for it, and a restore commits
// only where it does. Each looks at one snapshot, and answers what is wrong, in a few words; nothing where nothing is.
import path from 'node:path';
import { fold } from '../import-maps/domain/layer.js';
import { ImportMap } from '../import-maps/domain/import-map.js';
import {
  ACTIVE,
  LAYER_COLUMNS,
  type LayerColumns,
  layerOf,
  ReleaseReader,
} from '../import-maps/store/release-reader.js';
import type { Db } from '../platform/database/db.js';
import type { Sql } from '../platform/database/statement.js';
import { PROJECT_FILES } from '../quotas/file-quota.js';
import { countArchived } from '../stream/archive/archive-file.js';
import { blobHashes, blobStoresIn, sha256Of } from './stored-files.js';

/** Where the files are, and whether their bytes are read too, or only looked for. */
export interface Files {
  readonly dataFolder: string;
  readonly read: boolean;
}

export interface Invariant {
  readonly says: string;
  readonly find: (sql: Sql, files: Files) => Promise<string[]>;
  /** Nothing that a restore could put right, or make worse. */
  readonly isHistory?: boolean;
}

/** Of each invariant; more of the same would say no more. */
const MOST = 5;

/** Rows with a text `found`, one a finding. */
const bySql = (says: string, text: string): Invariant => ({
  says,
  find: async (sql) => (await sql.run<{ found: string }>({ text: `${text} LIMIT ${MOST}` })).map(({ found }) => found),
});

/** Versions begin at 1 with the creation, and each change is one event with the next. A migration made the first project. */
const versions = (table: string): Invariant =>
  bySql(
    // What is deleted stays at the version that it had.
    `Each version of a ${table} is one event, in order, and the last one matches the ${table}`,
    `SELECT e.subject || ': event ' || e.id || ' gives version ' || e.version || ' after ' || e.before AS found FROM (
        SELECT id, subject, type, version, lag(version, 1, (subject = 'project/1')::int) OVER (PARTITION BY subject ORDER BY id) AS before
        FROM event WHERE version IS NOT NULL AND subject LIKE '${table}/%') e WHERE e.version <> e.before + (e.type <> '${table}.deleted')::int
      UNION ALL SELECT '${table}/' || t.id || ': its version is ' || t.version || ', its last event''s ' || COALESCE(e.last::text, 'missing')
      FROM ${table} t LEFT JOIN (SELECT subject, max(version) AS last FROM event WHERE version IS NOT NULL AND subject LIKE '${table}/%' GROUP BY subject) e
        ON e.subject = '${table}/' || t.id
      WHERE COALESCE(e.last, CASE WHEN e.subject IS NULL AND '${table}/' || t.id = 'project/1' THEN 1 END) IS DISTINCT FROM t.version`,
  );

/** As numbered before numbers kept that order, a log stays: restored as it was, and told by verify. */
const publicOrder = (table: string): Invariant => ({
  ...bySql(
    `Public numbers of a ${table}'s events follow its versions`,
    `SELECT subject || ': version ' || version || ' is number ' || seq || ', and version ' || before || ' is ' || number AS found FROM (
        SELECT subject, version, seq, lag(version) OVER o AS before, lag(seq) OVER o AS number FROM event
        WHERE version IS NOT NULL AND seq IS NOT NULL AND subject LIKE '${table}/%' WINDOW o AS (PARTITION BY subject ORDER BY version, seq)) e
      WHERE seq < number`,
  ),
  isHistory: true,
});

const maps: Invariant = {
  says: "Production's map of each project equals its layers, one over the other",
  find: async (sql) => {
    const reader = new ReleaseReader(sql as Db);
    const pointers = await sql.run<{ project: number; release: number }>({
      text: 'SELECT project_id AS project, release FROM map_pointer ORDER BY 1',
    });
    const found: string[] = [];
    for (const { project, release } of pointers) {
      const layers = await sql.run<LayerColumns>({
        text: `SELECT ${LAYER_COLUMNS} FROM layer l WHERE ${ACTIVE}`,
        values: [project, release],
      });
      const folded = fold(ImportMap.empty, layers.map(layerOf));
      const served = await reader.mapAt(project, release, sql).catch((error: unknown) => (error as Error).message);
      if (typeof served === 'string') found.push(served);
      else if (!served.equals(folded))
        found.push(`project/${project}: the map of release ${release} does not equal its layers`);
    }
    return found;
  },
};

const blobs: Invariant = {
  says: 'Every file that is named exists, with the bytes of its hash',
  find: async (sql, { dataFolder, read }) => {
    const stores = blobStoresIn(dataFolder);
    const found: string[] = [];
    for await (const key of blobHashes(sql)) {
      let copies = 0;
      for (const { name, store } of stores) {
        if (!(await store.has(key))) continue;
        copies += 1;
        if (read && (await sha256Of((await store.open(key))?.stream() ?? [])) !== key)
          found.push(`${name}/${key} is damaged`);
      }
      if (copies === 0) found.push(`${key} is missing`);
      if (found.length >= MOST) return found;
    }
    return found;
  },
};

const archives: Invariant = {
  says: 'Every archive of events exists and is complete',
  find: async (sql, { dataFolder }) => {
    const rows = await sql.run<{ file: string; sha256: string; events: number }>({
      text: 'SELECT file, sha256, events FROM event_archive ORDER BY day, part',
    });
    const found: string[] = [];
    for (const row of rows) {
      const events = await countArchived(path.join(dataFolder, 'archive'), row).catch(
        (error: unknown) => error as Error,
      );
      if (events instanceof Error) found.push(events.message);
      else if (events !== row.events) found.push(`${row.file} has ${events} events instead of ${row.events}`);
      if (found.length >= MOST) break;
    }
    return found;
  },
};

export const INVARIANTS: readonly Invariant[] = [
  versions('ticket'),
  versions('subticket'),
  versions('project'),
  publicOrder('ticket'),
  publicOrder('subticket'),
  publicOrder('project'),
  bySql(
    'The numbers of events have no gap, and none twice',
    // Between those that were archived there are gaps, so with archives their counts must add up.
    `SELECT 'event ' || seq || ' follows event ' || before AS found FROM (
        SELECT seq, lag(seq, 1, 0::bigint) OVER (ORDER BY seq) AS before FROM event WHERE seq IS NOT NULL) s
      WHERE seq <> before + 1 AND NOT EXISTS (SELECT 1 FROM event_archive)
      UNION ALL SELECT (SELECT count(*) FROM event WHERE seq IS NOT NULL) || ' events are numbered and ' || a.events || ' archived, but the last number is ' || h.seq
      FROM stream_head h, (SELECT COALESCE(sum(events), 0) AS events FROM event_archive) a
      WHERE h.seq <> a.events + (SELECT count(*) FROM event WHERE seq IS NOT NULL)
        OR h.seq < (SELECT COALESCE(max(seq), 0) FROM event)`,
  ),
  bySql(
    "Each project's releases are numbered without a gap, up to the one that production is at",
    `SELECT 'project/' || m.project_id || ': production is at release ' || m.release || ', and ' || r.count || ' releases lead from 0 to ' || COALESCE(r.last::text, 'none') AS found
      FROM map_pointer m LEFT JOIN LATERAL (SELECT count(*) AS count, max(number) AS last FROM release WHERE project_id = m.project_id
        AND (number = 0 OR parent = number - 1)) r ON true
      WHERE r.last IS DISTINCT FROM m.release OR r.count <> m.release + 1
      UNION ALL SELECT 'release/' || r.id || ': its project has no production' FROM release r
      WHERE NOT EXISTS (SELECT 1 FROM map_pointer m WHERE m.project_id = r.project_id)
      UNION ALL SELECT 'layer/' || l.id || ': it came with a release that is not there' FROM layer l
      WHERE NOT EXISTS (SELECT 1 FROM release r WHERE r.project_id = l.project_id AND r.number = l.added_in)`,
  ),
  bySql(
    'Every promotion that production still has belongs to a ticket',
    // Up to some version a released ticket could be deleted, and what it had brought was nobody's.
    `SELECT 'project ' || p.name || ': the ticket of release ' || r.number || ' (' || r.line || ') was deleted, so its modules can no longer be reverted. Write its keys directly, or roll back all later releases:  stamp rollback ' || r.number - 1 || ' --project ' || p.name AS found
      FROM layer l JOIN release r ON r.layer_id = l.id JOIN project p ON p.id = r.project_id
      WHERE r.kind = 'promote' AND l.removed_in IS NULL AND (l.ticket_id IS NULL OR r.ticket_id IS NULL)`,
  ),
  maps,
  bySql(
    "Every revision of a ticket's modules has its modules",
    `SELECT 'map_revision/' || r.id || ' lacks the one before it, or the whole one' AS found FROM map_revision r
      WHERE r.whole IS NOT NULL AND NOT (
        EXISTS (SELECT 1 FROM map_revision b WHERE b.ticket_id = r.ticket_id AND b.number = r.number - 1 AND COALESCE(b.whole, b.number) = r.whole)
        AND EXISTS (SELECT 1 FROM map_revision w WHERE w.ticket_id = r.ticket_id AND w.number = r.whole AND w.whole IS NULL))`,
  ),
  bySql(
    'Every file of a source package upload and of a layer is registered for it',
    `SELECT 'spu_file/' || f.id || ' has no hold on its bytes' AS found FROM spu_file f
      WHERE NOT EXISTS (SELECT 1 FROM blob_use u WHERE u.owner = 'spu_file/' || f.id AND u.hash = f.sha256)
      UNION ALL SELECT u.owner || ' holds bytes, and is not there' FROM blob_use u
      WHERE u.owner LIKE 'layer/%' AND NOT EXISTS (SELECT 1 FROM layer l WHERE 'layer/' || l.id = u.owner)`,
  ),
  bySql(
    'The recorded use of a file quota equals the files',
    `SELECT COALESCE(q.scope, f.scope) || ': counted ' || COALESCE(q.used, 0) || ' bytes, and there are ' || COALESCE(f.used, 0) AS found
      FROM (SELECT scope, used FROM quota_use WHERE what = 'files') q
        FULL JOIN (SELECT scope, sum(size) AS used FROM quota_file GROUP BY scope) f ON f.scope = q.scope
      WHERE COALESCE(q.used, 0) <> COALESCE(f.used, 0)
      UNION ALL SELECT p.scope || ': ' || p.hash || ' is used, and not counted' FROM (${PROJECT_FILES}) p
      WHERE NOT EXISTS (SELECT 1 FROM quota_file f WHERE f.scope = p.scope AND f.hash = p.hash)
      UNION ALL SELECT f.scope || ': ' || f.hash || ' has another size' FROM quota_file f JOIN blob b ON b.hash = f.hash WHERE b.size <> f.size`,
  ),
  blobs,
  archives,
];

/** All that is wrong, each with what should be. */
export async function findings(sql: Sql, files: Files, invariants = INVARIANTS): Promise<string[]> {
  const all: string[] = [];
  for (const { says, find } of invariants) all.push(...(await find(sql, files)).map((found) => `${says}: ${found}`));
  return all;
}

/** What must hold for a restore to commit. */
export const RESTORED = INVARIANTS.filter(({ isHistory }) => !isHistory);
