// POST ticket/<id>/preview/: links to the ticket's preview that were given away end, since they have its old key.
import type { OperationContext } from '../../rest/operations/operation-context.js';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import { type EventDraft, resourceNamed, type Row } from '../../rest/resource.js';
import { updateSql } from '../../rest/writing/row-sql.js';
import { previewKeyRenewedLine } from '../../log/lines/stage-lines.js';
import { holdsScope, requireScope } from '../../platform/principal.js';

import { MapChanges } from '../../promotion/map-changes.js';
import { type DeltaTicket, TicketDeltas } from '../store/ticket-deltas.js';

export interface RenewedTicket {
  readonly ticket: DeltaTicket;
  /** As it is now. */
  readonly row: Row;
}

@Injectable()
export class RenewPreviewKey {
  constructor(
    private readonly deltas: TicketDeltas,
    private readonly changes: MapChanges,
  ) {}

  /** Rejects with not_found; precondition; forbidden without ticket:write and the scope of the ticket's stage. */
  async run(tx: Tx, id: number, { actor, principal, ifMatch }: OperationContext): Promise<RenewedTicket> {
    const ticket = await this.deltas.lock(tx, id);
    if (!holdsScope(principal, `map:${ticket.stage ?? ticket.stages[0]?.name}`))
      requireScope(principal, 'ticket:write');
    requireMatch(ifMatch, versionTag(ticket.version));
    const [renewed] = await tx.run<{ preview_key: string }>({
      name: 'preview_key_renew',
      text: 'UPDATE ticket SET preview_key = DEFAULT WHERE id = $1 RETURNING preview_key',
      values: [id],
    });
    const event: EventDraft = { type: 'ticket.preview_key_renewed', line: previewKeyRenewedLine(ticket.key), data: {} };
    const [changed] = await tx.run<{ row: Row }>(updateSql(resourceNamed('ticket'), id, {}, event, actor));
    await this.changes.announce(tx, { ticket: id });
    const previewKey = ticket.previewKey && (renewed?.preview_key ?? null);
    return { ticket: { ...ticket, previewKey }, row: changed?.row ?? ticket.row };
  }
}
