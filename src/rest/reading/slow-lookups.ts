// Lookups that no index serves read whole tables, and a pattern may take any time: they share two connections of their own and
// get a second each, so that however many there are, everything else goes on (promise 10).
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { asDomainError, sqlState } from '../../platform/database/database-error.js';
import { ReadPool } from '../../platform/database/read-pool.js';
import type { Statement } from '../../platform/database/statement.js';
import { DomainError } from '../../platform/errors.js';

/** What Postgres may work on one of them. */
export const SLOW_MS = 1000;
const CANCELLED = '57014';

/** Those that look into texts, or at a part of a time. */
const SLOW: ReadonlySet<string> = new Set(
  'contains icontains startswith istartswith endswith iendswith iexact regex iregex year month day'.split(' '),
);
/** An offset reads all rows before it. */
const DEEP = 10_000;

export const isSlowLookup = (lookup: string): boolean => SLOW.has(lookup);
export const isDeep = (offset: number): boolean => offset > DEEP;

@Injectable()
export class SlowLookups extends ReadPool implements OnApplicationShutdown {
  constructor(dataSource: DataSource) {
    super(dataSource, {
      name: 'stampline lookups',
      connections: 2,
      waiting: 20,
      statementMs: SLOW_MS,
      connectMs: 2000,
      full: () => tooSlow('Too many lookups that no index serves are waiting.'),
    });
  }

  /** Rejects with unavailable `lookup.too_slow`. */
  override async run<Row>(statement: Statement): Promise<Row[]> {
    return super.run<Row>(statement).catch((error: unknown) => {
      throw asLookupError(error);
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.end();
  }
}

/** What to throw where a statement with such a lookup ran into its limit. */
export const asLookupError = (error: unknown): unknown =>
  sqlState(error) === CANCELLED ? tooSlow('This lookup took longer than a second.', error) : asDomainError(error);

const tooSlow = (what: string, cause?: unknown): DomainError =>
  new DomainError(
    'unavailable',
    'lookup.too_slow',
    `${what} Narrow it: add an id, a ticket, a key or a current step to the filters, or use exact and in instead of patterns; page with ?after= instead of a deep offset.`,
    { retryAfter: 2, cause },
  );
