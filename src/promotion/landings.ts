// The port between a promotion and what is promoted. What lands with a ticket registers here: the modules that it carries do
// (import-maps/stages/map-landing.ts). Verbs that are about any promotion ask it, and know none of what lands.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import type { Sql } from '../platform/database/statement.js';
import type { LockedTicket } from './locked-ticket.js';
import type { Promotion } from './policy.js';

/** A ticket with what it brings. */
export interface CarryingTicket extends LockedTicket {
  /** The revision's number, which approvals and overrides are bound to; 0 before there is any. */
  readonly revisionNumber: number;
  /** Who brought the revision; null before there is any. */
  readonly uploader: string | null;
}

export interface Landing {
  /** Locks the ticket. Rejects with not_found. */
  lock(tx: Tx, id: number): Promise<CarryingTicket>;
  /** The ticket as it is now, without a lock. Rejects with not_found. */
  ticket(sql: Sql, id: number): Promise<CarryingTicket>;
  /** A promotion of the ticket to a stage, with what it would bring, as policies look at it. */
  promotion(sql: Sql, ticket: CarryingTicket, to: Promotion['to'], base: string): Promise<Promotion>;
}

@Injectable()
export class Landings {
  private landing: Landing | undefined;

  register(landing: Landing): void {
    if (this.landing) throw new Error('There is a landing already.');
    this.landing = landing;
  }

  /** Throws where no room has registered one: a fault of ours. */
  get only(): Landing {
    if (!this.landing) throw new Error('No room lands promotions.');
    return this.landing;
  }
}
