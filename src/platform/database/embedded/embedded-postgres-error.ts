// The one error that leaves this folder for things the operator can mend: one line, and it says what to do.

export type EmbeddedPostgresErrorCode = 'in_use' | 'permission' | 'no_binaries' | 'older_major' | 'failed_to_start';

/** `message` is meant for the terminal as it stands; the cause, where there is one, stays in `cause`. */
export class EmbeddedPostgresError extends Error {
  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(asOneLine(message), options);
    this.name = 'EmbeddedPostgresError';
  }
}

/** A text of several lines, as one. */
export const asOneLine = (text: string): string =>
  text.replaceAll(/\s+/g, (blanks) => (blanks.includes('\n') ? ' ' : blanks));

/** The errno name of a file system or spawn error (`EACCES`), or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

const refusals = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'EDQUOT']);

/** Turns a refused file system call on the data folder into a `permission` error; anything else passes unchanged. */
export function asPermissionError(error: unknown, folder: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || !refusals.has(errno)) return error;
  const message = `The data folder ${folder} can't be used (${(error as Error).message}): make it writable for this user, or set STAMPLINE_DATA to another folder.`;
  return new EmbeddedPostgresError('permission', message, { cause: error });
}
