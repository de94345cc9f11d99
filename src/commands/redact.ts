// What a command says goes into the log for everybody; what looks like a secret doesn't.

const SECRETS: readonly RegExp[] = [
  /\b(?:stl|gh[opsur]|glpat|github_pat|sk|xox[a-z])[-_][\w-]{8,}/gi,
  /\bAKIA[0-9A-Z]{12,}/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /(?<=\b(?:bearer|basic)\s+)[^\s"']+/gi,
  /(?<=\b(?:password|passwd|pwd|secret|token|api[-_]?key)\s*[=:]\s*)[^\s"']+/gi,
  /(?<=:\/\/)[^\s/@]+(?=@)/g,
];

export const redacted = (text: string): string => SECRETS.reduce((now, secret) => now.replace(secret, '***'), text);
