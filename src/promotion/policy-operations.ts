// GET /api/v1/policy/: which policies there are, what they ask, and what a rule of each says.
import { readOperation } from '../rest/operations/operation.js';
import { membersSchema } from '../rest/operations/operation-body.js';
import { nowhere } from '../rest/operations/places.js';
import { Policies } from './policies.js';
import type { Policy } from './policy.js';
import { POLICY_LIST } from './replies.js';

const view = ({ name, about, codes = {}, rule, overridable }: Policy): object => ({
  name,
  about,
  always: rule === undefined,
  overridable,
  rule: rule ? membersSchema(rule.of, about) : null,
  example: rule?.example ?? null,
  codes,
});

export const listPolicies = readOperation({
  name: 'list_policy',
  route: 'GET policy',
  at: nowhere('none'),
  needs: 'read',
  tag: 'Stages',
  summary: 'List the policies of promotions',
  description:
    "What can keep a ticket from a stage. Those with a rule are asked where the project's settings have one: put the example into `policies` of `settings`.",
  reply: { description: 'The policies.', schema: POLICY_LIST },
  failures: [400],
  use: Policies,
  read: (policies) => ({ objects: policies.known.map(view) }),
});
