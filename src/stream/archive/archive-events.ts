// Moves what is over into archives, a day at a time. Nothing leaves the database before its file is on the disk and was read
// back; a run that ends in between leaves a file that the next one writes again, under the same name.
import { Inject, Injectable } from '@nestjs/common';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { Db, type Tx } from '../../platform/database/db.js';
import { type Batches, deleteInBatches } from '../../platform/database/delete-in-batches.js';
import { Recurring } from '../../platform/recurring.js';
import { CONFIG, LOGGER } from '../../platform/injection-tokens.js';
import { selectList } from '../../rest/reading/view-sql.js';
import { event } from '../event.resource.js';
import { type ArchivedLine, type Manifest, writeArchive } from './archive-file.js';
import { EXPIRED_SQL, KEPT_SQL, REPLAYED_FROM_SQL } from './retention-sql.js';

/** Events of one file, and so of one transaction; and bytes after which no more are added to it. */
const MOST = 5000;
const MOST_BYTES = 8 * 1024 * 1024;
/** Events that are in memory at once: of 64 kB each at most. */
const PIECE = 50;
const EVERY_MS = 60 * 60_000;
const FIRST_MS = 60_000;
/** What the several processes on one database take turns by. */
const LOCK = 'stampline:archive';

/**
 * Names of events that senders may not use again: those of which even the last repeat is long over. Ids follow numbers nearly, so
 * what lies behind the first event that is young is looked at another time: a run reads what it deletes, however long the log is.
 */
export const OLD_NAMES: Batches = {
  table: 'ingested_event',
  where: `t.event_id < COALESCE((SELECT y.id FROM event y WHERE y.seq >= (SELECT oldest FROM stream_head) ORDER BY y.seq LIMIT 1), ${2n ** 63n - 1n})
    AND (SELECT e.seq FROM event e WHERE e.id = t.event_id) < (SELECT oldest FROM stream_head)`,
  orderBy: 't.event_id',
  limitMs: 60_000,
};

@Injectable()
export class ArchiveEvents {
  readonly folder: string;

  constructor(
    private readonly db: Db,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.folder = path.join(config.dataFolder, 'archive');
  }

  @Recurring({ name: 'events.archive', everyMs: EVERY_MS, firstMs: FIRST_MS })
  async onTime(signal: AbortSignal): Promise<void> {
    await this.run(signal);
  }

  /** Archives all that is over. Answers the manifests of the files that it made; none where another process is at it. */
  async run(signal?: AbortSignal): Promise<Manifest[]> {
    await this.moveOldest();
    const made: Manifest[] = [];
    while (!signal?.aborted) {
      const manifest = await this.db.transaction((tx) => this.archiveNext(tx));
      if (!manifest) break;
      this.log.info({ archive: manifest.file, events: manifest.events }, 'events archived');
      made.push(manifest);
    }
    await deleteInBatches(this.db, { ...OLD_NAMES, isLeaving: () => signal?.aborted ?? false });
    return made;
  }

  /** First the stream no longer promises them, then they go. Where nothing is that young, it begins at what comes next. */
  private async moveOldest(): Promise<void> {
    await this.db.run({
      text: `UPDATE stream_head h SET oldest = n.oldest FROM (SELECT ${REPLAYED_FROM_SQL} AS oldest) n WHERE h.oldest < n.oldest`,
    });
  }

  private async archiveNext(tx: Tx): Promise<Manifest | undefined> {
    const [{ mine } = { mine: false }] = await tx.run<{ mine: boolean }>({
      text: 'SELECT pg_try_advisory_xact_lock(hashtext($1)) AS mine',
      values: [LOCK],
    });
    const place = mine ? await this.nextDay(tx) : undefined;
    if (!place) return undefined;
    const ids: number[] = [];
    const manifest = await writeArchive(this.folder, place, this.piecesOf(tx, place.day, ids));
    await this.keep(tx, manifest);
    await this.forget(tx, ids);
    return manifest;
  }

  private async nextDay(tx: Tx): Promise<{ day: string; part: number } | undefined> {
    const [next] = await tx.run<{ day: string; part: number }>({
      text: `WITH ${KEPT_SQL} SELECT o.day, (SELECT COALESCE(max(a.part) + 1, 0) FROM event_archive a WHERE a.day = o.day::date) AS part
        FROM (SELECT to_char(e.time AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM event e WHERE ${EXPIRED_SQL} ORDER BY e.time LIMIT 1) o`,
    });
    return next;
  }

  /** @param ids gets the ids of what it yields */
  private async *piecesOf(tx: Tx, day: string, ids: number[]): AsyncGenerator<ArchivedLine[]> {
    const over = await tx.run<{ id: number; seq: number }>({
      text: `WITH ${KEPT_SQL} SELECT e.id, e.seq FROM event e
        WHERE ${EXPIRED_SQL} AND e.time >= $1::timestamptz AND e.time < $1::timestamptz + interval '1 day' ORDER BY e.seq LIMIT ${MOST}`,
      values: [`${day}T00:00:00Z`],
    });
    for (let [bytes, from] = [0, 0]; from < over.length && bytes < MOST_BYTES; from += PIECE) {
      const piece = over.slice(from, from + PIECE);
      const lines = await tx.run<ArchivedLine>({
        text: `SELECT t.seq, row_to_json(v)::text AS body
          FROM numbered_event t, LATERAL (SELECT ${selectList(event, 't')}) v WHERE t.seq = ANY($1::bigint[]) ORDER BY t.seq`,
        values: [piece.map(({ seq }) => seq)],
      });
      ids.push(...piece.map(({ id }) => id));
      bytes += lines.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
      yield lines;
    }
  }

  private async keep(tx: Tx, manifest: Manifest): Promise<void> {
    const { day, part, file, sha256, bytes, events, first_seq, last_seq } = manifest;
    await tx.run({
      text: `INSERT INTO event_archive (day, part, file, sha256, bytes, events, first_seq, last_seq)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values: [day, part, file, sha256, bytes, events, first_seq, last_seq],
    });
  }

  /** Exactly what is in the file, and what it was called by whoever sent it. */
  private async forget(tx: Tx, ids: readonly number[]): Promise<void> {
    await tx.run({ text: 'DELETE FROM ingested_event WHERE event_id = ANY($1::bigint[])', values: [ids] });
    const gone = await tx.run({ text: 'DELETE FROM event WHERE id = ANY($1::bigint[]) RETURNING 1', values: [ids] });
    if (gone.length !== ids.length)
      throw new Error(`${ids.length} events were archived, but ${gone.length} were found.`);
  }
}
