// Who writes to production's pointer takes turns with the others of this process, and is committed together with those who wait.
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { Db, type Tx } from '../../platform/database/db.js';
import { GroupCommit } from '../../platform/database/group-commit.js';
import type { Commit } from '../../rest/operations/run-operation.js';
import { Idempotency, type WriteAnswer, type WriteRequest } from '../../rest/writing/idempotency.js';

/** A project by its id, or that of a ticket by the ticket's. */
export type PointerOf = { readonly project: number } | { readonly ticket: number };

export interface PointerWrite {
  readonly of: PointerOf;
  readonly request: WriteRequest | undefined;
  /** Of the request's body. */
  readonly bytes: number;
  /** Its work sends nothing behind the release that it makes. */
  readonly endsWithRelease: boolean;
  readonly work: (tx: Tx) => Promise<WriteAnswer>;
}

const MOST_PLACES = 10_000;

@Injectable()
export class ProductionWriters {
  private readonly group: GroupCommit;
  /** Which queue a ticket was in last. One that moved to another project waits in the wrong one, which harms nobody. */
  private readonly places = new LRUCache<number, number>({ max: MOST_PLACES });

  constructor(
    private readonly db: Db,
    private readonly idempotency: Idempotency,
  ) {
    this.group = new GroupCommit(db, 'map_pointer');
  }

  /** How a request's work is committed: in its turn with the others. `endsWithRelease`: a direct write to production. */
  commitOf({ rawBody }: Pick<FastifyRequest, 'rawBody'>, of: PointerOf, endsWithRelease = false): Commit {
    const bytes = rawBody?.length ?? 0;
    return (request, work) => this.run({ of, request, bytes, endsWithRelease, work });
  }

  /** Once for its Idempotency-Key, which is kept in the transaction of its batch. */
  async run({ of, request, bytes, endsWithRelease, work }: PointerWrite): Promise<WriteAnswer> {
    const project = 'project' in of ? of.project : await this.placeOf(of.ticket);
    // Of a request with a key, or with projects of its own, more is sent behind the work.
    const mayHandOver = endsWithRelease && request === undefined;
    return this.group.run(project, bytes, (tx) => this.idempotency.within(tx, request, work), { mayHandOver });
  }

  /** 0 where there is no such ticket. */
  private async placeOf(ticket: number): Promise<number> {
    const known = this.places.get(ticket);
    if (known !== undefined) return known;
    const [row] = await this.db.run<{ project: number }>({
      name: 'ticket_place',
      text: 'SELECT project_id AS project FROM ticket WHERE id = $1',
      values: [ticket],
    });
    if (row) this.places.set(ticket, row.project);
    return row?.project ?? 0;
  }
}
