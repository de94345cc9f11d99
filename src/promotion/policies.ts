// All policies of a promotion, asked together (promotion.md, "Policies"). A room that has one of its own registers it.
import { Injectable } from '@nestjs/common';
import type { Sql } from '../platform/database/statement.js';
import { wireTime } from '../platform/time-text.js';
import { type Verdict, worstFirst } from './domain/verdict.js';
import { hold } from './policies/hold.js';
import { lock } from './policies/lock.js';
import { steps } from './policies/steps.js';
import type { Policy, Promotion } from './policy.js';

/** Its times as every answer has them: those of rows come as Postgres writes them in JSON. */
const asTold = (verdict: Verdict): Verdict => ({ ...verdict, since: wireTime(verdict.since) });

/**
 * Asked of every promotion, whatever it brings; docs/ERRORS.md has their codes.
 * @public
 */
export const POLICIES: readonly Policy[] = [steps, hold, lock];

/** Verdicts of one grade are in this order; those of a policy that it doesn't name come last. */
const ORDER = ['steps', 'conflicts', 'hold', 'lock', 'imports', 'sources'];
const placeOf = ({ name }: Policy): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

@Injectable()
export class Policies {
  private all = POLICIES;

  /** For good: it is asked of every promotion from now on. */
  register(policy: Policy): void {
    this.all = [...this.all, policy].sort((one, other) => placeOf(one) - placeOf(other));
  }

  /** Worst first. */
  async ask(sql: Sql, promotion: Promotion): Promise<Verdict[]> {
    const verdicts = await Promise.all(this.all.map((policy) => policy.ask(sql, promotion)));
    return worstFirst(verdicts.flat()).map(asTold);
  }
}
