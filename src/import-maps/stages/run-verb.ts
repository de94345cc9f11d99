// How every stage verb runs: once for its Idempotency-Key, in one transaction, or rolled back.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db, type Tx } from '../../platform/database/db.js';
import { principalOf } from '../../platform/http/need.js';
import { originOf } from '../../platform/http/own-origin.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { keyedRequest, sendAnswer, writeOptions } from '../../rest/http/reply.js';
import { Idempotency, type WriteAnswer } from '../../rest/writing/idempotency.js';
import type { StageChange, VerbOptions } from './stage-change.js';
import { changeView } from './stage-view.js';

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
        return { status: 200, body, etag: versionTag(Number(change.row.version)) };
      },
      dryRun,
    );
  }

  async run(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (tx: Tx) => Promise<WriteAnswer>,
    dryRun = false,
  ): Promise<void> {
    if (dryRun) return sendAnswer(request, reply, await this.rehearse(work));
    sendAnswer(request, reply, await this.idempotency.inTransaction(keyedRequest(request), work));
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
