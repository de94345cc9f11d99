// The rules of promotion in a project's settings: what may be said, and which of them a promotion is asked for.
import { meantText, unknownText } from '../rest/writing/did-you-mean.js';
import type { Sliced } from '../platform/sliced.js';
import { quoted } from '../platform/redact.js';
import { type PolicyRule, registerRuleFaults } from '../projects/policy-rules.js';
import { stageOrderOf, type StageSetting } from '../projects/stages/stage-setting.js';
import type { Stage } from '../projects/stages/stage-order.js';
import { memberFault } from '../rest/operations/operation-body.js';
import { fieldsOf } from '../rest/fields/field.js';
import type { Policy } from './policy.js';

const MOST_RULES = 50;
const LONGEST_NAME = 100;
/** What a rule of any policy may have. */
const COMMON = ['policy', 'stages', 'name', 'advisory'];

/** Makes the settings of projects know these policies' rules. */
export function knowRulesOf(policies: readonly Policy[]): void {
  registerRuleFaults(
    (given, stages) => ruleFaults(policies, given, stages),
    (rules) => slowFaults(policies, rules),
  );
}

/** Of rules that ruleFaults() finds nothing wrong with. */
function* slowFaults(policies: readonly Policy[], rules: readonly PolicyRule[]): Sliced<string[]> {
  const faults: string[] = [];
  for (const [index, given] of rules.entries()) {
    const slow = policies.find(({ name }) => name === given.policy)?.rule?.slowFaults;
    const [fault] = slow ? yield* slow(given) : [];
    if (fault !== undefined) faults.push(`policies[${index}]: ${fault}`);
  }
  return faults;
}

/** The first fault of each rule; of a list that is too long none is looked at. */
function ruleFaults(
  policies: readonly Policy[],
  given: unknown,
  setting: readonly StageSetting[] | undefined,
): string[] {
  if (!Array.isArray(given))
    return ['policies is a list of rules, such as {"policy": "soak", "stages": ["prod"], "minutes": 30}.'];
  if (given.length > MOST_RULES) return [`policies has at most ${MOST_RULES} rules.`];
  const stages = stageOrderOf(setting ? [...setting] : null);
  const faults = given.flatMap((rule: unknown, index) => {
    const fault = faultOf(policies, rule, stages);
    return fault === undefined ? [] : [`policies[${index}]: ${fault}`];
  });
  return faults.length > 0 ? faults : [...tooMany(policies, given as PolicyRule[]), ...twins(given as PolicyRule[])];
}

function faultOf(policies: readonly Policy[], given: unknown, stages: readonly Stage[]): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'A rule is a JSON object.';
  const rule = given as PolicyRule;
  const known = policies.filter((policy) => policy.rule);
  const policy = known.find(({ name }) => name === rule.policy);
  if (!policy?.rule) return unknownPolicy(rule.policy, known);
  const { policy: _policy, stages: at, name, advisory, ...members } = rule;
  return (
    stagesFault(at, stages) ??
    nameFault(name) ??
    (advisory === undefined || typeof advisory === 'boolean' ? undefined : 'advisory is true or false.') ??
    unknownMember(members, policy.rule.of) ??
    memberFault(policy.rule.of, members) ??
    missingMember(members, policy.rule.of) ??
    policy.rule.faults?.(rule, stages)[0]
  );
}

const textOf = (given: unknown): string => (typeof given === 'string' ? given : (JSON.stringify(given) ?? 'nothing'));

function unknownPolicy(given: unknown, known: readonly Policy[]): string {
  const names = known.map(({ name }) => name);
  const hint = typeof given === 'string' ? meantText(given, names) : '';
  return `Unknown policy '${quoted(textOf(given), 100)}'.${hint} Rules are of ${names.join(', ')}.`;
}

function stagesFault(given: unknown, stages: readonly Stage[]): string | undefined {
  if (given === 'all') return undefined;
  const names = stages.map(({ name }) => name);
  if (!Array.isArray(given) || given.length === 0) return `stages is "all" or a list of ${names.join(', ')}.`;
  const unknown: unknown = given.find((name) => !names.includes(name as string));
  return unknown === undefined
    ? undefined
    : `Unknown stage '${quoted(textOf(unknown), 100)}'. The project's stages are ${names.join(', ')}.`;
}

const nameFault = (name: unknown): string | undefined =>
  name === undefined || (typeof name === 'string' && name.trim() !== '' && name.length <= LONGEST_NAME)
    ? undefined
    : `name must be a string of at most ${LONGEST_NAME} characters.`;

function unknownMember(members: object, of: new () => object): string | undefined {
  const names = [...COMMON, ...fieldsOf(of).map(({ name }) => name)];
  const unknown = Object.keys(members).find((name) => !names.includes(name));
  return unknown === undefined ? undefined : unknownText('member', unknown, names);
}

function missingMember(members: Readonly<Record<string, unknown>>, of: new () => object): string | undefined {
  const missing = fieldsOf(of).find(({ name, required }) => required && members[name] === undefined);
  return missing && `Give '${missing.name}': ${missing.help}`;
}

/** Of a policy whose rules cost something to judge. */
function tooMany(policies: readonly Policy[], rules: readonly PolicyRule[]): string[] {
  return policies.flatMap(({ name, rule }) => {
    const count = rules.filter(({ policy }) => policy === name).length;
    return rule?.most !== undefined && count > rule.most
      ? [`A project may have at most ${rule.most} rules of '${name}'; there are ${count}.`]
      : [];
  });
}

/** Two rules of one policy for one stage are told apart by their names. */
function twins(rules: readonly PolicyRule[]): string[] {
  const seen = new Set<string>();
  for (const { policy, name = '' } of rules) {
    const key = `${policy} ${name}`;
    if (seen.has(key)) return [`Two rules of '${policy}' have the same name. Give each a name of its own.`];
    seen.add(key);
  }
  return [];
}

/** Those that a promotion to this stage is asked for. */
export const rulesFor = (rules: readonly PolicyRule[], stage: string): PolicyRule[] =>
  rules.filter(({ stages }) => stages === 'all' || stages.includes(stage));
