// All policies of a promotion, asked together (promotion.md, "Policies"). A room that has one of its own registers it.
import { Injectable } from '@nestjs/common';
import type { Sql } from '../platform/database/statement.js';
import { wireTime } from '../platform/time-text.js';
import { overriding } from './domain/override.js';
import { summaryOf, type Verdict, worstFirst } from './domain/verdict.js';
import { overridesOf } from './overrides/override-rows.js';
import { approvals } from './policies/approvals.js';
import { hold } from './policies/hold.js';
import { lock } from './policies/lock.js';
import { soak } from './policies/soak.js';
import { steps } from './policies/steps.js';
import { window } from './policies/window.js';
import type { Policy, Promotion } from './policy.js';
import { knowRulesOf, rulesFor } from './rules.js';

/** Its times as every answer has them: those of rows come as Postgres writes them in JSON. */
const asTold = (verdict: Verdict): Verdict => ({
  ...verdict,
  since: wireTime(verdict.since),
  ...(verdict.until === undefined ? {} : { until: wireTime(verdict.until) }),
});

/**
 * Asked of every promotion, whatever it brings; docs/ERRORS.md has their codes.
 * @public
 */
export const POLICIES: readonly Policy[] = [steps, hold, lock, approvals, soak, window];
knowRulesOf(POLICIES);

/** Verdicts of one grade are in this order; those of a policy that it doesn't name come last. */
const ORDER = ['steps', 'conflicts', 'hold', 'lock', 'imports', 'sources'];
const placeOf = ({ name }: Policy): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

@Injectable()
export class Policies {
  private all = POLICIES;

  /** For good: it is asked of every promotion from now on. */
  register(policy: Policy): void {
    this.all = [...this.all, policy].sort((one, other) => placeOf(one) - placeOf(other));
    knowRulesOf(this.all);
  }

  /** Those that there are, in the order in which verdicts of one grade are. */
  get known(): readonly Policy[] {
    return this.all;
  }

  /** Worst first. All facts are asked for at once; so are the overrides, which only a project with rules or a fault needs. */
  async ask(sql: Sql, promotion: Promotion): Promise<Verdict[]> {
    const { ticket, to } = promotion;
    const rules = to === undefined ? [] : rulesFor(ticket.rules, to.name);
    const asked = this.all.map(async (policy) => {
      const own = rules.filter((rule) => rule.policy === policy.name);
      const verdicts = await policy.ask(sql, promotion, own);
      return verdicts.map((verdict) => advised(verdict, own));
    });
    const verdicts = (await Promise.all(asked)).flat();
    return worstFirst(await this.overridden(sql, promotion, verdicts)).map(asTold);
  }

  private async overridden(sql: Sql, promotion: Promotion, verdicts: Verdict[]): Promise<Verdict[]> {
    const { ticket, to, revision } = promotion;
    if (to === undefined || verdicts.every(({ verdict }) => verdict === 'pass')) return verdicts;
    const overrides = await overridesOf(sql, { ticket: ticket.id, stage: to.name, revision });
    return overriding(verdicts, overrides, (name) => this.all.find((policy) => policy.name === name)?.overridable);
  }
}

/** What a rule only advises stands in nobody's way, and says what it would be. */
function advised(verdict: Verdict, rules: Parameters<Policy['ask']>[2]): Verdict {
  const rule = rules.find(({ name }) => name === verdict.name);
  if (rule?.advisory !== true || verdict.verdict === 'pass') return verdict;
  return { ...verdict, verdict: 'pass', summary: summaryOf(`Advice: ${verdict.summary}`) };
}
