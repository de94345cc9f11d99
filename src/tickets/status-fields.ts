// What a status update takes, for tickets and for subtickets: step and status, and for a failure what is known of it.
import { Choice, HttpUrl, Json, Reference, Status, Step, Text, Whole } from '../rest/fields/field-decorators.js';
import { type Failure, FAILURE_KINDS, type FailureKind, type FailureReport } from '../workflow/failure.js';
import type { FieldValues } from '../rest/resource.js';
import { FAILURE_SHAPE } from './failure-shape.js';

export class StatusBody {
  @Step({ help: 'The step to move to; the one it is at where this is left out.', example: '200' })
  current_workflow_step: number;

  @Status({ help: 'The status to take; the one it has where this is left out.', example: '000' })
  status: number;

  @Whole({ help: 'One up with each change; the ETag.', example: 2, readonly: true })
  version: number;

  @Step({ help: 'The step at which it failed; null while it has not.', example: null, readonly: true, nullable: true })
  failed_at_step: number | null;

  @Json({ help: 'Why it failed; null while it has not.', example: null, nullable: true, shape: FAILURE_SHAPE })
  failure: Failure | null;

  @Text({
    help: 'With a failure: what happened, for people.',
    example: 'debian/rules build failed',
    max: 500,
    writeOnly: true,
  })
  reason: string;

  @Text({ help: 'With a failure: a stable code of your own.', example: 'build.failed', max: 200, writeOnly: true })
  code: string;

  @Choice(FAILURE_KINDS, { help: 'With a failure: whose it is.', example: 'product', writeOnly: true })
  kind: FailureKind;

  @HttpUrl({
    help: 'With a failure: a URL of the log; it becomes a LOGS artifact.',
    example: 'http://ci.example/logs/1.txt',
    writeOnly: true,
    scope: 'artifact:write',
  })
  log: string;
}

export class TicketStatusBody extends StatusBody {
  @Reference('subticket', {
    help: 'With a failure: the subticket that caused it.',
    example: '/api/v1/subticket/1/',
    writeOnly: true,
  })
  subticket: number;
}

/** What a status update says of a failure; undefined where it says nothing. */
export function reportOf(given: FieldValues): FailureReport | undefined {
  const { reason, code, kind, log, subticket } = given as FailureReport;
  const report = { reason, code, kind, log, subticket };
  return Object.values(report).some((value) => value !== undefined) ? report : undefined;
}
