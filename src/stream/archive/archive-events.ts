// Moves what is over into archives, a day at a time. Nothing leaves the database before its file is on the disk and was read
// back; a run that ends in between leaves a file that the next one writes again, under the same name.
import { Inject, Injectable } from '@nestjs/common';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { Db, type Tx } from '../../platform/database/db.js';
import { deleteInBatches } from '../../platform/database/delete-in-batches.js';
import { Recurring } from '../../platform/recurring.js';
import { CONFIG, LOGGER } from '../../platform/tokens.js';
import { selectList } from '../../rest/reading/view-sql.js';
import { event } from '../event.resource.js';
import { type ArchivedLine, type Manifest, writeArchive } from './archive-file.js';
import { EXPIRED_SQL, KEPT_SQL, REPLAYED_FROM_SQL } from './retention-sql.js';

/** Events of one file, and so of one transaction. */
const MOST = 5000;
const EVERY_MS = 60 * 60_000;
const FIRST_MS = 60_000;
/** What the several processes on one database take turns by. */
const LOCK = 'stampline:archive';

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
    // Names of events that senders may not use again: those of which even the last repeat is long over.
    await deleteInBatches(this.db, {
      table: 'ingested_event',
      where: 't.event_id IN (SELECT e.id FROM event e WHERE e.seq < (SELECT oldest FROM stream_head))',
      isLeaving: () => signal?.aborted ?? false,
    });
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
    const rows = await this.rowsOf(tx, place.day);
    const manifest = await writeArchive(this.folder, place, rows);
    await this.keep(tx, manifest);
    await this.forget(
      tx,
      rows.map(({ id }) => id),
    );
    return manifest;
  }

  private async nextDay(tx: Tx): Promise<{ day: string; part: number } | undefined> {
    const [next] = await tx.run<{ day: string; part: number }>({
      text: `WITH ${KEPT_SQL} SELECT o.day, (SELECT COALESCE(max(a.part) + 1, 0) FROM event_archive a WHERE a.day = o.day::date) AS part
        FROM (SELECT to_char(e.time AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM event e WHERE ${EXPIRED_SQL} ORDER BY e.time LIMIT 1) o`,
    });
    return next;
  }

  private async rowsOf(tx: Tx, day: string): Promise<(ArchivedLine & { id: number })[]> {
    const rows = await tx.run<{ id: number; seq: number; body: string }>({
      text: `WITH ${KEPT_SQL} SELECT e.id, e.seq, row_to_json(v)::text AS body
        FROM event e JOIN numbered_event t ON t.seq = e.seq, LATERAL (SELECT ${selectList(event, 't')}) v
        WHERE ${EXPIRED_SQL} AND e.time >= $1::timestamptz AND e.time < $1::timestamptz + interval '1 day' ORDER BY e.seq LIMIT ${MOST}`,
      values: [`${day}T00:00:00Z`],
    });
    return rows;
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
      throw new Error(`${ids.length} events were archived, but ${gone.length} were there.`);
  }
}
