// The body of operations that take a reason and nothing else.
import { Text } from '../fields/field-decorators.js';
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
