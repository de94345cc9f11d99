// Overrides: who goes past a policy for one stage and one revision, why, and until when (promotion.md, section 4).
import { untilText } from '../../log/lines/stage-lines.js';
import { summaryOf, type Verdict } from './verdict.js';

/** How long one lasts at most. */
export const LONGEST_HOURS = 72;

export interface Override {
  readonly id: number;
  readonly policy: string;
  /** The rule that it goes past; null: all of the policy's. */
  readonly name: string | null;
  readonly actor: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly until: string;
}

/** True where the verdict is one that an override may change: a failed ticket stays failed. */
const mayBe = ({ policy, verdict }: Verdict): boolean => !(policy === 'steps' && verdict === 'failed');

/** The verdicts with those passed that somebody overrides; each says what it would be without. */
export function overriding(
  verdicts: readonly Verdict[],
  overrides: readonly Override[],
  isOverridable: (policy: string) => boolean | undefined,
): Verdict[] {
  return verdicts.map((verdict) => {
    if (verdict.verdict === 'pass' || !mayBe(verdict) || !isOverridable(verdict.policy)) return verdict;
    const found = overrides.find(
      ({ policy, name }) => policy === verdict.policy && (name === null || name === verdict.name),
    );
    if (!found) return verdict;
    const { actor, reason, until } = found;
    const summary = `Overridden by ${actor}${untilText(until)}: ${reason}. It would be ${verdict.verdict}: ${verdict.summary}`;
    return { ...verdict, verdict: 'pass_overridden', summary: summaryOf(summary), until, next_actions: [] };
  });
}
