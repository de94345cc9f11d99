// mergeproposal: a proposal to merge a branch.
import { Choice, HttpUrl, Reference } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { MergeProposalRow } from './merge-proposal.row.js';

const STATUSES = ['work_in_progress', 'needs_review', 'approved', 'rejected', 'merged'];

class MergeProposalBody {
  @Reference('branch', { help: 'The branch to merge.', example: '/api/v1/branch/1/', required: true })
  branch: number;

  @Reference('person', { help: 'Who proposes it.', example: '/api/v1/person/1/', required: true })
  submitter: number;

  @Choice(STATUSES, { help: 'Its status.', example: 'needs_review', initial: 'work_in_progress' })
  status: string;

  @HttpUrl({
    help: 'Where it is discussed.',
    example: 'https://code.launchpad.net/~alice/my-package/fix/+merge/1',
    required: true,
  })
  lp_weblink: string;
}

export const mergeProposal = defineResource({
  name: 'mergeproposal',
  scope: 'ticket:write',
  noun: 'merge proposal',
  entity: MergeProposalRow,
  body: MergeProposalBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  label: '(SELECT b.unique_name FROM branch b WHERE b.id = t.branch_id)',
  belongsTo: { project: '(SELECT b.project_id FROM branch b WHERE b.id = t.branch_id)' },
  docs: {
    tag: 'Projects',
    about: 'A proposal to merge a branch; a subticket can track it.',
    example: {
      branch: '/api/v1/branch/1/',
      submitter: '/api/v1/person/1/',
      status: 'needs_review',
      lp_weblink: 'https://code.launchpad.net/~alice/my-package/fix/+merge/1',
    },
    filters: { status: 'approved', branch__unique_name__contains: 'alice' },
  },
});
