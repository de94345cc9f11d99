// What a hold or a lock is asked for with: a reason, and an end.
import { invalid } from '../../platform/errors.js';
import { parseUntil, type Until } from '../domain/hold.js';
import type { NewHold } from './held-rows.js';
import { quoted } from '../../platform/redact.js';

/** From texts, wherever they come from. Rejects with invalid `reason.missing`, `until.invalid`. */
export function newHold(reason = '', until?: string): NewHold {
  const why = reason.trim();
  if (why === '') throw invalid('reason.missing', 'Give a reason for people who find the hold: {"reason": "…"}.');
  return { reason: why, ...(until === undefined ? {} : { until: untilOf(until) }) };
}

function untilOf(text: string): Until {
  const until = parseUntil(text.trim());
  if (until) return until;
  throw invalid(
    'until.invalid',
    `'${quoted(text, 50)}' is not a valid end. Use 30m, 2h, 3d, 1w, or a time such as 2026-11-22T08:00Z.`,
  );
}
