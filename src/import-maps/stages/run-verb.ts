// How a stage verb runs: as every operation, and what moves production's pointer with the others that do.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type OperationWork, RunOperation } from '../../rest/operations/run-operation.js';
import { type PointerOf, ProductionWriters } from './production-writers.js';

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

  run(
    request: FastifyRequest,
    reply: FastifyReply,
    work: OperationWork,
    { dryRun = false, pointer, endsWithRelease = false }: VerbRun = {},
  ): Promise<void> {
    const commit = pointer && this.writers.commitOf(request, pointer, endsWithRelease);
    return this.operations.run(request, reply, work, { dryRun, commit });
  }
}
