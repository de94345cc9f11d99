// The last revision of tickets that change and are shown: revisions never change, so one that is in memory isn't read again.
// A watched folder has thousands of operations, and each file that is saved asks for all of them several times.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { whenCommitted } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { bytesOf, type Delta } from '../domain/delta.js';
import { type ChainPlace, deltaFrom, type DeltaStep } from '../domain/delta-steps.js';

/** `number` is 1, 2, 3 … within the ticket. */
export interface Revision extends ChainPlace {
  readonly id: number;
  /** Of this revision and no other, even where a crash gave its id away again; see MARK. */
  readonly mark: string;
  readonly delta: Delta;
  readonly git_commit: string | null;
  /** Who made it. */
  readonly actor: string;
}

export interface FoundRevision extends Omit<Revision, 'delta'> {
  /** Of it and those before it what makes it of what is known; null where it is known itself. */
  readonly kept: readonly (Delta | DeltaStep)[] | null;
}

/** Of all revisions that are kept. */
const MOST_BYTES = 64 * 1024 * 1024;

@Injectable()
export class RevisionsCache {
  private readonly kept = new LRUCache<number, Revision>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ delta }) => bytesOf(delta),
  });

  /** The last one that this process saw; the ticket may have a newer one. */
  of(ticket: number): Revision | undefined {
    return this.kept.get(ticket);
  }

  /** The revision that a statement of `sql` with `unlessKnown` found, where `known` was what it was told of. */
  resolve(sql: Sql, ticket: number, found: FoundRevision, known: Revision | undefined): Revision {
    if (known?.mark === found.mark) return known;
    const { kept, ...revision } = found;
    const read = { ...revision, delta: deltaFrom(kept ?? [], known?.delta) };
    this.remember(sql, ticket, read);
    return read;
  }

  /** One that a transaction read or made is kept when that is committed: until then nobody else may see it. */
  remember(sql: Sql, ticket: number, revision: Revision): void {
    whenCommitted(sql, () => this.kept.set(ticket, revision));
  }
}

/**
 * SQL for what tells a revision (alias `r`) from all others. Its id alone doesn't: after a crash of Postgres a sequence may give
 * the numbers again that only transactions had which were never committed.
 */
const markOf = (alias: string): string => `${alias}.id || '@' || extract(epoch FROM ${alias}.created_at)`;
export const MARK = markOf('r');

/**
 * SQL for what makes a revision (alias `r`, with all its columns), as a list for deltaFrom: null where its mark is `known`, what
 * is in memory; only what came after that, where that is a part of its way. Whole deltas take Postgres and the driver ten
 * milliseconds.
 */
export const keptUnlessKnown = (known: string): string => `CASE WHEN ${MARK} IS DISTINCT FROM ${known} THEN (
    SELECT json_agg(v.operations ORDER BY v.number) FROM map_revision v
    WHERE v.ticket_id = r.ticket_id AND v.number <= r.number AND v.number >= COALESCE(r.whole, r.number)
      AND v.number > COALESCE((SELECT k.number FROM map_revision k WHERE k.ticket_id = r.ticket_id
        AND k.id = NULLIF(split_part(${known}, '@', 1), '')::bigint AND ${markOf('k')} = ${known}
        AND k.number >= r.whole AND k.number < r.number), 0)) END`;
