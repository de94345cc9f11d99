// What Postgres and the driver report, told apart: retry, the client's fault, unavailable, or unknown.
import { DomainError } from '../errors.js';
import { LARGEST_ID } from '../whole-number.js';

interface PgError {
  code?: string;
  severity?: string;
  message?: string;
  constraint?: string;
  detail?: string;
  table?: string;
}

/** TypeORM wraps the driver's error; what counts is inside. */
function asPg(error: unknown): PgError {
  if (typeof error !== 'object' || error === null) return {};
  return (error as { driverError?: PgError }).driverError ?? error;
}

/** The SQLSTATE, or Node's own code (`ECONNRESET`), or ''. */
export const sqlState = (error: unknown): string => asPg(error).code ?? '';

const TOO_SLOW = '57014';

/** Thrown in a transaction that ran into something that is gone when it runs again, such as a number just taken. */
export class TryAgain extends Error {}

/** Serialization failures, deadlocks and TryAgain: the whole transaction may be run again. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof TryAgain || ['40001', '40P01'].includes(sqlState(error));

/** The name of the unique constraint that a write ran into, or undefined. */
export const uniqueViolation = (error: unknown): string | undefined =>
  sqlState(error) === '23505' ? asPg(error).constraint : undefined;

/** The name of the check constraint that a write ran into, or undefined. */
export const checkViolation = (error: unknown): string | undefined =>
  sqlState(error) === '23514' ? asPg(error).constraint : undefined;

/** The foreign key that a write ran into: its name, and whether the row is missing (false) or still referenced (true). */
export function foreignKeyViolation(
  error: unknown,
): { constraint: string; table: string; referenced: boolean } | undefined {
  if (!['23503', '23001'].includes(sqlState(error))) return undefined;
  const { constraint = '', table = '', detail = '', message = '' } = asPg(error);
  return { constraint, table, referenced: /still referenced/.test(detail) || /^update or delete/.test(message) };
}

const CONNECTION_LOST =
  /Connection terminated|timeout exceeded|Query read timeout|Client has encountered a connection error|not queryable|Client was closed/i;
const SOCKET_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EMFILE',
]);

/** The connection is gone or can't be trusted: it must be destroyed, never returned to the pool. */
export function isConnectionLost(error: unknown): boolean {
  const { code = '', message = '', severity } = asPg(error);
  // Postgres ends the connection after these; a PANIC may come from the COMMIT itself.
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  return SOCKET_CODES.has(code) || /^(08|57P)/.test(code) || CONNECTION_LOST.test(message);
}

export const unavailable = (cause: unknown): DomainError =>
  new DomainError(
    'unavailable',
    'database.unavailable',
    'The database does not answer. Nothing was changed; try again.',
    {
      retryAfter: 1,
      cause,
    },
  );

/** The write may or may not have been kept: only the same Idempotency-Key, or a look, tells (promise 5). */
export const outcomeUnknown = (cause: unknown): DomainError =>
  new DomainError(
    'unavailable',
    'outcome-unknown',
    'The connection to the database was lost before it answered: the change may or may not have been saved. Read the object, or repeat with the same Idempotency-Key.',
    { retryAfter: 1, cause },
  );

const busy = (cause: unknown): DomainError =>
  new DomainError(
    'unavailable',
    'database.busy',
    'Other requests hold the same rows, or the database is overloaded. Nothing was changed; try again.',
    { retryAfter: 1, cause },
  );

/** Postgres can't read or write its own files: permissions, an I/O error, a file that is gone or damaged. */
const STORAGE = /^(42501|58030|58P01|XX00[12])$/;

const storageFailed = (cause: unknown): DomainError =>
  new DomainError(
    'unavailable',
    'database.storage',
    "The database can't read or write its files. Nothing was changed. The operator has to check the data folder; the server's log names the file.",
    { retryAfter: 30, cause },
  );

/** A sequence has given its last number. */
const exhausted = (cause: unknown): DomainError =>
  new DomainError(
    'conflict',
    'id.exhausted',
    `No higher id is left: the last one, ${LARGEST_ID}, is taken. Nothing was changed. PUT the object at a lower id that was never used, and notify the operator.`,
    { cause },
  );

/** As asDomainError, for a query that a client wrote: where it ran into its time limit, it is what has to change. */
export function asQueryError(error: unknown): unknown {
  if (sqlState(error) !== TOO_SLOW) return asDomainError(error);
  return new DomainError(
    'invalid',
    'query.too_slow',
    'The database gave up on this query after its time limit. Narrow it: filter on an indexed field, use ?after= instead of a deep offset.',
    { cause: error },
  );
}

/** The reply for a database error that no store has dealt with; other errors come back as they are. */
export function asDomainError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const state = sqlState(error);
  if (state === '2201B')
    return new DomainError('invalid', 'filter.bad_regex', `Invalid regular expression: ${asPg(error).message ?? ''}`, {
      cause: error,
    });
  if (state === '2200H') return exhausted(error);
  if (state.startsWith('22'))
    return new DomainError('invalid', 'value.invalid', 'Invalid resource lookup data provided (mismatched type).', {
      cause: error,
    });
  if (state === TOO_SLOW || state === '55P03' || isRetryable(error)) return busy(error);
  if (STORAGE.test(state) && !isConnectionLost(error)) return storageFailed(error);
  if (state.startsWith('53') || state === '25006' || isConnectionLost(error)) return unavailable(error);
  return error;
}
