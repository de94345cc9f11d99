// The last revision of tickets that change and are shown: revisions never change, so one that is in memory isn't read again.
// A watched folder has thousands of operations, and each file that is saved asks for all of them several times.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { bytesOf, type Delta } from '../domain/delta.js';

export interface Revision {
  readonly id: number;
  /** 1, 2, 3 … within the ticket. */
  readonly number: number;
  readonly delta: Delta;
  readonly git_commit: string | null;
  /** Blobs that it needs and no URL of it names, where that is known. */
  readonly beside?: readonly string[];
}

export interface FoundRevision extends Omit<Revision, 'delta'> {
  /** Null where they are known. */
  readonly operations: Delta | null;
}

/** Of all revisions that are kept. */
const MOST_BYTES = 64 * 1024 * 1024;

@Injectable()
export class KnownRevisions {
  private readonly kept = new LRUCache<number, Revision>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ delta }) => bytesOf(delta),
  });

  /** The last one that this process saw; the ticket may have a newer one. */
  of(ticket: number): Revision | undefined {
    return this.kept.get(ticket);
  }

  /** The revision that a statement with `unlessKnown` found, where `known` was what it was told of. */
  resolve(ticket: number, found: FoundRevision, known: Revision | undefined): Revision {
    if (known?.id === found.id) return known;
    const { operations, ...revision } = found;
    const read = { ...revision, delta: operations ?? [] };
    this.remember(ticket, read);
    return read;
  }

  /** One that is never committed does no harm: its id is nobody else's. */
  remember(ticket: number, revision: Revision): void {
    this.kept.set(ticket, revision);
  }
}

/**
 * SQL for the operations of a revision (alias `r`): null where its id is `known`, what is in memory. Large ones take Postgres
 * and the driver ten milliseconds.
 */
export const unlessKnown = (known: string): string => `CASE WHEN r.id IS DISTINCT FROM ${known} THEN r.operations END`;
