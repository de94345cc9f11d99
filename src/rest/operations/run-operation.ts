// How an operation that isn't CRUD runs: once for its Idempotency-Key, in one transaction, or rolled back.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db, type Tx } from '../../platform/database/db.js';
import { keyedRequest, sendAnswer } from '../http/reply.js';
import { Idempotency, type WriteAnswer, type WriteRequest } from '../writing/idempotency.js';

/** Carries the answer of a dry run out of its transaction, which it rolls back. */
class RolledBack extends Error {
  constructor(readonly answer: WriteAnswer) {
    super('dry run');
  }
}

export type OperationWork = (tx: Tx) => Promise<WriteAnswer>;

/** Runs and commits the work, once for the request's key: in a transaction of its own, or in one that others share. */
export type Commit = (request: WriteRequest | undefined, work: OperationWork) => Promise<WriteAnswer>;

export interface OperationRun {
  /** Does all of it and keeps none. */
  readonly dryRun?: boolean;
  /** Left out: in a transaction of its own. */
  readonly commit?: Commit | undefined;
  /** False where its answer must not be kept for a repeat. */
  readonly once?: boolean;
}

@Injectable()
export class RunOperation {
  constructor(
    private readonly db: Db,
    private readonly idempotency: Idempotency,
  ) {}

  async run(
    request: FastifyRequest,
    reply: FastifyReply,
    work: OperationWork,
    {
      dryRun = false,
      once = true,
      commit = (keyed, its) => this.idempotency.inTransaction(keyed, its),
    }: OperationRun = {},
  ): Promise<void> {
    const answer = dryRun ? this.rehearse(work) : commit(once ? keyedRequest(request) : undefined, work);
    sendAnswer(request, reply, await answer);
  }

  private async rehearse(work: OperationWork): Promise<WriteAnswer> {
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
