// A ticket's row moves: its stage, its step and what it remembers of a failure, with the one event that says so.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import { type EventDraft, type FieldValues, resourceNamed, type Row } from '../rest/resource.js';
import { beforeAndAfter } from '../rest/writing/default-update.js';
import { updateSql } from '../rest/writing/row-sql.js';
import { workChanges, workStateOf } from '../tickets/ticket-state.js';
import type { Position } from '../workflow/move.js';
import { MapChanges } from './map-changes.js';
import type { LockedTicket } from './locked-ticket.js';

export interface TicketMove {
  /** Where it goes; left out, it stays. */
  readonly stage?: string;
  readonly position?: Position;
  readonly event: Omit<EventDraft, 'data'> & { readonly data?: FieldValues };
  /** The word of it goes round with a release. */
  readonly announced?: boolean;
}

@Injectable()
export class MoveTicket {
  constructor(private readonly changes: MapChanges) {}

  /** Answers the row as it is now. This process and the others learn of it when and if the transaction commits. */
  async run(tx: Tx, ticket: LockedTicket, move: TicketMove, actor: string): Promise<Row> {
    const resource = resourceNamed('ticket');
    const set = movedColumns(ticket.row, move);
    const event = { ...move.event, data: { ...beforeAndAfter(resource.fields, ticket.row, set), ...move.event.data } };
    const [changed] = await tx.run<{ row: Row }>(updateSql(resource, ticket.id, set, event, actor));
    if (!move.announced) await this.changes.announce(tx, { ticket: ticket.id });
    return changed?.row ?? ticket.row;
  }
}

/** The columns that differ. Moving leaves a failure behind, wherever it was. */
function movedColumns(row: Row, { stage, position }: Pick<TicketMove, 'stage' | 'position'>): FieldValues {
  const now = workStateOf(row);
  const stays = !position || (position.step === now.step && position.status === now.status);
  const moved = stays
    ? {}
    : workChanges(row, { ...now, ...position, failedAtStep: null, failedAtStatus: null, failure: null });
  return stage === undefined || stage === row.stage ? moved : { ...moved, stage };
}

/** Where it is, as the rules want it. */
export const positionOf = (row: Row): Position => ({
  step: Number(row.current_workflow_step),
  status: Number(row.status),
});
