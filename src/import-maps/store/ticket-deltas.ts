// Tickets with their deltas: locked with all that a stage verb decides on, and their revisions as they are written.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { conflict } from '../../platform/errors.js';
import type { QuotaSetting } from '../../quotas/quota-setting.js';
import type { StageSetting } from '../../projects/stages/stage-setting.js';
import { resourceNamed, type Row } from '../../rest/resource.js';
import { lockRow } from '../../rest/writing/locked-row.js';
import { type Delta, difference, isDirty, keysOf } from '../domain/delta.js';
import { deltaFrom, placeAfter, stepBetween } from '../domain/delta-steps.js';
import type { MapKey } from '../domain/map-key.js';
import type { StageLine } from '../../projects/stages/stage-order.js';
import { ModulesUrls } from '../../projects/modules-urls.js';
import { PreviewLocks } from '../../projects/preview-locks.js';
import { type FoundRevision, KnownRevisions, keptUnlessKnown, MARK, type Revision } from './revisions-cache.js';
import { hashesIn } from './hosted-hashes.js';
import { stageLineOf } from '../../projects/stages/stage-order-reader.js';

/** A ticket whose row this transaction has locked, as it is behind the lock. */
export interface LockedTicket {
  readonly id: number;
  /** As people wrote it: `TKT-001`. */
  readonly key: string;
  readonly row: Row;
  readonly project: { readonly id: number; readonly name: string };
  readonly line: StageLine;
  readonly overlap: 'warn' | 'block';
  /** What its pages begin with; null where it doesn't say. */
  readonly entries: readonly string[] | null;
  /** The project's own; null where it has none. */
  readonly quotas: QuotaSetting | null;
  /** What a link to its preview has; null where links need none. */
  readonly previewKey: string | null;
  /** The page that links to its preview lead to: the project's setting. */
  readonly page: string | null;
  /** What the URLs of its project's modules begin with; null: the origin that a client calls us by. */
  readonly modulesUrl: string | null;
  /** Null until it carries modules. */
  readonly stage: string | null;
  readonly closed: boolean;
  readonly version: number;
  /** What production is at; may be older than a flip that is on its way unless the pointer is locked. */
  readonly release: number;
  /** The last one; undefined before there is any. */
  readonly revision: Revision | undefined;
  /** Its number; 0 before there is any. */
  readonly revisionNumber: number;
}

/** Where the modules of a revision come from. */
export interface Provenance {
  readonly git_remote?: string | null;
  readonly git_branch?: string | null;
  readonly git_commit?: string | null;
}

export interface NewRevision {
  readonly delta: Delta;
  readonly actor: string;
  readonly provenance?: Provenance | undefined;
  /** Hashes of blobs that its operations lead to, beside those that their URLs name. */
  readonly blobs?: readonly string[] | undefined;
}

interface Surroundings {
  project_name: string;
  stages: StageSetting[] | null;
  overlap: 'warn' | 'block' | null;
  quotas: QuotaSetting | null;
  entries: string[] | null;
  open_previews: boolean | null;
  page: string | null;
  modules_url: string | null;
  preview_key: string;
  release: number | null;
  revision_id: number | null;
  mark: string;
  number: number;
  whole: number | null;
  carried: number;
  kept: FoundRevision['kept'];
  git_commit: string | null;
  known?: Revision;
}

/** The delta of a ticket that has none yet is empty. */
export const deltaOf = ({ revision }: LockedTicket): Delta => revision?.delta ?? [];

/** In blob_use: of the blobs that no URL of a ticket's revisions names, but which they lead to. */
export const blobOwner = (ticket: number): string => `ticket/${ticket}`;

@Injectable()
export class TicketDeltas {
  constructor(
    private readonly known: KnownRevisions,
    private readonly locks: PreviewLocks,
    private readonly modulesUrls: ModulesUrls,
  ) {}

  /** Locks the ticket. Whoever needs production's pointer too has locked that before. Rejects with not_found. */
  async lock(tx: Tx, id: number): Promise<LockedTicket> {
    // Two statements, since the one that waits for the lock sees the past; the second goes out with the first.
    const [row, found] = await Promise.all([lockRow(tx, resourceNamed('ticket'), id), this.surroundings(tx, id)]);
    return this.within(tx, row, found);
  }

  /** The same for a row that is locked already. */
  async around(tx: Sql, row: Row): Promise<LockedTicket> {
    return this.within(tx, row, await this.surroundings(tx, row.id));
  }

  private async surroundings(tx: Sql, id: number): Promise<Surroundings | undefined> {
    const known = this.known.of(id);
    const [found] = await tx.run<Surroundings>({
      name: 'ticket_surroundings',
      text: `SELECT p.name AS project_name, p.settings->'stages' AS stages, p.settings->>'overlap' AS overlap, p.settings->'quotas' AS quotas, p.settings->'entries' AS entries, m.release,
          (p.settings->>'open_previews')::boolean AS open_previews, p.settings->>'page' AS page, p.settings->>'modules_url' AS modules_url, t.preview_key,
          r.id AS revision_id, ${MARK} AS mark, r.number, r.whole, r.carried, ${keptUnlessKnown('$2::text')} AS kept, r.git_commit
        FROM ticket t JOIN project p ON p.id = t.project_id LEFT JOIN map_pointer m ON m.project_id = p.id
          LEFT JOIN LATERAL (SELECT * FROM map_revision WHERE ticket_id = $1 ORDER BY number DESC LIMIT 1) r ON true
        WHERE t.id = $1`,
      values: [id, known?.mark ?? ''],
    });
    return found && { ...found, ...(known && { known }) };
  }

  private within(tx: Sql, row: Row, found: Surroundings | undefined): LockedTicket {
    if (!found) throw new Error(`Ticket ${row.id} has no project.`);
    const revision = this.revisionOf(tx, row.id, found);
    return {
      id: row.id,
      key: String(row.key),
      row,
      project: { id: Number(row.project), name: found.project_name },
      line: stageLineOf(found.stages),
      overlap: found.overlap ?? 'warn',
      quotas: found.quotas,
      entries: found.entries,
      previewKey: this.locks.isLocked(found.open_previews ?? false) ? found.preview_key : null,
      page: found.page,
      modulesUrl: this.modulesUrls.of(found.modules_url),
      stage: row.stage as string | null,
      closed: row.closed_at !== null,
      version: Number(row.version),
      release: found.release ?? 0,
      revision,
      revisionNumber: revision?.number ?? 0,
    };
  }

  private revisionOf(tx: Sql, ticket: number, found: Surroundings): Revision | undefined {
    const { revision_id: id, mark, number, whole, carried, kept, git_commit, known } = found;
    if (id === null) return undefined;
    return this.known.resolve(tx, ticket, { id, mark, number, whole, carried, kept, git_commit }, known);
  }

  /**
   * Writes the ticket's next revision. What its URLs name that the one before didn't change is used by a revision before it
   * already, and the other blobs (the files of packages) are the ticket's, once: a ticket's revisions go all together. Else one
   * key that changes would write a row for each file of each package. Rejects with conflict where a given blob is gone.
   */
  async write(
    tx: Tx,
    ticket: LockedTicket,
    { delta, actor, provenance = {}, blobs = [] }: NewRevision,
  ): Promise<number> {
    const step = stepBetween(deltaOf(ticket), delta);
    const place = placeAfter(ticket.revision, delta, step) ?? {
      number: ticket.revisionNumber + 1,
      whole: null,
      carried: 0,
    };
    const { git_remote = null, git_branch = null, git_commit = null } = provenance;
    const [written] = await tx.run<{ id: number; mark: string; given: number }>({
      name: 'map_revision_write',
      text: `WITH held AS (SELECT hash FROM blob WHERE hash = ANY($7::text[] || $8::text[]) ORDER BY hash FOR KEY SHARE),
        r AS (INSERT INTO map_revision (ticket_id, number, actor, git_remote, git_branch, git_commit, operations, whole, carried, dirty)
          VALUES ($1, $2, $3, $4, $5, $6, $9::jsonb, $10, $11, $13) RETURNING id, created_at),
        u AS (INSERT INTO blob_use (owner, hash)
          SELECT CASE WHEN held.hash = ANY($7::text[]) THEN 'revision/' || r.id ELSE $12 END, held.hash FROM r, held
          ON CONFLICT DO NOTHING)
        SELECT r.id, ${MARK} AS mark, (SELECT count(*)::int FROM held WHERE hash = ANY($8::text[])) AS given FROM r`,
      values: [
        ...[ticket.id, place.number, actor, git_remote, git_branch, git_commit, hashesIn(step.changed), blobs],
        ...[
          JSON.stringify(place.whole === null ? delta : step),
          place.whole,
          place.carried,
          blobOwner(ticket.id),
          isDirty(delta),
        ],
      ],
    });
    if (written?.given !== new Set(blobs).size)
      throw conflict('modules.blob_gone', 'A file of this upload has been cleaned up meanwhile. Upload it again.');
    const { id, mark } = written;
    this.known.remember(tx, ticket.id, { id, mark, ...place, delta, git_commit });
    return place.number;
  }

  /** An earlier revision of a ticket; undefined where it has none of this number. */
  async revision(tx: Tx, ticket: number, number: number): Promise<Revision | undefined> {
    const [found] = await tx.run<FoundRevision>({
      name: 'map_revision',
      text: `SELECT r.id, ${MARK} AS mark, r.number, r.whole, r.carried, ${keptUnlessKnown("''")} AS kept, r.git_commit FROM map_revision r
        WHERE r.ticket_id = $1 AND r.number = $2`,
      values: [ticket, number],
    });
    if (!found) return undefined;
    const { kept, ...revision } = found;
    return { ...revision, delta: deltaFrom(kept ?? []) };
  }

  /** The keys under which others find this ticket: those of its delta while it is open and not released, else none. */
  async keepKeys(tx: Tx, ticket: LockedTicket, delta: Delta): Promise<void> {
    const kept = await tx.run<{ key: MapKey }>({
      name: 'ticket_keys_kept',
      text: 'SELECT key FROM ticket_key WHERE ticket_id = $1',
      values: [ticket.id],
    });
    await this.setKeys(
      tx,
      ticket,
      kept.map(({ key }) => key),
      keysOf(delta),
    );
  }

  /** The same for an open, unreleased ticket whose delta changes: it is known what they were. */
  async moveKeys(tx: Tx, ticket: LockedTicket, delta: Delta): Promise<void> {
    const { gone, come } = difference(deltaOf(ticket), delta);
    await this.setKeys(tx, ticket, keysOf(gone), keysOf(come));
  }

  private async setKeys(tx: Tx, ticket: LockedTicket, from: readonly MapKey[], to: readonly MapKey[]): Promise<void> {
    const [before, after] = [new Set(from), new Set(to)];
    const gone = from.filter((key) => !after.has(key));
    const come = to.filter((key) => !before.has(key));
    if (gone.length + come.length === 0) return;
    await tx.run({
      name: 'ticket_keys_move',
      text: `WITH gone AS (DELETE FROM ticket_key WHERE ticket_id = $1 AND key = ANY($3::text[]))
        INSERT INTO ticket_key (ticket_id, project_id, key) SELECT $1, $2, unnest($4::text[]) ON CONFLICT DO NOTHING`,
      values: [ticket.id, ticket.project.id, gone, come],
    });
  }
}
