// Tickets with their deltas: locked with all that a stage verb decides on, and their revisions as they are written.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { conflict } from '../../platform/errors.js';
import type { Row } from '../../rest/resource.js';
import { type Delta, difference, isDirty, keysOf } from '../domain/delta.js';
import { deltaFrom, placeAfter, stepBetween } from '../domain/delta-steps.js';
import type { MapKey } from '../domain/map-key.js';
import { LockTicket } from '../../promotion/lock-ticket.js';
import type { CarryingTicket } from '../../promotion/landings.js';
import type { LockedTicket } from '../../promotion/locked-ticket.js';
import type { Stamped } from '../../promotion/ticket-demands.js';
import { type FoundRevision, RevisionsCache, keptUnlessKnown, MARK, type Revision } from './revisions-cache.js';
import { hashesIn } from './hosted-hashes.js';

/** A ticket with the modules that it carries. */
export interface DeltaTicket extends CarryingTicket {
  /** The last one; undefined before there is any. */
  readonly revision: Revision | undefined;
}

/** One that carries modules, were they none. */
export type StampedTicket = Stamped<DeltaTicket>;

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

/** The last revision as a statement finds it, and what this process knew of the ticket's as it asked. */
interface Found {
  readonly revision: FoundRevision | undefined;
  readonly known: Revision | undefined;
}

/** The delta of a ticket that has none yet is empty. */
export const deltaOf = ({ revision }: Pick<DeltaTicket, 'revision'>): Delta => revision?.delta ?? [];

/** In blob_use: of the blobs that no URL of a ticket's revisions names, but which they lead to. */
export const blobOwner = (ticket: number): string => `ticket/${ticket}`;

@Injectable()
export class TicketDeltas {
  constructor(
    private readonly known: RevisionsCache,
    private readonly tickets: LockTicket,
  ) {}

  /** Locks the ticket. Whoever needs production's pointer too has locked that before. Rejects with not_found. */
  async lock(tx: Tx, id: number): Promise<DeltaTicket> {
    // The last revision is that behind the lock: its statement goes out with those that lock, and runs after them.
    const [ticket, found] = await Promise.all([this.tickets.run(tx, id), this.last(tx, id)]);
    return this.with(tx, ticket, found);
  }

  /** The same for a row that is locked already, or need not be. */
  async around(sql: Sql, row: Row): Promise<DeltaTicket> {
    const [ticket, found] = await Promise.all([this.tickets.around(sql, row), this.last(sql, row.id)]);
    return this.with(sql, ticket, found);
  }

  private async last(sql: Sql, id: number): Promise<Found> {
    const known = this.known.of(id);
    const [revision] = await sql.run<FoundRevision>({
      name: 'ticket_last_revision',
      text: `SELECT r.id, ${MARK} AS mark, r.number, r.whole, r.carried, ${keptUnlessKnown('$2::text')} AS kept, r.git_commit, r.actor
        FROM map_revision r WHERE r.ticket_id = $1 ORDER BY r.number DESC LIMIT 1`,
      values: [id, known?.mark ?? ''],
    });
    return { revision, known };
  }

  private with(sql: Sql, ticket: LockedTicket, { revision: found, known }: Found): DeltaTicket {
    const revision = found && this.known.resolve(sql, ticket.id, found, known);
    return { ...ticket, revision, revisionNumber: revision?.number ?? 0, uploader: revision?.actor ?? null };
  }

  /**
   * Writes the ticket's next revision. What its URLs name that the one before didn't change is used by a revision before it
   * already, and the other blobs (the files of packages) are the ticket's, once: a ticket's revisions go all together. Else one
   * key that changes would write a row for each file of each package. Rejects with conflict where a given blob is gone.
   */
  async write(
    tx: Tx,
    ticket: DeltaTicket,
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
      throw conflict(
        'modules.blob_gone',
        'A file of this upload was cleaned up before the upload ended. Upload it again.',
      );
    const { id, mark } = written;
    this.known.remember(tx, ticket.id, { id, mark, ...place, delta, git_commit, actor });
    return place.number;
  }

  /** An earlier revision of a ticket; undefined where it has none of this number. */
  async revision(tx: Tx, ticket: number, number: number): Promise<Revision | undefined> {
    const [found] = await tx.run<FoundRevision>({
      name: 'map_revision',
      text: `SELECT r.id, ${MARK} AS mark, r.number, r.whole, r.carried, ${keptUnlessKnown("''")} AS kept, r.git_commit, r.actor FROM map_revision r
        WHERE r.ticket_id = $1 AND r.number = $2`,
      values: [ticket, number],
    });
    if (!found) return undefined;
    const { kept, ...revision } = found;
    return { ...revision, delta: deltaFrom(kept ?? []) };
  }

  /** The keys under which others find this ticket: those of its delta while it is open and not released, else none. */
  async keepKeys(tx: Tx, ticket: DeltaTicket, delta: Delta): Promise<void> {
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
  async moveKeys(tx: Tx, ticket: DeltaTicket, delta: Delta): Promise<void> {
    const { gone, come } = difference(deltaOf(ticket), delta);
    await this.setKeys(tx, ticket, keysOf(gone), keysOf(come));
  }

  private async setKeys(tx: Tx, ticket: DeltaTicket, from: readonly MapKey[], to: readonly MapKey[]): Promise<void> {
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
