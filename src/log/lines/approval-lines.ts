// The lines of approvals, rejects and overrides.
import { because } from './line.js';
import { untilText } from './stage-lines.js';

interface Said {
  readonly key: string;
  readonly stage: string;
  readonly revision: number;
  /** The rule that it is for; null: every one that fits. */
  readonly name: string | null;
  readonly by: string;
  readonly why: string;
}

const ruleText = (name: string | null): string => (name === null ? '' : ` (${name})`);

/** `TKT-1 approved for prod by alice (QA sign-off): revision 2: looks good` */
export const approvedLine = ({ key, stage, revision, name, by, why }: Said): string =>
  `${key} approved for ${stage} by ${by}${ruleText(name)}: revision ${revision}${because(why)}`;

/** `TKT-1 rejected for prod by alice: revision 2: the menu is gone` */
export const rejectedLine = ({ key, stage, revision, name, by, why }: Said): string =>
  `${key} rejected for ${stage} by ${by}${ruleText(name)}: revision ${revision}${because(why)}`;

/** `TKT-1: alice withdrew an approval for prod` */
export const withdrawnLine = (key: string, by: string, kind: 'approve' | 'reject', stage: string): string =>
  `${key}: ${by} withdrew ${kind === 'approve' ? 'an approval' : 'a reject'} for ${stage}`;

/** `TKT-1: policy soak overridden for prod until 2026-11-22 08:00 UTC by carol: the fix can't wait` */
export const overriddenLine = (
  key: string,
  { policy, name, stage, until, by, why }: Omit<Said, 'key' | 'revision'> & { policy: string; until: string },
): string =>
  `${key}: policy ${policy}${ruleText(name)} overridden for ${stage}${untilText(until)} by ${by}${because(why)}`;

/** `TKT-1: carol withdrew the override of soak for prod` */
export const overrideWithdrawnLine = (key: string, by: string, policy: string, stage: string): string =>
  `${key}: ${by} withdrew the override of ${policy} for ${stage}`;

/** `TKT-1 has new modules: approvals of revision 2 by alice, bob no longer count` */
export const approvalsVoidedLine = (key: string, revision: number, by: readonly string[]): string =>
  `${key} has new modules: approvals of revision ${revision} by ${by.slice(0, 3).join(', ')}${by.length > 3 ? ` and ${by.length - 3} more` : ''} no longer count`;
