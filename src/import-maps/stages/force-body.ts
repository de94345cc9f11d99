// Going past a policy in one promotion: which may be, and that a reason is given (promotion.md, section 4).
import type { Tx } from '../../platform/database/db.js';
import { invalid } from '../../platform/errors.js';
import { importsForcedLine } from '../../log/lines/stage-lines.js';
import { appendEvent } from '../../log/append-event.js';
import type { Forced } from '../domain/imports-policy.js';
import type { Verdict } from '../../promotion/domain/verdict.js';
import type { DeltaTicket } from '../store/ticket-deltas.js';
import { quoted } from '../../platform/redact.js';

/** The policies that may be forced. A merge that conflicts would be wrong, and a hold or a lock is lifted by its own verb. */
const FORCIBLE = ['imports'];

/**
 * What a body's `force` and `reason` come to; undefined where nothing is forced. Throws `promote.not_forcible`,
 * `promote.no_reason`.
 */
export function forcedOf(
  force: readonly string[] | undefined,
  reason: string | undefined,
  actor: string,
): Forced | undefined {
  const other = force?.find((one) => !FORCIBLE.includes(one));
  if (other !== undefined)
    throw invalid(
      'promote.not_forcible',
      `The policy '${quoted(other, 100)}' can't be forced. Policies that can: ${FORCIBLE.join(', ')}.`,
    );
  if (!force || force.length === 0) return undefined;
  if (reason?.trim()) return { actor, reason: reason.trim() };
  throw invalid('promote.no_reason', 'Give a reason for forcing a policy: {"force": ["imports"], "reason": "…"}.');
}

/** The event of it, before that of the promotion; none where the policy would have let it pass. */
export async function tellForced(
  tx: Tx,
  ticket: DeltaTicket,
  before: readonly Verdict[],
  forced: Forced,
): Promise<void> {
  const was = before.find(({ policy, verdict }) => policy === 'imports' && verdict === 'blocked');
  if (!was) return;
  const { actor, reason } = forced;
  await appendEvent(tx, {
    type: 'ticket.imports_forced',
    subject: `ticket/${ticket.id}`,
    actor,
    project: ticket.project.id,
    ticket: ticket.id,
    subticket: null,
    ...(ticket.stage === null ? {} : { stage: ticket.stage }),
    version: null,
    line: importsForcedLine(ticket.key, was.summary, reason),
    data: { policy: was.policy, code: was.code, summary: was.summary, reason },
  });
}
