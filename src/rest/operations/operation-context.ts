// Who calls an operation, by which URL, and what of the object the client saw: what a use case takes beside its own arguments.
import type { FastifyRequest } from 'fastify';
import { originOf } from '../../platform/http/own-origin.js';
import { principalOf } from '../../platform/http/required-scope.js';
import type { Principal } from '../../platform/principal.js';
import { writeOptions } from '../http/reply.js';

export interface OperationContext {
  readonly actor: string;
  /** Whose scopes count. */
  readonly principal: Principal;
  /** The ETags that the client accepts. */
  readonly ifMatch: readonly string[] | undefined;
  /** The URL that the client calls us by, without a slash at its end. */
  readonly base: string;
}

export function operationContext(request: FastifyRequest): OperationContext {
  const { context, ifMatch } = writeOptions(request);
  return { actor: context.actor, principal: principalOf(request), ifMatch, base: originOf(request) };
}
