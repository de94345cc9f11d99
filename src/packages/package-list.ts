// The monitored set of binary packages (rest-api.md, section 1, `package-list`): replaced as a whole, in one transaction
// with one event, or none where nothing changes. The real Debian archive has some 63 000 entries.
import { isKeepable } from '../platform/keepable.js';
import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { TryAgain } from '../platform/database/database-error.js';
import type { Tx } from '../platform/database/db.js';
import { type DomainError, invalid } from '../platform/errors.js';
import { isList, itemsOf } from '../platform/http/json-items.js';
import { appendEvent } from '../log/append-event.js';
import { packageListLine } from '../log/lines/resource-lines.js';

interface PackageEntry {
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
/** So many are sent to the database at once. */
const BATCH = 2000;
/** In characters, as in the resources `binarypackage` and `sourcepackage`. */
const LONGEST = { binary: 500, source: 500, version: 4096 } as const;

/** A whole archive in one statement takes longer than requests otherwise may. */
const PATIENCE = { limitMs: 60_000 };

/** What is wrong with an entry; undefined for a good one. */
function faultOf(given: unknown, index: number): DomainError | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return invalid('package_list.bad_entry', `Entry ${index} is not an object.`);
  const entry = given as Record<string, unknown>;
  for (const field of FIELDS) {
    const value = entry[field];
    const fault =
      typeof value !== 'string' || value.trim() === ''
        ? 'is missing or not a string'
        : value.length > LONGEST[field]
          ? `is longer than ${LONGEST[field]} characters`
          : !isKeepable(value)
            ? 'is not valid Unicode text'
            : undefined;
    if (fault) return invalid('package_list.bad_entry', `Entry ${index}: '${field}' ${fault}.`);
  }
  return undefined;
}

@Injectable()
export class PackageList {
  /**
   * Makes the entries that the JSON text of a list has the monitored set: the others stay, no longer seeded. A bad entry, and
   * a binary that is listed twice with different data, are refused with their index; of several the first one is told.
   */
  async replace(tx: Tx, list: Buffer, actor: string): Promise<PackageListChange> {
    if (!isList(list))
      throw invalid('package_list.not_a_list', 'The body must be a JSON array of {"binary", "source", "version"}.');
    const fault = await this.stage(tx, list);
    await this.refuseContradiction(tx);
    if (fault) throw fault;
    // Two replacements at once go one after the other; readers are not held up.
    await tx.run({ text: 'LOCK TABLE binarypackage IN SHARE ROW EXCLUSIVE MODE' });
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

  /** Brings the entries into the table `listed`, each binary once, up to the first bad one: what is wrong with it is answered. */
  private async stage(tx: Tx, list: Buffer): Promise<DomainError | undefined> {
    await tx.run({
      text: 'CREATE TEMPORARY TABLE staged (place integer, binary_name text, source text, version text) ON COMMIT DROP',
    });
    let [place, fault, batch]: [number, DomainError | undefined, PackageEntry[]] = [0, undefined, []];
    for (const items of itemsOf(list)) {
      for (const item of items) {
        fault ??= faultOf(item, place + batch.length);
        if (!fault) batch.push(item as PackageEntry);
      }
      if (batch.length < BATCH) await turn();
      else {
        await this.append(tx, place, batch);
        [place, batch] = [place + batch.length, []];
      }
    }
    await this.append(tx, place, batch);
    await tx.run({
      ...PATIENCE,
      text: `CREATE TEMPORARY TABLE listed ON COMMIT DROP AS SELECT DISTINCT ON (binary_name COLLATE "C") * FROM staged
        ORDER BY binary_name COLLATE "C", place`,
    });
    await tx.run({ ...PATIENCE, text: 'ALTER TABLE listed ADD PRIMARY KEY (binary_name)' });
    await tx.run({ ...PATIENCE, text: 'ANALYZE listed' });
    return fault;
  }

  /** `place` is that of the first one. */
  private async append(tx: Tx, place: number, entries: readonly PackageEntry[]): Promise<void> {
    await tx.run({
      ...PATIENCE,
      text: `INSERT INTO staged SELECT $4::int + e.at - 1, e.binary_name, e.source, e.version
        FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY e (binary_name, source, version, at)`,
      values: [...FIELDS.map((field) => entries.map((entry) => entry[field])), place],
    });
  }

  private async refuseContradiction(tx: Tx): Promise<void> {
    const [found] = await tx.run<{ first: number; again: number; name: string }>({
      ...PATIENCE,
      text: `SELECT l.place AS first, s.place AS again, s.binary_name AS name FROM staged s JOIN listed l USING (binary_name)
        WHERE (s.source, s.version) IS DISTINCT FROM (l.source, l.version) ORDER BY s.place LIMIT 1`,
    });
    if (!found) return;
    throw invalid(
      'package_list.contradiction',
      `Entries ${found.first} and ${found.again} name the binary package '${found.name}' with different data.`,
    );
  }

  /** Nobody may delete or rename a source package between here and the end; one that has gone by now needs another try. */
  private async holdSources(tx: Tx): Promise<void> {
    const [missing] = await tx.run<{ source: string }>({
      ...PATIENCE,
      text: `WITH held AS (SELECT s.name FROM sourcepackage s WHERE s.name IN (SELECT l.source FROM listed l) ORDER BY s.name FOR KEY SHARE OF s)
        SELECT l.source FROM listed l WHERE l.source NOT IN (SELECT h.name FROM held h) LIMIT 1`,
    });
    if (missing) throw new TryAgain(`The source package ${missing.source} was deleted at the same time.`);
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
