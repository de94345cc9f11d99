// The fields of tickets on the wire (rest-api.md, section 1), as the body class of `ticket` and its views.
import {
  Email,
  Json,
  Reference,
  References,
  Status,
  Step,
  Text,
  Time,
  Whole,
} from '../rest/fields/field-decorators.js';
import type { Failure } from '../workflow/failure.js';
import { QUEUED, STATUS_WAITING } from '../workflow/steps.js';
import { FAILURE_SHAPE } from './failure-shape.js';

const KEY_MESSAGE = 'A key must be letters, a hyphen and digits, such as TKT-7.';

export class TicketBody {
  @Email({ help: 'Its owner.', example: 'owner@example.com', max: 200, initial: '' })
  owner: string;

  @Text({ help: 'Its subject, in one line.', example: 'My first ticket', max: 4096, required: true })
  title: string;

  @Text({ help: 'Its full description.', example: 'See what it can do', max: 100_000, initial: '' })
  description: string;

  @Text({ help: 'The bug that it fixes: a number or a URL.', example: '12345', max: 4096, nullable: true })
  bug_id: string | null;

  @Step({ help: 'The step of the workflow that it is at.', example: '100', scope: 'status:write', usual: QUEUED })
  current_workflow_step: number;

  @Status({
    help: 'How far it is with that step: 000 waiting, 001–998 running, 999 failed, 1000 complete.',
    example: '000',
    scope: 'status:write',
    usual: STATUS_WAITING,
  })
  status: number;

  @Text({
    help: 'Its display name. Given at creation (a Jira number), or made.',
    example: 'TKT-7',
    max: 66,
    unique: true,
    pattern: { regex: /^[A-Za-z][A-Za-z0-9_]{0,49}-\d{1,16}$/, message: KEY_MESSAGE },
  })
  key: string;

  @Reference('project', {
    help: 'The project that it belongs to; `default` if left out.',
    example: '/api/v1/project/1/',
  })
  project: number;

  @Text({
    help: 'The stage that its modules are at; null while it carries none.',
    max: 100,
    readonly: true,
    nullable: true,
    example: null,
  })
  stage: string | null;

  @Text({ help: 'The image that is frozen for it.', example: 'trusty-20140401', max: 4096, initial: '' })
  base_image: string;

  @References('testsuite', {
    help: 'The test suites that it must run.',
    example: ['/api/v1/testsuite/1/'],
    initial: [],
  })
  testsuites: number[];

  @Whole({ help: 'One up with each change; the ETag.', example: 1, readonly: true })
  version: number;

  @Step({ help: 'The step at which it failed; null while it has not.', example: null, readonly: true, nullable: true })
  failed_at_step: number | null;

  @Json({
    help: 'Why it failed: cause, code, kind, summary, step, subticket, log; null while it has not.',
    example: null,
    nullable: true,
    shape: FAILURE_SHAPE,
  })
  failure: Failure | null;

  @Time({ help: 'When it was created.', example: '2026-01-01T12:00:00.000000Z' })
  created_at: Date;

  @Time({ help: 'When it last changed.', example: '2026-01-01T12:00:00.000000Z' })
  updated_at: Date;

  @Time({ help: 'When it came to its step.', example: '2026-01-01T12:00:00.000000Z' })
  step_entered_at: Date;

  @Time({ help: 'When it was closed; null while it is open.', example: null, nullable: true })
  closed_at: Date | null;
}
