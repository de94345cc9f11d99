// POST ticket/<id>/close/ and /reopen/ (rest-api.md, section 6): closing is said, never inferred from a step.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import type { ObjectJson } from '../rest/object-json.js';
import { ObjectReader } from '../rest/reading/object-reader.js';
import { type EventDraft, type FieldValues, resourceNamed, type Row } from '../rest/resource.js';
import { lockRow, requireRowMatch } from '../rest/writing/locked-row.js';
import { beforeAndAfter } from '../rest/writing/default-update.js';
import type { WriteOptions } from '../rest/writing/resource-writer.js';
import { updateSql } from '../rest/writing/row-sql.js';
import { closedLine, reopenedLine } from '../log/lines/work-lines.js';
import { COMPLETE, QUEUED, STATUS_WAITING } from '../workflow/steps.js';
import { workChanges, workStateOf } from './ticket-state.js';

/** What a follower adds to a change. */
export interface Followed {
  /** Set in the ticket's row. */
  readonly set?: FieldValues;
  /** Stands in the event beside `before` and `after`. */
  readonly data?: FieldValues;
}

/**
 * A room to the right that takes part when a ticket is closed, reopened or deleted, in the same transaction; what follows its
 * commit it registers with tx.afterCommit. `before` is the locked row. What a follower answers goes along with the rest: one event, one version. What it throws refuses the whole.
 */
export interface TicketFollower {
  /** Takes the locks that come before the ticket's own. Whether anything will happen isn't known yet. */
  lockFirst?(tx: Tx, ticket: number): Promise<void>;
  /** An open ticket is about to be closed. */
  closed?(tx: Tx, before: Row): Promise<Followed | undefined>;
  /** A closed ticket, or one complete at step 1000, is about to go on. */
  reopened?(tx: Tx, before: Row): Promise<Followed | undefined>;
  /** Tickets, which are locked, are about to be deleted. */
  beforeRemove?(tx: Tx, tickets: readonly number[]): Promise<void>;
  /** The ticket was deleted. */
  removed?(tx: Tx, before: Row): Promise<void>;
}

/** Those who follow the tickets. A room adds its own when it starts; they are asked in that order. */
@Injectable()
export class TicketFollowers {
  private readonly all: TicketFollower[] = [];

  add(follower: TicketFollower): void {
    this.all.push(follower);
  }

  async lockFirst(tx: Tx, ticket: number): Promise<void> {
    for (const follower of this.all) await follower.lockFirst?.(tx, ticket);
  }

  async beforeRemove(tx: Tx, tickets: readonly number[]): Promise<void> {
    for (const follower of this.all) await follower.beforeRemove?.(tx, tickets);
  }

  async removed(tx: Tx, before: Row): Promise<void> {
    for (const follower of this.all) await follower.removed?.(tx, before);
  }

  /** What all of them add. */
  async ask(what: 'closed' | 'reopened', tx: Tx, before: Row): Promise<Required<Followed>> {
    const set: Record<string, unknown> = {};
    const data: Record<string, unknown> = {};
    for (const follower of this.all) {
      const followed = await follower[what]?.(tx, before);
      Object.assign(set, followed?.set);
      Object.assign(data, followed?.data);
    }
    return { set, data };
  }
}

type Change = { readonly set: FieldValues; readonly event: EventDraft } | undefined;

@Injectable()
export class CloseTicket {
  constructor(
    private readonly objects: ObjectReader,
    private readonly followers: TicketFollowers,
  ) {}

  /** Closes an open ticket; one that is closed already stays as it is. `reason` goes into its history. */
  close(tx: Tx, id: number, reason: string | undefined, options: WriteOptions): Promise<ObjectJson> {
    return this.change(tx, id, options, async (row, time) => {
      if (row.closed_at !== null) return undefined;
      const followed = await this.followers.ask('closed', tx, row);
      const line = closedLine(String(row.key), reason);
      const data = { ...followed.data, ...sides(row, followed.set, { closed: true }), reason };
      return { set: { ...followed.set, closed_at: time }, event: { type: 'ticket.closed', line, data } };
    });
  }

  /**
   * Opens a closed ticket where it stood. A complete one can't be open: it goes back to the queue, which is also how strict
   * mode lets one leave step 1000.
   */
  reopen(tx: Tx, id: number, reason: string | undefined, options: WriteOptions): Promise<ObjectJson> {
    return this.change(tx, id, options, async (row) => {
      const now = workStateOf(row);
      const next = now.step === COMPLETE ? { ...now, step: QUEUED, status: STATUS_WAITING, failure: null } : now;
      const moved = workChanges(row, next);
      if (!now.closed && Object.keys(moved).length === 0) return undefined;
      const followed = await this.followers.ask('reopened', tx, row);
      const changed = { ...followed.set, ...moved };
      const line = reopenedLine(String(row.key), next.step, reason);
      const data = { ...followed.data, ...sides(row, changed, { closed: false }), reason };
      const set = now.closed ? { ...changed, closed_at: null } : changed;
      return { set, event: { type: 'ticket.reopened', line, data } };
    });
  }

  private async change(
    tx: Tx,
    id: number,
    options: WriteOptions,
    decide: (row: Row, time: string) => Promise<Change>,
  ): Promise<ObjectJson> {
    const ticket = resourceNamed('ticket');
    await this.followers.lockFirst(tx, id);
    const row = await lockRow(tx, ticket, id);
    await requireRowMatch(tx, ticket, row, options.ifMatch, this.objects);
    // Taken behind the lock: the transaction's own time may be older than the change that it waited for.
    const [clock] = await tx.run<{ time: string }>({ text: 'SELECT clock_timestamp()::text AS time' });
    const change = await decide(row, clock?.time ?? 'now');
    if (change) await tx.run(updateSql(ticket, id, change.set, change.event, options.context.actor));
    return (await this.objects.read(ticket, id, tx)) as ObjectJson;
  }
}

/** `{before, after}` of the fields in `set`, and whether the ticket is closed. */
function sides(row: Row, set: FieldValues, { closed }: { closed: boolean }): EventDraft['data'] {
  const { before, after } = beforeAndAfter(resourceNamed('ticket').fields, row, set);
  return { before: { ...before, closed: workStateOf(row).closed }, after: { ...after, closed } };
}
