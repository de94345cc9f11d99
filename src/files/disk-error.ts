// What a disk reports, told to whom it concerns: the server can't keep files at the moment, and why.
import { DomainError } from '../platform/errors.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Runs one operation on the disk; what goes wrong with it is `unavailable`. */
export async function onDisk<Value>(operation: () => Promise<Value>): Promise<Value> {
  try {
    return await operation();
  } catch (error) {
    throw unavailableDisk(error as NodeJS.ErrnoException);
  }
}

function unavailableDisk(cause: NodeJS.ErrnoException): DomainError {
  if (FULL.has(cause.code ?? '')) {
    return new DomainError(
      'unavailable',
      'disk.full',
      'The disk for files is full. Nothing was changed; free space in the data folder and try again.',
      { retryAfter: 60, cause },
    );
  }
  return new DomainError(
    'unavailable',
    'disk.unavailable',
    `Files can't be read or written (${cause.code ?? 'unknown'}). Nothing was changed; try again, and check the data folder if it happens again.`,
    { retryAfter: 5, cause },
  );
}
