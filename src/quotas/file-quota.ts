// Bytes of files: each file counts once for each project that uses it, and for each owner of tokens who brought it.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import type { Sql } from '../platform/database/statement.js';
import { Quotas, type Teller, type Whose } from './quotas.js';

export interface SizedFile {
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

/** Who brings files, for which ticket; undefined where they are for none. */
export interface Bringer {
  readonly ticket: number | undefined;
  readonly owner: string;
}

@Injectable()
export class FileQuota {
  constructor(private readonly quotas: Quotas) {}

  /**
   * Whether there is room for files that are about to be kept, before they are: without a lock, so `count` has the last word.
   * Rejects with too_large `quota.files`.
   */
  async expect(tx: Tx, { ticket, owner }: Bringer, files: readonly SizedFile[]): Promise<void> {
    const project = ticket === undefined ? undefined : await this.quotas.projectOfTicket(tx, ticket);
    const holders = this.quotas.holders('files', { project: project ?? null, owner });
    const teller = { actor: owner, project: project?.id ?? null };
    const rows = await tx.run<{ scope: string; used: number; more: number }>({
      name: 'quota_expect_files',
      text: `SELECT s.scope, COALESCE(u.used, 0) AS used, (SELECT COALESCE(sum(n.size), 0)::bigint
            FROM (SELECT DISTINCT ON (hash) hash, size FROM unnest($2::text[], $3::bigint[]) g(hash, size)) n
            WHERE NOT EXISTS (SELECT 1 FROM quota_file f WHERE f.scope = s.scope AND f.hash = n.hash)) AS more
        FROM unnest($1::text[]) s(scope) LEFT JOIN quota_use u ON u.scope = s.scope AND u.what = 'files'`,
      values: [holders.map(({ scope }) => scope), files.map(({ hash }) => hash), files.map(({ size }) => size)],
    });
    for (const holder of holders) {
      const { used = 0, more = 0 } = rows.find(({ scope }) => scope === holder.scope) ?? {};
      if (more > 0 && used + more > holder.limit) throw this.quotas.refuse('files', holder, used + more, teller);
    }
  }

  /** Counts files whose uses this transaction has written, as far as they are new there. Rejects with too_large `quota.files`. */
  async count(tx: Tx, whose: Whose, hashes: readonly string[], teller: Teller): Promise<void> {
    if (hashes.length === 0) return;
    const holders = this.quotas.holders('files', whose);
    const rows = await tx.run<{ scope: string; size: number }>({
      name: 'quota_count_files',
      text: `WITH f AS (INSERT INTO quota_file (scope, hash, size)
          SELECT s, b.hash, b.size FROM unnest($1::text[]) s, blob b WHERE b.hash = ANY($2::text[]) ORDER BY 1, 2
          ON CONFLICT DO NOTHING RETURNING scope, size)
        SELECT scope, sum(size)::bigint AS size FROM f GROUP BY scope`,
      values: [holders.map(({ scope }) => scope), hashes],
    });
    const claims = holders.flatMap((holder) => {
      const row = rows.find(({ scope }) => scope === holder.scope);
      return row ? [{ holder, by: row.size }] : [];
    });
    if (claims.length > 0) await this.quotas.add(tx, 'files', claims, teller);
  }
}

/** Which project uses which file. Texts of other owners are never read as numbers. */
const idAfter = (prefix: string): string =>
  `CASE WHEN u.owner LIKE '${prefix}%' THEN substr(u.owner, ${prefix.length + 1})::bigint END`;
const projectFiles = (uses: string): string => `SELECT 'project/' || t.project_id AS scope, u.hash FROM ${uses}
    JOIN map_revision r ON r.id = ${idAfter('revision/')} JOIN ticket t ON t.id = r.ticket_id
  UNION SELECT 'project/' || t.project_id, u.hash FROM ${uses} JOIN ticket t ON t.id = ${idAfter('ticket/')}
  UNION SELECT 'project/' || l.project_id, u.hash FROM ${uses} JOIN layer l ON l.id = ${idAfter('layer/')}`;
export const PROJECT_FILES = projectFiles('blob_use u');
/** Of the files of `batch(hash)`: found by index, so that a look costs what its batch does, however many files there are. */
const FILES_OF_BATCH = projectFiles('(SELECT n.owner, n.hash FROM batch JOIN blob_use n ON n.hash = batch.hash) u');

/** Of the file `$1`. */
const FILES_OF_ONE = projectFiles('(SELECT n.owner, n.hash FROM blob_use n WHERE n.hash = $1) u');

const subtract = (gone: string): string =>
  `WITH gone AS (DELETE FROM quota_file f WHERE f.hash = $1 ${gone} RETURNING scope, size)
    UPDATE quota_use q SET used = q.used - g.size FROM gone g WHERE q.scope = g.scope AND q.what = 'files'`;

/** Counts a file out that is deleted. */
export async function countOut(tx: Tx, hash: string): Promise<void> {
  await tx.run({ name: 'quota_count_out', text: subtract(''), values: [hash] });
}

/** Counts a file out for projects that use it no more. The caller keeps uploads away from the file. */
export async function countOutUnused(tx: Tx, hash: string): Promise<void> {
  const unused = `AND f.scope LIKE 'project/%' AND f.scope NOT IN (SELECT p.scope FROM (${FILES_OF_ONE}) p)`;
  await tx.run({ name: 'quota_count_out_unused', text: subtract(unused), values: [hash] });
}

/** Where the next look begins; undefined where there is no more. */
export interface Looked<T> {
  readonly found: T;
  readonly last: string | undefined;
}

/** Of the next `most` files that count for projects, above a hash and in order: those that count for one that uses them no more. */
export async function filesCountedTooMuch(sql: Sql, above: string, most: number): Promise<Looked<string[]>> {
  const [row] = await sql.run<{ found: string[]; count: number; last: string | null }>({
    text: `WITH batch AS MATERIALIZED (SELECT DISTINCT hash FROM quota_file WHERE hash > $1 AND scope LIKE 'project/%' ORDER BY hash LIMIT ${most}),
        used AS MATERIALIZED (${FILES_OF_BATCH})
      SELECT ARRAY(SELECT DISTINCT f.hash FROM batch JOIN quota_file f ON f.hash = batch.hash AND f.scope LIKE 'project/%'
          WHERE NOT EXISTS (SELECT 1 FROM used u WHERE u.scope = f.scope AND u.hash = f.hash) ORDER BY 1) AS found,
        (SELECT count(*)::int FROM batch) AS count, (SELECT max(hash) FROM batch) AS last`,
    values: [above],
  });
  return { found: row?.found ?? [], last: (row?.count === most && row.last) || undefined };
}

/**
 * Of the next `most` files above a hash, in order: counts what a server wrote that knew of no quotas, while an upgrade went on.
 * Answers how many it were.
 */
export async function countMissed(tx: Tx, above: string, most: number): Promise<Looked<number>> {
  const [row] = await tx.run<{ found: number; count: number; last: string | null }>({
    text: `WITH batch AS MATERIALIZED (SELECT hash FROM blob WHERE hash > $1 ORDER BY hash LIMIT ${most}),
        f AS (INSERT INTO quota_file (scope, hash, size) SELECT p.scope, p.hash, b.size
          FROM (${FILES_OF_BATCH}) p JOIN blob b ON b.hash = p.hash
          WHERE NOT EXISTS (SELECT 1 FROM quota_file k WHERE k.scope = p.scope AND k.hash = p.hash)
          ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING scope, size),
        u AS (INSERT INTO quota_use AS q (scope, what, used) SELECT scope, 'files', sum(size) FROM f GROUP BY scope ORDER BY scope
          ON CONFLICT (scope, what) DO UPDATE SET used = q.used + EXCLUDED.used)
      SELECT (SELECT count(*)::int FROM f) AS found, (SELECT count(*)::int FROM batch) AS count, (SELECT max(hash) FROM batch) AS last`,
    values: [above],
  });
  return { found: row?.found ?? 0, last: (row?.count === most && row.last) || undefined };
}
