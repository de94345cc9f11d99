// POST ticket/<id>/stamp/ (import-maps.md, section 4): the ticket carries modules from now on, if only none yet.
import type { OperationContext } from '../../rest/operations/operation-context.js';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { requireScope } from '../../platform/principal.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import { CloseTicket } from '../../tickets/close-ticket.js';
import { firstStage, production } from '../../projects/stages/stage-order.js';
import { ProductionMaps } from '../store/production-maps.js';
import { deltaOf, type DeltaTicket, TicketDeltas } from '../store/ticket-deltas.js';
import { ChangeDelta } from './change-delta.js';
import { overtakenWarnings } from './delta-warnings.js';
import type { MapWarning } from './map-warning.js';
import type { StageChange } from './stage-change.js';

@Injectable()
export class StampTicket {
  constructor(
    private readonly deltas: TicketDeltas,
    private readonly changes: ChangeDelta,
    private readonly closing: CloseTicket,
    private readonly productionMaps: ProductionMaps,
  ) {}

  /**
   * Registers it; one that is registered stays as it is, a closed one is reopened. What production overtook meanwhile is a
   * warning. Rejects with not_found; forbidden; precondition.
   */
  async run(tx: Tx, id: number, options: OperationContext): Promise<StageChange> {
    const ticket = await this.deltas.lock(tx, id);
    requireScope(options.principal, `map:${firstStage(ticket.stages).name}`);
    requireMatch(options.ifMatch, versionTag(ticket.version));
    if (ticket.closed) {
      await this.closing.reopen(tx, id, undefined, { context: { actor: options.actor }, ifMatch: undefined });
    }
    const open = ticket.closed ? await this.deltas.lock(tx, id) : ticket;
    if (open.stage === null) await this.changes.run(tx, id, [], { ...options, ifMatch: undefined });
    const now = open.stage === null ? await this.deltas.lock(tx, id) : open;
    const warnings = await this.overtaken(tx, now);
    return { ticket, row: now.row, revision: now.revisionNumber, changes: [], warnings };
  }

  /** Of a released ticket nothing is: what came after it came over it. */
  private async overtaken(tx: Tx, ticket: DeltaTicket): Promise<MapWarning[]> {
    if (ticket.stage === production(ticket.stages).name) return [];
    const map = await this.productionMaps.at(ticket.project.id, ticket.release, tx);
    return overtakenWarnings(tx, ticket, deltaOf(ticket), map);
  }
}
