// The policy `approvals`, judged: a table over what was said and what the rule asks.
import {
  type Approval,
  type ApprovalsFacts,
  type ApprovalsRule,
  approvalsVerdict,
  type Candidate,
} from '../../../src/promotion/domain/approvals-policy.js';
import { requestAction } from '../../../src/promotion/domain/verdict.js';

const member = (name: string, ...roles: string[]): Candidate => ({
  who: `person/${name}`,
  name,
  email: `${name}@example.com`,
  roles,
});
const MEMBERS = [member('alice', 'qa'), member('bob', 'qa', 'developer'), member('carol', 'release_manager')];

const said = (by: string, more: Partial<Approval> = {}): Approval => ({
  kind: 'approve',
  name: null,
  who: `person/${by}`,
  by,
  revision: 2,
  at: 'qa',
  comment: 'fine',
  since: '2026-11-01T10:00:00.000000Z',
  ...more,
});

const facts = (approvals: readonly Approval[], more: Partial<ApprovalsFacts> = {}): ApprovalsFacts => ({
  ticketKey: 'TKT-1',
  to: 'prod',
  stage: 'qa',
  revision: 2,
  approvals,
  members: MEMBERS,
  own: new Set(['person/dave']),
  since: '2026-11-01T09:00:00.000000Z',
  ...more,
});

const approve = (by: Candidate | undefined): ReturnType<typeof requestAction> =>
  requestAction(`Approve as ${by?.name ?? 'anyone'}`, 'read', {
    verb: 'approve',
    method: 'POST',
    base: '',
    path: '/api/v1/ticket/1/approve/',
  });

const QA: ApprovalsRule = { name: 'QA sign-off', roles: ['qa'] };

test.each<[string, ApprovalsRule, readonly Approval[], string, string]>([
  ['nobody has said anything', QA, [], 'approvals.missing', 'Waits for QA sign-off: alice or bob can give it.'],
  ['one who may', QA, [said('alice')], 'approvals.given', 'QA sign-off: given by alice.'],
  [
    'one without the role',
    QA,
    [said('carol')],
    'approvals.missing',
    'Waits for QA sign-off: alice or bob can give it.',
  ],
  [
    'an earlier revision',
    QA,
    [said('alice', { revision: 1 })],
    'approvals.missing',
    'Waits for QA sign-off: alice or bob can give it.',
  ],
  [
    'an earlier revision, sticky',
    { ...QA, sticky: true },
    [said('alice', { revision: 1 })],
    'approvals.given',
    'QA sign-off: given by alice.',
  ],
  [
    'one for another rule',
    QA,
    [said('alice', { name: 'Design' })],
    'approvals.missing',
    'Waits for QA sign-off: alice or bob can give it.',
  ],
  [
    'one for this rule',
    QA,
    [said('alice', { name: 'QA sign-off' })],
    'approvals.given',
    'QA sign-off: given by alice.',
  ],
  [
    'a person counts once',
    { ...QA, quorum: 2 },
    [said('alice'), said('alice', { name: 'QA sign-off' })],
    'approvals.missing',
    'Waits for 1 more of QA sign-off: bob can give it.',
  ],
  [
    'two of two',
    { ...QA, quorum: 2 },
    [said('alice'), said('bob')],
    'approvals.given',
    'QA sign-off: given by alice and bob.',
  ],
  [
    'more than there are',
    { ...QA, quorum: 3 },
    [],
    'approvals.impossible',
    'Waits for QA sign-off, and only alice and bob can give it: the rule asks for the role qa, and the owner and the uploader cannot give it.',
  ],
  ['by people', { people: ['Carol@Example.com'] }, [said('carol')], 'approvals.given', 'an approval: given by carol.'],
  [
    'by people, another',
    { people: ['carol'] },
    [said('alice')],
    'approvals.missing',
    'Waits for an approval: carol can give it.',
  ],
  [
    'one where it was not given',
    { ...QA, while_at: 'qa' },
    [said('alice', { at: 'dev' })],
    'approvals.missing',
    'Waits for QA sign-off: alice or bob can give it.',
  ],
  [
    'one that can be given later',
    { ...QA, while_at: 'dev' },
    [],
    'approvals.missing',
    'Waits for QA sign-off: alice or bob can give it, while the ticket is at dev.',
  ],
  ['anybody', {}, [said('zoe')], 'approvals.given', 'an approval: given by zoe.'],
  [
    "not one's own",
    {},
    [said('dave')],
    'approvals.missing',
    'Waits for an approval: anyone but its owner and its uploader can give it.',
  ],
  [
    "one's own, where that is allowed",
    { not_own: false },
    [said('dave')],
    'approvals.given',
    'an approval: given by dave.',
  ],
  [
    'a reject',
    QA,
    [said('alice'), said('bob', { kind: 'reject', comment: 'the menu is gone' })],
    'approvals.rejected',
    'bob rejected TKT-1 for prod: the menu is gone',
  ],
  [
    'a reject of an earlier revision',
    QA,
    [said('bob', { kind: 'reject', revision: 1 }), said('alice')],
    'approvals.given',
    'QA sign-off: given by alice.',
  ],
])('%s', (_what, rule, approvals, code, summary) => {
  expect(approvalsVerdict(facts(approvals), rule, approve)).toMatchObject({ code, summary });
});

test('who could give it is named, five at most, and the first of them is in the command', () => {
  const members = 'a b c d e f g'.split(' ').map((name) => member(name, 'qa'));
  const verdict = approvalsVerdict(facts([], { members }), QA, approve);
  expect(verdict).toMatchObject({
    verdict: 'needs_approval',
    summary: 'Waits for QA sign-off: a, b, c, d, e or 2 more can give it.',
    eligible: ['a', 'b', 'c', 'd', 'e'],
    more_eligible: 2,
  });
  expect(verdict.next_actions.map(({ label }) => label)).toEqual(['Approve as a']);
});
