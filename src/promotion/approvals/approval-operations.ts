// POST /api/v1/ticket/<id>/approve/, /reject/ and /withdraw/.
import { Text } from '../../rest/fields/field-decorators.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { bodyOf } from '../../rest/operations/operation-body.js';
import { type Written, writeOperation } from '../../rest/operations/operation.js';
import { LONGEST_REASON, requireReason } from '../../rest/operations/reason.js';
import { ON_TICKET } from '../../tickets/on-ticket.js';
import { APPROVED_TICKET } from '../replies.js';
import { approvalView } from './approval-view.js';
import { GiveApproval, type GivenApproval } from './give-approval.js';

const STAGE = { max: 32, help: 'The stage to be entered; the next one if it is left out.' };
const NAME = { max: 100, help: 'The rule that it is for; every rule that fits if it is left out.' };
const AS = {
  max: 200,
  help: 'Who you are, by e-mail or name, on a server that asks for no tokens. With a token it is refused.',
};

class WithdrawBody {
  @Text(STAGE)
  stage: string;

  @Text(NAME)
  name: string;

  @Text(AS)
  as: string;
}

class ApproveBody extends WithdrawBody {
  @Text({ max: LONGEST_REASON, help: 'Goes into the history.' })
  comment: string;
}

class RejectBody extends WithdrawBody {
  @Text({ max: LONGEST_REASON, help: 'What has to change. Goes into the history.', required: true })
  reason: string;
}

const VERB = {
  at: ON_TICKET,
  needs: 'read',
  tag: 'Stages',
  ifMatch: 'offered',
  failures: [400, 403, 404, 409, 412, 415, 422],
  reply: { description: 'The ticket, and what is in force. The ETag is its version.', schema: APPROVED_TICKET },
  use: GiveApproval,
} as const;

const answered = (given: GivenApproval): Written => ({
  body: approvalView(given),
  etag: versionTag(Number(given.row.version)),
});

export const approveTicket = writeOperation({
  ...VERB,
  name: 'approve_ticket',
  route: 'POST ticket/:id/approve',
  summary: 'Approve a ticket for a stage',
  description:
    "For the revision that it has now: new modules void the approval. Rules of the policy `approvals` in the project's settings say who may approve and how many have to.",
  body: bodyOf(ApproveBody, { about: 'What it is for.', example: { comment: 'The menu is fine' } }),
  write: (approving, { at: id, body: { comment = '', ...wanted }, context }) => {
    const said = { ...wanted, kind: 'approve', comment: comment.trim() } as const;
    return async (tx) => answered(await approving.run(tx, id, said, context));
  },
});

export const rejectTicket = writeOperation({
  ...VERB,
  name: 'reject_ticket',
  route: 'POST ticket/:id/reject',
  summary: 'Reject a ticket for a stage',
  description: 'It blocks the promotion until you withdraw it, or until the ticket has a new revision.',
  body: bodyOf(RejectBody, { about: 'What it is for, and why.', example: { reason: 'The menu is gone' } }),
  write: (approving, { at: id, body: { reason, ...wanted }, context }) => {
    const said = { ...wanted, kind: 'reject', comment: requireReason(reason) } as const;
    return async (tx) => answered(await approving.run(tx, id, said, context));
  },
});

export const withdrawApproval = writeOperation({
  ...VERB,
  name: 'withdraw_approval',
  route: 'POST ticket/:id/withdraw',
  summary: 'Withdraw your approval or reject',
  description: 'What you said of the revision that the ticket has now, for one stage.',
  body: bodyOf(WithdrawBody, { about: 'What it was for.' }),
  write:
    (approving, { at: id, body: wanted, context }) =>
    async (tx) =>
      answered(await approving.withdraw(tx, id, wanted, context)),
});
