// How the OpenAPI document, and the router, show a declared operation.
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Needs } from '../../platform/http/required-scope.js';
import { failures, flagParameter, IDEMPOTENCY_KEY, IF_MATCH, jsonReply, schemaNamed } from '../http/documented.js';
import { LIST_PARAMETERS } from '../http/openapi-texts.js';
import { schemaName } from '../http/operation-docs.js';
import type { ListOperation, OperationReply, ReadOperation, WriteOperation } from './operation.js';

type Declared = ReadOperation | ListOperation | WriteOperation;

const DRY_RUN = flagParameter('dry_run', '1: runs the operation, answers, and stores nothing.');
const PAGING = LIST_PARAMETERS.slice(0, 3).map((parameter) => ApiQuery(parameter as never));

export function documentOperation(operation: Declared): MethodDecorator {
  const { name, summary, description, tag, at, needs, query = [] } = operation;
  return applyDecorators(
    Needs(needs, at.about),
    ApiTags(tag),
    ApiOperation({ operationId: name, summary, description }),
    ...at.documented,
    ...('list' in operation ? PAGING : []),
    ...query,
    ...('write' in operation ? ofWrite(operation) : []),
    ...repliesOf(operation).map((reply) => jsonReply(reply.status ?? 200, reply.description, reply.schema)),
    failures(...(operation.failures ?? usualFailures(operation))),
  );
}

const ofWrite = ({ dryRun, once, ifMatch, body }: WriteOperation): MethodDecorator[] => [
  ...(dryRun ? [DRY_RUN] : []),
  ...(once === false ? [] : [IDEMPOTENCY_KEY]),
  ...(ifMatch === undefined ? [] : [ifMatch === 'offered' ? IF_MATCH : ifMatch]),
  ...(body?.documented ?? []),
];

function repliesOf(operation: Declared): OperationReply[] {
  if (!('list' in operation)) return [operation.reply].flat();
  return [{ description: operation.page, schema: schemaNamed(`${schemaName(operation.list)}List`) }];
}

function usualFailures(operation: Declared): number[] {
  if (!('write' in operation)) return [400, 404, 409];
  return [400, 404, 409, ...(operation.ifMatch ? [412] : []), 415, 422];
}
