// What lands with a promotion of modules, registered with promotion: a ticket's delta over production's map.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { notFound } from '../../platform/errors.js';
import { type Landing, Landings } from '../../promotion/landings.js';
import type { Promotion } from '../../promotion/policy.js';
import { resourceNamed } from '../../rest/resource.js';
import { rowOf } from '../../rest/writing/locked-row.js';
import { ProductionMaps } from '../store/production-maps.js';
import { deltaOf, type DeltaTicket, TicketDeltas } from '../store/ticket-deltas.js';
import type { MapPromotion } from './map-policies.js';
import { PromotedMaps } from './promoted-maps.js';

@Injectable()
export class MapLanding implements Landing {
  constructor(
    landings: Landings,
    private readonly deltas: TicketDeltas,
    private readonly productionMaps: ProductionMaps,
  ) {
    landings.register(this);
  }

  lock(tx: Tx, id: number): Promise<DeltaTicket> {
    return this.deltas.lock(tx, id);
  }

  async ticket(sql: Sql, id: number): Promise<DeltaTicket> {
    const [found] = await sql.run<{ row: object }>({
      name: 'ticket_row',
      text: 'SELECT to_jsonb(t) AS row FROM ticket t WHERE t.id = $1',
      values: [id],
    });
    if (!found) throw notFound(`Ticket ${id} does not exist.`);
    return this.deltas.around(sql, rowOf(resourceNamed('ticket'), found.row));
  }

  async promotion(sql: Sql, ticket: DeltaTicket, to: Promotion['to'], base: string): Promise<MapPromotion> {
    const map = await this.productionMaps.at(ticket.project.id, ticket.release, sql);
    return promotionOf(ticket, new PromotedMaps(map, deltaOf(ticket)), to, base);
  }
}

/** The promotion of a ticket whose maps are made already. */
export const promotionOf = (
  ticket: DeltaTicket,
  maps: PromotedMaps,
  to: Promotion['to'],
  base: string,
): MapPromotion => ({ ticket, maps, base, to, revision: ticket.revisionNumber, uploader: ticket.uploader });
