// Reasons: of operations that take one and nothing else, of those that can't do without, and of bodies with a reader of their own.
import { invalid } from '../../platform/errors.js';
import { isKeepable } from '../../platform/keepable.js';
import { Text } from '../fields/field-decorators.js';
import type { JsonObject } from '../writing/body.js';
import { bodyOf, type OperationBody } from './operation-body.js';

/** Characters of a reason at most. */
export const LONGEST_REASON = 500;

export const reasonBody = (about: string, help: string, example: string): OperationBody<{ reason?: string }> => {
  class ReasonBody {
    @Text({ max: LONGEST_REASON, help })
    reason: string;
  }
  return bodyOf(ReasonBody, { about, example: { reason: example } });
};

/** Without blanks around it. Throws invalid `reason.missing`. */
export function requireReason(reason = ''): string {
  const given = reason.trim();
  if (given === '') throw invalid('reason.missing', 'Give a reason: {"reason": "…"}.');
  return given;
}

/** The reason of a body that may have other members; undefined where it gives none. Throws invalid `reason.invalid`. */
export function reasonIn({ reason }: JsonObject): string | undefined {
  if (reason === undefined || reason === null) return undefined;
  if (typeof reason === 'string' && reason.length <= LONGEST_REASON && isKeepable(reason)) return reason;
  throw invalid('reason.invalid', `A reason must be a string of at most ${LONGEST_REASON} characters.`);
}
