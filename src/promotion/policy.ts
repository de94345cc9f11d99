// What a policy of a promotion is: it looks at a ticket and what is to be promoted with it, and says its verdicts. One that
// asks only where a project's settings have a rule for it declares the rule's class, and judges its facts for each rule.
import type { Sql } from '../platform/database/statement.js';
import type { Sliced } from '../platform/sliced.js';
import type { PolicyRule } from '../projects/policy-rules.js';
import type { Stage } from '../projects/stages/stage-order.js';
import type { BodyClass } from '../rest/fields/field.js';
import type { Verdict } from './domain/verdict.js';
import type { LockedTicket } from './locked-ticket.js';

/** What a promotion is about. A landing adds what it would bring, for the policies that it registers; see MapPromotion. */
export interface Promotion {
  readonly ticket: LockedTicket;
  /** The URL that the client calls us by, without a slash at its end. */
  readonly base: string;
  /** Where it would come to; undefined where nothing comes next. */
  readonly to: Stage | undefined;
  /** What is promoted, as approvals and overrides are bound to it: the number of the modules' revision. */
  readonly revision: number;
  /** Who brought it; null where nothing is brought. */
  readonly uploader: string | null;
}

/** A verdict's code, and what it means in a sentence. */
export type PolicyCodes = Readonly<Record<string, string>>;

/** Rules of one policy, as a class of fields (rest/fields) and what the fields alone don't say. */
export interface RuleShape {
  readonly of: BodyClass;
  /** How many rules a project may have of it; left out, as many as of all policies. */
  readonly most?: number;
  /** Works as it stands, in a project with the usual stages. */
  readonly example: PolicyRule;
  /** What is wrong with a rule whose fields are right; empty when nothing is. */
  readonly faults?: (rule: PolicyRule, stages: readonly Stage[]) => readonly string[];
  /** The same of what takes long to find out; only of a rule that nothing else is wrong with. */
  readonly slowFaults?: (rule: PolicyRule) => Sliced<string[]>;
}

export interface Policy {
  /** As verdicts and settings name it. */
  readonly name: string;
  /** What it asks, in a sentence. */
  readonly about: string;
  /** Codes that it declares itself; docs/ERRORS.md lists them. Those of the first policies are in platform/refusals/. */
  readonly codes?: PolicyCodes;
  /** Left out: it always applies. */
  readonly rule?: RuleShape;
  /** Whether an override gets past it: not where the merge would be wrong, nor where a verb of its own lifts it. */
  readonly overridable: boolean;
  /** Reads its facts and judges them: one verdict for each rule, or none where it has nothing to say of such a promotion. */
  ask(sql: Sql, promotion: Promotion, rules: readonly PolicyRule[]): Promise<Verdict[]>;
}

type OwnVerdict<Codes extends PolicyCodes> = Omit<Verdict, 'code'> & { readonly code: Extract<keyof Codes, string> };

/**
 * A policy with codes of its own: a verdict with another code doesn't compile (docs/adding-a-policy.md).
 * @public
 */
export const definePolicy = <const Codes extends PolicyCodes>(policy: {
  readonly name: string;
  readonly about: string;
  readonly codes: Codes;
  readonly overridable: boolean;
  ask(sql: Sql, promotion: Promotion): Promise<OwnVerdict<Codes>[]>;
}): Policy => policy as unknown as Policy;

/** What a rule's judgement comes to: the policy's name and the rule's are added. */
export type RuleVerdict<Codes extends PolicyCodes> = Omit<OwnVerdict<Codes>, 'policy' | 'name'>;

/** A policy that rules switch on: facts are read once for all of its rules, each of which is judged by a pure function. */
export const defineRulePolicy = <const Codes extends PolicyCodes, Rule extends object, Facts>(policy: {
  readonly name: string;
  readonly about: string;
  readonly codes: Codes;
  readonly rule: Omit<RuleShape, 'of'> & { readonly of: new () => Rule };
  /** `rules`: those that are asked. */
  facts(sql: Sql, promotion: Promotion, rules: readonly (Partial<Rule> & PolicyRule)[]): Promise<Facts>;
  judge(facts: Facts, rule: Partial<Rule> & PolicyRule, promotion: Promotion): RuleVerdict<Codes>;
}): Policy => ({
  name: policy.name,
  about: policy.about,
  codes: policy.codes,
  rule: policy.rule,
  overridable: true,
  async ask(sql, promotion, given) {
    if (given.length === 0) return [];
    const rules = given as readonly (Partial<Rule> & PolicyRule)[];
    const facts = await policy.facts(sql, promotion, rules);
    return rules.map((rule) => {
      const verdict = policy.judge(facts, rule, promotion) as unknown as Omit<Verdict, 'policy'>;
      return { ...verdict, policy: policy.name, ...(rule.name === undefined ? {} : { name: rule.name }) };
    });
  },
});
