// The setting `policies`: a project's rules of promotion. What each policy asks of a rule is promotion's to say, a room above
// this one, which registers it here (promotion/rules.ts).
import { inSlices } from '../platform/in-slices.js';
import type { Sliced } from '../platform/sliced.js';
import type { StageSetting } from './stages/stage-setting.js';

/** One rule as the settings keep it; what else it has depends on its policy. */
export interface PolicyRule {
  readonly policy: string;
  /** The stages that it is asked for: where a ticket would come to. */
  readonly stages: readonly string[] | 'all';
  /** Tells the rules of one policy apart, and names it to people. */
  readonly name?: string;
  /** True: it is judged and shown, and never stands in the way. */
  readonly advisory?: boolean;
  readonly [member: string]: unknown;
}

/** What is wrong with a list that should be rules; empty when nothing is. `stages`: the project's own, where it has some. */
export type RuleFaults = (given: unknown, stages: readonly StageSetting[] | undefined) => string[];

/** The same of what takes long to find out, for rules that nothing else is wrong with. */
export type SlowRuleFaults = (rules: readonly PolicyRule[]) => Sliced<string[]>;

let faults: RuleFaults | undefined;
let slowFaults: SlowRuleFaults | undefined;

export function registerRuleFaults(registered: RuleFaults, slow: SlowRuleFaults): void {
  [faults, slowFaults] = [registered, slow];
}

export function policyRuleFaults(given: unknown, stages: readonly StageSetting[] | undefined): string[] {
  if (!faults) throw new Error('No room has registered how rules of promotion are checked.');
  return faults(given, stages);
}

/** Before rules are kept, and in slices, so that no request waits for another's. Empty when nothing is wrong. */
export async function slowPolicyRuleFaults(rules: readonly PolicyRule[]): Promise<string[]> {
  return slowFaults ? inSlices(slowFaults(rules)) : [];
}
