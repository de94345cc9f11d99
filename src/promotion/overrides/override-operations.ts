// POST /api/v1/ticket/<id>/override/ and /unoverride/.
import { invalid } from '../../platform/errors.js';
import { Text, Whole } from '../../rest/fields/field-decorators.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { bodyOf } from '../../rest/operations/operation-body.js';
import { type Written, writeOperation } from '../../rest/operations/operation.js';
import { LONGEST_REASON, requireReason } from '../../rest/operations/reason.js';
import { ON_TICKET } from '../../tickets/on-ticket.js';
import { LONGEST_HOURS } from '../domain/override.js';
import { OVERRIDDEN_TICKET } from '../replies.js';
import { type GivenOverride, OverridePolicy } from './override-policy.js';
import { overrideView } from './override-view.js';

class UnoverrideBody {
  @Text({ max: 50, help: 'The policy.', required: true })
  policy: string;

  @Text({ max: 100, help: 'One of its rules; all of them if it is left out.' })
  name: string;

  @Text({ max: 32, help: 'The stage to be entered; the next one if it is left out.' })
  stage: string;
}

class OverrideBody extends UnoverrideBody {
  @Text({ max: LONGEST_REASON, help: 'Goes into the history, and into every verdict that it changes.', required: true })
  reason: string;

  @Whole({ min: 1, max: LONGEST_HOURS, help: `Until when: 1 to ${LONGEST_HOURS} hours.`, required: true })
  hours: number;
}

const VERB = {
  at: ON_TICKET,
  needs: 'override',
  tag: 'Stages',
  ifMatch: 'offered',
  reply: { description: 'The ticket, and the override. The ETag is its version.', schema: OVERRIDDEN_TICKET },
  use: OverridePolicy,
} as const;

const answered = (given: GivenOverride): Written => ({
  body: overrideView(given),
  etag: versionTag(Number(given.row.version)),
});

const policyOf = (policy: string | undefined): string => {
  if (policy !== undefined && policy.trim() !== '') return policy.trim();
  throw invalid('override.unknown_policy', 'Give the policy: {"policy": "soak", …}.');
};

export const overridePolicy = writeOperation({
  ...VERB,
  name: 'override_policy',
  route: 'POST ticket/:id/override',
  summary: 'Override a policy for a ticket',
  description:
    'For one stage, the revision that the ticket has now, and at most 72 hours. The verdict is `pass_overridden` then, and says who, why and what it would be. `conflicts`, `hold`, `lock` and a failed ticket stay in the way.',
  body: bodyOf(OverrideBody, {
    about: 'What, why, and for how long.',
    example: { policy: 'soak', reason: 'The fix cannot wait', hours: 2 },
  }),
  write: (overriding, { at: id, body, context }) => {
    const { hours } = body;
    const wanted = { ...body, policy: policyOf(body.policy), reason: requireReason(body.reason) };
    if (hours === undefined)
      throw invalid('body.invalid_member', `'hours': Give a whole number from 1 to ${LONGEST_HOURS}.`);
    return async (tx) => answered(await overriding.run(tx, id, { ...wanted, hours }, context));
  },
});

export const unoverridePolicy = writeOperation({
  ...VERB,
  name: 'unoverride_policy',
  route: 'POST ticket/:id/unoverride',
  summary: 'Withdraw an override',
  description: 'The policy is asked again at once.',
  body: bodyOf(UnoverrideBody, { about: 'What was overridden.', example: { policy: 'soak' } }),
  write: (overriding, { at: id, body, context }) => {
    const wanted = { ...body, policy: policyOf(body.policy) };
    return async (tx) => answered(await overriding.withdraw(tx, id, wanted, context));
  },
});
