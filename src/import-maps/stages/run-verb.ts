// How a stage verb runs: as every operation, and what moves production's pointer with the others that do.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../../platform/database/db.js';
import { originOf } from '../../platform/http/own-origin.js';
import { principalOf } from '../../platform/http/required-scope.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { type Commit, type OperationWork, RunOperation } from '../../rest/operations/run-operation.js';
import type { WriteAnswer } from '../../rest/writing/idempotency.js';
import { type PointerOf, ProductionWriters } from './production-writers.js';
import type { StageChange } from './stage-change.js';
import { changeView, shownTo } from './stage-view.js';

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
    private readonly operations: RunOperation,
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

  run(
    request: FastifyRequest,
    reply: FastifyReply,
    work: OperationWork,
    { dryRun = false, pointer, endsWithRelease = false }: VerbRun = {},
  ): Promise<void> {
    const bytes = request.rawBody?.length ?? 0;
    const commit: Commit | undefined =
      pointer && ((keyed, its) => this.writers.run({ of: pointer, request: keyed, bytes, endsWithRelease, work: its }));
    return this.operations.run(request, reply, work, { dryRun, commit });
  }
}
