// The policy `approvals`: enough people who may have approved this revision for this stage, and nobody has rejected it
// (promotion.md, section 2).
import { type NextAction, summaryOf } from './verdict.js';

/** What somebody said of a revision, as it is in force. */
export interface Approval {
  readonly kind: 'approve' | 'reject';
  /** The rule that it is for; null: every one that fits. */
  readonly name: string | null;
  /** One person, however often and with whichever token they speak: `person/7`, or `name/alice` for whom no person is known of. */
  readonly who: string;
  /** For people. */
  readonly by: string;
  readonly revision: number;
  /** The stage that the ticket was at. */
  readonly at: string | null;
  readonly comment: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface Candidate {
  readonly who: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
}

export interface ApprovalsRule {
  readonly name?: string | undefined;
  readonly quorum?: number | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly people?: readonly string[] | undefined;
  readonly not_own?: boolean | undefined;
  readonly while_at?: string | undefined;
  readonly sticky?: boolean | undefined;
}

export interface ApprovalsFacts {
  readonly ticketKey: string;
  /** Where the ticket would come to, and where it is. */
  readonly to: string;
  readonly stage: string | null;
  readonly revision: number;
  readonly approvals: readonly Approval[];
  /** Everybody who has a role in the project. */
  readonly members: readonly Candidate[];
  /** The ticket's owner and who uploaded the revision. */
  readonly own: ReadonlySet<string>;
  /** ISO 8601: since when it waits. */
  readonly since: string;
}

interface ApprovalsVerdict {
  readonly verdict: 'pass' | 'needs_approval' | 'blocked';
  readonly code: 'approvals.given' | 'approvals.missing' | 'approvals.rejected' | 'approvals.impossible';
  readonly summary: string;
  readonly actor: string;
  readonly since: string;
  readonly eligible?: readonly string[];
  readonly more_eligible?: number;
  readonly next_actions: readonly NextAction[];
}

const MOST_NAMED = 5;

/** True where what this person says counts for the rule. */
export function isEligible(
  { who, name, email, roles }: Candidate,
  rule: ApprovalsRule,
  own: ReadonlySet<string>,
): boolean {
  if ((rule.not_own ?? true) && own.has(who)) return false;
  if (rule.roles && !rule.roles.some((role) => roles.includes(role))) return false;
  const names = rule.people?.map((one) => one.toLowerCase());
  return !names || names.includes(email.toLowerCase()) || names.includes(name.toLowerCase());
}

/** Whoever spoke, with the roles that they have now. */
export const candidateOf = ({ who, by }: Pick<Approval, 'who' | 'by'>, members: readonly Candidate[]): Candidate =>
  members.find((one) => one.who === who) ?? { who, name: by, email: by, roles: [] };

/** What of the approvals counts for a rule: one a person, of this revision, where it was given. */
function countedFor(rule: ApprovalsRule, { approvals, revision, members, own }: ApprovalsFacts): Approval[] {
  const counted = approvals.filter(
    (one) =>
      (rule.sticky === true || one.revision === revision) &&
      (one.name === null || one.name === rule.name) &&
      (rule.while_at === undefined || one.at === rule.while_at) &&
      isEligible(candidateOf(one, members), rule, own),
  );
  return [...new Map(counted.map((one) => [one.who, one])).values()];
}

/** @param approve how one of these people approves, for the next action */
export function approvalsVerdict(
  facts: ApprovalsFacts,
  rule: ApprovalsRule,
  approve: (candidate: Candidate | undefined) => NextAction,
): ApprovalsVerdict {
  const rejected = facts.approvals.find(
    ({ kind, revision, name }) =>
      kind === 'reject' && revision === facts.revision && (name === null || name === rule.name),
  );
  if (rejected) return rejection(rejected, facts);
  const given = countedFor(rule, facts).filter(({ kind }) => kind === 'approve');
  const quorum = rule.quorum ?? 1;
  const label = rule.name ?? (quorum === 1 ? 'an approval' : `${quorum} approvals`);
  if (given.length >= quorum) return enough(label, given, facts);
  const said = new Set(given.map(({ who }) => who));
  const lack = {
    what: given.length === 0 ? label : `${quorum - given.length} more of ${label}`,
    eligible: facts.members.filter((one) => isEligible(one, rule, facts.own) && !said.has(one.who)),
    isOpen: !rule.roles && !rule.people,
  };
  const tooFew = !lack.isOpen && lack.eligible.length < quorum - given.length;
  return tooFew ? impossible(lack, rule, facts) : missing(lack, rule, facts, approve);
}

/** What is missing, and who could give it; `isOpen`: anybody could. */
interface Lack {
  readonly what: string;
  readonly eligible: readonly Candidate[];
  readonly isOpen: boolean;
}

const namesOf = (candidates: readonly Candidate[]): string[] => candidates.map(({ name }) => name);

function enough(label: string, given: readonly Approval[], facts: ApprovalsFacts): ApprovalsVerdict {
  const by = given.map((one) => one.by);
  const since = given.reduce((last, one) => (one.since > last ? one.since : last), '');
  const summary = summaryOf(`${label}: given by ${listed(by, 'and')}.`);
  return {
    verdict: 'pass',
    code: 'approvals.given',
    summary,
    actor: 'you',
    since: since || facts.since,
    next_actions: [],
  };
}

function rejection({ by, comment, since }: Approval, { ticketKey, to }: ApprovalsFacts): ApprovalsVerdict {
  const summary = summaryOf(`${by} rejected ${ticketKey} for ${to}: ${comment}`);
  return { verdict: 'blocked', code: 'approvals.rejected', summary, actor: by, since, next_actions: [] };
}

function impossible({ what, eligible }: Lack, rule: ApprovalsRule, { since }: ApprovalsFacts): ApprovalsVerdict {
  const who = eligible.length === 0 ? 'no member' : `only ${listed(namesOf(eligible), 'and')}`;
  const summary = summaryOf(`Waits for ${what}, and ${who} can give it: ${wanted(rule)}.`);
  const actor = eligible[0]?.name ?? 'you';
  return { verdict: 'blocked', code: 'approvals.impossible', summary, actor, since, next_actions: [] };
}

function missing(
  { what, eligible, isOpen }: Lack,
  { while_at: at, not_own: notOwn = true }: ApprovalsRule,
  { stage, since }: ApprovalsFacts,
  approve: (candidate: Candidate | undefined) => NextAction,
): ApprovalsVerdict {
  const isHere = at === undefined || at === stage;
  const names = namesOf(eligible.slice(0, MOST_NAMED));
  const more = eligible.length - names.length;
  const anybody = notOwn ? 'anyone but its owner and its uploader' : 'anyone';
  const who = isOpen ? anybody : listed(names, 'or', more);
  return {
    verdict: 'needs_approval',
    code: 'approvals.missing',
    summary: summaryOf(`Waits for ${what}: ${who} can give it${isHere ? '' : `, while the ticket is at ${at}`}.`),
    actor: eligible[0]?.name ?? 'you',
    since,
    ...(isOpen ? {} : { eligible: names, more_eligible: more }),
    next_actions: isHere ? [approve(isOpen ? undefined : eligible[0])] : [],
  };
}

/** What the rule asks of people: `the role qa`, `alice or bob`. */
function wanted({ roles, people, not_own: notOwn = true }: ApprovalsRule): string {
  const parts = [
    ...(roles ? [`the rule asks for the role ${listed(roles, 'or')}`] : []),
    ...(people ? [`the rule names ${listed(people, 'or')}`] : []),
    ...(notOwn ? ['the owner and the uploader cannot give it'] : []),
  ];
  return parts.join(', and ');
}

/** `alice`, `alice or bob`, `alice, bob or 3 more`. */
function listed(names: readonly string[], word: 'and' | 'or', more = 0): string {
  const all = more > 0 ? [...names, `${more} more`] : names;
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} ${word} ${last}`;
}
