// POST ticket/<id>/close/ and /reopen/ (rest-api.md, section 6): closing is said, never inferred from a step.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import { notFound } from '../platform/errors.js';
import { requireMatch, versionTag } from '../rest/http/entity-tag.js';
import type { ObjectJson } from '../rest/object-json.js';
import { ObjectReader } from '../rest/reading/object-reader.js';
import { type EventDraft, type FieldValues, resourceNamed, type Row } from '../rest/resource.js';
import type { WriteOptions } from '../rest/writing/resource-writer.js';
import { beforeAndAfter } from '../rest/writing/plain-decision.js';
import { lockSql, updateSql } from '../rest/writing/row-sql.js';
import { COMPLETE, QUEUED, STATUS_WAITING } from '../workflow/steps.js';
import { workChanges, workStateOf } from './ticket-state.js';

type Change = { readonly set: FieldValues; readonly event: EventDraft } | undefined;

@Injectable()
export class CloseTicket {
  constructor(private readonly objects: ObjectReader) {}

  /** Closes an open ticket; one that is closed already stays as it is. `reason` goes into its history. */
  close(tx: Tx, id: number, reason: string | undefined, options: WriteOptions): Promise<ObjectJson> {
    return this.change(tx, id, options, (row, time) => {
      if (row.closed_at !== null) return undefined;
      const line = `${String(row.key)} closed${reason ? `: ${reason}` : ''}`;
      const data = { before: { closed: false }, after: { closed: true }, reason };
      return { set: { closed_at: time }, event: { type: 'ticket.closed', line, data } };
    });
  }

  /**
   * Opens a closed ticket where it stood. A complete one can't be open: it goes back to the queue, which is also how strict
   * mode lets one leave step 1000.
   */
  reopen(tx: Tx, id: number, reason: string | undefined, options: WriteOptions): Promise<ObjectJson> {
    return this.change(tx, id, options, (row) => {
      const now = workStateOf(row);
      const next = now.step === COMPLETE ? { ...now, step: QUEUED, status: STATUS_WAITING, failure: null } : now;
      const moved = workChanges(row, next);
      if (!now.closed && Object.keys(moved).length === 0) return undefined;
      const { before, after } = beforeAndAfter(resourceNamed('ticket').fields, row, moved);
      const line = `${String(row.key)} reopened at step ${next.step}${reason ? `: ${reason}` : ''}`;
      const data = { before: { ...before, closed: now.closed }, after: { ...after, closed: false }, reason };
      const set = now.closed ? { ...moved, closed_at: null } : moved;
      return { set, event: { type: 'ticket.reopened', line, data } };
    });
  }

  private async change(
    tx: Tx,
    id: number,
    options: WriteOptions,
    decide: (row: Row, time: string) => Change,
  ): Promise<ObjectJson> {
    const ticket = resourceNamed('ticket');
    const [found] = await tx.run<{ row: Row }>({ text: lockSql(ticket), values: [id] });
    if (!found) throw notFound(`There is no ticket ${id}.`);
    requireMatch(options.ifMatch, versionTag(Number(found.row.version)));
    // Taken behind the lock: the transaction's own time may be older than the change that it waited for.
    const [clock] = await tx.run<{ time: string }>({ text: 'SELECT clock_timestamp()::text AS time' });
    const change = decide(found.row, clock?.time ?? 'now');
    if (change) await tx.run(updateSql(ticket, id, change.set, change.event, options.context.actor));
    return (await this.objects.read(ticket, id, tx)) as ObjectJson;
  }
}
