// What is in use of quotas that the database counts: within the transaction that uses more, so that a count is never of
// something that did not happen. Its rows are locked last, after pointer, ticket and subtickets.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { Db, type Tx } from '../platform/database/db.js';
import type { Sql } from '../platform/database/statement.js';
import { errorForLog } from '../platform/error-for-log.js';
import { CONFIG, LOGGER } from '../platform/injection-tokens.js';
import { appendEvent } from '../log/append-event.js';
import { quotaLine } from '../log/lines/quota-lines.js';
import {
  CALM,
  exceeded,
  type Holder,
  limitOf,
  ownerHolder,
  projectHolder,
  type Quota,
  type QuotaProject,
  tell,
  type Told,
  WORDS,
} from './quota.js';

/** Whose the use is: of no project, or by nobody whose quota it would be, only the other counts. */
export interface Whose {
  readonly project: QuotaProject | null;
  readonly owner: string | undefined;
}

export interface Claim {
  readonly holder: Holder;
  /** How much more. */
  readonly by: number;
}

/** Who is named in the stream, and in which project's it is told where the quota is an owner's. */
export interface Teller {
  readonly actor: string;
  readonly project: number | null;
}

interface UseRow {
  scope: string;
  used: number;
  told: Told;
  /** Milliseconds since the row's minute was over; negative while it lasts. */
  over: number;
}

type Counted = UseRow & { readonly restarts: boolean };

const MINUTE = 60_000;

@Injectable()
export class Quotas {
  constructor(
    private readonly db: Db,
    @Inject(CONFIG) private readonly config: Pick<Config, 'quotas'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  holders(quota: Quota, { project, owner }: Whose): Holder[] {
    const { quotas } = this.config;
    return [
      ...(project ? [projectHolder(quota, project, quotas)] : []),
      ...(owner === undefined ? [] : [ownerHolder(quota, owner, quotas)]),
    ];
  }

  /** Those that there are, in order. */
  projects(sql: Sql, ids: readonly number[]): Promise<QuotaProject[]> {
    return sql.run<QuotaProject>({
      name: 'quota_projects',
      text: "SELECT id, name, settings->'quotas' AS quotas FROM project WHERE id = ANY($1::bigint[]) ORDER BY id",
      values: [ids],
    });
  }

  /** Undefined where there is no such ticket. */
  async projectOfTicket(sql: Sql, ticket: number): Promise<QuotaProject | undefined> {
    const [found] = await sql.run<QuotaProject>({
      name: 'quota_project_of_ticket',
      text: "SELECT p.id, p.name, p.settings->'quotas' AS quotas FROM ticket t JOIN project p ON p.id = t.project_id WHERE t.id = $1",
      values: [ticket],
    });
    return found;
  }

  /** Counts more of something. Rejects with `quota.<quota>` where it would be too much for one of them, and counts nothing. */
  async add(tx: Tx, quota: 'files' | 'events', claims: readonly Claim[], teller: Teller): Promise<void> {
    const rows = await lock(
      tx,
      quota,
      claims.map(({ holder }) => holder.scope),
    );
    const counted: Counted[] = [];
    for (const { holder, by } of claims) {
      const row = rows.get(holder.scope) as UseRow;
      const restarts = quota === 'events' && isMinuteOver(row);
      const fell = row.used < CALM * holder.limit && (quota === 'files' || restarts);
      const used = (restarts ? 0 : row.used) + by;
      if (used > holder.limit) {
        const seconds = quota === 'events' ? Math.ceil(restarts ? 60 : -row.over / 1000) : undefined;
        throw this.refuse(quota, holder, used, teller, seconds);
      }
      const { told, tells } = tell(row.told, fell || (restarts && row.over >= MINUTE), used, holder.limit);
      counted.push({ ...row, used, told, restarts });
      if (tells) await say(tx, quota, holder, { told: tells, used }, teller);
    }
    await write(tx, quota, counted);
  }

  /**
   * Judges a ticket's keys before they are written. Few tickets come near: only theirs are in the database. Rejects with
   * forbidden `quota.keys` where there are too many, and more than before.
   */
  async keys(
    tx: Tx,
    ticket: { readonly id: number; readonly key: string; readonly project: QuotaProject },
    { before, now }: { readonly before: number; readonly now: number },
    actor: string,
  ): Promise<void> {
    const limit = limitOf('keys', this.config.quotas, ticket.project.quotas);
    if (Math.max(before, now) < CALM * limit) return;
    const holder = { scope: `ticket/${ticket.id}`, name: ticket.key, limit, project: ticket.project };
    const teller = { actor, project: ticket.project.id };
    if (now > limit && now > before) throw this.refuse('keys', holder, now, teller);
    const row = (await lock(tx, 'keys', [holder.scope])).get(holder.scope) as UseRow;
    const { told, tells } = tell(row.told, before < CALM * limit, now, limit);
    if (tells) await say(tx, 'keys', holder, { told: tells, used: now }, teller);
    await write(tx, 'keys', [{ ...row, used: now, told, restarts: false }]);
  }

  /** The refusal, which the stream is told of once: by itself, since nothing else of the refused call stays. */
  refuse(quota: Quota, holder: Holder, used: number, teller: Teller, seconds?: number): Error {
    this.tellApart(quota, holder, used, teller);
    return exceeded(quota, holder, used, seconds);
  }

  private tellApart(quota: Quota, holder: Holder, used: number, teller: Teller): void {
    // Not waited for: the refused transaction may have the row still.
    this.db
      .transaction(async (tx) => {
        const row = (await lock(tx, quota, [holder.scope])).get(holder.scope) as UseRow;
        if (row.told === 'reached') return;
        await say(tx, quota, holder, { told: 'reached', used }, teller);
        await write(tx, quota, [{ ...row, told: 'reached', restarts: false }]);
      })
      .catch((error: unknown) =>
        this.log.warn({ err: errorForLog(error) }, 'the event for a reached quota was not written'),
      );
  }
}

/** Its minute is over; so is one that ends later than a minute from now: the database's clock has stepped back since. */
const isMinuteOver = ({ over }: UseRow): boolean => over >= 0 || over < -MINUTE;

async function lock(tx: Tx, quota: Quota, scopes: readonly string[]): Promise<Map<string, UseRow>> {
  const rows = await tx.run<UseRow>({
    name: 'quota_lock',
    text: `INSERT INTO quota_use AS q (scope, what) SELECT s, $2 FROM unnest($1::text[]) s ORDER BY s
      ON CONFLICT (scope, what) DO UPDATE SET used = q.used
      RETURNING scope, used, told, (extract(epoch FROM clock_timestamp() - ends_at) * 1000)::bigint AS over`,
    values: [scopes, quota],
  });
  return new Map(rows.map((row) => [row.scope, row]));
}

async function write(tx: Tx, quota: Quota, rows: readonly Counted[]): Promise<void> {
  await tx.run({
    name: 'quota_write',
    text: `UPDATE quota_use q SET used = g.used, told = g.told,
        ends_at = CASE WHEN g.restarts THEN clock_timestamp() + interval '1 minute' ELSE q.ends_at END
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bool[]) g(scope, used, told, restarts)
      WHERE q.scope = g.scope AND q.what = $1`,
    values: [
      quota,
      rows.map(({ scope }) => scope),
      rows.map(({ used }) => used),
      rows.map(({ told }) => told),
      rows.map(({ restarts }) => restarts),
    ],
  });
}

/** In the project's stream. */
export async function say(
  tx: Tx,
  quota: Quota,
  { scope, name, limit, project }: Holder,
  { told, used }: { readonly told: 'nearly' | 'reached'; readonly used: number },
  teller: Teller,
): Promise<void> {
  const { what } = WORDS[quota];
  await appendEvent(tx, {
    type: told === 'nearly' ? 'quota.nearly_reached' : 'quota.reached',
    subject: `quota/${quota}`,
    actor: teller.actor,
    project: project?.id ?? teller.project,
    ticket: scope.startsWith('ticket/') ? Number(scope.slice('ticket/'.length)) : null,
    subticket: null,
    version: null,
    line: quotaLine(told, used, limit, what, name),
    data: { quota, scope, used, limit },
  });
}
