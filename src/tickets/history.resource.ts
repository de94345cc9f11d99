// A ticket's history: the rows of the log that are about it, as a list in the dialect, oldest first.
import { Id, Json, Text, Time, Whole } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { EventRow } from '../log/event.row.js';

class HistoryFields {
  @Id({
    help: 'Its number in the public log; null until it has been numbered.',
    example: null,
    nullable: true,
  })
  seq: number | null;

  @Time({ help: 'When it happened.', example: '2026-01-01T12:00:00.000000Z' })
  time: Date;

  @Text({ help: 'What happened.', example: 'ticket.step_changed', max: 200, readonly: true })
  type: string;

  @Text({ help: 'info, warn or error.', example: 'info', max: 10, readonly: true })
  severity: string;

  @Text({ help: 'Who did it; `local` without a token.', example: 'local', max: 200, readonly: true })
  actor: string;

  @Id({
    help: 'The number of the subticket that it is about; null where it is about the ticket itself.',
    example: null,
    nullable: true,
  })
  subticket: number | null;

  @Whole({ help: 'The version that it gave the ticket or subticket.', example: 2, readonly: true, nullable: true })
  version: number | null;

  @Text({
    help: 'What happened, in one line.',
    example: 'TKT-1 moved 100 → 200 (Package Building), status 000',
    max: 140,
    readonly: true,
  })
  line: string;

  @Json({ help: 'What it was before and after.', example: { before: { status: '000' }, after: { status: '100' } } })
  data: object;
}

export const history = defineResource({
  name: 'history',
  scope: 'read',
  noun: 'history row',
  entity: EventRow,
  body: HistoryFields,
  verbs: ['GET'],
  hidden: true,
  label: 't.line',
  belongsTo: { project: 'COALESCE(t.project_id, 0)' },
  docs: { tag: 'Tickets', about: 'Something that happened to a ticket or to one of its subtickets.' },
});
