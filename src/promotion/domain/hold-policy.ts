// The policy `hold`: nobody holds the ticket, and no revert does (promotion.md, "Policies").
import { untilText } from '../../log/lines/stage-lines.js';
import type { Hold } from './hold.js';
import { type NextAction, requestAction, summaryOf, type Verdict } from './verdict.js';

export interface HoldFacts {
  readonly ticketKey: string;
  readonly ticketId: number;
  /** The one that counts now, by the database's clock. */
  readonly hold: Hold | undefined;
}

/**
 * @param since when it came to be so where nobody holds it, ISO 8601
 * @param base the URL that the client calls us by, without a slash at its end
 */
export function holdVerdict({ ticketKey, ticketId, hold }: HoldFacts, since: string, base: string): Verdict {
  if (!hold) {
    const summary = summaryOf(`${ticketKey} is not held.`);
    return { policy: 'hold', verdict: 'pass', code: 'ticket.not_held', summary, actor: 'you', since, next_actions: [] };
  }
  return {
    policy: 'hold',
    verdict: hold.until === null ? 'blocked' : 'waiting',
    code: 'ticket.held',
    summary: summaryOf(`${ticketKey} is held by ${hold.actor}${untilText(hold.until)}: ${hold.reason}`),
    actor: hold.actor,
    since: hold.since,
    ...(hold.until === null ? {} : { until: hold.until }),
    next_actions: [unholdAction({ ticketKey, ticketId }, base)],
  };
}

export const unholdAction = (
  { ticketKey, ticketId }: Pick<HoldFacts, 'ticketKey' | 'ticketId'>,
  base: string,
): NextAction =>
  requestAction(`Unhold ${ticketKey}`, 'ticket:write', {
    ...{ verb: 'unhold', method: 'POST', base, path: `/api/v1/ticket/${ticketId}/unhold/` },
  });
