// What of an error goes into the log: what helps to find a defect. A driver's error also carries the statement and its
// values, which are nobody's business.

import { redacted } from './redact.js';

export function errorForLog(error: unknown): object | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, stack, code, constraint } = error as Error & { code?: string; constraint?: string };
  return {
    type: name,
    message: redacted(message),
    code,
    constraint,
    ...(stack === undefined ? {} : { stack: redacted(stack) }),
  };
}
