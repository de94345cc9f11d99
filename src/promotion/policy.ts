// What a policy of a promotion is: it looks at a ticket and what is to be promoted with it, and says its verdicts.
import type { Sql } from '../platform/database/statement.js';
import type { Verdict } from './domain/verdict.js';
import type { LockedTicket } from './locked-ticket.js';

/** What a promotion is about. A landing adds what it would bring, for the policies that it registers; see MapPromotion. */
export interface Promotion {
  readonly ticket: LockedTicket;
  /** The URL that the client calls us by, without a slash at its end. */
  readonly base: string;
}

/** A verdict's code, and what it means in a sentence. */
export type PolicyCodes = Readonly<Record<string, string>>;

export interface Policy {
  /** As verdicts and settings name it. */
  readonly name: string;
  /** Codes that it declares itself; docs/ERRORS.md lists them. Those of the first policies are in platform/refusals/. */
  readonly codes?: PolicyCodes;
  /** Reads its facts and judges them: one verdict, or none where it has nothing to say of such a promotion. */
  ask(sql: Sql, promotion: Promotion): Promise<Verdict[]>;
}

type OwnVerdict<Codes extends PolicyCodes> = Omit<Verdict, 'code'> & { readonly code: Extract<keyof Codes, string> };

/**
 * A policy with codes of its own: a verdict with another code doesn't compile (docs/adding-a-policy.md).
 * @public
 */
export const definePolicy = <const Codes extends PolicyCodes>(policy: {
  readonly name: string;
  readonly codes: Codes;
  ask(sql: Sql, promotion: Promotion): Promise<OwnVerdict<Codes>[]>;
}): Policy => policy as unknown as Policy;
