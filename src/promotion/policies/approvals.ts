// The policy `approvals`, asked: what people said of this revision, and who else may say something.
import { Flag, Text, Whole } from '../../rest/fields/field-decorators.js';
import { Words } from '../../rest/operations/body-fields.js';
import type { Sql } from '../../platform/database/statement.js';
import { People } from '../../projects/people/people.js';
import { ROLES } from '../../projects/people/roles.js';
import { approvalsOf } from '../approvals/approval-rows.js';
import { whoIs } from '../approvals/identity.js';
import { type ApprovalsFacts, approvalsVerdict, type Candidate } from '../domain/approvals-policy.js';
import { type NextAction, requestAction } from '../domain/verdict.js';
import { defineRulePolicy, type Promotion } from '../policy.js';

/** Whom a printed command names where anybody will do. */
const ANYBODY = 'qa@example.com';
const MOST_QUORUM = 20;
const people = new People();

class ApprovalsRule {
  @Whole({ min: 1, max: MOST_QUORUM, help: 'How many people; 1 where it is left out.' })
  quorum: number;

  @Words({
    help: 'Roles of the project, one of which they have; left out, anybody.',
    items: { type: 'string', enum: ROLES },
  })
  roles: string[];

  @Words({ help: 'Who may, by name or e-mail; left out, anybody with the role.', items: { type: 'string' } })
  people: string[];

  @Flag({ help: 'Whether the owner and the uploader are left out: true where it is left out.' })
  not_own: boolean;

  @Text({ max: 32, help: 'The stage at which the ticket has to be approved.' })
  while_at: string;

  @Flag({ help: 'True: an approval stays when the modules change.' })
  sticky: boolean;
}

export const approvals = defineRulePolicy({
  name: 'approvals',
  about: 'Enough people have approved this revision for the stage, and no one of them has rejected it.',
  codes: {
    'approvals.given': 'Enough people have approved the revision.',
    'approvals.impossible': 'Fewer people may approve than the rule asks for.',
    'approvals.missing': 'Too few people have approved the revision.',
    'approvals.rejected': 'A person has rejected the revision.',
  },
  rule: {
    of: ApprovalsRule,
    example: { policy: 'approvals', name: 'QA sign-off', stages: ['prod'], roles: ['qa'], while_at: 'qa' },
    faults: ({ roles, while_at: at }, stages) => {
      const unknown = (roles as string[] | undefined)?.find((role) => !(ROLES as readonly string[]).includes(role));
      if (unknown !== undefined) return [`'${unknown}' is not a role. The roles are ${ROLES.join(', ')}.`];
      const names = stages.map(({ name }) => name);
      if (at === undefined || names.includes(at as string)) return [];
      return [`while_at is one of the project's stages: ${names.join(', ')}.`];
    },
  },
  facts: approvalsFacts,
  judge: (facts, rule, promotion) =>
    approvalsVerdict(facts, rule, (candidate) => approveAction(promotion, rule.name, candidate)),
});

/** What is said of a ticket for a stage, and who could say more. */
export async function approvalsFacts(
  sql: Sql,
  { ticket, to, revision, uploader }: Omit<Promotion, 'base'>,
): Promise<ApprovalsFacts> {
  const authors = [String(ticket.row.owner), ...(uploader === null ? [] : [uploader])].filter((name) => name !== '');
  const [found, members, own] = await Promise.all([
    approvalsOf(sql, ticket.id, to?.name ?? ''),
    people.rolesIn(sql, ticket.project.id),
    Promise.all(authors.map((name) => whoIs(sql, name))),
  ]);
  return {
    ticketKey: ticket.key,
    to: to?.name ?? '',
    stage: ticket.stage,
    revision,
    approvals: found,
    members: members.map(({ id, ...member }) => ({ ...member, who: `person/${id}` })),
    own: new Set(own),
    since: String(ticket.row.updated_at),
  };
}

function approveAction(
  { ticket, to, base }: Promotion,
  name: string | undefined,
  by: Candidate | undefined,
): NextAction {
  const as = ticket.asksTokens ? {} : { as: by?.email ?? ANYBODY };
  const label = `Approve ${ticket.key} for ${to?.name ?? ''}${by ? ` as ${by.name}` : ''}`;
  return requestAction(label, 'read', {
    verb: 'approve',
    method: 'POST',
    base,
    path: `/api/v1/ticket/${ticket.id}/approve/`,
    body: { stage: to?.name, ...(name === undefined ? {} : { name }), ...as },
  });
}
