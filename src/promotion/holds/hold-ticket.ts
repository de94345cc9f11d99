// POST ticket/<id>/hold/ and /unhold/ (promotion.md, "Policies"): while it is held, a ticket isn't promoted.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import type { EventDraft, Row } from '../../rest/resource.js';
import { heldLine, unheldLine } from '../../log/lines/stage-lines.js';
import type { Hold } from '../domain/hold.js';
import type { OperationContext } from '../../rest/operations/operation-context.js';
import { nextVersion } from '../next-version.js';
import { LockTicket } from '../lock-ticket.js';
import type { LockedTicket } from '../locked-ticket.js';
import { holdOf, type NewHold, removeHold, requireNoEndless, writeHold } from './held-rows.js';
import { unholdAction } from '../domain/hold-policy.js';

export interface HeldTicket {
  readonly ticket: LockedTicket;
  /** As it is now. */
  readonly row: Row;
  readonly hold: Hold | undefined;
  readonly changed: boolean;
}

@Injectable()
export class HoldTicket {
  constructor(private readonly tickets: LockTicket) {}

  /**
   * One that is held already is held anew, by whoever said it last. Rejects with not_found; precondition; invalid `until.past`;
   * conflict `hold.endless`.
   */
  async hold(tx: Tx, id: number, wanted: NewHold, options: OperationContext): Promise<HeldTicket> {
    const ticket = await this.lock(tx, id, options);
    const before = await holdOf(tx, { ticket: id });
    const lift = unholdAction({ ticketKey: ticket.key, ticketId: id }, options.base);
    requireNoEndless(before, wanted, { what: `${ticket.key} is held`, ticket: ticket.key, lift });
    const hold = await writeHold(tx, { ticket: id }, options.actor, wanted);
    if (!hold) return { ticket, row: ticket.row, hold: before, changed: false };
    const line = heldLine(ticket.key, {
      reason: hold.reason,
      until: hold.until === null ? null : new Date(hold.until),
    });
    const event: EventDraft = {
      type: 'ticket.held',
      line,
      data: { before: { hold: before ?? null }, after: { hold } },
    };
    return { ticket, row: await nextVersion(tx, ticket, event, options), hold, changed: true };
  }

  /** Rejects with not_found; precondition. */
  async unhold(tx: Tx, id: number, reason: string | undefined, options: OperationContext): Promise<HeldTicket> {
    const ticket = await this.lock(tx, id, options);
    const before = await removeHold(tx, { ticket: id });
    if (!before) return { ticket, row: ticket.row, hold: undefined, changed: false };
    const line = unheldLine(ticket.key, reason);
    const event: EventDraft = {
      type: 'ticket.unheld',
      line,
      data: { before: { hold: before }, after: { hold: null }, reason },
    };
    return { ticket, row: await nextVersion(tx, ticket, event, options), hold: undefined, changed: true };
  }

  private async lock(tx: Tx, id: number, { ifMatch }: OperationContext): Promise<LockedTicket> {
    const ticket = await this.tickets.run(tx, id);
    requireMatch(ifMatch, versionTag(ticket.version));
    return ticket;
  }
}
