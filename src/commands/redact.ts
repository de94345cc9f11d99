// What a command says goes into the log for everybody; what looks like a secret doesn't.

/** What stands before a secret, and says that it is one, stays. */
const SECRETS: readonly (readonly [RegExp, shown: string])[] = [
  [/\b(?:stl|gh[opsur]|glpat|github_pat|sk|xox[a-z])[-_][\w-]{8,}/gi, '***'],
  [/\bAKIA[0-9A-Z]{12,}/g, '***'],
  [/(^|[^\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '$1***'],
  [/(\b(?:(?:bearer|basic)\s+)+)[^\s"']+/gi, '$1***'],
  [/(\b(?:(?:password|passwd|pwd|secret|token|api[-_]?key)\s*[=:]\s*)+)[^\s"']+/gi, '$1***'],
  [/:\/\/[^\s/@]+@/g, '://***@'],
];

export const redacted = (text: string): string =>
  SECRETS.reduce((now, [secret, shown]) => now.replaceAll(secret, shown), text);
