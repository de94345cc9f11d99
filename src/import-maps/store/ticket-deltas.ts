// Tickets with their deltas: locked with all that a stage verb decides on, and their revisions as they are written.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { conflict } from '../../platform/errors.js';
import type { StageSetting } from '../../projects/stage-setting.js';
import { resourceNamed, type Row } from '../../rest/resource.js';
import { lockRow } from '../../rest/writing/locked-row.js';
import { type Delta, keysOf } from '../domain/delta.js';
import type { StageLine } from '../domain/stage-line.js';
import { stageLineOf } from './stage-lines.js';

export interface Revision {
  readonly id: number;
  /** 1, 2, 3 … within the ticket. */
  readonly number: number;
  readonly delta: Delta;
  readonly git_commit: string | null;
}

/** A ticket whose row this transaction has locked, as it is behind the lock. */
export interface LockedTicket {
  readonly id: number;
  /** As people wrote it: `TKT-001`. */
  readonly key: string;
  readonly row: Row;
  readonly project: { readonly id: number; readonly name: string };
  readonly line: StageLine;
  readonly overlap: 'warn' | 'block';
  /** Null until it carries modules. */
  readonly stage: string | null;
  readonly closed: boolean;
  readonly version: number;
  /** What production is at; may be older than a flip that is on its way unless the pointer is locked. */
  readonly release: number;
  /** The last one; undefined before there is any. */
  readonly revision: Revision | undefined;
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
  /** The revision whose blobs it needs too; the one before where none is given. */
  readonly like?: Revision | undefined;
}

interface Surroundings {
  project_name: string;
  stages: StageSetting[] | null;
  overlap: 'warn' | 'block' | null;
  release: number | null;
  revision_id: number | null;
  number: number;
  operations: Delta;
  git_commit: string | null;
}

/** The delta of a ticket that has none yet is empty. */
export const deltaOf = ({ revision }: LockedTicket): Delta => revision?.delta ?? [];

@Injectable()
export class TicketDeltas {
  /** Locks the ticket. Whoever needs production's pointer too has locked that before. Rejects with not_found. */
  async lock(tx: Tx, id: number): Promise<LockedTicket> {
    // Two statements, since the one that waits for the lock sees the past; the second goes out with the first.
    const [row, found] = await Promise.all([lockRow(tx, resourceNamed('ticket'), id), this.surroundings(tx, id)]);
    return this.within(row, found);
  }

  /** The same for a row that is locked already. */
  async around(tx: Sql, row: Row): Promise<LockedTicket> {
    return this.within(row, await this.surroundings(tx, row.id));
  }

  private async surroundings(tx: Sql, id: number): Promise<Surroundings | undefined> {
    const [found] = await tx.run<Surroundings>({
      name: 'ticket_surroundings',
      text: `SELECT p.name AS project_name, p.settings->'stages' AS stages, p.settings->>'overlap' AS overlap, m.release,
          r.id AS revision_id, r.number, r.operations, r.git_commit
        FROM project p LEFT JOIN map_pointer m ON m.project_id = p.id
          LEFT JOIN LATERAL (SELECT * FROM map_revision WHERE ticket_id = $1 ORDER BY number DESC LIMIT 1) r ON true
        WHERE p.id = (SELECT project_id FROM ticket WHERE id = $1)`,
      values: [id],
    });
    return found;
  }

  private within(row: Row, found: Surroundings | undefined): LockedTicket {
    if (!found) throw new Error(`Ticket ${row.id} has no project.`);
    const { revision_id, number, operations, git_commit } = found;
    return {
      id: row.id,
      key: String(row.key),
      row,
      project: { id: Number(row.project), name: found.project_name },
      line: stageLineOf(found.stages),
      overlap: found.overlap ?? 'warn',
      stage: row.stage as string | null,
      closed: row.closed_at !== null,
      version: Number(row.version),
      release: found.release ?? 0,
      revision: revision_id === null ? undefined : { id: revision_id, number, delta: operations, git_commit },
    };
  }

  /**
   * Writes the ticket's next revision, with the blobs that it needs: those of its URLs, those that are given, and those of
   * the revision before, but for what only replaced operations named. Rejects with conflict where a given blob is gone.
   */
  async write(
    tx: Tx,
    ticket: LockedTicket,
    { delta, actor, provenance = {}, blobs = [], like = ticket.revision }: NewRevision,
  ): Promise<number> {
    const number = (ticket.revision?.number ?? 0) + 1;
    const named = hashesIn(delta);
    const replaced = hashesIn(like?.delta ?? []).filter((hash) => !named.includes(hash));
    const { git_remote = null, git_branch = null, git_commit = null } = provenance;
    const [written] = await tx.run<{ given: number }>({
      name: 'map_revision_write',
      text: `WITH held AS (SELECT hash FROM blob WHERE hash = ANY($8::text[]) ORDER BY hash FOR KEY SHARE),
        kept AS (SELECT hash FROM blob_use WHERE owner = $9 AND hash <> ALL($10::text[])),
        r AS (INSERT INTO map_revision (ticket_id, number, operations, actor, git_remote, git_branch, git_commit)
          VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7) RETURNING id),
        u AS (INSERT INTO blob_use (owner, hash) SELECT 'revision/' || r.id, b.hash
          FROM r, (SELECT hash FROM held UNION SELECT hash FROM kept) b)
        SELECT count(*)::int AS given FROM held WHERE hash = ANY($11::text[])`,
      values: [
        ticket.id,
        number,
        JSON.stringify(delta),
        actor,
        git_remote,
        git_branch,
        git_commit,
        [...new Set([...named, ...blobs])],
        `revision/${like?.id ?? 0}`,
        replaced,
        blobs,
      ],
    });
    if (written?.given === new Set(blobs).size) return number;
    throw conflict('modules.blob_gone', 'A file of this upload has been cleaned up meanwhile. Upload it again.');
  }

  /** An earlier revision of a ticket; undefined where it has none of this number. */
  async revision(tx: Tx, ticket: number, number: number): Promise<Revision | undefined> {
    const [found] = await tx.run<Omit<Revision, 'delta'> & { operations: Delta }>({
      name: 'map_revision',
      text: 'SELECT id, number, operations, git_commit FROM map_revision WHERE ticket_id = $1 AND number = $2',
      values: [ticket, number],
    });
    return found && { ...found, delta: found.operations };
  }

  /** The keys under which others find this ticket: those of its delta while it is open and not released, else none. */
  async keepKeys(tx: Tx, ticket: LockedTicket, delta: Delta): Promise<void> {
    await tx.run({
      name: 'ticket_keys_keep',
      text: `WITH gone AS (DELETE FROM ticket_key WHERE ticket_id = $1 AND key <> ALL($3::text[]))
        INSERT INTO ticket_key (ticket_id, project_id, key) SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING`,
      values: [ticket.id, ticket.project.id, keysOf(delta)],
    });
  }
}

/** The hashes that URLs of this server's modules name. */
export function hashesIn(delta: Delta): string[] {
  const hashes = delta.flatMap(({ set }) => /^\/modules\/([0-9a-f]{64})\//.exec(set?.url ?? '')?.[1] ?? []);
  return [...new Set(hashes)];
}
