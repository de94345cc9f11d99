// How every stage verb runs: once for its Idempotency-Key, in one transaction, or rolled back.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db, type Tx } from '../../platform/database/db.js';
import { principalOf } from '../../platform/http/required-scope.js';
import { originOf } from '../../platform/http/own-origin.js';
import { versionTag } from '../http/entity-tag.js';
import { keyedRequest, sendAnswer, writeOptions } from '../http/reply.js';
import { Idempotency, type WriteAnswer } from '../writing/idempotency.js';
import { type PointerOf, ProductionWriters } from '../../import-maps/stages/production-writers.js';
import type { StageChange, VerbOptions } from '../../import-maps/stages/stage-change.js';
import { changeView, shownTo } from '../../import-maps/stages/stage-view.js';

/** Carries the answer of a dry run out of its transaction, which it rolls back. */
class RolledBack extends Error {
  constructor(readonly answer: WriteAnswer) {
    super('dry run');
  }
}

export interface VerbRun {
  /** Does all of it and keeps none. */
  readonly dryRun?: boolean;
  /** Production's pointer, for what locks it: it waits for its turn with the others, and without a connection. */
  readonly pointer?: PointerOf;
  /** With a pointer: `work` is a direct write to production, and sends nothing behind it. */
  readonly endsWithRelease?: boolean;
}

@Injectable()
export class RunVerb {
  constructor(
    private readonly db: Db,
    private readonly idempotency: Idempotency,
    private readonly writers: ProductionWriters,
  ) {}

  /** A verb on a ticket. */
  onTicket(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (tx: Tx) => Promise<StageChange>,
    how: VerbRun = {},
  ): Promise<void> {
    const base = originOf(request);
    const answer = async (tx: Tx): Promise<WriteAnswer> => {
      const change = await work(tx);
      const shown = { ...change, ticket: shownTo(change.ticket, principalOf(request)) };
      const body = JSON.stringify(changeView(shown, base, how.dryRun ?? false));
      return { status: 200, body, etag: versionTag(Number(change.row.version)) };
    };
    return this.run(request, reply, answer, how);
  }

  async run(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (tx: Tx) => Promise<WriteAnswer>,
    { dryRun = false, pointer, endsWithRelease = false }: VerbRun = {},
  ): Promise<void> {
    if (dryRun) return sendAnswer(request, reply, await this.rehearse(work));
    const keyed = keyedRequest(request);
    const answer = pointer
      ? this.writers.run({ of: pointer, request: keyed, bytes: request.rawBody?.length ?? 0, endsWithRelease, work })
      : this.idempotency.inTransaction(keyed, work);
    sendAnswer(request, reply, await answer);
  }

  private async rehearse(work: (tx: Tx) => Promise<WriteAnswer>): Promise<WriteAnswer> {
    try {
      return await this.db.transaction(async (tx): Promise<never> => {
        throw new RolledBack(await work(tx));
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.answer;
      throw error;
    }
  }
}

export function verbOptions(request: FastifyRequest): VerbOptions {
  const { context, ifMatch } = writeOptions(request);
  return { actor: context.actor, principal: principalOf(request), ifMatch, base: originOf(request) };
}
