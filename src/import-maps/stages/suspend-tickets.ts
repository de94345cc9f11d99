// Tickets whose layers left production along with something else: they go to the stage before it, with their deltas.
import { Injectable } from '@nestjs/common';
import { TryAgain } from '../../platform/database/database-error.js';
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import type { EventDraft, Row } from '../../rest/resource.js';
import { suspendedLine } from '../../log/lines/stage-lines.js';
import type { Delta } from '../domain/delta.js';
import { positionAfterRevert, production, stageBefore } from '../../projects/stages/stage-order.js';
import { holdReverted } from '../../promotion/holds/held-rows.js';
import { deltaOf, type DeltaTicket, TicketDeltas } from '../store/ticket-deltas.js';
import { MoveTicket, type TicketMove } from '../../promotion/move-ticket.js';

export interface Suspension {
  readonly release: number;
  readonly why: string;
  readonly actor: string;
}

@Injectable()
export class SuspendTickets {
  constructor(
    private readonly deltas: TicketDeltas,
    private readonly moving: MoveTicket,
  ) {}

  /**
   * In the order of their ids, as everybody locks several. Those that aren't in production any more (a new cycle began) stay
   * where they are. Answers the keys of those that moved.
   */
  async run(tx: Tx, ids: readonly number[], { release, why, actor }: Suspension): Promise<string[]> {
    const moved: string[] = [];
    for (const id of [...new Set(ids)].sort((one, other) => one - other)) {
      const ticket = await this.lock(tx, id);
      const before = stageBefore(ticket.stages, ticket.stage);
      if (ticket.stage !== production(ticket.stages).name || !before) continue;
      const line = suspendedLine({ key: ticket.key, from: ticket.stage, to: before.name, release, reason: why });
      const event: EventDraft = { type: 'ticket.suspended', line, data: { release, reason: why } };
      const hold = `${why} (release ${release})`;
      const move = { stage: before.name, position: positionAfterRevert(before), event, hold, actor };
      await this.moveOne(tx, ticket, deltaOf(ticket), move);
      moved.push(ticket.key);
    }
    return moved;
  }

  /** One that is deleted meanwhile is no longer the layer's when all of this runs again. */
  private async lock(tx: Tx, id: number): Promise<DeltaTicket> {
    try {
      return await this.deltas.lock(tx, id);
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'not_found') throw new TryAgain(error.message);
      throw error;
    }
  }

  /**
   * Out of production, and back among those who are at its keys, unless it is closed. It holds itself, so that it can't slip
   * back (promotion.md, "Policies"): somebody has to unhold it.
   */
  async moveOne(
    tx: Tx,
    ticket: DeltaTicket,
    delta: Delta,
    { actor, hold, event, ...move }: TicketMove & { readonly actor: string; readonly hold: string },
  ): Promise<Row> {
    if (!ticket.closed) await this.deltas.keepKeys(tx, ticket, delta);
    await holdReverted(tx, ticket.id, actor, hold);
    return this.moving.run(tx, ticket, { ...move, event: { ...event, data: { ...event.data, held: true } } }, actor);
  }
}
