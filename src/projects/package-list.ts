// The monitored set of binary packages (rest-api.md, section 1, `package-list`): replaced as a whole, in one transaction
// with one event, or none where nothing changes. The real Debian archive has some 63 000 entries.
import { Injectable } from '@nestjs/common';
import { TryAgain } from '../platform/database/database-error.js';
import { Db, type Tx } from '../platform/database/db.js';
import { invalid } from '../platform/errors.js';
import { appendEvent } from '../stream/append-event.js';
import { packageListLine } from '../stream/lines/resource-lines.js';

export interface PackageEntry {
  readonly binary: string;
  readonly source: string;
  readonly version: string;
}

/** What a replacement came to, in binary packages. */
export interface PackageListChange {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly removed: number;
}

const FIELDS = ['binary', 'source', 'version'] as const;
/** In characters, as in the resources `binarypackage` and `sourcepackage`. */
const LONGEST = { binary: 500, source: 500, version: 4096 } as const;

/** A whole archive in one statement takes longer than requests otherwise may. */
const PATIENCE = { limitMs: 60_000 };

/** The entries of a body. A bad entry, and a binary listed twice with different data, are refused with their index. */
export function readEntries(body: unknown): PackageEntry[] {
  if (!Array.isArray(body))
    throw invalid('package_list.not_a_list', 'The body must be a JSON array of {"binary", "source", "version"}.');
  const seen = new Map<string, { index: number; entry: PackageEntry }>();
  for (const [index, given] of body.entries()) {
    const entry = readEntry(given, index);
    const known = seen.get(entry.binary);
    if (!known) seen.set(entry.binary, { index, entry });
    else if (known.entry.source !== entry.source || known.entry.version !== entry.version) {
      throw invalid(
        'package_list.contradiction',
        `Entries ${known.index} and ${index} name the binary package '${entry.binary}' with different data.`,
      );
    }
  }
  return [...seen.values()].map(({ entry }) => entry);
}

function readEntry(given: unknown, index: number): PackageEntry {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid('package_list.bad_entry', `Entry ${index} is not an object.`);
  const entry = given as Record<string, unknown>;
  for (const field of FIELDS) {
    const value = entry[field];
    const fault =
      typeof value !== 'string' || value.trim() === ''
        ? 'is missing or no text'
        : value.length > LONGEST[field]
          ? `is longer than ${LONGEST[field]} characters`
          : value.includes('\0') || !value.isWellFormed()
            ? 'is not valid Unicode text'
            : undefined;
    if (fault) throw invalid('package_list.bad_entry', `Entry ${index}: '${field}' ${fault}.`);
  }
  return entry as unknown as PackageEntry;
}

@Injectable()
export class PackageList {
  constructor(private readonly db: Db) {}

  /** The monitored set, by binary name, as JSON text. */
  async read(): Promise<string> {
    const [row] = await this.db.run<{ list: string }>({
      ...PATIENCE,
      text: `SELECT COALESCE(json_agg(json_build_object('binary', b.name, 'source', s.name, 'version', b.version) ORDER BY b.name), '[]')::text AS list
        FROM binarypackage b JOIN sourcepackage s ON s.id = b.sourcepackage_id WHERE b.seeded`,
    });
    return row?.list ?? '[]';
  }

  /** Makes the listed entries the monitored set: the others stay, no longer seeded. */
  async replace(tx: Tx, entries: readonly PackageEntry[], actor: string): Promise<PackageListChange> {
    // Two replacements at once go one after the other; readers are not held up.
    await tx.run({ text: 'LOCK TABLE binarypackage IN SHARE ROW EXCLUSIVE MODE' });
    await tx.run({
      text: 'CREATE TEMPORARY TABLE listed (binary_name text PRIMARY KEY, source text NOT NULL, version text NOT NULL) ON COMMIT DROP',
    });
    await tx.run({
      ...PATIENCE,
      text: 'INSERT INTO listed SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
      values: FIELDS.map((field) => entries.map((entry) => entry[field])),
    });
    await tx.run({ ...PATIENCE, text: 'ANALYZE listed' });
    await tx.run({
      ...PATIENCE,
      text: `INSERT INTO sourcepackage (name) SELECT DISTINCT l.source FROM listed l
        WHERE NOT EXISTS (SELECT 1 FROM sourcepackage s WHERE s.name = l.source) ORDER BY 1 ON CONFLICT (name) DO NOTHING`,
    });
    await this.holdSources(tx);
    const change = await this.apply(tx);
    if (change.created + change.updated + change.removed > 0) await appendEvent(tx, summaryEvent(change, actor));
    return change;
  }

  /** Nobody may delete or rename a source package between here and the end; one that has gone by now needs another try. */
  private async holdSources(tx: Tx): Promise<void> {
    const [missing] = await tx.run<{ source: string }>({
      ...PATIENCE,
      text: `WITH held AS (SELECT s.name FROM sourcepackage s WHERE s.name IN (SELECT l.source FROM listed l) ORDER BY s.name FOR KEY SHARE OF s)
        SELECT l.source FROM listed l WHERE l.source NOT IN (SELECT h.name FROM held h) LIMIT 1`,
    });
    if (missing) throw new TryAgain(`The source package ${missing.source} was deleted in the same moment.`);
  }

  private async apply(tx: Tx): Promise<PackageListChange> {
    const count = async (text: string): Promise<number> => {
      const [row] = await tx.run<{ count: number }>({
        ...PATIENCE,
        text: `WITH done AS (${text} RETURNING 1) SELECT count(*)::int AS count FROM done`,
      });
      return row?.count ?? 0;
    };
    const updated = await count(`UPDATE binarypackage b SET sourcepackage_id = s.id, version = l.version, seeded = true
      FROM listed l JOIN sourcepackage s ON s.name = l.source
      WHERE b.name = l.binary_name AND (b.sourcepackage_id, b.version, b.seeded) IS DISTINCT FROM (s.id, l.version, true)`);
    const created = await count(`INSERT INTO binarypackage (name, sourcepackage_id, version, seeded)
      SELECT l.binary_name, s.id, l.version, true FROM listed l JOIN sourcepackage s ON s.name = l.source
      WHERE NOT EXISTS (SELECT 1 FROM binarypackage b WHERE b.name = l.binary_name) ORDER BY 1`);
    const removed = await count(`UPDATE binarypackage b SET seeded = false
      WHERE b.seeded AND NOT EXISTS (SELECT 1 FROM listed l WHERE l.binary_name = b.name)`);
    const [listed] = await tx.run<{ count: number }>({ text: 'SELECT count(*)::int AS count FROM listed' });
    return { created, updated, unchanged: (listed?.count ?? 0) - created - updated, removed };
  }
}

function summaryEvent(change: PackageListChange, actor: string): Parameters<typeof appendEvent>[1] {
  return {
    type: 'package_list.replaced',
    subject: 'package-list',
    actor,
    project: null,
    ticket: null,
    subticket: null,
    version: null,
    line: packageListLine(change),
    link: '/api/v1/package-list/',
    data: { after: change },
  };
}
