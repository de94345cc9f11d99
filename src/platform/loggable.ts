// What of an error goes into the log: what helps to find a defect. A driver's error also carries the statement and its
// values, which are nobody's business.

export function loggable(error: unknown): object | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, stack, code, constraint } = error as Error & { code?: string; constraint?: string };
  return { type: name, message, code, constraint, stack };
}
