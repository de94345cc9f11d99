// What a check of `stamp doctor` came to.

export interface Check {
  readonly name: string;
  readonly grade: 'ok' | 'warning' | 'error';
  /** What is so. */
  readonly says: string;
  /** What to do about it: a line for the shell, or a sentence. */
  readonly fix?: string;
}

export const ok = (name: string, says: string): Check => ({ name, grade: 'ok', says });
export const warning = (name: string, says: string, fix: string): Check => ({ name, grade: 'warning', says, fix });
export const error = (name: string, says: string, fix: string): Check => ({ name, grade: 'error', says, fix });
