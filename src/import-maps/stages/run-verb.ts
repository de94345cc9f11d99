// How every stage verb runs: once for its Idempotency-Key, in one transaction, or rolled back; then the word goes round.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db, type Tx } from '../../platform/database/db.js';
import { principalOf } from '../../platform/http/need.js';
import { originOf } from '../../platform/http/own-origin.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { keyedRequest, sendAnswer, writeOptions } from '../../rest/http/reply.js';
import { Idempotency, type WriteAnswer } from '../../rest/writing/idempotency.js';
import { MapChanges } from '../store/map-changes.js';
import { ProductionMaps } from '../store/production-maps.js';
import type { Flip, StageChange, VerbOptions } from './stage-change.js';
import { changeView } from './stage-view.js';

/** What a write came to: its answer, and what others should hear of once it is committed. */
export interface Done {
  readonly answer: WriteAnswer;
  readonly flip?: Flip | undefined;
  readonly tickets?: readonly number[];
}

/** Carries the answer of a dry run out of its transaction, which it rolls back. */
class RolledBack extends Error {
  constructor(readonly answer: WriteAnswer) {
    super('dry run');
  }
}

@Injectable()
export class RunVerb {
  constructor(
    private readonly db: Db,
    private readonly idempotency: Idempotency,
    private readonly productionMaps: ProductionMaps,
    private readonly changes: MapChanges,
  ) {}

  /** A verb on a ticket; `dryRun` does all of it and keeps none. */
  async onTicket(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (tx: Tx) => Promise<StageChange>,
    dryRun = false,
  ): Promise<void> {
    const base = originOf(request);
    await this.run(
      request,
      reply,
      async (tx) => {
        const change = await work(tx);
        const body = JSON.stringify(changeView(change, base, dryRun));
        const answer = { status: 200, body, etag: versionTag(Number(change.row.version)) };
        return { answer, flip: change.flip, tickets: [change.ticket.id] };
      },
      dryRun,
    );
  }

  async run(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (tx: Tx) => Promise<Done>,
    dryRun = false,
  ): Promise<void> {
    if (dryRun) return sendAnswer(request, reply, await this.rehearse(work));
    let done: Done | undefined;
    const answer = await this.idempotency.inTransaction(keyedRequest(request), async (tx) => {
      done = await work(tx);
      return done.answer;
    });
    // A replay did nothing, even where a first try of this transaction got as far as `work`.
    if (done && !answer.replayed) this.tell(done);
    sendAnswer(request, reply, answer);
  }

  private async rehearse(work: (tx: Tx) => Promise<Done>): Promise<WriteAnswer> {
    try {
      return await this.db.transaction(async (tx): Promise<never> => {
        throw new RolledBack((await work(tx)).answer);
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.answer;
      throw error;
    }
  }

  private tell({ flip, tickets = [] }: Done): void {
    if (flip) {
      const { project, release, map } = flip;
      this.productionMaps.remember(project, { release, map });
      this.changes.changed({ project, release });
    }
    for (const ticket of tickets) this.changes.changed({ ticket });
  }
}

export function verbOptions(request: FastifyRequest): VerbOptions {
  const { context, ifMatch } = writeOptions(request);
  return { actor: context.actor, principal: principalOf(request), ifMatch, base: originOf(request) };
}
