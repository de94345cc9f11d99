// approval: what people said of revisions before stages, also what was withdrawn. Read only: verbs of the ticket write it.
import { Choice, Flag, Reference, Text, Time, Whole } from '../../rest/fields/field-decorators.js';
import { defineResource } from '../../rest/resource.js';
import { ApprovalRow } from './approval.row.js';

class ApprovalFields {
  @Reference('ticket', { help: 'The ticket.', example: '/api/v1/ticket/1/', readonly: true })
  ticket: number;

  @Text({ help: 'The stage to be entered.', example: 'prod', max: 32, readonly: true })
  stage: string;

  @Whole({ help: 'The revision of its modules.', example: 1, readonly: true })
  revision: number;

  @Choice(['approve', 'reject'], { help: 'An approval or a reject.', example: 'approve', readonly: true })
  kind: string;

  @Text({
    help: 'The rule that it is for; null: every rule that fits.',
    example: 'QA sign-off',
    max: 100,
    nullable: true,
    readonly: true,
  })
  name: string | null;

  @Text({ help: 'Who said it.', example: 'alice', max: 4096, readonly: true })
  by: string;

  @Flag({ help: 'False if the identity was not checked: a server without tokens.', example: true, readonly: true })
  checked: boolean;

  @Text({ help: 'The stage that the ticket was at.', example: 'qa', max: 32, nullable: true, readonly: true })
  at_stage: string | null;

  @Text({ help: 'The comment, or the reason of a reject.', example: 'fine', max: 500, readonly: true })
  comment: string;

  @Time({ help: 'When it was given.', example: '2026-01-01T12:00:00.000000Z' })
  created_at: Date;

  @Time({ help: 'When it was withdrawn; null while it is in force.', example: null, nullable: true })
  withdrawn_at: Date | null;
}

export const approval = defineResource({
  name: 'approval',
  scope: 'read',
  noun: 'approval',
  entity: ApprovalRow,
  body: ApprovalFields,
  verbs: ['GET'],
  label: "t.kind || ' by ' || t.by",
  belongsTo: { project: '(SELECT k.project_id FROM ticket k WHERE k.id = t.ticket_id)', ticket: 't.ticket_id' },
  docs: {
    tag: 'Stages',
    about:
      'What a person says of a revision before a stage. It is in force while it is not withdrawn and the ticket has this revision.',
    filters: { ticket: 'TKT-1', stage: 'prod' },
  },
});
