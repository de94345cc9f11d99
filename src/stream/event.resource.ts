// event: the log as a list in the dialect, each row under its number.
import { Flag, Id, Json, Reference, Text, Time, Whole } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { NumberedEventRow } from './numbered-event.row.js';

class EventFields {
  @Id({
    help: 'Its number: dense, in the order in which changes were committed; the id of the stream’s messages.',
    example: 42,
  })
  seq: number;

  @Time({ help: 'When it happened.', example: '2026-01-01T12:00:00.000000Z' })
  time: Date;

  @Text({ help: 'What happened.', example: 'ticket.step_changed', max: 200, readonly: true })
  type: string;

  @Text({ help: 'info, warn or error.', example: 'info', max: 10, readonly: true })
  severity: string;

  @Text({ help: 'Who did it; `local` without a token.', example: 'local', max: 200, readonly: true })
  actor: string;

  @Text({ help: 'What it is about: `<resource>/<id>`.', example: 'ticket/1', max: 200, readonly: true })
  subject: string;

  @Reference('project', {
    help: 'The project that it is about.',
    example: '/api/v1/project/1/',
    readonly: true,
    nullable: true,
  })
  project: number | null;

  @Reference('ticket', {
    help: 'The ticket that it is about. It may have been deleted since.',
    example: '/api/v1/ticket/1/',
    readonly: true,
    nullable: true,
  })
  ticket: number | null;

  @Reference('subticket', {
    help: 'The subticket that it is about; null where it is about the ticket itself.',
    example: null,
    readonly: true,
    nullable: true,
  })
  subticket: number | null;

  @Text({ help: 'The stage that it is about.', example: null, max: 200, readonly: true, nullable: true })
  stage: string | null;

  @Whole({ help: 'The version that it gave the ticket or subticket.', example: 2, readonly: true, nullable: true })
  version: number | null;

  @Text({
    help: 'What happened, in one line.',
    example: 'TKT-1 moved 100 → 200 (Package Building), status 000',
    max: 140,
    readonly: true,
  })
  line: string;

  @Text({ help: 'A link to the details.', example: null, max: 4096, readonly: true, nullable: true })
  link: string | null;

  @Flag({
    help: 'A part of something larger that has its own line: the stream sends it only with `detail=1`, or where a filter names its type.',
    example: false,
    readonly: true,
  })
  detail: boolean;

  @Json({ help: 'What it was before and after.', example: { before: { status: '000' }, after: { status: '100' } } })
  data: object;
}

export const event = defineResource({
  name: 'event',
  scope: 'read',
  noun: 'event',
  entity: NumberedEventRow,
  body: EventFields,
  verbs: ['GET'],
  label: 't.line',
  servedBy: ['seq', 'time', 'ticket'],
  /** What is of no project, such as who got which token, is for tokens for all. */
  belongsTo: { project: 'COALESCE(t.project_id, 0)' },
  docs: {
    tag: 'The stream',
    about:
      'Something that happened: one line of the log, in the order in which changes were committed. `/stream` sends the same, live.',
    filters: {
      type__startswith: 'ticket.',
      severity__in: 'warn,error',
      ticket: 'TKT-1',
      project__name: 'default',
      stage: 'prod',
      seq__gt: '41',
      time__gte: '2026-01-01T12:00:00Z',
    },
  },
});
