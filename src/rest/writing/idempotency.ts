// Idempotency-Key (promise 4): a write's answer is kept with its effect in one transaction, and a repeat gets the same
// bytes; of a very large answer (kept-body.ts) their digest.
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { noneOfTheFuture, olderThan } from '../../platform/database/clock-steps.js';
import { sqlState } from '../../platform/database/database-error.js';
import { Db, type Tx } from '../../platform/database/db.js';
import { deleteInBatches } from '../../platform/database/delete-in-batches.js';
import { conflict, DomainError, invalid } from '../../platform/errors.js';
import { Recurring } from '../../platform/recurring.js';
import type { Sql } from '../../platform/database/statement.js';
import type { Reach } from '../../platform/principal.js';
import { answeredBody, keptBody, type KeptBody, type OmittedBody } from './kept-body.js';
import { requireTokenReach } from './require-token-reach.js';

/** A write's answer, before it becomes HTTP. `location` is a path; the reply makes it absolute. */
export interface WriteAnswer {
  readonly status: number;
  readonly body: string | null;
  readonly location?: string | null;
  readonly etag?: string | null;
  readonly replayed?: boolean;
  /** Of a repeat whose body was too large to be kept. */
  readonly omitted?: OmittedBody;
}

export interface KeyedRequest {
  readonly principal: string;
  readonly key: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly rawBody: Buffer | string | undefined;
}

/** What makes a write more than its effect. */
export interface WriteRequest {
  readonly keyed?: KeyedRequest;
  /** The projects that it may write to; all without it. */
  readonly reach: Reach;
}

interface KeptAnswer extends KeptBody {
  fingerprint: string;
  status: number;
  location: string | null;
  etag: string | null;
}

const KEPT = 'fingerprint, status, location, etag, body, packed, length, digest';
const KEEP_HOURS = 48;
const CLEAN_EVERY_MS = 15 * 60_000;

@Injectable()
export class Idempotency {
  constructor(private readonly db: Db) {}

  /**
   * Runs the write once for its key, and within its projects. With neither: `write` gets no transaction and makes its own.
   * Rejects with forbidden `project.other`.
   */
  async run(
    request: WriteRequest | undefined,
    write: (tx: Tx | undefined) => Promise<WriteAnswer>,
  ): Promise<WriteAnswer> {
    if (!request) return write(undefined);
    return this.db.transaction((tx) => this.within(tx, request, write));
  }

  /** The same in a transaction that is open already. */
  within(tx: Tx, request: WriteRequest | undefined, write: (tx: Tx) => Promise<WriteAnswer>): Promise<WriteAnswer> {
    if (!request) return write(tx);
    const { keyed, reach } = request;
    return requireTokenReach(tx, reach, () => (keyed ? this.once(tx, keyed, write) : write(tx)));
  }

  private async once(tx: Tx, keyed: KeyedRequest, write: (tx: Tx) => Promise<WriteAnswer>): Promise<WriteAnswer> {
    const before = await this.claim(tx, keyed, fingerprintOf(keyed));
    if (before) return before;
    const { status, location = null, etag = null, body, ...more } = await write(tx);
    const kept = await keptBody(body);
    await tx.run({
      name: 'idempotency_keep',
      text: `UPDATE idempotency_key SET status = $3, location = $4, etag = $5, body = $6, packed = $7, length = $8, digest = $9
        WHERE principal = $1 AND key = $2`,
      values: [keyed.principal, keyed.key, status, location, etag, kept.body, kept.packed, kept.length, kept.digest],
    });
    return { status, location, etag, body, ...more };
  }

  /**
   * What was answered to this request before; undefined where nothing was, or where it is another request (which is refused
   * when it claims its key).
   */
  async repeatOf(request: WriteRequest | undefined): Promise<WriteAnswer | undefined> {
    const kept = request?.keyed && (await this.kept(this.db, request.keyed));
    return kept && request?.keyed && kept.fingerprint === fingerprintOf(request.keyed) ? asRepeat(kept) : undefined;
  }

  /** True where something was answered to this key before, whatever the request's body was. */
  async isKnown(request: WriteRequest | undefined): Promise<boolean> {
    return request?.keyed !== undefined && (await this.kept(this.db, request.keyed)) !== undefined;
  }

  private async kept(sql: Sql, { principal, key }: KeyedRequest): Promise<KeptAnswer | undefined> {
    const [kept] = await sql.run<KeptAnswer>({
      name: 'idempotency_repeat',
      text: `SELECT ${KEPT} FROM idempotency_key
        WHERE principal = $1 AND key = $2 AND status IS NOT NULL AND created_at >= ${olderThan(KEEP_HOURS)}`,
      values: [principal, key],
    });
    return kept;
  }

  /** The same for a write that is always several statements: without a key it gets a transaction too. */
  inTransaction(request: WriteRequest | undefined, write: (tx: Tx) => Promise<WriteAnswer>): Promise<WriteAnswer> {
    return this.run(request, (tx) => this.db.within(tx, write));
  }

  /** Takes the key for this transaction, or gives what was answered before. Waits up to 3 s for one that is in flight. */
  private async claim(tx: Tx, request: KeyedRequest, fingerprint: string): Promise<WriteAnswer | undefined> {
    if (await this.insert(tx, request, fingerprint)) return undefined;
    const [kept] = await tx.run<KeptAnswer & { expired: boolean }>({
      name: 'idempotency_kept',
      text: `SELECT ${KEPT}, created_at < ${olderThan(KEEP_HOURS)} AS expired FROM idempotency_key
        WHERE principal = $1 AND key = $2 FOR UPDATE`,
      values: [request.principal, request.key],
    });
    if (kept && !kept.expired) {
      if (kept.fingerprint === fingerprint) return asRepeat(kept);
      throw new DomainError(
        'unprocessable',
        'idempotency.key_reused',
        'This Idempotency-Key was used for another request. Use a new one for each write.',
      );
    }
    await tx.run({
      text: 'DELETE FROM idempotency_key WHERE principal = $1 AND key = $2',
      values: [request.principal, request.key],
    });
    if (await this.insert(tx, request, fingerprint)) return undefined;
    throw inFlight();
  }

  private async insert(tx: Tx, request: KeyedRequest, fingerprint: string): Promise<boolean> {
    await tx.run({ text: "SET LOCAL lock_timeout = '3s'" });
    try {
      const taken = await tx.run({
        name: 'idempotency_claim',
        text: 'INSERT INTO idempotency_key (principal, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1',
        values: [request.principal, request.key, fingerprint],
      });
      await tx.run({ text: "SET LOCAL lock_timeout = '4s'" });
      return taken.length > 0;
    } catch (error) {
      throw sqlState(error) === '55P03' ? inFlight() : error;
    }
  }

  /** Forgets keys that are older than what is promised. */
  @Recurring({ name: 'keys.clean', everyMs: CLEAN_EVERY_MS, alone: true })
  async clean(signal?: AbortSignal): Promise<void> {
    await noneOfTheFuture(this.db, 'idempotency_key', 'created_at');
    await deleteInBatches(this.db, {
      table: 'idempotency_key',
      where: `t.created_at < ${olderThan(KEEP_HOURS)}`,
      orderBy: 't.created_at',
      isLeaving: () => signal?.aborted ?? false,
    });
  }
}

async function asRepeat({ status, location, etag, ...kept }: KeptAnswer): Promise<WriteAnswer> {
  return { status, location, etag, ...(await answeredBody(kept)), replayed: true };
}

const inFlight = (): DomainError =>
  conflict('idempotency.in_flight', 'A request with this Idempotency-Key is still running. Repeat it in a moment.');

function fingerprintOf({ method, url, rawBody }: KeyedRequest): string {
  const body = createHash('sha256')
    .update(rawBody ?? '')
    .digest('hex');
  return createHash('sha256').update(`${method}\0${url}\0${body}`).digest('hex');
}

/** True for a header that can be kept. */
export const isKeyText = (key: string): boolean => /^[\x21-\x7e]{1,255}$/.test(key);

/** Refuses a header that can't be kept. */
export function checkKey(key: string): string {
  if (isKeyText(key)) return key;
  throw invalid('idempotency.bad_key', 'An Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.');
}
