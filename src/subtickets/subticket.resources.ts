// subticket and updatesubticketstatus.
import { Json, Reference, Status, Step, Text, Time, Whole } from '../rest/fields/field-decorators.js';
import { defineResource, type ResourceDeclaration } from '../rest/resource.js';
import { FAILURE_SHAPE } from '../tickets/failure-shape.js';
import { StatusBody } from '../tickets/status-fields.js';
import type { Failure } from '../workflow/failure.js';
import { QUEUED, STATUS_WAITING } from '../workflow/steps.js';
import { SubticketRules } from './subticket-rules.js';
import { SubticketRow } from './subticket.row.js';

class SubticketBody {
  @Reference('ticket', { help: 'The ticket that it is a part of.', example: '/api/v1/ticket/1/', required: true })
  ticket: number;

  @Reference('spu', {
    help: 'The upload that it tracks; or a merge proposal.',
    example: '/api/v1/spu/1/',
    nullable: true,
  })
  source_package_upload: number | null;

  @Reference('mergeproposal', {
    help: 'The merge proposal that it tracks; or an upload.',
    example: null,
    nullable: true,
  })
  merge_proposal: number | null;

  @Text({ help: 'Who works on it.', example: 'test@example.com', max: 200, initial: '' })
  assignee: string;

  @Step({ help: 'The step of the workflow that it is at.', example: '100', scope: 'status:write', usual: QUEUED })
  current_workflow_step: number;

  @Status({ help: 'How far it is with that step.', example: '000', scope: 'status:write', usual: STATUS_WAITING })
  status: number;

  @Reference('subticket', {
    help: 'The newer subticket for the same source package; null while this one is live.',
    example: null,
    readonly: true,
    nullable: true,
  })
  superseded_by: number | null;

  @Whole({ help: 'One up with each change; the ETag.', example: 1, readonly: true })
  version: number;

  @Step({ help: 'The step at which it failed; null while it has not.', example: null, readonly: true, nullable: true })
  failed_at_step: number | null;

  @Json({ help: 'Why it failed; null while it has not.', example: null, nullable: true, shape: FAILURE_SHAPE })
  failure: Failure | null;

  @Time({ help: 'When it was created.', example: '2026-01-01T12:00:00.000000Z' })
  created_at: Date;

  @Time({ help: 'When it last changed.', example: '2026-01-01T12:00:00.000000Z' })
  updated_at: Date;

  @Time({ help: 'When it came to its step.', example: '2026-01-01T12:00:00.000000Z' })
  step_entered_at: Date;
}

const base: Pick<ResourceDeclaration, 'noun' | 'entity' | 'label' | 'belongsTo' | 'checks' | 'rules' | 'versioned'> = {
  noun: 'subticket',
  entity: SubticketRow,
  label: `t.id || COALESCE(' (' || (SELECT s.name FROM spu u JOIN sourcepackage s ON s.id = u.sourcepackage_id WHERE u.id = t.source_package_upload_id) || ')', '')`,
  belongsTo: {
    project: '(SELECT k.project_id FROM ticket k WHERE k.id = t.ticket_id)',
    ticket: 't.ticket_id',
    subticket: 't.id',
  },
  checks: {
    subticket_tracks_one_check: {
      code: 'subticket.invalid',
      message: 'A subticket tracks exactly one thing: give source_package_upload or merge_proposal.',
    },
  },
  rules: SubticketRules,
  versioned: true,
};

export const subticket = defineResource({
  ...base,
  name: 'subticket',
  scope: 'ticket:write',
  body: SubticketBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  docs: {
    tag: 'Subtickets',
    about:
      'One upload of a ticket on its way. A new one for the same source package supersedes the older; the ticket follows its live ones.',
    example: { source_package_upload: '/api/v1/spu/1/', ticket: '/api/v1/ticket/1/', assignee: 'test@example.com' },
    filters: { ticket: '1', superseded_by__isnull: 'true' },
    documented: {
      create: {
        order: 40,
        summary: 'Create subticket',
        body: { source_package_upload: '/api/v1/spu/1/', ticket: '/api/v1/ticket/1/', assignee: 'test@example.com' },
      },
    },
  },
});

export const updateSubticketStatus = defineResource({
  ...base,
  name: 'updatesubticketstatus',
  scope: 'status:write',
  body: StatusBody,
  verbs: ['PATCH'],
  without: ['patchList'],
  oneOf: ['current_workflow_step', 'status'],
  docs: {
    tag: 'Subtickets',
    about:
      'Moves a subticket through the workflow; its ticket follows by roll-up. With a failure, give the reason: it is stored.',
    documented: {
      update: { order: 60, summary: 'Update subticket status', body: { current_workflow_step: '200', status: '100' } },
    },
  },
});
